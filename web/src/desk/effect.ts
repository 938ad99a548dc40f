/** What a contest's totals become if a held tally counts from now on. */
import type { Row } from "./fields";

export interface Total {
  readonly candidateId: string;
  readonly votes: number;
}

export interface Change {
  readonly candidateId: string;
  readonly by: number;
  readonly becomes: number;
}

export interface Effect {
  /** Whose votes change, the largest change first. */
  readonly changes: readonly Change[];
  /** Candidates who lead now and then: one, or several with equal votes, or none without a vote. */
  readonly leadsNow: readonly string[];
  readonly leadsThen: readonly string[];
  readonly leaderStays: boolean;
  /** Votes between the first and the second, then. */
  readonly marginThen: number;
}

export function effectOf(rows: readonly Row[], totals: readonly Total[]): Effect {
  const now = new Map(totals.map(({ candidateId, votes }) => [candidateId, votes]));
  const changes = rows.flatMap((row): Change[] => {
    const by = (row.now ?? 0) - (row.stands ?? 0);
    return row.candidateId === null || by === 0 ? [] : [{ candidateId: row.candidateId, by, becomes: (now.get(row.candidateId) ?? 0) + by }];
  });
  const then = new Map(now);
  for (const change of changes) then.set(change.candidateId, change.becomes);
  const [leadsNow, leadsThen] = [leaders(now), leaders(then)];
  const [first = 0, second = 0] = [...then.values()].sort((a, b) => b - a);
  return {
    changes: changes.sort((a, b) => Math.abs(b.by) - Math.abs(a.by)),
    leadsNow,
    leadsThen,
    leaderStays: leadsNow.length === 0 || [...leadsNow].sort().join() === [...leadsThen].sort().join(),
    marginThen: first - second,
  };
}

function leaders(votes: ReadonlyMap<string, number>): string[] {
  const most = Math.max(0, ...votes.values());
  return most === 0 ? [] : [...votes].filter(([, count]) => count === most).map(([id]) => id);
}
