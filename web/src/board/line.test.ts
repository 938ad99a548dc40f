import { describe, expect, it } from "vitest";
import { axisTop, chosen } from "./line";

const cut = (number: number) => ({ number, cursor: `c${number}`, takenAt: "2022-05-22T12:00:00Z" });

describe("the cuts of a line", () => {
  it("are all of them where they are few", () => expect(chosen([cut(0), cut(1)], 5).map(({ number }) => number)).toEqual([0, 1]));
  it("are spread evenly from the first to the last", () =>
    expect(chosen(Array.from({ length: 101 }, (_, i) => cut(i)), 5).map(({ number }) => number)).toEqual([0, 25, 50, 75, 100]));
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
