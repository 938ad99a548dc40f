/** The local races that stand closest, of those that have come far enough to be read. */
import type { LocalContest } from "./board.svelte";
import { EARLY } from "./cells";
import { keyOf, type Results } from "./results";
import { standings, type Standing } from "./standing";

export interface CloseRace {
  readonly contestId: string;
  readonly areaId: string;
  readonly first: Standing<LocalContest["candidates"][number]>;
  readonly second: Standing<LocalContest["candidates"][number]>;
  /** Votes between the two; 0 is a tie. */
  readonly margin: number;
  /** The same as a share of the valid votes. */
  readonly points: number;
  readonly decided: boolean;
}

/** Closest first, at most `most`; without races under 20 % of stations reporting. `areaOf` gives the area of each contest. */
export function closestRaces(contests: readonly LocalContest[], areaOf: ReadonlyMap<string, string>, results: Results, most: number): CloseRace[] {
  const races = contests.flatMap((contest) => {
    const areaId = areaOf.get(contest.id) ?? "";
    const result = results.get(keyOf(contest.id, areaId));
    // Where there are several seats, the last who has one and the first who has none.
    const rows = standings(contest.candidates, result);
    const last = Math.max(0, rows.filter((row) => row.leading).length - 1);
    const [first, second] = [rows[last], rows[last + 1]];
    if (!result || result.validBallots === 0 || result.stationsReporting < EARLY * result.stationsTotal || !first || !second) return [];
    const race = { contestId: contest.id, areaId, first, second, margin: first.votes - second.votes, points: first.share - second.share };
    return [{ ...race, decided: result.decided }];
  });
  return races.sort((a, b) => a.points - b.points || a.areaId.localeCompare(b.areaId, "en", { numeric: true })).slice(0, most);
}
