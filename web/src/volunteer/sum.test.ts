import { describe, expect, it } from "vitest";
import { sheetOf } from "./fixture";
import { lookFirst } from "./look";
import { type Entered, fieldsOf } from "./sheet";
import { sumOf } from "./sum";

const sheet = sheetOf(3);
const right: Entered = { cast: "100", invalid: "4", noVote: "6", c1: "50", c2: "30", c3: "10" };

describe("the running sum", () => {
  it("starts at ballots used and says how many fields and ballots are left", () => {
    expect(sumOf(sheet, {}).is).toBe("start");
    expect(sumOf(sheet, { cast: "100", invalid: "4" })).toMatchObject({ is: "going", left: 4, difference: 96, fields: 6 });
  });
  it("adds up, misses some, or has too many", () => {
    expect(sumOf(sheet, right)).toMatchObject({ is: "right", total: 100, difference: 0, votes: 90 });
    expect(sumOf(sheet, { ...right, c3: "9" })).toMatchObject({ is: "missing", difference: 1 });
    expect(sumOf(sheet, { ...right, c3: "11" })).toMatchObject({ is: "over", difference: -1 });
  });
  it("says too many as soon as it is certain, and missing only once all is filled", () => {
    expect(sumOf(sheet, { cast: "100", c1: "101" }).is).toBe("over");
    expect(sumOf(sheet, { cast: "100", c1: "99" }).is).toBe("going");
  });
  it("takes an empty field and one that is not legible for no zero", () => {
    expect(sumOf(sheet, { ...right, c3: "" })).toMatchObject({ is: "going", left: 1 });
    expect(sumOf(sheet, { ...right, c3: "?" })).toMatchObject({ is: "unread", illegible: 1, difference: 10 });
    expect(sumOf(sheet, { ...right, cast: "?" })).toMatchObject({ is: "unread", difference: null });
  });
  it("counts valid ballots where a ballot carries several votes, and the votes that they can carry", () => {
    const two = sheetOf(3, 2);
    const sent: Entered = { cast: "100", invalid: "4", noVote: "6", valid: "90", c1: "90", c2: "60", c3: "30" };
    expect(fieldsOf(two).slice(0, 4)).toEqual(["cast", "invalid", "noVote", "valid"]);
    expect(sumOf(two, sent)).toMatchObject({ is: "right", total: 100, votes: 180 });
    expect(sumOf(two, { ...sent, c3: "31" })).toMatchObject({ is: "votes", difference: -1 });
    expect(sumOf(two, { ...sent, c3: "3" }).is).toBe("right");
    expect(sumOf(two, { ...sent, valid: "89" })).toMatchObject({ is: "votes" });
    expect(sumOf(two, { ...sent, valid: "91" })).toMatchObject({ is: "over", difference: -1 });
  });
});

describe("look here first", () => {
  const look = (entered: Entered) => lookFirst(sheet, entered, sumOf(sheet, entered).difference!);
  it("names a field whose digits are swapped, one too many, or one too few", () => {
    expect(look({ ...right, c1: "5", c2: "30" })).toContain("c1");
    expect(look({ ...right, cast: "217", c1: "193", c2: "5", c3: "0" })).toEqual([]);
    expect(look({ cast: "112", invalid: "0", noVote: "0", c1: "21", c2: "0", c3: "100" })).toEqual(["c1"]);
    expect(look({ cast: "112", invalid: "0", noVote: "0", c1: "112", c2: "12", c3: "0" })).toEqual([]);
    expect(look({ cast: "112", invalid: "0", noVote: "0", c1: "1000", c2: "12", c3: "0" })).toEqual(["c1"]);
  });
  it("names nothing where no one slip explains it, and never ballots used", () => {
    expect(look({ ...right, c3: "9" })).toEqual([]);
    expect(look({ ...right, cast: "10" })).not.toContain("cast");
    expect(look(right)).toEqual([]);
  });
  it("names a swap before a lost digit, and three at most", () => {
    const found = look({ cast: "72", invalid: "12", noVote: "12", c1: "12", c2: "12", c3: "15" });
    expect(found).toEqual(["invalid", "noVote", "c1"]);
  });
});
