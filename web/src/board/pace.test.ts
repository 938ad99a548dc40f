import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { Pace } from "./pace";

const FRAME_MS = 16;

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["setTimeout", "performance"] });
  vi.stubGlobal("requestAnimationFrame", (draw: () => void) => setTimeout(draw, FRAME_MS));
});
afterEach(() => {
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

it("the first change is drawn in the next frame", () => {
  const draw = vi.fn();
  new Pace(1000, draw).ask();
  expect(draw).not.toHaveBeenCalled();
  vi.advanceTimersByTime(FRAME_MS);
  expect(draw).toHaveBeenCalledTimes(1);
});

it("ten changes a second are drawn once a second, each time the newest", () => {
  const drawn: { value: number; at: number }[] = [];
  let newest = 0;
  const pace = new Pace(1000, () => drawn.push({ value: newest, at: performance.now() }));
  for (newest = 1; newest <= 50; newest += 1) {
    pace.ask();
    vi.advanceTimersByTime(100);
  }
  expect(drawn).toHaveLength(5);
  const gaps = drawn.slice(1).map((one, i) => ({ ms: one.at - drawn[i]!.at, values: one.value - drawn[i]!.value }));
  for (const gap of gaps) {
    expect(gap.ms).toBeGreaterThanOrEqual(1000);
    expect(gap.values).toBeGreaterThanOrEqual(10);
  }
});

it("the last change of a burst is drawn although nothing follows it", () => {
  const drawn: string[] = [];
  let newest = "first";
  const pace = new Pace(1000, () => drawn.push(newest));
  pace.ask();
  vi.advanceTimersByTime(100);
  newest = "last";
  pace.ask();
  vi.advanceTimersByTime(5000);
  expect(drawn).toEqual(["first", "last"]);
});

it("a change after a quiet time waits for no pace", () => {
  const draw = vi.fn();
  const pace = new Pace(1000, draw);
  pace.ask();
  vi.advanceTimersByTime(4000);
  pace.ask();
  vi.advanceTimersByTime(FRAME_MS);
  expect(draw).toHaveBeenCalledTimes(2);
});
