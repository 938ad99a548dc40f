import { describe, expect, it } from "vitest";
import { ONE_SEAT } from "./headline";
import { closestRaces } from "./closest";
import { candidates, resultOf } from "./fixture";
import { keyOf } from "./results";

const contests = ["a", "b", "c", "d"].map((id) => ({ id, candidates, ...ONE_SEAT }));
const areaOf = new Map(contests.map(({ id }) => [id, `area-${id}`]));
const closest = (results: Record<string, ReturnType<typeof resultOf>>, most = 6) =>
  closestRaces(contests, areaOf, new Map(Object.entries(results).map(([id, result]) => [keyOf(id, `area-${id}`), result])), most);

describe("the closest races", () => {
  it("come closest first, by share and not by votes, with who leads and who follows", () => {
    const races = closest({ a: resultOf({ 8: 60, 4: 40 }), b: resultOf({ 4: 5100, 1: 4900 }) });
    expect(races.map((race) => [race.contestId, race.first.candidate.ballotNumber, race.second.candidate.ballotNumber, race.margin])).toEqual([
      ["b", 4, 1, 200],
      ["a", 8, 4, 20],
    ]);
    expect(races[0]!.points).toBeCloseTo(0.02);
  });

  it("hold a tie, and whether a race is decided", () => {
    const races = closest({ a: resultOf({ 8: 50, 4: 50 }), b: resultOf({ 8: 60, 4: 40 }, { decided: true }) });
    expect(races.map((race) => [race.margin, race.decided])).toEqual([
      [0, false],
      [20, true],
    ]);
  });

  it("leave out races without votes and those too early to read", () => {
    const early = resultOf({ 8: 51, 4: 49 }, { stationsTotal: 100, stationsReporting: 19 });
    const readable = resultOf({ 8: 90, 4: 10 }, { stationsTotal: 100, stationsReporting: 20 });
    expect(closest({ a: early, b: readable, c: resultOf({ 8: 0, 4: 0 }) }).map((race) => race.contestId)).toEqual(["b"]);
  });

  it("are no more than asked for", () => {
    expect(closest({ a: resultOf({ 8: 6, 4: 4 }), b: resultOf({ 8: 7, 4: 3 }), c: resultOf({ 8: 8, 4: 2 }) }, 2).map((race) => race.contestId)).toEqual(["a", "b"]);
  });
});
