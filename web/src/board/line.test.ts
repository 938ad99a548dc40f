import { describe, expect, it } from "vitest";
import { axisTop, chosen, pacesOf } from "./line";

const cut = (number: number) => ({ number, cursor: `c${number}`, takenAt: "2022-05-22T12:00:00Z" });

describe("the cuts of a line", () => {
  it("are all of them where they are few", () => expect(chosen([cut(0), cut(1)], 5).map(({ number }) => number)).toEqual([0, 1]));
  it("are spread evenly from the first to the last", () =>
    expect(chosen(Array.from({ length: 101 }, (_, i) => cut(i)), 5).map(({ number }) => number)).toEqual([0, 25, 50, 75, 100]));
});

describe("the pace of the night", () => {
  const point = (minute: number, stationsReporting: number) => ({ cut: { ...cut(minute), takenAt: new Date(minute * 60_000).toISOString() }, votes: new Map(), stationsReporting });
  it("is stations by time, however long a step lasts", () => expect(pacesOf([point(0, 0), point(1, 10), point(5, 20), point(6, 20)])).toEqual([1, 0.25, 0]));
  it("does not fall below nothing where a station is taken back", () => expect(pacesOf([point(0, 4), point(1, 3), point(2, 5)])).toEqual([0, 1]));
  it("is not drawn before anything came in", () => expect(pacesOf([point(0, 0), point(1, 0)])).toEqual([]));
});

describe("an axis", () => {
  it.each([
    [0, 4],
    [3, 4],
    [41, 80],
    [365_687, 400_000],
    [1_386_215, 2_000_000],
  ])("for %i ends at %i", (most, top) => expect(axisTop(most)).toBe(top));
});
