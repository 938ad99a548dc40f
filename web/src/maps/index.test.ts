import { describe, expect, it } from "vitest";
import { codeOf, mapFor, neighbour } from ".";

const tiles = { a: { column: 0, row: 0 }, b: { column: 1, row: 0 }, c: { column: 0, row: 2 }, d: { column: 3, row: 1 } };

describe("a map", () => {
  it("is Bangkok's tile grid for areas that it knows", () => {
    const map = mapFor(["bkk-2022/1001", "bkk-2022/1033"]);
    expect(map.tiles["1033"]).toMatchObject({ th: "คลอง|เตย", en: "Khlong|Toei" });
    expect(Object.keys(map.tiles)).toHaveLength(50);
    expect(map.shapes).not.toBeNull();
  });

  it("is rows of tiles in code order for areas that no map knows", () => {
    const map = mapFor(["x/10", "x/9", "x/2"]);
    expect(map.shapes).toBeNull();
    expect(Object.keys(map.tiles).sort((a, b) => map.tiles[a]!.row * 10 + map.tiles[a]!.column - (map.tiles[b]!.row * 10 + map.tiles[b]!.column))).toEqual(["2", "9", "10"]);
  });

  it("names areas by the last part of their id", () => expect(codeOf("bkk-2022/1033")).toBe("1033"));
});

describe("arrows", () => {
  it("go to the nearest tile straight ahead", () => {
    expect(neighbour(tiles, "a", "ArrowRight")).toBe("b");
    expect(neighbour(tiles, "a", "ArrowDown")).toBe("c");
    expect(neighbour(tiles, "b", "ArrowRight")).toBe("d");
  });
  it("stop at the edge, and other keys do nothing", () => {
    expect(neighbour(tiles, "a", "ArrowLeft")).toBeNull();
    expect(neighbour(tiles, "a", "Enter")).toBeNull();
  });
});
