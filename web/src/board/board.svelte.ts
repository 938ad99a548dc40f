/**
 * The board's data: loaded once, then changed by one subscription. The page shows one immutable state of it at a time, the
 * newest, taking the next after a second at the earliest: every figure on the page is of that state, changed in one frame.
 */
import { BoardDocument, ElectionsDocument, FollowingDocument, LocalRacesDocument, RaceDocument } from "../generated/board";
import type { BoardSubscription, BoardSubscriptionVariables, ElectionsQuery, LocalRacesQuery, RaceQuery } from "../generated/board";
import { ask, QueryFailed } from "../api/ask";
import { deck, headline, kindOf, plain, spoken, type Kind, type Night } from "./headline";
import type { Cut } from "./line";
import { manyBeside, officesOf, onlyRace, type Office } from "./offices";
import { Pace } from "./pace";
import { page } from "./page.svelte";
import { applyUpdate, keyOf, newer, type Result, type Results, type Update } from "./results";
import { standings, type Standing } from "./standing";
import { wordOf } from "./words";
import { Wire, type WireState } from "../api/wire";

export type Election = ElectionsQuery["elections"][number];
export type Race = NonNullable<RaceQuery["contest"]>;
export type Area = Race["area"]["children"][number];
export type LocalContest = NonNullable<LocalRacesQuery["election"]>["contests"][number];

/** What a race's rows, progress and verdict are drawn from: the whole election's race, or one in a place. */
export interface Counted {
  readonly kind: Kind | null;
  readonly race: Race | null;
  readonly city: Result | undefined;
  readonly standings: readonly Standing[];
  readonly stationsTotal: number;
}

