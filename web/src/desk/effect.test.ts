import { describe, expect, it } from "vitest";
import { effectOf } from "./effect";
import type { Row } from "./fields";

const row = (id: string, now: number | null, stands?: number): Row => ({ key: id, candidateId: id, now, stands, difference: null, marked: false });
const totals = (a: number, b: number) => [
  { candidateId: "a", votes: a },
  { candidateId: "b", votes: b },
];

describe("what totals become", () => {
  it("adds what is new, and the difference where something stood", () => {
    expect(effectOf([row("a", 10), row("b", 3)], totals(100, 90)).changes).toEqual([
      { candidateId: "a", by: 10, becomes: 110 },
      { candidateId: "b", by: 3, becomes: 93 },
    ]);
    expect(effectOf([row("a", 35, 53), row("b", 33, 33)], totals(100, 90)).changes).toEqual([{ candidateId: "a", by: -18, becomes: 82 }]);
  });

  it("says when the leader changes, and by how much the new one leads", () => {
    expect(effectOf([row("a", 0), row("b", 20)], totals(100, 90))).toMatchObject({ leaderStays: false, leadsThen: ["b"], marginThen: 10 });
    expect(effectOf([row("a", 0), row("b", 5)], totals(100, 90))).toMatchObject({ leaderStays: true, marginThen: 5 });
    expect(effectOf([row("b", 10)], totals(100, 90))).toMatchObject({ leaderStays: false, leadsThen: ["a", "b"], marginThen: 0 });
  });

  it("has nobody lead without a vote, and no change of leader by the first report", () => {
    expect(effectOf([row("a", 1)], totals(0, 0))).toMatchObject({ leadsNow: [], leadsThen: ["a"], leaderStays: true });
  });
});
