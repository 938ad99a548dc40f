/** What is voted on: one race of the whole election, or many races of one office. The widest comes first. */
import type { Election } from "./board.svelte";

export type Contest = Election["contests"][number];

export interface Office {
  /** Machine name, such as governor. */
  readonly office: string;
  readonly contests: readonly Contest[];
}

/** From the widest to the narrowest, as the API's AreaLevel lists them. */
const LEVELS = ["COUNTRY", "REGION", "PROVINCE", "CITY", "CONSTITUENCY", "DISTRICT", "SUBDISTRICT"];

/** The widest area's first; in the package's order where they are as wide. */
export function officesOf(election: Election): Office[] {
  const found = new Map<string, Contest[]>();
  for (const contest of election.contests) found.set(contest.office, [...(found.get(contest.office) ?? []), contest]);
  const offices = [...found].map(([office, contests]) => ({ office, contests }));
  const width = ({ contests }: Office) => Math.min(...contests.map((contest) => LEVELS.indexOf(contest.area.level)));
  return offices.sort((a, b) => width(a) - width(b));
}

/** The one race of an office that has one; null for an office of many. */
export function onlyRace(office: Office): Contest | null {
  return office.contests.length === 1 ? office.contests[0]! : null;
}

/** The office of many races that is shown in short below a race: the widest of those. */
export function manyBeside(offices: readonly Office[], shown: Office): Office | null {
  return offices.find((office) => office !== shown && office.contests.length > 1) ?? null;
}
