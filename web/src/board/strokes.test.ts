import { describe, expect, it } from "vitest";
import { strokes, STROKES } from "./strokes";

const sum = (of: "ink" | "amber", drawn: ReturnType<typeof strokes>) => drawn.reduce((total, stroke) => total + stroke[of], 0);

describe("tally strokes", () => {
  it("are fifty, in ten gates whose fifth stroke lies across", () => {
    const drawn = strokes(0, 0, 6817);
    expect(drawn).toHaveLength(STROKES);
    expect(drawn.filter((stroke) => stroke.length === 33).map((stroke) => drawn.indexOf(stroke) % 5)).toEqual(Array<number>(10).fill(4));
  });

  it("draw final stations in ink and all reporting ones in amber below", () => {
    const drawn = strokes(1935, 2082, 6817);
    expect(sum("ink", drawn)).toBeCloseTo((50 * 1935) / 6817, 9);
    expect(sum("amber", drawn)).toBeCloseTo((50 * 2082) / 6817, 9);
    expect(drawn[13]).toMatchObject({ ink: 1, amber: 1 });
    expect(drawn[14]!.ink).toBeCloseTo(0.192, 3);
    expect(drawn[16]).toMatchObject({ ink: 0, amber: 0 });
  });

  it("are all ink when every station is final, and none where there is no station", () => {
    expect(sum("ink", strokes(6817, 6817, 6817))).toBe(50);
    expect(sum("amber", strokes(0, 0, 0))).toBe(0);
  });
});
