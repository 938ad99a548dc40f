import { describe, expect, it } from "vitest";
import { candidates, resultOf } from "./fixture";
import { countedOpacity, leadOf, standings, strengthStep } from "./standing";

describe("standings", () => {
  it("keep the API's order and give shares of the votes for candidates", () => {
    const rows = standings(candidates, resultOf({ 8: 60, 4: 10, 1: 30 }));
    expect(rows.map((row) => [row.candidate.ballotNumber, row.votes, row.share])).toEqual([
      [8, 60, 0.6],
      [1, 30, 0.3],
      [4, 10, 0.1],
    ]);
  });

  it("have shares of nothing as zero, not as a fault", () => {
    expect(standings(candidates, resultOf({ 8: 0, 4: 0, 1: 0 })).map((row) => row.share)).toEqual([0, 0, 0]);
  });

  it("stand in ballot order without a result", () => {
    expect(standings(candidates, undefined).map((row) => row.candidate.ballotNumber)).toEqual([8, 4, 1]);
  });
});

describe("a lead", () => {
  it("is the difference of two shares", () => expect(leadOf(standings(candidates, resultOf({ 8: 60, 4: 10, 1: 30 })))?.points).toBeCloseTo(0.3));
  it("is nobody's in a tie", () => expect(leadOf(standings(candidates, resultOf({ 8: 5, 4: 5, 1: 1 })))).toBeNull());
  it("has five strengths, each with its lower bound", () => {
    expect([0, 0.0499, 0.05, 0.15, 0.3, 0.4, 1].map(strengthStep)).toEqual([1, 1, 2, 3, 4, 5, 5]);
  });
});

describe("the counted map", () => {
  it("has five steps of a fifth, the last of them closed", () => {
    expect([0, 0.19, 0.2, 0.79, 0.8, 1].map(countedOpacity)).toEqual([0.1, 0.1, 0.22, 0.66, 0.9, 0.9]);
  });
});
