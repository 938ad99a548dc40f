import { describe, expect, it } from "vitest";
import { sheetOf } from "./fixture";
import { screensOf } from "./readback";
import { fieldsOf } from "./sheet";

describe("reading back", () => {
  it("takes three screens for 31 candidates, with the ballots on the last", () => {
    const screens = screensOf(sheetOf(31));
    expect(screens.map(({ first, last }) => [first, last])).toEqual([[1, 11], [12, 22], [23, 31]]);
    expect(screens[2]!.fields.slice(-3)).toEqual(["cast", "invalid", "noVote"]);
  });
  it("leaves no field out, however many candidates there are", () => {
    for (const [people, votes] of [[1, 1], [6, 1], [11, 1], [12, 2], [31, 1], [60, 3]] as const) {
      const sheet = sheetOf(people, votes);
      expect(screensOf(sheet).flatMap(({ fields }) => fields).sort()).toEqual(fieldsOf(sheet).sort());
    }
  });
});
