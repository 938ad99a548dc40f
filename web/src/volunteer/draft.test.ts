import { describe, expect, it } from "vitest";
import { changedFields, entered, erased, firstEmpty, moved, newDraft, oneNumber, pressed, UNDO_STEPS, undone, zeroed } from "./draft";
import { sheetOf } from "./fixture";
import { inputOf, newId } from "./input";

const sheet = sheetOf(3);
const at = { person: "v-1", electionId: "e", stationId: "e/s1", contestId: "e/mayor" };
const typed = (digits: string, draft = newDraft(at)) => [...digits].reduce(pressed, draft);

describe("typing", () => {
  it("appends digits, replaces a lone 0, and takes six at most", () => {
    expect(typed("387").entered.cast).toBe("387");
    expect(typed("07").entered.cast).toBe("7");
    expect(typed("1234567").entered.cast).toBe("123456");
  });
  it("deletes the last digit, and nothing of the one before", () => {
    expect(erased(typed("38")).entered.cast).toBe("3");
    expect(erased(erased(typed("3"))).entered.cast).toBe("");
  });
  it("puts a 0 at the end and goes to the next field, always", () => {
    const draft = zeroed(typed("12"), sheet);
    expect([draft.entered.cast, draft.current]).toEqual(["120", "invalid"]);
    expect(zeroed(draft, sheet)).toMatchObject({ current: "noVote", entered: { invalid: "0" } });
  });
  it("stops at the first and the last field", () => {
    expect(moved(newDraft(at), sheet, -1).current).toBe("cast");
    expect(moved({ ...newDraft(at), current: "c3" }, sheet, 1).current).toBe("c3");
    expect(firstEmpty(zeroed(newDraft(at), sheet), sheet)).toBe("invalid");
  });
  it("undoes two hundred steps, each with what it undid and the field it was in", () => {
    let draft = newDraft(at);
    for (let i = 0; i < UNDO_STEPS + 10; i += 1) draft = entered(draft, "c1", String(i));
    expect(draft.undo).toHaveLength(UNDO_STEPS);
    const back = undone({ ...draft, current: "c3" })!;
    expect([back.undid, back.step.before, back.draft.entered.c1, back.draft.current]).toEqual(["209", "208", "208", "c1"]);
    for (let i = 0; i < UNDO_STEPS; i += 1) draft = undone(draft)!.draft;
    expect(undone(draft)).toBeNull();
  });
  it("takes back that the sheet does not add up when a number changes", () => {
    expect(pressed({ ...newDraft(at), asWritten: true }, "1").asWritten).toBe(false);
  });
  it("takes one pasted number, Thai digits too, and never a column", () => {
    expect(["202", " 1,234 ", "๒๐๒", "２０", "007", ""].map(oneNumber)).toEqual(["202", "1234", "202", "20", "7", ""]);
    expect(["1\n2", "1\t2", "12a", "-3", "1.5", "1234567"].map(oneNumber)).toEqual([null, null, null, null, null, null]);
  });
  it("knows what a correction changes", () => {
    expect(changedFields(sheet, { cast: "10", c1: "3" }, { cast: "10", c1: "4", c2: "0" })).toEqual(["c1", "c2"]);
  });
});

describe("what is sent", () => {
  it("has every candidate, null for what cannot be read, and no time of the phone's", () => {
    const draft = { ...newDraft(at), coverage: "FINAL" as const, entered: { cast: "10", invalid: "0", noVote: "?", c1: "7", c2: "?", c3: "0" } };
    expect(inputOf(draft, sheet, "id")).toEqual({
      clientTallyId: "id", stationId: "e/s1", contestId: "e/mayor", coverage: "FINAL", asWritten: false, evidence: [], note: null,
      votes: [{ candidateId: "e/mayor/1", votes: 7 }, { candidateId: "e/mayor/2", votes: null }, { candidateId: "e/mayor/3", votes: 0 }],
      invalidBallots: 0, noVoteBallots: null, ballotsCast: 10,
    });
    expect(inputOf(draft, sheetOf(3, 2), "id")).toHaveProperty("validBallots", null);
  });
  it("has a random UUID", () => {
    expect(newId((bytes) => bytes.fill(255))).toBe("ffffffff-ffff-4fff-bfff-ffffffffffff");
    expect(newId()).not.toBe(newId());
  });
});
