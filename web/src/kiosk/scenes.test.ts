import { describe, expect, it } from "vitest";
import { sceneAfter, scenesOf } from "./scenes";

const all = { race: true, seats: true, closest: true };

describe("the scenes of a studio screen", () => {
  it("come in turn, round and round", () => {
    const scenes = scenesOf(all, null);
    expect(scenes).toEqual(["race", "seats", "closest"]);
    expect([sceneAfter(scenes, "race"), sceneAfter(scenes, "seats"), sceneAfter(scenes, "closest")]).toEqual(["seats", "closest", "race"]);
  });
  it("leave out what has nothing to show, and fall back to the race", () => {
    expect(scenesOf({ ...all, closest: false }, null)).toEqual(["race", "seats"]);
    expect(scenesOf({ race: false, seats: false, closest: false }, null)).toEqual(["race"]);
    expect(sceneAfter(["race"], "closest")).toBe("race");
  });
  it("hold the one that the address names, where it has something to show", () => {
    expect(scenesOf(all, "seats")).toEqual(["seats"]);
    expect(scenesOf({ ...all, seats: false }, "seats")).toEqual(["race", "closest"]);
  });
});
