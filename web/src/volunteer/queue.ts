/** The queue of tallies on their way: what is sent next, and what became of each. Pure; every change makes a new list. */
import type { SubmitTallyInput, TallyRule, TallyState, Verdict } from "../generated/volunteer";
import type { Coverage } from "./draft";
import type { Entered } from "./sheet";

/** One call takes as many, and the queue holds no more. */
export const BATCH_MOST = 50;
export const RETRY_S = [5, 10, 20, 40, 60] as const;

/** waiting: never sent. unanswered: sent, and the answer was lost. replaced: never sent, as a newer one took its place. */
export type ItemState = "waiting" | "sending" | "unanswered" | "answered" | "rejected" | "replaced";

export interface Finding {
  readonly rule: TallyRule | null;
  readonly verdict: Verdict;
  readonly field?: string | null;
  readonly th: string;
  readonly en: string;
}

/** A tally of one's own as the server tells it. */
export interface Told {
  readonly id: string;
  readonly state: TallyState;
  readonly coverage: Coverage;
  readonly revision: number;
  readonly confirmations: number;
  readonly reporter: string;
  readonly recordedAt: string;
  readonly findings: readonly Finding[];
  readonly receipt?: string | null;
  /** What an editor said of it, where one decided. */
  readonly decision?: { readonly reason?: string | null; readonly at: string } | null;
}

export interface Item {
  /** The clientTallyId: the same until an answer has come. */
  readonly id: string;
  readonly person: string;
  readonly electionId: string;
  readonly stationId: string;
  readonly contestId: string;
  readonly coverage: Coverage;
  readonly input: SubmitTallyInput;
  readonly entered: Entered;
  readonly photos: readonly string[];
  /** Its place in the queue, from 1: a phone's clock may jump back, as after a dead battery. */
  readonly place: number;
  /** By this phone's clock: is shown, decides nothing. */
  readonly queuedAt: string;
  readonly state: ItemState;
  /** The item that this one corrects. */
  readonly replaces: string | null;
  readonly tally: Told | null;
  /** It was held when it was answered, whatever came of it since. */
  readonly wasHeld: boolean;
  /** Why it was rejected. */
  readonly findings: readonly Finding[];
}

/** What a volunteer reads on an item's card. */
export type Stage = "waiting" | "sending" | "unanswered" | "counted" | "noted" | "released" | "held" | "refused" | "superseded" | "withdrawn" | "rejected" | "late";

export type Answer =
  | { readonly kind: "tally"; readonly tally: Told; readonly held: boolean }
  | { readonly kind: "rejected"; readonly findings: readonly Finding[] };

const UNSENT: ReadonlySet<ItemState> = new Set(["waiting", "sending", "unanswered"]);

export function unsent(items: readonly Item[]): Item[] {
  return items.filter((item) => UNSENT.has(item.state));
}

export function isFull(items: readonly Item[]): boolean {
  return unsent(items).length >= BATCH_MOST;
}

export function sameSheet(a: { stationId: string; contestId: string }, b: { stationId: string; contestId: string }): boolean {
  return a.stationId === b.stationId && a.contestId === b.contestId;
}

/** Of several partials of one sheet that were never sent, the newest takes the others' place; so does a correction of one never sent. */
export function added(items: readonly Item[], item: Item): Item[] {
  const stale = (old: Item) =>
    old.state === "waiting" &&
    (old.id === item.replaces || (old.coverage === "PARTIAL" && item.coverage === "PARTIAL" && sameSheet(old, item)));
  const place = Math.max(0, ...items.map((old) => old.place)) + 1;
  return [...items.map((old) => (stale(old) ? { ...old, state: "replaced" as const } : old)), { ...item, place }];
}

/** As they were queued. Items kept before places were are told apart by their time. */
export function inOrder(items: readonly (Omit<Item, "place"> & { readonly place?: number })[]): Item[] {
  const sorted = [...items].sort((a, b) => (a.place ?? 0) - (b.place ?? 0) || (a.queuedAt < b.queuedAt ? -1 : a.queuedAt > b.queuedAt ? 1 : 0));
  let last = 0;
  return sorted.map((item) => ({ ...item, place: (last = Math.max(item.place ?? 0, last + 1)) }));
}

