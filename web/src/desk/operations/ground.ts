/** The areas that operators watch an election by: which there are, and what has been counted in each. Pure. */
import type { DistrictFragment, DistrictsQuery, ProgressSubscription } from "../../generated/desk";
import type { Election } from "../session.svelte";

/** From the widest to the narrowest, as the API's AreaLevel lists them. */
const LEVELS = ["COUNTRY", "REGION", "PROVINCE", "CITY", "CONSTITUENCY", "DISTRICT", "SUBDISTRICT"];

export interface District extends DistrictFragment {
  /** The contest by whose tallies its stations are silent or not. */
  readonly contestId: string;
}

export type Far = ProgressSubscription["resultUpdates"]["results"][number];

/** How far a count is: stations, and tallies that wait for an editor. */
export interface Stations {
  readonly total: number;
  readonly reporting: number;
}

/** The contest that the most people decide: the widest area's, the first of those. */
export function widest(election: Election): Election["contests"][number] | undefined {
  return [...election.contests].sort((a, b) => LEVELS.indexOf(a.area.level) - LEVELS.indexOf(b.area.level))[0];
}

/**
 * One contest for all: the areas in its area, or that area itself where it has none. Contests of one office side by side,
 * as constituencies have: their areas.
 */
export function districtsOf({ contest, election }: DistrictsQuery): District[] {
  const contests = election?.contests ?? [];
  const office = contests.find(({ id }) => id === contest?.id)?.office;
  const beside = contests.filter((one) => one.office === office && one.area.level === contest?.area.level);
  if (beside.length > 1) return [...new Map(beside.map(({ id, area }) => [area.id, { ...area, contestId: id }])).values()];
  if (!contest) return [];
  const { children, ...whole } = contest.area;
  return (children.length > 0 ? children : [whole]).map((area) => ({ ...area, contestId: contest.id }));
}

export function keyOf(contestId: string, areaId: string): string {
  return `${contestId} ${areaId}`;
}

/** Of a district, as far as the server has told; else what its register says, with nothing reported. */
export function stationsOf(district: District, far: ReadonlyMap<string, Far>): Stations {
  const told = far.get(keyOf(district.contestId, district.id));
  return { total: told?.stationsTotal ?? district.stationsTotal, reporting: told?.stationsReporting ?? 0 };
}

/** Over all districts. */
export function wholeOf(districts: readonly District[], far: ReadonlyMap<string, Far>): Stations {
  return districts
    .map((district) => stationsOf(district, far))
    .reduce((sum, { total, reporting }) => ({ total: sum.total + total, reporting: sum.reporting + reporting }), { total: 0, reporting: 0 });
}

/** Tallies that wait for an editor, in every contest. */
export function heldIn(contests: Election["contests"], far: ReadonlyMap<string, Far>): number {
  return contests.reduce((sum, { id, area }) => sum + (far.get(keyOf(id, area.id))?.outstanding.heldTallies ?? 0), 0);
}
