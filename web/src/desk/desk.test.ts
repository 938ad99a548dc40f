import { describe, expect, it } from "vitest";
import { age, median } from "./ages";
import { pieces, shares } from "./allotment";
import { panned, STRAIGHT, turned, zoomed, ZOOM_MOST } from "./lens";
import { changeAfter, PHASES } from "./phases";
import { publicReason, REASON_MAX, REASONS } from "./rules";
import { MINUTES, scale, Tempo } from "./tempo";

describe("a public reason", () => {
  it("is in both languages, with one's own words on the same line", () => {
    expect(publicReason("accept", 0, "")).toBe("ตรงกับรูปทุกช่อง · Equals the photograph in every field");
    expect(publicReason("reject", 1, " of\n station 9 ")).toBe("รูปของหน่วยอื่น · Photograph of another station: of station 9");
  });

  it("is missing where the last choice has no words, or there are too many", () => {
    const last = REASONS.accept.length - 1;
    expect(publicReason("accept", last, "  ")).toBeNull();
    expect(publicReason("accept", last, "looked")).toBe("looked");
    expect(publicReason("accept", last, "x".repeat(REASON_MAX + 1))).toBeNull();
  });
});

describe("an age", () => {
  it("has hours only where there are any, and is never negative", () => {
    expect([age(0, 372_000), age(0, 3_972_000), age(5_000, 0)]).toEqual(["06:12", "1:06:12", "00:00"]);
  });
  it("has a middle", () => expect([median([]), median([3, 1, 2]), median([4, 1])]).toEqual([null, 2, 2.5]));
});

describe("a photograph", () => {
  it("is zoomed from its frame's width to four times, and back by fit", () => {
    let lens = STRAIGHT;
    for (let i = 0; i < 20; i += 1) lens = zoomed(lens, 1);
    expect(lens.zoom).toBe(ZOOM_MOST);
    expect(zoomed(zoomed(STRAIGHT, 1), -1).zoom).toBe(1);
    expect(zoomed(turned(lens, 90), 0)).toEqual(STRAIGHT);
  });
  it("never leaves its frame wholly", () => {
    let lens = zoomed(STRAIGHT, 1);
    for (let i = 0; i < 99; i += 1) lens = panned(lens, 1, -1);
    expect([lens.x, lens.y]).toEqual([lens.zoom / 2, -lens.zoom / 2]);
  });
});

describe("tallies a minute", () => {
  it("are counted by the minute, and forgotten after a while", () => {
    const tempo = new Tempo();
    const now = 1_000_000 * 60_000 + 30_000;
    for (const minutesAgo of [0, 0, 1, MINUTES]) tempo.add(now - minutesAgo * 60_000);
    const counts = tempo.until(now);
    expect(counts).toHaveLength(MINUTES);
    expect(counts.slice(-2)).toEqual([1, 2]);
    expect(counts.reduce((sum, n) => sum + n, 0)).toBe(3);
  });
  it("stand below a round number", () => expect([[], [11], [49], [51], [999]].map(scale)).toEqual([10, 20, 50, 100, 1000]));
});

describe("codes", () => {
  it("share stations in order, the last with what is left; a code of an editor has none", () => {
    expect(shares([1, 2, 3, 4, 5, 6, 7], 3)).toEqual([[1, 2, 3], [4, 5, 6], [7]]);
    expect(shares([], 3)).toEqual([[]]);
    expect(pieces([..."580264849153"], 4).map((group) => group.join(""))).toEqual(["5802", "6484", "9153"]);
  });
});

describe("phases", () => {
  it("go forwards by one, and from the end back to counting", () => {
    expect(PHASES.map((phase) => changeAfter(phase).to)).toEqual(["VOTING", "COUNTING", "CLOSED", "COUNTING"]);
    expect(new Set(PHASES.map((phase) => changeAfter(phase).title.en)).size).toBe(4);
  });
});
