/**
 * The board's data: loaded once, then changed by one subscription. The page shows one immutable state of it at a time, the
 * newest, taking the next after a second at the earliest: every figure on the page is of that state, changed in one frame.
 */
import { BoardDocument, ElectionsDocument, LocalRacesDocument, RaceDocument } from "../generated/board";
import type { BoardSubscription, BoardSubscriptionVariables, ElectionsQuery, LocalRacesQuery, RaceQuery } from "../generated/board";
import { ask, QueryFailed } from "../api/ask";
import { deck, headline, kindOf, plain, spoken, type Kind, type Night } from "./headline";
import type { Cut } from "./line";
import { Pace } from "./pace";
import { page } from "./page.svelte";
import { applyUpdate, keyOf, newer, type Result, type Results, type Update } from "./results";
import { standings, type Standing } from "./standing";
import { Wire, type WireState } from "../api/wire";

export type Election = ElectionsQuery["elections"][number];
export type Race = NonNullable<RaceQuery["contest"]>;
export type Area = Race["area"]["children"][number];
export type LocalContest = NonNullable<LocalRacesQuery["election"]>["contests"][number];

/** What a race's rows, progress and verdict are drawn from: the whole election's race, or one in a place. */
export interface Counted {
  readonly kind: Kind | null;
  readonly city: Result | undefined;
  readonly standings: readonly Standing[];
  readonly stationsTotal: number;
}

/** From the widest to the narrowest, as the API's AreaLevel lists them. */
const LEVELS = ["COUNTRY", "REGION", "PROVINCE", "CITY", "CONSTITUENCY", "DISTRICT", "SUBDISTRICT"];
const PHASE_POLL_MS = 5_000;
const RESET_NOTICE_MS = 6_000;
/** Longer than the count-up, so that each has ended at its value when the next state comes. */
const SHOW_EVERY_MS = 1_000;

/** What the page shows: one position of the feed. */
interface Shown {
  readonly results: Results;
  /** The newest time that the numbers speak of: when volunteers say they counted, else when a report came. */
  readonly dataTime: string | null;
  /** True where numbers must step to their new values at once, after a loss or a hidden tab. */
  readonly step: boolean;
}

/** Results as they stood at a cut. */
interface Past {
  readonly cut: Cut;
  readonly results: Results;
}

export type Loading = { is: "loading" } | { is: "ready" } | { is: "empty" } | { is: "failed"; incident: string | null };

class Board {
  loading = $state<Loading>({ is: "loading" });
  line = $state<WireState>({ is: "connecting" });
  /** The last update began anew from the newest result instead of going on. */
  reset = $state(false);
  election = $state.raw<Election | null>(null);
  race = $state.raw<Race | null>(null);
  localContests = $state.raw<readonly LocalContest[]>([]);
  isTest = $state(false);
  #shown = $state.raw<Shown>({ results: new Map(), dataTime: null, step: true });

