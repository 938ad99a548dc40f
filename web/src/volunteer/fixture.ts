/** Sheets and items for the tests beside it. */
import type { Item, Told } from "./queue";
import type { Candidate, Sheet } from "./sheet";

function candidate(number: number): Candidate {
  const name = { th: `คนที่ ${number}`, en: `Person ${number}` };
  return { id: `e/mayor/${number}`, number, name, short: name, party: null, color: "#336699" };
}

export function sheetOf(candidates: number, votesPerBallot = 1): Sheet {
  return {
    id: "e/mayor",
    office: "mayor",
    name: { th: "นายก", en: "Mayor" },
    votesPerBallot,
    candidates: Array.from({ length: candidates }, (_, i) => candidate(i + 1)),
  };
}

export function tallyOf(id: string, told: Partial<Told> = {}): Told {
  return {
    id, state: "ACCEPTED", coverage: "FINAL", revision: 1, confirmations: 0, reporter: "v-1", recordedAt: "2022-05-22T21:04:00+07:00", findings: [],
    ...told,
  };
}

export function itemOf(id: string, item: Partial<Item> = {}): Item {
  const [stationId, contestId] = ["e/s1", "e/mayor"];
  return {
    id, stationId, contestId, person: "v-1", electionId: "e", coverage: "FINAL", entered: {}, photos: [], place: id.length, queuedAt: `2022-05-22T21:00:0${id.length}Z`,
    input: { clientTallyId: id, stationId, contestId, votes: [], coverage: "FINAL", asWritten: false, evidence: [] },
    state: "waiting", replaces: null, tally: null, wasHeld: false, findings: [],
    ...item,
  };
}
