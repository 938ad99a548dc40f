import { describe, expect, it } from "vitest";
import { boxes, candidateRows, type Sent, totalRows } from "./fields";

const sent = (votes: readonly (number | null)[], more: Partial<Sent> = {}): Sent => ({
  votes: votes.map((count, i) => ({ votes: count, candidate: { id: `c${i + 1}` } })),
  validBallots: votes.reduce<number>((sum, count) => sum + (count ?? 0), 0),
  invalidBallots: 6,
  noVoteBallots: 9,
  ballotsCast: 100,
  ...more,
});
const numberOf = (id: string) => Number(id.slice(1));
const boxesOf = (rule: string, held: Sent, standing: Sent | null = null, registered = 500) =>
  boxes(rule, held, candidateRows(held, standing, []), registered, numberOf, String).map(({ name, value }) => `${name} ${value}`);

describe("fields of a held tally", () => {
  it("marks what differs from what stands, by how much", () => {
    const rows = candidateRows(sent([35, 33, 5]), sent([53, 15, 5]), []);
    expect(rows.map(({ difference, marked }) => [difference, marked])).toEqual([
      [-18, true],
      [18, true],
      [0, false],
    ]);
  });

  it("never takes not legible for 0, in either tally", () => {
    const [unread, wasUnread] = candidateRows(sent([null, 7]), sent([4, null]), []);
    expect(unread).toMatchObject({ now: null, stands: 4, difference: null, marked: true });
    expect(wasUnread).toMatchObject({ now: 7, stands: null, difference: null });
    expect(totalRows(sent([1], { invalidBallots: null }), null, []).find(({ key }) => key === "sum")).toMatchObject({ now: null, stands: undefined });
  });

  it("marks the field that a rule names", () => {
    const rows = candidateRows(sent([1, 2, 3]), null, [{ rule: "SHARE_OUT_OF_RANGE", field: "votes.1.votes" }]);
    expect(rows.map(({ marked }) => marked)).toEqual([false, true, false]);
    const totals = totalRows(sent([1]), null, [{ rule: "INVALID_BALLOTS_OUT_OF_RANGE", field: "invalidBallots" }]);
    expect(totals.filter(({ marked }) => marked).map(({ key }) => key)).toEqual(["invalid"]);
  });

  it("puts into boxes what a rule compared, and only what is so", () => {
    expect(boxesOf("DISAGREES_WITH_ANOTHER_REPORT", sent([35, 33]), sent([53, 15]))).toEqual(["number 35 / 53", "number 33 / 15", "apart 36"]);
    expect(boxesOf("BALLOTS_DO_NOT_ADD_UP", sent([80], { ballotsCast: 104 }))).toEqual(["sum 95", "cast 104", "missing 9"]);
    expect(boxesOf("BALLOTS_DO_NOT_ADD_UP", sent([80], { ballotsCast: 90 }))).toEqual(["sum 95", "cast 90", "over 5"]);
    expect(boxesOf("MORE_BALLOTS_THAN_VOTERS", sent([85]), null, 88)).toEqual(["cast 100", "registered 88", "over 12"]);
    expect(boxesOf("ILLEGIBLE", sent([null, 48]))).toEqual(["legible 63", "cast 100", "unread 37"]);
    expect(boxesOf("ILLEGIBLE", sent([null], { ballotsCast: null }))).toEqual([]);
    expect(boxesOf("NOT_ASSIGNED", sent([85]))).toEqual([]);
  });
});