const RESET_NOTICE_MS = 6_000;
const FOLLOWING_POLL_MS = 15_000;
const QUIET_MS = 10 * 60_000;
const LOCAL_AGAIN_MS = 3_000;
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
  offices = $state.raw<readonly Office[]>([]);
  /** The office whose page this is. */
  office = $state.raw<Office | null>(null);
  /** Its race, where it has one alone; null where it has many. */
  race = $state.raw<Race | null>(null);
  /** The office of many races that is shown: this one, or in short below the race. */
  many = $state.raw<Office | null>(null);
  localContests = $state.raw<readonly LocalContest[]>([]);
  /** On a copy: how it stands with the origin; null at home. */
  following = $state.raw<Election["following"]>(null);
  /** The server's clock, as of the newest update. */
  serverTime = $state.raw<string | null>(null);
  /** When the newest report came, whatever time it speaks of. */
  lastReportAt = $state.raw<string | null>(null);
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
  readonly isOpen: boolean = $derived(this.election?.phase === "COUNTING" || this.election?.phase === "CLOSED");
  /** Counted, and no result has come yet: which is not the same as that there is none. */
  readonly awaited: boolean = $derived(this.isOpen && (this.results.size === 0 || (this.race === null && !this.#knows(this.many))));
  readonly #local: ReadonlyMap<string, readonly Standing[]> = $derived(
    new Map(this.areas.map((area) => [area.id, standings(this.race?.candidates ?? [], this.resultIn(area.id))])),
  );
  readonly night: Night | null = $derived.by(() => this.#night());
  readonly stationsTotal: number = $derived(this.race?.area.stationsTotal ?? 0);
  readonly complete: boolean = $derived.by(() => {
    const shown = this.race ? [this.city] : (this.many?.contests ?? []).map((contest) => this.results.get(keyOf(contest.id, contest.area.id)));
    return shown.length > 0 && shown.every((result) => result?.status === "UNOFFICIAL_COMPLETE" || result?.status === "CORRECTION");
  });
  /** Connected, and nothing has come for a while: a quiet hour, which is no broken line. */
  readonly quiet: boolean = $derived(
    this.line.is === "live" && this.isOpen && !this.complete && this.serverTime !== null && this.lastReportAt !== null && Date.parse(this.serverTime) - Date.parse(this.lastReportAt) > QUIET_MS,
  );

  #wire: Wire<BoardSubscription, BoardSubscriptionVariables> | null = null;
  #held: Results = new Map();
  #heldTime: string | null = null;
  readonly #pace = new Pace(SHOW_EVERY_MS, () => this.#show());
  #missed = true;

  async load(): Promise<void> {
    this.loading = { is: "loading" };
    try {
      const { elections } = await ask(ElectionsDocument, {});
      const election = elections.find((one) => one.id === page.election) ?? elections[0];
      const offices = election ? officesOf(election) : [];
      const office = offices.find((one) => one.office === page.office) ?? offices[0];
      if (!election || !office) {
        this.loading = { is: "empty" };
        return;
      }
      this.offices = offices;
      this.#learn(election);
      if (election.following) this.#watchCopy(election.id);
      await this.#open(election, office);
    } catch (error) {
      this.loading = { is: "failed", incident: error instanceof QueryFailed ? error.incident : null };
    }
  }

  /** Shows another office, or the first one; the page's address is changed already. */
  async show(name: string | null): Promise<void> {
    const office = this.offices.find((one) => one.office === name) ?? this.offices[0];
    if (!this.election || !office || office === this.office) return;
    this.#wire?.stop();
    this.past = null;
    this.#held = new Map();
    this.#shown = { ...this.#shown, results: new Map(), step: true };
    await this.#open(this.election, office).catch(() => (this.loading = { is: "failed", incident: null }));
  }

  tryNow(): void {
    this.#wire?.tryNow();
  }

  /** Shows the whole page as it stood at this cut; what was asked last is shown, in whatever order answers come. */
  async lookBack(cut: Cut): Promise<void> {
    const { election } = this;
    if (!election) return;
    page.lookBack(cut.number);
    const { ResultsAtDocument } = await import("../generated/night");
    const asked = ask(ResultsAtDocument, { electionId: election.id, ...this.#asked(), at: cut.cursor });
    const { results } = await asked.catch((error: unknown) => {
      // The address says what is shown.
      if (page.cut === cut.number) page.lookBack(this.past?.cut.number ?? null);
      throw error;
    });
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

  #watchCopy(electionId: string): void {
    setInterval(() => {
      if (document.visibilityState === "hidden") return;
      ask(FollowingDocument, { electionId }).then(
        ({ election }) => (this.following = election?.following ?? null),
        () => undefined,
      );
    }, FOLLOWING_POLL_MS);
  }

  #learn(election: Election): void {
    this.election = election;
    this.following = election.following;
    this.isTest = election.isTest;
    this.#heldTime = election.countedUntil ?? election.lastReportAt ?? null;
    this.lastReportAt = election.lastReportAt ?? null;
    this.#shown = { ...this.#shown, dataTime: this.#heldTime };
  }

  async #open(election: Election, office: Office): Promise<void> {
    const only = onlyRace(office);
    const race = only ? ((await ask(RaceDocument, { contestId: only.id })).contest ?? null) : null;
    this.office = office;
    this.race = race;
    this.many = only ? manyBeside(this.offices, office) : office;
    this.loading = { is: race || !only ? "ready" : "empty" };
    this.#subscribe(election);
    if (this.many) void this.#loadLocal(election, this.many);
  }

  /** Before counting opens as well: the subscription then gives zeros, and the first numbers as soon as it does. */
  #subscribe(election: Election): void {
    this.#wire = new Wire<BoardSubscription, BoardSubscriptionVariables>({
      operation: BoardDocument,
      variables: { electionId: election.id, ...this.#asked() },
      cursorOf: (data) => data.resultUpdates.cursor,
      hear: (data, afterLoss) => this.#take(data.resultUpdates, afterLoss),
      state: (state) => void (this.line = state),
    });
    this.#wire.start();
  }

  /** What the page shows of the election: the race there and in the areas right below, and the many races. */
  #asked(): { contestIds: string[]; areaIds: string[] } {
    const { race, many } = this;
    const contests = many?.contests ?? [];
    return {
      contestIds: [...(race ? [race.id] : []), ...contests.map((contest) => contest.id)],
      areaIds: [...new Set([...(race ? [race.area, ...race.area.children] : []), ...contests.map((contest) => contest.area)].map((area) => area.id))],
    };
  }

  /** Who stands in the races of this office. */
  #knows(office: Office | null): boolean {
    return this.localContests.some((contest) => contest.id === office?.contests[0]?.id);
  }

  async #loadLocal(election: Election, office: Office): Promise<void> {
    if (this.many !== office || this.#knows(office)) return;
    const found = await ask(LocalRacesDocument, { electionId: election.id, office: office.office }).catch(() => null);
    if (found === null) setTimeout(() => void this.#loadLocal(election, office), LOCAL_AGAIN_MS);
    else if (this.many === office) this.localContests = found.election?.contests ?? [];
  }

  /** The phase is no part of the results: asked for when they say that it has changed. */
  async #lookAgain(): Promise<void> {
    const found = await ask(ElectionsDocument, {}).catch(() => null);
    const election = found?.elections.find((one) => one.id === this.election?.id);
    if (election) this.election = election;
  }

  #take(update: Update, afterLoss: boolean): void {
    this.#held = applyUpdate(this.#held, update);
    this.#heldTime = update.countedUntil ?? newer(this.#heldTime, update.lastReportAt);
    this.isTest = update.isTest;
    this.serverTime = update.sentAt;
    this.lastReportAt = newer(this.lastReportAt, update.lastReportAt);
    if (!this.isOpen && update.results.some((result) => result.status !== "PRE_ELECTION")) void this.#lookAgain();
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
      localLevel: this.areas[0] ? wordOf(this.areas[0]) : "DISTRICT",
      rules: race,
    };
  }

  readonly kind = $derived(this.night ? kindOf(this.night) : null);
  readonly headline = $derived(this.night ? headline(this.night, page.lang) : []);
  readonly deck = $derived(this.night ? deck(this.night, page.lang) : []);
  readonly sentence = $derived(this.night ? spoken(this.night, page.lang) : "");
  readonly title = $derived(plain(this.headline));
}

export const board = new Board();
