/** What a tag in an outlet's page asks for: attributes in short, as people write them, made into ids of the API. */
import { EmbedElectionsDocument, EmbedRaceDocument, type EmbedElectionsQuery, type EmbedRaceQuery } from "../generated/embed";
import { ask } from "../api/ask";

export interface Asked {
  readonly election: string | null;
  readonly contest: string | null;
  readonly area: string | null;
}

export type Contest = NonNullable<EmbedRaceQuery["contest"]>;
export type Area = Contest["area"];

export interface Found {
  readonly contest: Contest;
  readonly area: Area;
}

type Listed = EmbedElectionsQuery["elections"][number];

const LEVELS = ["COUNTRY", "REGION", "PROVINCE", "CITY", "CONSTITUENCY", "DISTRICT", "SUBDISTRICT"];

/** The code with its election before it, where it is no whole id already. */
export function idOf(election: string, code: string): string {
  return code.includes("/") ? code : `${election}/${code}`;
}

/** null: there is no such election, contest or area here. Raises where the server cannot be asked. */
export async function find(asked: Asked, endpoint: string): Promise<Found | null> {
  const election = asked.election ?? asked.contest?.match(/^(.+)\//)?.[1] ?? null;
  if (election !== null && asked.contest !== null) {
    const found = await race(election, asked.contest, asked.area, endpoint);
    if (found) return found;
  }
  const { elections } = await ask(EmbedElectionsDocument, {}, { endpoint });
  const listed = elections.find((one) => one.id === election) ?? (election === null ? elections[0] : undefined);
  const contest = listed && chosen(listed, asked);
  return listed && contest ? race(listed.id, contest, asked.area, endpoint) : null;
}

/** By office, in the area where one is named; without either the widest. */
function chosen(election: Listed, { contest, area }: Asked): string | undefined {
  const of = contest === null ? election.contests : election.contests.filter((one) => one.office === contest || one.id === idOf(election.id, contest));
  const there = area === null ? undefined : of.find((one) => one.area.id === idOf(election.id, area));
  const width = (one: (typeof of)[number]) => LEVELS.indexOf(one.area.level);
  return (there ?? [...of].sort((a, b) => width(a) - width(b))[0])?.id;
}

async function race(election: string, contest: string, area: string | null, endpoint: string): Promise<Found | null> {
  const variables = { contestId: idOf(election, contest), areaId: area === null ? "" : idOf(election, area), hasArea: area !== null };
  const found = await ask(EmbedRaceDocument, variables, { endpoint });
  const where = area === null ? found.contest?.area : found.area;
  return found.contest && where ? { contest: found.contest, area: where } : null;
}
