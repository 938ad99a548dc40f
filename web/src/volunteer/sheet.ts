/** A contest's sheet: its candidates in ballot order and the fields to be typed. */
import type { Words } from "../words/language.svelte";

export interface Candidate {
  readonly id: string;
  readonly number: number;
  readonly name: Words;
  readonly short: Words;
  /** null for an independent. */
  readonly party: Words | null;
  /** #rrggbb */
  readonly color: string;
}

export interface Sheet {
  readonly id: string;
  readonly office: string;
  readonly name: Words;
  readonly votesPerBallot: number;
  readonly candidates: readonly Candidate[];
}

/** "c8" is candidate number 8's votes. `valid` stands only on sheets whose ballots carry several votes. */
export type Field = "cast" | "invalid" | "noVote" | "valid" | `c${number}`;

/** What stands in a field: digits, "?" for not legible, "" or absent for empty. */
export type Entered = Readonly<Partial<Record<Field, string>>>;

export const ILLEGIBLE = "?";

/** Ballots carry several votes: valid ballots are counted apart, and votes may be several times as many. */
export function several(sheet: Sheet): boolean {
  return sheet.votesPerBallot > 1;
}

/** Ballots first, so that the sum is checked from the first field; then the candidates. */
export function fieldsOf(sheet: Sheet): Field[] {
  return [...ballotFields(sheet), ...sheet.candidates.map(fieldOf)];
}

export function ballotFields(sheet: Sheet): Field[] {
  return several(sheet) ? ["cast", "invalid", "noVote", "valid"] : ["cast", "invalid", "noVote"];
}

export function fieldOf(candidate: Candidate): Field {
  return `c${candidate.number}`;
}

export function candidateOf(sheet: Sheet, field: Field): Candidate | undefined {
  return sheet.candidates.find((candidate) => fieldOf(candidate) === field);
}

/** The number in a field; null where it is empty or not legible. */
export function numberIn(entered: Entered, field: Field): number | null {
  const text = entered[field];
  return text === undefined || text === "" || text === ILLEGIBLE ? null : Number(text);
}
