/** The many races of one office: how each stands, the closest first. */
import type { LocalContest } from "./board.svelte";
import type { Contest } from "./offices";
import { keyOf, type Result, type Results } from "./results";
import { standings, type Standing } from "./standing";

export type Member = LocalContest["candidates"][number];

export interface LocalRace {
  readonly contest: Contest;
  readonly result: Result | undefined;
  /** By rank; in ballot order before the first vote. */
  readonly rows: readonly Standing<Member>[];
  /** Who leads, one a seat. */
  readonly leaders: readonly Standing<Member>[];
  /** Between the last who leads and the first who does not, as a share of the votes; null where there is no such pair. */
  readonly points: number | null;
}

/** Under this many points apart a race is called close. */
export const CLOSE_POINTS = 0.05;

/** Races with votes first, by how close they are; the others in the package's order. */
export function racesOf(contests: readonly Contest[], local: readonly LocalContest[], results: Results): LocalRace[] {
  const known = new Map(local.map((contest) => [contest.id, contest]));
  const races = contests.map((contest): LocalRace => {
    const found = results.get(keyOf(contest.id, contest.area.id));
    const result = found && found.validBallots > 0 ? found : undefined;
    const rows = standings(known.get(contest.id)?.candidates ?? [], result);
    const leaders = result ? rows.filter((row) => row.leading) : [];
    const last = leaders[leaders.length - 1];
    const next = rows.find((row) => !row.leading);
    const points = result && last && next ? last.share - next.share : result && rows.length > 1 && leaders.length === 0 ? 0 : null;
    return { contest, result: found, rows, leaders, points };
  });
  const rank = (race: LocalRace) => race.points ?? 2;
  return races.map((race, i) => ({ race, i })).sort((a, b) => rank(a.race) - rank(b.race) || a.i - b.i).map(({ race }) => race);
}
