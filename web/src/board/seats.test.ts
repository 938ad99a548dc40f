import { describe, expect, it } from "vitest";
import { candidates, resultOf } from "./fixture";
import { ONE_SEAT } from "./headline";
import { keyOf } from "./results";
import { seatsByGroup, sharedName, sharesByGroup } from "./seats";

const contests = ["a", "b", "c", "d"].map((id) => ({ id, candidates, ...ONE_SEAT }));
const areaOf = new Map(contests.map(({ id }) => [id, `area-${id}`]));

describe("seats by group", () => {
  it("go to the group of whoever leads, decided ones apart, the largest first", () => {
    const results = new Map([
      [keyOf("a", "area-a"), resultOf({ 4: 9, 8: 1 })],
      [keyOf("b", "area-b"), resultOf({ 1: 9, 8: 1 }, { decided: true })],
      [keyOf("c", "area-c"), resultOf({ 1: 9, 8: 1 })],
    ]);
    expect(seatsByGroup(contests, areaOf, results).map((group) => [group.nameTh, group.decided, group.leading])).toEqual([
      ["ก้าวไกล", 1, 1],
      ["ประชาธิปัตย์", 0, 1],
    ]);
  });

  it("leave out races that are level or without votes", () => {
    const results = new Map([
      [keyOf("a", "area-a"), resultOf({ 4: 5, 8: 5 })],
      [keyOf("b", "area-b"), resultOf({ 4: 0, 8: 0 })],
    ]);
    expect(seatsByGroup(contests, areaOf, results)).toEqual([]);
  });
});

describe("votes by group", () => {
  it("are of all races, also of groups that lead in none", () => {
    const results = new Map([
      [keyOf("a", "area-a"), resultOf({ 4: 6, 8: 2 })],
      [keyOf("b", "area-b"), resultOf({ 1: 7, 4: 5 })],
    ]);
    expect(sharesByGroup(contests, areaOf, results).map(({ nameTh, votes, share }) => [nameTh, votes, share])).toEqual([
      ["ประชาธิปัตย์", 11, 0.55],
      ["ก้าวไกล", 7, 0.35],
      [null, 2, 0.1],
    ]);
  });
  it("are none before the first", () => expect(sharesByGroup(contests, areaOf, new Map())).toEqual([]));
});

describe("the name that races share", () => {
  it("ends at a whole word", () => {
    expect(sharedName(["Bangkok Metropolitan Council, Dusit", "Bangkok Metropolitan Council, Din Daeng"])).toBe("Bangkok Metropolitan Council");
    expect(sharedName(["สมาชิกสภากรุงเทพมหานคร เขตพระนคร", "สมาชิกสภากรุงเทพมหานคร เขตดุสิต"])).toBe("สมาชิกสภากรุงเทพมหานคร");
  });
  it("ends in a word", () => expect(sharedName(["Governor: Sao Tiresio", "Governor: Ilhara"])).toBe("Governor"));
  it("is a single race's own", () => expect(sharedName(["Governor of Bangkok"])).toBe("Governor of Bangkok"));
  it("is empty where nothing is shared", () => expect(sharedName(["Dusit", "Bang Rak"])).toBe(""));
});
