import { describe, expect, it } from "vitest";
import { listed, ofEntry, ofTally, type Entry, type Tally } from "./lines";

const station = { id: "e/st-3", number: 3, area: { id: "e/103301", level: "SUBDISTRICT", nameTh: "ลุมพินี", nameEn: "Lumphini", parent: null } } as const;
const contest = { id: "e/governor" };

function tally(id: string, over: Partial<Tally> = {}): Tally {
  return { id, state: "ACCEPTED", coverage: "PARTIAL", countedAt: "2022-05-22T15:00:00Z", recordedAt: "2022-05-22T15:01:00Z", validBallots: 99, evidence: [], contest, station, ...over };
}

function entry(sequence: number, over: Partial<Entry> = {}): Entry {
  const told = { id: `t${sequence}`, coverage: "FINAL" as const, countedAt: null, validBallots: 400, evidence: [] } satisfies Entry["tally"];
  return { sequence, cursor: `c${sequence}`, kind: "ACCEPTED", recordedAt: "2022-05-22T16:00:00Z", contest, station, tally: told, previous: null, reason: null, ...over };
}

describe("a line of the list", () => {
  it("tells what became of a tally from before the page was opened", () => {
    expect(ofTally(tally("a")).fate).toBe("partial");
    expect(ofTally(tally("a", { coverage: "FINAL", state: "SUPERSEDED" })).fate).toBe("final");
    expect(ofTally(tally("a", { state: "WITHDRAWN" })).fate).toBe("withdrawn");
    expect(ofTally(tally("a", { state: "REJECTED" })).fate).toBe("rejected");
  });

  it("keeps a held report's numbers closed", () => {
    expect(ofTally(tally("a", { state: "HELD" })).validBallots).toBeNull();
    expect(ofEntry(entry(1, { kind: "HELD", tally: null }))).toMatchObject({ fate: "held", validBallots: null, at: "2022-05-22T16:00:00Z" });
  });

  it("sets what counted before beside a correction alone", () => {
    const previous = { validBallots: 390 };
    expect(ofEntry(entry(1, { kind: "CORRECTED", previous }))).toMatchObject({ fate: "corrected", validBallots: 400, validBefore: 390 });
    expect(ofEntry(entry(1, { previous })).validBefore).toBeNull();
  });
});

describe("the list", () => {
  it("puts what the feed told first, and fills up with tallies from before", () => {
    const before = [tally("b2"), tally("b1")].map(ofTally);
    expect(listed([entry(2), entry(1)].map(ofEntry), before, 3).map((line) => line.key)).toEqual(["entry 2", "entry 1", "tally b2"]);
  });

  it("lists a tally once that came while the page was opened", () => {
    expect(listed([ofEntry(entry(7))], [tally("t7"), tally("t6")].map(ofTally), 6).map((line) => line.key)).toEqual(["entry 7", "tally t6"]);
  });
});
