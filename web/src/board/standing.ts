/** How a contest stands in one area, as the page shows it: candidates by rank, with shares and colours. */
import type { RaceQuery } from "../generated/board";
import { STRENGTHS } from "../colours/hues";
import type { Result } from "./results";

export type Candidate = NonNullable<RaceQuery["contest"]>["candidates"][number];
/** The part of a candidate that both the governor's and the local races know. */
export type Shown = Pick<Candidate, "ballotNumber" | "shortTh" | "shortEn" | "partyTh" | "partyEn" | "color">;

export interface Standing<C extends Shown = Candidate> {
  readonly candidate: C;
  readonly votes: number;
  /** Of all votes for candidates, 0 to 1. */
  readonly share: number;
  readonly rank: number;
  /** Within the contest's seats as counted so far. */
  readonly leading: boolean;
}

/** An update brings new results of a few areas; of all the others the same are asked for once a second. */
const known = new WeakMap<Result, { readonly candidates: readonly Shown[]; readonly rows: readonly Standing<Shown>[] }>();

/** In the API's order (rank, then ballot number); in ballot order where there is no result. The same list for the same two. */
export function standings<C extends Shown>(candidates: readonly C[], result: Result | undefined): readonly Standing<C>[] {
  if (!result) return candidates.map((candidate) => ({ candidate, votes: 0, share: 0, rank: 1, leading: false }));
  const before = known.get(result);
  if (before?.candidates === candidates) return before.rows as readonly Standing<C>[];
  const rows = ranked(candidates, result);
  known.set(result, { candidates, rows });
  return rows;
}

function ranked<C extends Shown>(candidates: readonly C[], result: Result): Standing<C>[] {
  const byNumber = new Map(candidates.map((candidate) => [candidate.ballotNumber, candidate]));
  const sum = result.rows.reduce((total, row) => total + row.votes, 0);
  return result.rows.flatMap((row) => {
    const candidate = byNumber.get(row.candidate.ballotNumber);
    return candidate ? [{ candidate, votes: row.votes, share: sum ? row.votes / sum : 0, rank: row.rank, leading: row.leading }] : [];
  });
}

/** First and second of an area that has votes and one who is ahead; null before, and in a tie for the lead. */
export function leadOf<C extends Shown>(rows: readonly Standing<C>[]): { first: Standing<C>; second: Standing<C>; points: number } | null {
  const [first, second] = rows;
  if (!first || !second || first.votes === second.votes) return null;
  return { first, second, points: first.share - second.share };
}

/** 1 to 5 by the lead in points: under 5, 5 to 15, 15 to 30, 30 to 40, 40 and over. */
export function strengthStep(lead: number): number {
  return 1 + [0.05, 0.15, 0.3, 0.4].filter((bound) => lead >= bound).length;
}

export function strengthOpacity(step: number): number {
  return STRENGTHS[step - 1] ?? 1;
}

/** Opacity of ink for a share of stations, in five steps of 20 %; the last two need pale labels. */
export function countedOpacity(share: number): number {
  return [0.1, 0.22, 0.36, 0.66, 0.9][Math.min(4, Math.floor(share * 5))] ?? 0.9;
}
