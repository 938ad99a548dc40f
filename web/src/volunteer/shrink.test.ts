import { describe, expect, it } from "vitest";
import { fitted, sharpness } from "./shrink";

function picture(width: number, height: number, grey: (x: number, y: number) => number) {
  const data = Array.from({ length: width * height }, (_, i) => grey(i % width, Math.floor(i / width))).flatMap((g) => [g, g, g, 255]);
  return { data, width, height };
}

describe("photographs", () => {
  it("fit into a square and never grow", () => {
    expect(fitted(4000, 3000, 2000)).toEqual({ width: 2000, height: 1500 });
    expect(fitted(3000, 4000, 2000)).toEqual({ width: 1500, height: 2000 });
    expect(fitted(640, 480, 2000)).toEqual({ width: 640, height: 480 });
    expect(fitted(9000, 1, 2000)).toEqual({ width: 2000, height: 1 });
  });
  it("are sharp where edges are hard, blurred where they are soft", () => {
    const print = sharpness(picture(40, 40, (x) => (Math.floor(x / 4) % 2 ? 30 : 230)));
    const smear = sharpness(picture(40, 40, (x) => 130 + 100 * Math.sin(x / 12)));
    expect(print).toBeGreaterThan(60);
    expect(smear).toBeLessThan(60);
    expect(sharpness(picture(2, 2, () => 0))).toBe(0);
  });
});
