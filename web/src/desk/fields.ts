/** The fields of a held tally beside what stands: what differs, what is not legible, and where to look first. */

export interface Sent {
  readonly votes: readonly { readonly votes?: number | null; readonly candidate: { readonly id: string } }[];
  readonly validBallots: number;
  readonly invalidBallots?: number | null;
  readonly noVoteBallots?: number | null;
  readonly ballotsCast?: number | null;
}

export interface Objection {
  readonly rule: string;
  readonly field?: string | null;
}

/** `now` null: not legible, or not announced yet; `stands` undefined: nothing stands. */
export interface Row {
  readonly key: string;
  /** Candidates alone; null for the sums of a sheet. */
  readonly candidateId: string | null;
  readonly now: number | null;
  readonly stands: number | null | undefined;
  readonly difference: number | null;
  readonly marked: boolean;
}

type Total = "valid" | "invalid" | "noVote" | "sum" | "cast";

const PATHS: Readonly<Record<string, Total>> = { invalidBallots: "invalid", noVoteBallots: "noVote", ballotsCast: "cast", validBallots: "valid" };

export function candidateRows(held: Sent, standing: Sent | null, objections: readonly Objection[]): Row[] {
  const before = new Map(standing?.votes.map((row) => [row.candidate.id, row.votes ?? null]));
  const named = new Set(objections.flatMap(({ field }) => /^votes\.(\d+)/.exec(field ?? "")?.[1] ?? []));
  return held.votes.map((row, place) =>
    rowOf(row.candidate.id, row.candidate.id, row.votes ?? null, standing ? (before.get(row.candidate.id) ?? null) : undefined, named.has(String(place))),
  );
}

/** Valid, invalid, no vote, their sum, and the sheet's own total. */
export function totalRows(held: Sent, standing: Sent | null, objections: readonly Objection[]): Row[] {
  const named = new Set(objections.flatMap(({ field }) => (field && PATHS[field]) || []));
  const apart = objections.some(({ rule }) => rule === "BALLOTS_DO_NOT_ADD_UP");
  const over = objections.some(({ rule }) => rule === "MORE_BALLOTS_THAN_VOTERS");
  const [now, stands] = [totals(held), standing && totals(standing)];
  return (["valid", "invalid", "noVote", "sum", "cast"] as const).map((key) => {
    const looked = named.has(key) || (apart && (key === "sum" || key === "cast")) || (over && key === "cast");
    return rowOf(key, null, now[key], stands ? stands[key] : undefined, looked);
  });
}

function totals(sent: Sent): Record<Total, number | null> {
  const { validBallots: valid, invalidBallots: invalid = null, noVoteBallots: noVote = null, ballotsCast: cast = null } = sent;
  return { valid, invalid, noVote, cast, sum: invalid === null || noVote === null ? null : valid + invalid + noVote };
}

function rowOf(key: string, candidateId: string | null, now: number | null, stands: number | null | undefined, named: boolean): Row {
  const difference = now === null || stands === null || stands === undefined ? null : now - stands;
  const unread = now === null && (candidateId !== null || named);
  return { key, candidateId, now, stands, difference, marked: named || unread || (difference !== null && difference !== 0) };
}

/** What the rule compared, as up to three boxes; the last is the difference. Only what follows from the numbers on the page. */
export interface Box {
  readonly name: "number" | "apart" | "sum" | "cast" | "missing" | "over" | "registered" | "legible" | "unread";
  readonly ballotNumber?: number;
  readonly value: string;
  readonly loud?: boolean;
}

export function boxes(rule: string, held: Sent, candidates: readonly Row[], registered: number, numberOf: (id: string) => number, count: (n: number) => string): Box[] {
  const { sum, cast } = totals(held);
  switch (rule) {
    case "DISAGREES_WITH_ANOTHER_REPORT":
    case "LOWER_THAN_BEFORE": {
      const differing = candidates.filter((row) => row.difference);
      const shown = differing.slice(0, 2).map((row): Box => ({ name: "number", ballotNumber: numberOf(row.key), value: `${count(row.now!)} / ${count(row.stands!)}` }));
      const apart = differing.reduce((total, row) => total + Math.abs(row.difference!), 0);
      return shown.length ? [...shown, { name: "apart", value: count(apart), loud: true }] : [];
    }
    case "BALLOTS_DO_NOT_ADD_UP":
      if (sum === null || cast === null || sum === cast) return [];
      return [{ name: "sum", value: count(sum) }, { name: "cast", value: count(cast) }, { name: sum < cast ? "missing" : "over", value: count(Math.abs(cast - sum)), loud: true }];
    case "MORE_BALLOTS_THAN_VOTERS":
      if (cast === null || cast <= registered) return [];
      return [{ name: "cast", value: count(cast) }, { name: "registered", value: count(registered) }, { name: "over", value: count(cast - registered), loud: true }];
    case "ILLEGIBLE":
      if (sum === null || cast === null) return [];
      return [{ name: "legible", value: count(sum) }, { name: "cast", value: count(cast) }, { name: "unread", value: count(cast - sum), loud: true }];
    default:
      return [];
  }
}
