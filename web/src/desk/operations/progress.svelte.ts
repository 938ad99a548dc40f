/** How the count goes: stations by district, tallies a minute, who is silent, and how late this server is. */
import { ArrivalsDocument, type ArrivalsQuery, DistrictsDocument, type DistrictsQuery, NotHeardOfDocument, type NotHeardOfQuery, PhaseChangedDocument, ProgressDocument, type ProgressSubscription } from "../../generated/desk";
import { line } from "../line.svelte";
import { type Election, session } from "../session.svelte";
import { MINUTES, Tempo } from "../tempo";

export type District = NonNullable<DistrictsQuery["contest"]>["area"]["children"][number];
export type Far = ProgressSubscription["resultUpdates"]["results"][number];
export type Reporter = NotHeardOfQuery["silent"]["edges"][number]["node"];

/** From the widest to the narrowest, as the API's AreaLevel lists them. */
const LEVELS = ["COUNTRY", "REGION", "PROVINCE", "CITY", "CONSTITUENCY", "DISTRICT", "SUBDISTRICT"];
const PEOPLE_MS = 15_000;
const LAG_MS = 5_000;
const TEMPO_MS = 15_000;
const PAGES_MOST = 6;

class Progress {
  contestId = $state("");
  areaId = $state("");
  districts = $state.raw<readonly District[]>([]);
  far = $state.raw<ReadonlyMap<string, Far>>(new Map());
  lastReportAt = $state<string | null>(null);
  silent = $state.raw<readonly Reporter[]>([]);
  silentTotal = $state(0);
  volunteers = $state(0);
  /** Not heard of for so long. */
  minutes = $state(30);
  /** Seconds that this server is behind the log; null while it is not known. */
  lag = $state<number | null>(null);
  #tempo = $state.raw(new Tempo());
  #ticks = $state(0);

  readonly whole = $derived(this.far.get(this.areaId));
  readonly held = $derived(this.whole?.outstanding.heldTallies ?? 0);

  start(election: Election): () => void {
    const contest = widest(election);
    const ends: (() => void)[] = [];
    const over = { is: false };
    const people = () => void this.people();
    const peopleTimer = setInterval(people, PEOPLE_MS);
    const lagTimer = setInterval(() => void this.#look(), LAG_MS);
    void this.#look();
    people();
    if (contest) void this.#begin(election, contest.id, ends, over);
    ends.push(
      line.subscribe(PhaseChangedDocument, { electionId: election.id }, ({ electionChanged: { phase, isTest } }) => {
        session.elections = session.elections.map((one) => (one.id === election.id ? { ...one, phase, isTest } : one));
      }),
    );
    return () => {
      clearInterval(peopleTimer);
      clearInterval(lagTimer);
      over.is = true;
      for (const end of ends) end();
    };
  }

  /** Tallies of each of the last minutes, oldest first. */
  perMinute(nowMs: number): number[] {
    void this.#ticks;
    return this.#tempo.until(nowMs);
  }

  async people(): Promise<void> {
    const since = new Date(session.now() - this.minutes * 60_000).toISOString();
    const found = await session.ask(NotHeardOfDocument, { electionId: session.electionId, since }).catch(() => null);
    if (!found) return;
    this.silent = found.silent.edges.map(({ node }) => node).filter(({ role, revokedAt }) => role === "VOLUNTEER" && !revokedAt);
    this.silentTotal = found.silent.totalCount;
    this.volunteers = found.all.totalCount;
  }

  async #begin(election: Election, contestId: string, ends: (() => void)[], over: { is: boolean }): Promise<void> {
    const found = await session.ask(DistrictsDocument, { contestId }).catch(() => null);
    const area = found?.contest?.area;
    if (over.is) return;
    if (!area) {
      // Asked for again when the line comes up, or after a while.
      const again = setTimeout(() => void this.#begin(election, contestId, ends, over), LAG_MS);
      ends.push(() => clearTimeout(again));
      return;
    }
    this.contestId = contestId;
    this.areaId = area.id;
    this.districts = area.children;
    const areaIds = [area.id, ...area.children.map(({ id }) => id)];
    ends.push(line.subscribe(ProgressDocument, { electionId: election.id, contestIds: [contestId], areaIds }, ({ resultUpdates }) => this.#take(resultUpdates)));
    const count = () => void (line.up && this.#count(election.id));
    const timer = setInterval(count, TEMPO_MS);
    ends.push(line.onUp(count), () => clearInterval(timer));
  }

  #take(update: ProgressSubscription["resultUpdates"]): void {
    this.far = new Map([...(update.kind === "SNAPSHOT" ? [] : this.far), ...update.results.map((result) => [result.area.id, result] as const)]);
    this.lastReportAt = update.lastReportAt ?? this.lastReportAt;
  }

  /** Counts the last minutes anew, from the newest tally back. */
  async #count(electionId: string): Promise<void> {
    const tempo = new Tempo();
    const from = session.now() - MINUTES * 60_000;
    let after: string | null = null;
    for (let page = 0; page < PAGES_MOST; page += 1) {
      const found: ArrivalsQuery | null = await session.ask(ArrivalsDocument, { electionId, after }).catch(() => null);
      if (!found) return;
      const instants: number[] = found.tallies.edges.map(({ node }) => Date.parse(node.recordedAt));
      for (const instant of instants) if (instant >= from) tempo.add(instant);
      after = found.tallies.pageInfo.endCursor ?? null;
      if (instants.length < 1_000 || instants.at(-1)! < from) break;
    }
    this.#tempo = tempo;
    this.#ticks += 1;
  }

  async #look(): Promise<void> {
    const answer = await fetch("/readyz", { cache: "no-store" })
      .then((response) => response.json() as Promise<{ tailLagSeconds?: number }>)
      .catch(() => null);
    this.lag = answer?.tailLagSeconds ?? null;
  }
}

/** The contest that the most people decide: the widest area's, the first of those. */
export function widest(election: Election): Election["contests"][number] | undefined {
  return [...election.contests].sort((a, b) => LEVELS.indexOf(a.area.level) - LEVELS.indexOf(b.area.level))[0];
}

export const progress = new Progress();
