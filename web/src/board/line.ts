/** How the race went over the night: its votes at some of the cuts, drawn as one line a candidate. */
import { QueryFailed, ask } from "../api/ask";
import { LineDocument, type LineQuery } from "../generated/night";

export interface Cut {
  readonly number: number;
  readonly cursor: string;
  readonly takenAt: string;
}

export interface Point {
  readonly cut: Cut;
  /** Votes by ballot number. */
  readonly votes: ReadonlyMap<number, number>;
  readonly stationsReporting: number;
}

/** How many stations came in from one point to the next, as a rate: 1 is the fastest step of the night. */
export function pacesOf(points: readonly Point[]): number[] {
  const rates = points.slice(1).map((point, i) => {
    const before = points[i]!;
    const ms = Date.parse(point.cut.takenAt) - Date.parse(before.cut.takenAt);
    return Math.max(0, point.stationsReporting - before.stationsReporting) / Math.max(1, ms);
  });
  const fastest = Math.max(0, ...rates);
  return fastest === 0 ? [] : rates.map((rate) => rate / fastest);
}

/** Evenly spread, the first and the last among them; `cuts` in the order of their numbers. */
export function chosen(cuts: readonly Cut[], most: number): Cut[] {
  if (cuts.length <= most) return [...cuts];
  return Array.from({ length: most }, (_, i) => cuts[Math.round((i * (cuts.length - 1)) / (most - 1))]!);
}

const AT_ONCE = 8;

/** A few requests for all of them; what the server refuses is left out. */
export async function pointsAt(contestId: string, cuts: readonly Cut[]): Promise<Point[]> {
  const parts = Array.from({ length: Math.ceil(cuts.length / AT_ONCE) }, (_, i) => cuts.slice(i * AT_ONCE, (i + 1) * AT_ONCE));
  return (await Promise.all(parts.map((part) => someAt(contestId, part)))).flat();
}

async function someAt(contestId: string, cuts: readonly Cut[]): Promise<Point[]> {
  const given = Object.fromEntries(cuts.flatMap(({ cursor }, i) => [[`at${i}`, cursor], [`has${i}`, true]]));
  const data: LineQuery = await ask(LineDocument, { contestId, ...given }).catch((error: unknown) => {
    if (error instanceof QueryFailed) return {};
    throw error;
  });
  return cuts.flatMap((cut, i) => {
    const found = data[`p${i}` as keyof LineQuery];
    return found ? [{ cut, stationsReporting: found.stationsReporting, votes: new Map(found.rows.map((row) => [row.candidate.ballotNumber, row.votes])) }] : [];
  });
}

/** The least of 1, 2, 5 times a power of ten in four steps of which `most` fits: where the axis ends. */
export function axisTop(most: number): number {
  const rough = Math.max(1, most / 4);
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 2.5, 5, 10].map((times) => times * power).find((size) => size >= rough) ?? 10 * power;
  return 4 * Math.max(1, step);
}
