/** What a volunteer works from without a network: their stations, the elections, each contest's sheet. */
import { ask, type AskOptions } from "../api/ask";
import { type ElectionPhase, MineDocument, type MineQuery, SheetDocument, type SheetQuery } from "../generated/volunteer";
import type { Words } from "../words/language.svelte";
import type { Told } from "./queue";
import type { Sheet } from "./sheet";

export interface ElectionFacts {
  readonly id: string;
  readonly name: Words;
  readonly phase: ElectionPhase;
  readonly isTest: boolean;
  readonly pollsCloseAt: string;
  readonly timeZone: string;
}

export interface StationFacts {
  readonly id: string;
  readonly number: number;
  readonly place: Words;
  readonly area: Words;
  readonly registered: number;
  readonly electionId: string;
  readonly contestIds: readonly string[];
}

export interface Register {
  readonly elections: readonly ElectionFacts[];
  readonly stations: readonly StationFacts[];
  readonly sheets: readonly Sheet[];
  readonly help: Words | null;
}

/** As many of one's own tallies as are looked at for news. */
const TALLIES_MOST = 100;

export interface Mine {
  readonly register: Register;
  readonly tallies: readonly Told[];
}

/** Everything anew; sheets that `known` has are fetched once a start. Raises QueryFailed and fetch's own errors. */
export async function fetchMine(options: AskOptions, known: readonly Sheet[]): Promise<Mine | null> {
  const { viewer } = await ask(MineDocument, { tallies: TALLIES_MOST }, options);
  if (!viewer) return null;
  const wanted = [...new Set(viewer.stations.flatMap((station) => station.contests.map((contest) => contest.id)))];
  const sheets = await Promise.all(wanted.map(async (id) => known.find((sheet) => sheet.id === id) ?? (await fetchSheet(id, options))));
  return {
    register: {
      elections: [...new Map(viewer.stations.map(({ election }) => [election.id, electionOf(election)])).values()],
      stations: viewer.stations.map(stationOf).sort((a, b) => a.area.th.localeCompare(b.area.th, "th") || a.number - b.number),
      sheets: sheets.filter((sheet) => sheet !== null),
      help: viewer.helpTh || viewer.helpEn ? { th: viewer.helpTh ?? viewer.helpEn ?? "", en: viewer.helpEn ?? viewer.helpTh ?? "" } : null,
    },
    tallies: viewer.tallies,
  };
}

type ViewerStation = NonNullable<MineQuery["viewer"]>["stations"][number];

function electionOf({ id, th, en, phase, isTest, pollsCloseAt, timeZone }: ViewerStation["election"]): ElectionFacts {
  return { id, name: { th, en }, phase, isTest, pollsCloseAt, timeZone };
}

function stationOf({ id, number, th, en, area, registeredVoters, election, contests }: ViewerStation): StationFacts {
  return {
    ...{ id, number, place: { th, en }, registered: registeredVoters },
    area: { th: area.th, en: area.en },
    electionId: election.id,
    contestIds: contests.map((contest) => contest.id),
  };
}

async function fetchSheet(id: string, options: AskOptions): Promise<Sheet | null> {
  const { contest } = await ask(SheetDocument, { id }, options);
  return contest ? sheetOf(contest) : null;
}

function sheetOf({ id, office, th, en, votesPerBallot, candidates }: NonNullable<SheetQuery["contest"]>): Sheet {
  const rows = candidates.map((row) => ({
    id: row.id,
    number: row.ballotNumber,
    color: row.color,
    name: { th: row.th, en: row.en },
    short: { th: row.shortTh, en: row.shortEn },
    party: row.partyTh || row.partyEn ? { th: row.partyTh ?? row.partyEn ?? "", en: row.partyEn ?? row.partyTh ?? "" } : null,
  }));
  return { id, office, name: { th, en }, votesPerBallot, candidates: rows.sort((a, b) => a.number - b.number) };
}