/** What one call may send now, oldest first. A correction waits until what it corrects has its answer. */
export function batch(items: readonly Item[], person: string): Item[] {
  const open = (id: string | null) => id !== null && unsent(items).some((item) => item.id === id);
  return items
    .filter((item) => (item.state === "waiting" || item.state === "unanswered") && item.person === person && !open(item.replaces))
    .sort((a, b) => a.place - b.place)
    .slice(0, BATCH_MOST);
}

/** The item's input; `replaces` names a tally of this person that counts, as nothing else can be replaced. */
export function inputFor(item: Item, items: readonly Item[]): SubmitTallyInput {
  const before = items.find((other) => other.id === item.replaces)?.tally;
  return before?.state === "ACCEPTED" && before.reporter === item.person ? { ...item.input, replaces: before.id } : item.input;
}

export function marked(items: readonly Item[], ids: ReadonlySet<string>, state: ItemState): Item[] {
  return items.map((item) => (ids.has(item.id) ? { ...item, state } : item));
}

/** Found on opening the app: what was being sent when it closed may have arrived, so it is asked again under its id. */
export function reopened(items: readonly Item[]): Item[] {
  return items.map((item) => (item.state === "sending" ? { ...item, state: "unanswered" } : item));
}

/** One tally counts at a sheet: one that does now takes the place of one's own before it. */
export function answered(items: readonly Item[], id: string, answer: Answer): Item[] {
  const now = answer.kind === "tally" && answer.tally.state === "ACCEPTED" ? answer.tally : null;
  const at = items.find((item) => item.id === id);
  return items.map((item) => {
    if (now && at && item.id !== id && item.tally?.state === "ACCEPTED" && item.tally.id !== now.id && sameSheet(item, at)) {
      return { ...item, tally: { ...item.tally, state: "SUPERSEDED" } };
    }
    if (item.id !== id) return item;
    if (answer.kind === "rejected") return { ...item, state: "rejected", findings: answer.findings };
    return { ...item, state: "answered", tally: answer.tally, wasHeld: answer.held };
  });
}

/** What the server tells later: decided by an editor, confirmed, superseded. */
export function told(items: readonly Item[], tallies: readonly Told[]): Item[] {
  const news = new Map(tallies.map((tally) => [tally.id, tally]));
  return items.map((item) => {
    const fresh = item.tally && news.get(item.tally.id);
    if (!item.tally || !fresh) return item;
    // Any one receipt proves it for good; the first is kept.
    const tally = { ...fresh, receipt: item.tally.receipt ?? fresh.receipt ?? null };
    if (JSON.stringify(tally) === JSON.stringify(item.tally)) return item;
    return { ...item, tally, wasHeld: item.wasHeld || tally.state === "HELD" };
  });
}

export function stageOf(item: Item): Stage {
  // Nothing of it is to be mended: it came before the count or after it.
  if (item.state === "rejected") return item.findings.some(({ rule }) => rule === "COUNTING_NOT_OPEN") ? "late" : "rejected";
  if (item.state === "replaced") return "superseded";
  if (item.state !== "answered" || !item.tally) return item.state === "answered" ? "unanswered" : item.state;
  switch (item.tally.state) {
    case "HELD":
      return "held";
    case "REJECTED":
      return "refused";
    case "SUPERSEDED":
      return "superseded";
    case "WITHDRAWN":
      return "withdrawn";
    case "ACCEPTED":
      return item.wasHeld ? "released" : item.tally.findings.length > 0 ? "noted" : "counted";
  }
}

/** The newest of one's own at a sheet; what a newer one replaced before it was sent says nothing. */
export function newestAt(items: readonly Item[], at: { stationId: string; contestId: string }): Item | undefined {
  return items.filter((item) => item.state !== "replaced" && sameSheet(item, at)).at(-1);
}

/** Everything unanswered goes to the person that this phone now is, under the ids that it has. */
export function adopted(items: readonly Item[], person: string): Item[] {
  return items.map((item) => (UNSENT.has(item.state) || item.state === "rejected" ? { ...item, person } : item));
}

/** Seconds to wait after so many failures in a row. */
export function retryAfter(failures: number): number {
  return RETRY_S[Math.min(failures, RETRY_S.length) - 1] ?? 0;
}