  /** The cut looked back at, while what comes in is kept and not shown; null: now. */
  past = $state.raw<Past | null>(null);
  readonly results: Results = $derived(this.past?.results ?? this.#shown.results);
  readonly dataTime: string | null = $derived(this.past?.cut.takenAt ?? this.#shown.dataTime);
  readonly step: boolean = $derived(this.past !== null || this.#shown.step);

  readonly city: Result | undefined = $derived(this.race ? this.results.get(keyOf(this.race.id, this.race.area.id)) : undefined);
  readonly standings: readonly Standing[] = $derived(standings(this.race?.candidates ?? [], this.city));
  readonly areas: readonly Area[] = $derived(this.race?.area.children ?? []);
  readonly #local: ReadonlyMap<string, readonly Standing[]> = $derived(
    new Map(this.areas.map((area) => [area.id, standings(this.race?.candidates ?? [], this.resultIn(area.id))])),
  );
  readonly night: Night | null = $derived.by(() => this.#night());
  readonly stationsTotal: number = $derived(this.race?.area.stationsTotal ?? 0);
  readonly complete: boolean = $derived(this.city?.status === "UNOFFICIAL_COMPLETE" || this.city?.status === "CORRECTION");

  #wire: Wire<BoardSubscription, BoardSubscriptionVariables> | null = null;
  #held: Results = new Map();
  #heldTime: string | null = null;
  readonly #pace = new Pace(SHOW_EVERY_MS, () => this.#show());
  #missed = true;
  #phasePoll: ReturnType<typeof setTimeout> | undefined;

  async load(): Promise<void> {
    this.loading = { is: "loading" };
    try {
      const { elections } = await ask(ElectionsDocument, {});
      const election = elections.find((one) => one.id === page.election) ?? elections[0];
      const contest = election && widest(election);
      if (!election || !contest) {
        this.loading = { is: "empty" };
        return;
      }
      const { contest: race } = await ask(RaceDocument, { contestId: contest.id });
      this.#open(election, race ?? null);
    } catch (error) {
      this.loading = { is: "failed", incident: error instanceof QueryFailed ? error.incident : null };
    }
  }

  tryNow(): void {
    this.#wire?.tryNow();
  }

  /** Shows the whole page as it stood at this cut; what was asked last is shown, in whatever order answers come. */
  async lookBack(cut: Cut): Promise<void> {
    const { election, race } = this;
    if (!election || !race) return;
    page.lookBack(cut.number);
    const { ResultsAtDocument } = await import("../generated/night");
    const { results } = await ask(ResultsAtDocument, { electionId: election.id, ...shownIn(election, race), at: cut.cursor });
    if (page.cut === cut.number) this.past = { cut, results: new Map(results.map((result) => [keyOf(result.contest.id, result.area.id), result])) };
  }

  backToNow(): void {
    this.past = null;
    this.#missed = true;
    this.#shown = { ...this.#shown, step: true };
    page.lookBack(null);
  }

  resultIn(areaId: string): Result | undefined {
    return this.race ? this.results.get(keyOf(this.race.id, areaId)) : undefined;
  }

  standingsIn(areaId: string): readonly Standing[] {
    return this.#local.get(areaId) ?? [];
  }

  #open(election: Election, race: Race | null): void {
    this.election = election;
    this.race = race;
    this.isTest = election.isTest;
    this.#heldTime = election.countedUntil ?? election.lastReportAt ?? null;
    this.#shown = { ...this.#shown, dataTime: this.#heldTime };
    this.loading = { is: race ? "ready" : "empty" };
    if (!race) return;
    // Nothing is public before COUNTING: ask again until it opens.
    if (election.phase === "SETUP" || election.phase === "VOTING") this.#phasePoll = setTimeout(() => void this.#lookAgain(), PHASE_POLL_MS);
    else this.#subscribe(election, race);
  }

  async #lookAgain(): Promise<void> {
    clearTimeout(this.#phasePoll);
    const found = await ask(ElectionsDocument, {}).catch(() => null);
    this.#open(found?.elections.find((one) => one.id === this.election?.id) ?? this.election!, this.race);
  }

  #subscribe(election: Election, race: Race): void {
    const local = localContests(election, race);
    this.#wire = new Wire<BoardSubscription, BoardSubscriptionVariables>({
      operation: BoardDocument,
      variables: {
        electionId: election.id,
        ...shownIn(election, race),
      },
      cursorOf: (data) => data.resultUpdates.cursor,
      hear: (data, afterLoss) => this.#take(data.resultUpdates, afterLoss),
      state: (state) => void (this.line = state),
    });
    this.#wire.start();
    if (local[0]) void this.#loadLocal(election, local[0].office, race);
  }

  async #loadLocal(election: Election, office: string, race: Race): Promise<void> {
    const found = await ask(LocalRacesDocument, { electionId: election.id, office }).catch(() => null);
    this.localContests = (found?.election?.contests ?? []).filter((contest) => contest.id !== race.id);
  }

  #take(update: Update, afterLoss: boolean): void {
    this.#held = applyUpdate(this.#held, update);
    this.#heldTime = update.countedUntil ?? newer(this.#heldTime, update.lastReportAt);
    this.isTest = update.isTest;
    if (update.reset) this.#sayReset();
    this.#missed ||= afterLoss || update.kind === "SNAPSHOT" || document.visibilityState === "hidden";
    this.#pace.ask();
  }

  #show(): void {
    this.#shown = { results: this.#held, dataTime: this.#heldTime, step: this.#missed };
    this.#missed = false;
  }

  #sayReset(): void {
    this.reset = true;
    setTimeout(() => (this.reset = false), RESET_NOTICE_MS);
  }

  #night(): Night | null {
    const { election, race } = this;
    if (!election || !race) return null;
    return {
      phase: election.phase,
      pollsCloseAt: election.pollsCloseAt,
      timeZone: election.timeZone,
      dataTime: this.dataTime,
      result: this.city,
      standings: this.standings,
      local: this.areas.map((area) => this.standingsIn(area.id)),
      localTotal: this.areas.length,
      localLevel: this.areas[0]?.level ?? "DISTRICT",
    };
  }

  readonly kind = $derived(this.night ? kindOf(this.night) : null);
  readonly headline = $derived(this.night ? headline(this.night, page.lang) : []);
  readonly deck = $derived(this.night ? deck(this.night, page.lang) : []);
  readonly sentence = $derived(this.night ? spoken(this.night, page.lang) : "");
  readonly title = $derived(plain(this.headline));
}

/** The contest that the most people decide: the widest area's, the first of those. */
function widest(election: Election): Election["contests"][number] | undefined {
  const width = (contest: Election["contests"][number]) => LEVELS.indexOf(contest.area.level);
  return election.contests.reduce<Election["contests"][number] | undefined>(
    (best, contest) => (best && width(best) <= width(contest) ? best : contest),
    undefined,
  );
}

/** What the page shows of the election: the widest race and the local ones, there and in the areas right below. */
function shownIn(election: Election, race: Race): { contestIds: string[]; areaIds: string[] } {
  return {
    contestIds: [race.id, ...localContests(election, race).map((contest) => contest.id)],
    areaIds: [race.area.id, ...race.area.children.map((area) => area.id)],
  };
}

/** Contests of one other office that are decided in the areas below: here the council's. */
function localContests(election: Election, race: Race): Election["contests"] {
  const below = new Set(race.area.children.map((area) => area.id));
  const local = election.contests.filter((contest) => contest.id !== race.id && below.has(contest.area.id));
  return local.filter((contest) => contest.office === local[0]?.office);
}

export const board = new Board();
