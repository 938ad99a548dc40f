import { describe, expect, it } from "vitest";
import { itemOf, tallyOf } from "./fixture";
import { added, adopted, answered, batch, inOrder, inputFor, isFull, marked, newestAt, reopened, retryAfter, stageOf, told, unsent } from "./queue";

const HOLD = { rule: "ALL_ZERO", verdict: "HOLD", field: null, th: "ก", en: "a" } as const;

describe("the queue", () => {
  it("sends the oldest first and at most fifty in a call", () => {
    const items = Array.from({ length: 60 }, (_, i) => itemOf(`t${i}`, { stationId: `e/s${i}`, place: 60 - i }));
    const call = batch(items, "v-1");
    expect(call).toHaveLength(50);
    expect(call[0]!.id).toBe("t59");
    expect(isFull(items)).toBe(true);
    expect(isFull(items.slice(0, 49))).toBe(false);
  });
  it("sends of several unsent partials of one sheet only the newest", () => {
    let items = added([], itemOf("a", { coverage: "PARTIAL" }));
    items = added(items, itemOf("b", { coverage: "PARTIAL", stationId: "e/s2" }));
    items = added(items, itemOf("cc", { coverage: "PARTIAL" }));
    expect(batch(items, "v-1").map((item) => item.id)).toEqual(["b", "cc"]);
    expect(newestAt(items, { stationId: "e/s1", contestId: "e/mayor" })!.id).toBe("cc");
  });
  it("keeps its order when the phone's clock jumps back", () => {
    let items = added([], itemOf("a", { queuedAt: "2022-05-22T21:00:00Z" }));
    items = added(items, itemOf("b", { queuedAt: "1970-01-01T00:00:09Z", stationId: "e/s2" }));
    items = added(items, itemOf("c", { queuedAt: "1970-01-01T00:00:05Z", coverage: "PARTIAL" }));
    expect(inOrder([...items].reverse()).map((item) => item.id)).toEqual(["a", "b", "c"]);
    expect(newestAt(inOrder([...items].reverse()), { stationId: "e/s1", contestId: "e/mayor" })!.id).toBe("c");
  });
  it("gives places to items that were kept before there were any", () => {
    const { place, ...old } = itemOf("old", { queuedAt: "2022-05-22T21:00:00Z" });
    expect(place).toBe(3);
    const items = inOrder([itemOf("new", { place: 1, queuedAt: "2022-05-22T20:00:00Z" }), { ...old, id: "later", queuedAt: "2022-05-22T22:00:00Z" }, old]);
    expect(items.map((item) => [item.id, item.place])).toEqual([["old", 1], ["later", 2], ["new", 3]]);
  });
  it("keeps a partial that may have arrived, and one before a final", () => {
    let items = added([], itemOf("a", { coverage: "PARTIAL", state: "unanswered" }));
    items = added(items, itemOf("bb", { coverage: "PARTIAL" }));
    items = added(items, itemOf("ccc"));
    expect(batch(items, "v-1").map((item) => item.id)).toEqual(["a", "bb", "ccc"]);
  });
  it("asks again under the same id for what was being sent when the app closed", () => {
    const closed = marked([itemOf("a")], new Set(["a"]), "sending");
    expect(batch(closed, "v-1")).toEqual([]);
    const items = reopened(closed);
    expect(stageOf(items[0]!)).toBe("unanswered");
    expect(batch(items, "v-1").map((item) => item.input.clientTallyId)).toEqual(["a"]);
  });
  it("holds a correction back until what it corrects has its answer, then names that tally", () => {
    let items = added([itemOf("a", { state: "unanswered" })], itemOf("bb", { replaces: "a" }));
    expect(batch(items, "v-1").map((item) => item.id)).toEqual(["a"]);
    items = answered(items, "a", { kind: "tally", tally: tallyOf("T1"), held: false });
    expect(batch(items, "v-1").map((item) => item.id)).toEqual(["bb"]);
    expect(inputFor(items[1]!, items).replaces).toBe("T1");
  });
  it("names no tally to be replaced that does not count or is another's", () => {
    for (const tally of [tallyOf("T1", { state: "HELD" }), tallyOf("T1", { reporter: "v-2" })]) {
      const items = answered([itemOf("a"), itemOf("bb", { replaces: "a" })], "a", { kind: "tally", tally, held: tally.state === "HELD" });
      expect(inputFor(items[1]!, items).replaces).toBeUndefined();
    }
  });
  it("drops what was corrected before it was sent", () => {
    const items = added([itemOf("a")], itemOf("bb", { replaces: "a" }));
    expect(batch(items, "v-1").map((item) => item.id)).toEqual(["bb"]);
    expect(unsent(items)).toHaveLength(1);
  });
  it("tells each outcome, and what an editor made of it later", () => {
    const one = (tally: Parameters<typeof tallyOf>[1]) => answered([itemOf("a")], "a", { kind: "tally", tally: tallyOf("T1", tally), held: tally?.state === "HELD" });
    expect(stageOf(one({})[0]!)).toBe("counted");
    expect(stageOf(one({ findings: [{ ...HOLD, verdict: "FLAG" }] })[0]!)).toBe("noted");
    const held = one({ state: "HELD", findings: [HOLD] });
    expect(stageOf(held[0]!)).toBe("held");
    expect(stageOf(told(held, [tallyOf("T1", { findings: [HOLD] })])[0]!)).toBe("released");
    expect(stageOf(told(held, [tallyOf("T1", { state: "REJECTED" })])[0]!)).toBe("refused");
    expect(stageOf(told(held, [tallyOf("T1", { state: "SUPERSEDED" })])[0]!)).toBe("superseded");
    const rejected = answered([itemOf("a")], "a", { kind: "rejected", findings: [{ ...HOLD, verdict: "REJECT" }] });
    expect(stageOf(rejected[0]!)).toBe("rejected");
    expect(batch(rejected, "v-1")).toEqual([]);
    const late = answered([itemOf("a")], "a", { kind: "rejected", findings: [{ ...HOLD, rule: "COUNTING_NOT_OPEN", verdict: "REJECT" }] });
    expect(stageOf(late[0]!)).toBe("late");
  });
  it("knows that what counts now took the place of one's own before it, at that sheet alone", () => {
    const before = [itemOf("a", { coverage: "PARTIAL" }), itemOf("bb", { stationId: "e/s2" })];
    const counted = ["a", "bb"].reduce((items, id) => answered(items, id, { kind: "tally", tally: tallyOf(`T-${id}`), held: false }), before);
    const held = answered([...counted, itemOf("ccc")], "ccc", { kind: "tally", tally: tallyOf("T-c", { state: "HELD" }), held: true });
    expect(held.map(stageOf)).toEqual(["counted", "counted", "held"]);
    const final = answered([...counted, itemOf("ccc")], "ccc", { kind: "tally", tally: tallyOf("T-c"), held: false });
    expect(final.map(stageOf)).toEqual(["superseded", "counted", "counted"]);
  });
  it("gives to a newly enrolled person what was not answered, and nothing that was", () => {
    const items = adopted([itemOf("a"), itemOf("bb", { state: "answered", tally: tallyOf("T1") })], "v-9");
    expect(items.map((item) => item.person)).toEqual(["v-9", "v-1"]);
    expect(batch(items, "v-1")).toEqual([]);
    expect(batch(items, "v-9").map((item) => item.id)).toEqual(["a"]);
  });
  it("tries again after 5, 10, 20, 40, then every 60 seconds", () => {
    expect([0, 1, 2, 3, 4, 5, 6, 99].map(retryAfter)).toEqual([0, 5, 10, 20, 40, 60, 60, 60]);
  });
});
