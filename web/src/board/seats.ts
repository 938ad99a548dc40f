/** Seats of many races, by the party or group of whoever leads for each. */
import type { LocalContest } from "./board.svelte";
import { keyOf, type Result, type Results } from "./results";
import { standings } from "./standing";

type Member = LocalContest["candidates"][number];

export interface Group {
  readonly nameTh: string | null;
  readonly nameEn: string | null;
  readonly color: string;
  readonly leading: number;
  readonly decided: number;
}

/** Largest first; races without votes or level at the top are in none. */
export function seatsByGroup(contests: readonly LocalContest[], areaOf: ReadonlyMap<string, string>, results: Results): Group[] {
  const groups = new Map<string, Group>();
  for (const contest of contests) {
    const result = results.get(keyOf(contest.id, areaOf.get(contest.id) ?? ""));
    const decided = result?.decided === true;
    for (const ahead of aheadIn(contest, result)) {
      const key = ahead.partyTh ?? "";
      const group = groups.get(key) ?? { nameTh: ahead.partyTh ?? null, nameEn: ahead.partyEn ?? null, color: ahead.color, leading: 0, decided: 0 };
      groups.set(key, { ...group, leading: group.leading + (decided ? 0 : 1), decided: group.decided + (decided ? 1 : 0) });
    }
  }
  return [...groups.values()].sort((a, b) => b.leading + b.decided - (a.leading + a.decided));
}

/** What a party or group has in all the races together, whether it leads in any or not. */
export interface Share {
  readonly nameTh: string | null;
  readonly nameEn: string | null;
  readonly votes: number;
  /** Of all votes in all the races, 0 to 1. */
  readonly share: number;
}

/** The largest first; nothing while there are no votes. */
export function sharesByGroup(contests: readonly LocalContest[], areaOf: ReadonlyMap<string, string>, results: Results): Share[] {
  const found = new Map<string, { nameTh: string | null; nameEn: string | null; votes: number }>();
  for (const contest of contests) {
    const result = results.get(keyOf(contest.id, areaOf.get(contest.id) ?? ""));
    const votes = new Map(result?.rows.map((row) => [row.candidate.ballotNumber, row.votes]));
    for (const { ballotNumber, partyTh, partyEn } of contest.candidates) {
      const known = found.get(partyTh ?? "") ?? { nameTh: partyTh ?? null, nameEn: partyEn ?? null, votes: 0 };
      found.set(partyTh ?? "", { ...known, votes: known.votes + (votes.get(ballotNumber) ?? 0) });
    }
  }
  const all = [...found.values()].reduce((sum, { votes }) => sum + votes, 0);
  if (all === 0) return [];
  return [...found.values()].map((one) => ({ ...one, share: one.votes / all })).sort((a, b) => b.votes - a.votes);
}

/** What the names of all the races share, whole words only: "Bangkok Metropolitan Council" of "Bangkok Metropolitan Council, Dusit". */
export function sharedName(names: readonly string[]): string {
  const [first = "", ...others] = names;
  let length = first.length;
  for (const name of others) while (!name.startsWith(first.slice(0, length))) length -= 1;
  if (length === first.length) return first;
  const shared = first.slice(0, length);
  return shared.slice(0, Math.max(0, shared.search(/[\s,]+\S*$/))).replace(/[\s,:;·–-]+$/, "");
}

/** One a seat that somebody leads for. */
function aheadIn(contest: LocalContest, result: Result | undefined): Member[] {
  if (!result || result.validBallots === 0) return [];
  return standings(contest.candidates, result).flatMap((row) => (row.leading ? [row.candidate] : []));
}
