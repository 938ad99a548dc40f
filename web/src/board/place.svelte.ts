/** One area and every race that is decided or counted there, kept up by a subscription of its own while its page is open. */
import { BoardDocument, RaceDocument } from "../generated/board";
import type { AreaLevel, BoardSubscription, BoardSubscriptionVariables } from "../generated/board";
import { PlaceDocument, type PlaceQuery } from "../generated/places";
import { ask } from "../api/ask";
import { Wire } from "../api/wire";
import { board, type Counted, type Race } from "./board.svelte";
import { kindOf, type Kind, type Night } from "./headline";
import { Pace } from "./pace";
import { applyUpdate, keyOf, type Result, type Results } from "./results";
import { standings, type Standing } from "./standing";

export type PlaceArea = NonNullable<PlaceQuery["area"]>;
export type Above = { readonly id: string; readonly level: AreaLevel; readonly nameTh: string; readonly nameEn: string };

/** As often as the board itself. */
const SHOW_EVERY_MS = 1_000;

/** One race as it stands in the place. */
export class RaceHere implements Counted {
  readonly race: Race;
  readonly #place: Place;

  constructor(race: Race, place: Place) {
    this.race = race;
    this.#place = place;
  }

  readonly city: Result | undefined = $derived.by(() => this.resultIn(this.#place.area?.id ?? ""));
  readonly standings: readonly Standing[] = $derived.by(() => standings(this.race.candidates, this.city));
  readonly stationsTotal: number = $derived.by(() => this.#place.area?.stationsTotal ?? 0);
  readonly night: Night | null = $derived.by(() => this.#night());
  readonly kind: Kind | null = $derived(this.night ? kindOf(this.night) : null);

  resultIn(areaId: string): Result | undefined {
    return this.#place.results.get(keyOf(this.race.id, areaId));
  }

  standingsIn(areaId: string): readonly Standing[] {
    return standings(this.race.candidates, this.resultIn(areaId));
  }

  #night(): Night | null {
    if (!board.election) return null;
    const { phase, pollsCloseAt, timeZone } = board.election;
    return { phase, pollsCloseAt, timeZone, dataTime: board.dataTime, result: this.city, standings: this.standings, local: [], localTotal: 0, localLevel: "DISTRICT", rules: this.race };
  }
}

export class Place {
  /** undefined: not asked yet; null: there is none, or it could not be asked. */
  area = $state.raw<PlaceArea | null | undefined>(undefined);
  races = $state.raw<readonly RaceHere[]>([]);
  results = $state.raw<Results>(new Map());
  failed = $state(false);
  #held: Results = new Map();
  #wire: Wire<BoardSubscription, BoardSubscriptionVariables> | null = null;
  #stopped = false;
  readonly #pace = new Pace(SHOW_EVERY_MS, () => (this.results = this.#held));

  async start(areaId: string): Promise<void> {
    try {
      const { area } = await ask(PlaceDocument, { id: areaId });
      const contests = area ? racesOver(area) : [];
      const asked = await Promise.all(contests.map((contestId) => (contestId === board.race?.id ? { contest: board.race } : ask(RaceDocument, { contestId }))));
      if (this.#stopped) return;
      this.area = area ?? null;
      this.races = asked.flatMap(({ contest }) => (contest ? [new RaceHere(contest, this)] : []));
      if (area && board.election) this.#follow(board.election.id, area);
    } catch {
      this.failed = true;
    }
  }

  stop(): void {
    this.#stopped = true;
    this.#wire?.stop();
  }

  #follow(electionId: string, area: PlaceArea): void {
    this.#wire = new Wire<BoardSubscription, BoardSubscriptionVariables>({
      operation: BoardDocument,
      variables: { electionId, contestIds: this.races.map(({ race }) => race.id), areaIds: [area.id, ...area.children.map((child) => child.id)] },
      cursorOf: (data) => data.resultUpdates.cursor,
      hear: (data) => {
        this.#held = applyUpdate(this.#held, data.resultUpdates);
        this.#pace.ask();
      },
      // The board's own line says on the page whether there is one.
      state: () => undefined,
    });
    this.#wire.start();
  }
}

/** From the area itself to the widest. */
export function pathOf(area: { readonly parent?: unknown } & Above): Above[] {
  const above = area.parent as (Above & { parent?: unknown }) | null | undefined;
  return [area, ...(above ? pathOf(above as Above & { parent?: unknown }) : [])];
}

/** The contests whose voters live there: those of the area and of what lies above; the widest first. */
function racesOver(area: PlaceArea): string[] {
  const path = pathOf(area).map(({ id }) => id);
  const contests = (board.election?.contests ?? []).filter((contest) => path.includes(contest.area.id));
  return contests.sort((a, b) => path.indexOf(b.area.id) - path.indexOf(a.area.id)).map(({ id }) => id);
}
