import { describe, expect, it } from "vitest";
import { Cells } from "./cells";
import { candidates, resultOf } from "./fixture";
import { standings } from "./standing";

const area = { id: "bkk-2022/1033", nameTh: "คลองเตย", nameEn: "Khlong Toei" };

describe("the cell of an area", () => {
  it("is the same one until something of it is new, and then another", () => {
    const cells = new Cells();
    const draw = (result: ReturnType<typeof resultOf>, mode: "lead" | "second" = "lead", lang: "th" | "en" = "th") => cells.of(area, result, standings(candidates, result), mode, lang);
    const before = resultOf({ 8: 60, 4: 10, 1: 30 });
    const drawn = draw(before);
    expect(draw(before)).toBe(drawn);
    expect(draw(before, "second").big).toBe("1");
    expect(draw(before, "lead", "en").sentence).toMatch(/^Khlong Toei: .* ahead of/);
    expect(draw(resultOf({ 8: 10, 4: 60, 1: 30 })).big).toBe("4");
  });
});
