/** How the count goes: stations by district, tallies a minute, who is silent, and how late this server is. */
import { ArrivalsDocument, type ArrivalsQuery, DistrictsDocument, LedgerDocument, type LedgerQuery, NotHeardOfDocument, type NotHeardOfQuery, PhaseChangedDocument, ProgressDocument, type ProgressSubscription, SilentPlacesDocument, type SilentPlacesQuery } from "../../generated/desk";
import { line } from "../line.svelte";
import { type Election, session } from "../session.svelte";
import { MINUTES, Tempo } from "../tempo";
import { type District, districtsOf, type Far, heldIn, keyOf, type Stations, stationsOf, widest, wholeOf } from "./ground";

export type { District } from "./ground";
export type Reporter = NotHeardOfQuery["silent"]["edges"][number]["node"];

const PEOPLE_MS = 15_000;
const LAG_MS = 5_000;
const TEMPO_MS = 15_000;
const PAGES_MOST = 6;

class Progress {
  districts = $state.raw<readonly District[]>([]);
  far = $state.raw<ReadonlyMap<string, Far>>(new Map());
  lastReportAt = $state<string | null>(null);
  /** Volunteers not heard of; null until they are asked for. */
  silent = $state.raw<readonly Reporter[] | null>(null);
  silentTotal = $state(0);
  volunteers = $state(0);
  /** Not heard of for so long. */
  minutes = $state(30);
  /** The newest cut and the newest signed head; null before there are any. */
  ledger = $state.raw<LedgerQuery | null>(null);
  /** Seconds that this server is behind the log; null while it is not known. */
  lag = $state<number | null>(null);
  #tempo = $state.raw(new Tempo());
  #ticks = $state(0);

  /** Volunteers not heard of by district; null until they are asked for. */
  silentPlaces = $state.raw<ReadonlyMap<string, number> | null>(null);
  /** Whether tallies a minute have been counted. */
  readonly paced = $derived(this.#ticks > 0);
  /** Whether the first results have come. */
  readonly known = $derived(this.far.size > 0);
  readonly whole = $derived(wholeOf(this.districts, this.far));
  readonly held = $derived(heldIn(session.election?.contests ?? [], this.far));

  start(election: Election): () => void {
    const contest = widest(election);
    const ends: (() => void)[] = [];
    const over = { is: false };
    const people = () => {
      void this.people();
      void this.#sealed();
    };
    const peopleTimer = setInterval(people, PEOPLE_MS);
    const lagTimer = setInterval(() => void this.#look(), LAG_MS);
    this.ledger = null;
    this.silent = null;
    this.silentPlaces = null;
    this.#ticks = 0;
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

  stations(district: District): Stations {
    return stationsOf(district, this.far);
  }

  /** Tallies of each of the last minutes, oldest first. */
  perMinute(nowMs: number): number[] {
    void this.#ticks;
    return this.#tempo.until(nowMs);
  }

  /** How long is long: what was asked of another time says nothing. */
  since(minutes: number): void {
    this.minutes = minutes;
    this.silent = null;
    this.silentPlaces = null;
    void this.people();
  }

  async people(): Promise<void> {
    const asked = this.#asked();
    const since = new Date(session.now() - this.minutes * 60_000).toISOString();
    const found = await session.ask(NotHeardOfDocument, { electionId: session.electionId, since }).catch(() => null);
    if (!found || asked !== this.#asked()) return;
    this.silent = found.silent.edges.map(({ node }) => node);
    this.silentTotal = found.silent.totalCount;
    this.volunteers = found.all.totalCount;
  }

  /** Where those live who are not heard of: a volunteer counts once in each district with a station of theirs. */
  async places(): Promise<void> {
    const asked = this.#asked();
    const since = new Date(session.now() - this.minutes * 60_000).toISOString();
    const districts = new Set(this.districts.map(({ id }) => id));
    const found = new Map<string, number>();
    let after: string | null = null;
    for (let page = 0; page < PAGES_MOST; page += 1) {
      const answer: SilentPlacesQuery | null = await session.ask(SilentPlacesDocument, { electionId: session.electionId, since, after }).catch(() => null);
      if (!answer) return;
      for (const { node } of answer.reporters.edges) {
        const areas = node.stations.flatMap(({ area }) => [area.id, area.parent?.id, area.parent?.parent?.id]);
        for (const id of new Set(areas)) if (id && districts.has(id)) found.set(id, (found.get(id) ?? 0) + 1);
      }
      after = answer.reporters.pageInfo.endCursor ?? null;
      if (!answer.reporters.pageInfo.hasNextPage) break;
    }
    if (asked === this.#asked()) this.silentPlaces = found;
  }

  /** What an answer about people is of. */
  #asked(): string {
    return `${session.electionId} ${this.minutes}`;
  }

  async #begin(election: Election, contestId: string, ends: (() => void)[], over: { is: boolean }): Promise<void> {
    const found = await session.ask(DistrictsDocument, { electionId: election.id, contestId }).catch(() => null);
    if (over.is) return;
    if (!found) {
      // Asked for again when the line comes up, or after a while.
      const again = setTimeout(() => void this.#begin(election, contestId, ends, over), LAG_MS);
      ends.push(() => clearTimeout(again));
      return;
    }
    this.districts = districtsOf(found);
    const contestIds = election.contests.map(({ id }) => id);
    const areaIds = [...new Set([...election.contests.map(({ area }) => area.id), ...this.districts.map(({ id }) => id)])];
    ends.push(line.subscribe(ProgressDocument, { electionId: election.id, contestIds, areaIds }, ({ resultUpdates }) => this.#take(resultUpdates)));
    const count = () => void (line.up && this.#count(election.id));
    const timer = setInterval(count, TEMPO_MS);
    ends.push(line.onUp(count), () => clearInterval(timer));
  }

  #take(update: ProgressSubscription["resultUpdates"]): void {
    this.far = new Map([...(update.kind === "SNAPSHOT" ? [] : this.far), ...update.results.map((result) => [keyOf(result.contest.id, result.area.id), result] as const)]);
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

  async #sealed(): Promise<void> {
    this.ledger = (await session.ask(LedgerDocument, { electionId: session.electionId }).catch(() => null)) ?? this.ledger;
  }

  async #look(): Promise<void> {
    const answer = await fetch("/readyz", { cache: "no-store" })
      .then((response) => response.json() as Promise<{ tailLagSeconds?: number }>)
      .catch(() => null);
    this.lag = answer?.tailLagSeconds ?? null;
  }
}

export const progress = new Progress();
