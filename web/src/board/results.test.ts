import { describe, expect, it } from "vitest";
import { resultOf } from "./fixture";
import { applyUpdate, keyOf, newer, type Results } from "./results";

const city = resultOf({ 8: 10, 4: 5 });
const district = resultOf({ 8: 4, 4: 2 }, { area: { id: "e/1001" } });
const held: Results = applyUpdate(new Map(), { kind: "SNAPSHOT", results: [city, district] });

describe("an update", () => {
  it("drops everything held where it is a snapshot", () => {
    const after = applyUpdate(held, { kind: "SNAPSHOT", results: [city] });
    expect([...after.keys()]).toEqual([keyOf("e/governor", "e/10")]);
  });

  it("replaces whole results by contest and area where it is a delta, and keeps the rest", () => {
    const changed = resultOf({ 8: 12, 4: 5 });
    const after = applyUpdate(held, { kind: "DELTA", results: [changed] });
    expect(after.get(keyOf("e/governor", "e/10"))).toBe(changed);
    expect(after.get(keyOf("e/governor", "e/1001"))).toBe(district);
    expect(held.get(keyOf("e/governor", "e/10"))).toBe(city);
  });

  it("keeps contests of the same area apart", () => {
    const council = { ...district, contest: { id: "e/council-1001" } };
    expect(applyUpdate(held, { kind: "DELTA", results: [council] }).size).toBe(3);
  });

  it("changes nothing where it is a heartbeat", () => {
    expect(applyUpdate(held, { kind: "HEARTBEAT", results: [] })).toBe(held);
  });
});

describe("the newer instant", () => {
  it("is compared as an instant, not as text", () => {
    expect(newer("2022-05-22T22:49:00+07:00", "2022-05-22T15:50:00Z")).toBe("2022-05-22T15:50:00Z");
    expect(newer("2022-05-22T22:51:00+07:00", "2022-05-22T15:50:00Z")).toBe("2022-05-22T22:51:00+07:00");
  });

  it("is the one that is known", () => {
    expect(newer(null, "2022-05-22T15:50:00Z")).toBe("2022-05-22T15:50:00Z");
    expect(newer(null, null)).toBeNull();
  });
});
