import { describe, expect, it } from "vitest";
import type { AreaLevel } from "../../generated/desk";
import { districtsOf, type Far, heldIn, keyOf, stationsOf, wholeOf } from "./ground";

const area = (id: string, level: AreaLevel, stationsTotal = 10) => ({ id, level, th: id, en: id, stationsTotal });
const city = area("city", "CITY", 30);
const [north, south] = [area("north", "DISTRICT", 10), area("south", "DISTRICT", 20)];

function told(contest: string, at: string, reporting: number, held = 0): [string, Far] {
  return [keyOf(contest, at), { contest: { id: contest }, area: { id: at }, stationsTotal: 10, stationsReporting: reporting, outstanding: { heldTallies: held } }];
}

describe("the districts that operators watch", () => {
  const mayor = { id: "mayor", office: "mayor", area: city };
  it("are the areas in the widest contest's area", () => {
    const found = districtsOf({ contest: { id: "mayor", area: { ...city, children: [north, south] } }, election: { contests: [mayor] } });
    expect(found.map(({ id, contestId }) => [id, contestId])).toEqual([["north", "mayor"], ["south", "mayor"]]);
  });
  it("are that area itself where none lies in it", () => {
    const found = districtsOf({ contest: { id: "mayor", area: { ...city, children: [] } }, election: { contests: [mayor] } });
    expect(found.map(({ id }) => id)).toEqual(["city"]);
  });
  it("are the constituencies where each has a contest of its own", () => {
    const contests = [{ id: "n", office: "mp", area: north }, { id: "s", office: "mp", area: south }];
    const found = districtsOf({ contest: { id: "n", area: { ...north, children: [area("n1", "SUBDISTRICT")] } }, election: { contests } });
    expect(found.map(({ id, contestId }) => [id, contestId])).toEqual([["north", "n"], ["south", "s"]]);
  });
});

describe("how far they are", () => {
  const districts = [{ ...north, contestId: "n" }, { ...south, contestId: "s" }];
  const far = new Map([told("n", "north", 4, 1), told("other", "south", 9, 2)]);
  it("is what was told of the contest that they are watched by, else nothing yet", () => {
    expect(districts.map((district) => stationsOf(district, far))).toEqual([{ total: 10, reporting: 4 }, { total: 20, reporting: 0 }]);
    expect(wholeOf(districts, far)).toEqual({ total: 30, reporting: 4 });
  });
  it("counts the held tallies of every contest", () => {
    const contests = [{ id: "n", area: { id: "north" } }, { id: "other", area: { id: "south" } }];
    expect(heldIn(contests as never, far)).toBe(3);
  });
});
