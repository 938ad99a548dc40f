/** How the race went over the night: its votes at some of the cuts, drawn as one line a candidate. */
import { ENDPOINT } from "../api/ask";

export interface Cut {
  readonly number: number;
  readonly cursor: string;
  readonly takenAt: string;
}

export interface Point {
  readonly cut: Cut;
  /** Votes by ballot number. */
  readonly votes: ReadonlyMap<number, number>;
}

/** Evenly spread, the first and the last among them; `cuts` in the order of their numbers. */
export function chosen(cuts: readonly Cut[], most: number): Cut[] {
  if (cuts.length <= most) return [...cuts];
  return Array.from({ length: most }, (_, i) => cuts[Math.round((i * (cuts.length - 1)) / (most - 1))]!);
}

interface Answer {
  readonly data?: Record<string, { rows: { votes: number; candidate: { ballotNumber: number } }[] } | null> | null;
}

/** One request for all, one alias a cut. */
export async function pointsAt(contestId: string, cuts: readonly Cut[]): Promise<Point[]> {
  if (cuts.length === 0) return [];
  const parts = cuts.map((cut) => `c${cut.number}: result(contestId: $contest, at: ${JSON.stringify(cut.cursor)}) { ...Votes }`);
  const query = `query Line($contest: ID!) { ${parts.join(" ")} } fragment Votes on Result { rows { votes candidate { ballotNumber } } }`;
  const response = await fetch(ENDPOINT, {
    method: "POST",
    headers: { "content-type": "application/json", accept: "application/json" },
    body: JSON.stringify({ query, variables: { contest: contestId } }),
  });
  const { data } = (await response.json()) as Answer;
  return cuts.flatMap((cut) => {
    const found = data?.[`c${cut.number}`];
    return found ? [{ cut, votes: new Map(found.rows.map((row) => [row.candidate.ballotNumber, row.votes])) }] : [];
  });
}

/** The least of 1, 2, 5 times a power of ten in four steps of which `most` fits: where the axis ends. */
export function axisTop(most: number): number {
  const rough = Math.max(1, most / 4);
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 2.5, 5, 10].map((times) => times * power).find((size) => size >= rough) ?? 10 * power;
  return 4 * Math.max(1, step);
}
