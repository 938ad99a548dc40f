/** A tally being typed. Every change makes a new draft, which is kept at once. */
import { latinDigit } from "./code";
import { type Entered, type Field, fieldsOf, ILLEGIBLE, type Sheet } from "./sheet";

export const DIGITS_MOST = 6;
export const UNDO_STEPS = 200;

export type Coverage = "PARTIAL" | "FINAL";

export interface Step {
  readonly field: Field;
  readonly before: string;
  readonly current: Field;
}

/** What a correction starts from. */
export interface Correction {
  /** The sent tally in the queue that this one replaces. */
  readonly itemId: string;
  readonly was: Entered;
  readonly at: string;
}

export interface Draft {
  readonly key: string;
  readonly person: string;
  readonly electionId: string;
  readonly stationId: string;
  readonly contestId: string;
  /** null until the volunteer has said how far the count is. */
  readonly coverage: Coverage | null;
  readonly entered: Entered;
  readonly current: Field;
  readonly undo: readonly Step[];
  /** sha256 of the sheet's photographs on this phone. */
  readonly photos: readonly string[];
  readonly note: string;
  /** The sheet itself does not add up, said twice. */
  readonly asWritten: boolean;
  readonly correction: Correction | null;
  /** The rejected tally in the queue whose place this one takes. */
  readonly mends: string | null;
  /** The numbers of the last partial sent, shown as "was". */
  readonly last: Entered | null;
  readonly practice: boolean;
}

export interface SheetAt {
  readonly person: string;
  readonly electionId: string;
  readonly stationId: string;
  readonly contestId: string;
}

export function draftKey({ person, stationId, contestId }: SheetAt, practice = false): string {
  return [practice ? "practice" : "draft", person, stationId, contestId].join("|");
}

export function newDraft(at: SheetAt, practice = false): Draft {
  return {
    ...{ person: at.person, electionId: at.electionId, stationId: at.stationId, contestId: at.contestId },
    key: draftKey(at, practice),
    coverage: practice ? "FINAL" : null,
    entered: {},
    current: "cast",
    undo: [],
    photos: [],
    note: "",
    asWritten: false,
    correction: null,
    mends: null,
    last: null,
    practice,
  };
}

export function filled(draft: Draft): number {
  return Object.values(draft.entered).filter((text) => text !== "").length;
}

/** The field's new text; undoing it later gives back the text and the field in hand. */
export function entered(draft: Draft, field: Field, text: string): Draft {
  const before = draft.entered[field] ?? "";
  if (before === text) return draft;
  const undo = [...draft.undo, { field, before, current: draft.current }].slice(-UNDO_STEPS);
  // What was said of the old numbers does not hold for the new ones.
  return { ...draft, entered: { ...draft.entered, [field]: text }, undo, asWritten: false };
}

/** A digit appends; a lone 0 is replaced; six digits at most. */
export function pressed(draft: Draft, digit: string): Draft {
  const before = draft.entered[draft.current] ?? "";
  const fresh = before === ILLEGIBLE || before === "0" ? "" : before;
  return fresh.length >= DIGITS_MOST ? draft : entered(draft, draft.current, fresh + digit);
}

export function erased(draft: Draft): Draft {
  const before = draft.entered[draft.current] ?? "";
  return entered(draft, draft.current, before === ILLEGIBLE ? "" : before.slice(0, -1));
}

/** A 0 at the end, then the next field: always both. */
export function zeroed(draft: Draft, sheet: Sheet): Draft {
  return moved(pressed(draft, "0"), sheet, 1);
}

export function moved(draft: Draft, sheet: Sheet, by: 1 | -1): Draft {
  const fields = fieldsOf(sheet);
  const next = fields[Math.min(fields.length - 1, Math.max(0, fields.indexOf(draft.current) + by))];
  return next === undefined || next === draft.current ? draft : { ...draft, current: next };
}

export function firstEmpty(draft: Draft, sheet: Sheet): Field | undefined {
  return fieldsOf(sheet).find((field) => (draft.entered[field] ?? "") === "");
}

export function undone(draft: Draft): { draft: Draft; step: Step; undid: string } | null {
  const step = draft.undo.at(-1);
  if (!step) return null;
  const undid = draft.entered[step.field] ?? "";
  const back = { ...draft, entered: { ...draft.entered, [step.field]: step.before }, current: step.field, undo: draft.undo.slice(0, -1), asWritten: false };
  return { draft: back, step, undid };
}

/** One whole number of what was pasted or typed by another keyboard: spaces and commas dropped; null for anything else. */
export function oneNumber(text: string): string | null {
  const digits = [...text.replace(/[\s,]/g, "")].map(latinDigit);
  if (/[\n\r\t]/.test(text.trim()) || digits.some((digit) => digit === null)) return null;
  const plain = digits.join("").replace(/^0+(?=\d)/, "");
  return plain.length > DIGITS_MOST ? null : plain;
}

export function changedFields(sheet: Sheet, was: Entered, now: Entered): Field[] {
  return fieldsOf(sheet).filter((field) => (was[field] ?? "") !== (now[field] ?? ""));
}
