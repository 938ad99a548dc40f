/** Where the reported count and the official figures differ, page by page, with the photographs of the stations named. */
import { DifferencesDocument, SheetDocument, type DifferencesQuery } from "../generated/check";
import { ask } from "../api/ask";

type Answer = DifferencesQuery["differences"];
export type Difference = Answer["edges"][number]["node"];
export type Version = NonNullable<Answer["version"]>;

export interface Photograph {
  readonly url: string;
}

const PAGE = 50;
/** The count goes on, and the authority may publish anew. */
const AGAIN_MS = 60_000;

export interface Wanted {
  readonly electionId: string;
  readonly contestId: string | null;
  readonly areaId: string | null;
}

export class Differences {
  /** undefined: not asked yet; null: the authority has published nothing. */
  version = $state.raw<Version | null | undefined>(undefined);
  found = $state.raw<readonly Difference[]>([]);
  total = $state(0);
  photographs = $state.raw<ReadonlyMap<string, Photograph>>(new Map());
  failed = $state(false);
  /** More is on its way, or did not come. */
  busy = $state(false);
  moreFailed = $state(false);
  #wanted: Wanted;
  #next: string | null = null;
  readonly #looked = new Set<string>();
  #timer: ReturnType<typeof setInterval>;

  constructor(wanted: Wanted) {
    this.#wanted = wanted;
    this.#timer = setInterval(() => document.visibilityState === "visible" && void this.#load(Math.max(PAGE, this.found.length)), AGAIN_MS);
    void this.#load(PAGE);
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  get more(): boolean {
    return this.#next !== null && this.found.length < this.total;
  }

  async loadMore(): Promise<void> {
    if (this.busy) return;
    [this.busy, this.moreFailed] = [true, false];
    try {
      const { differences } = await ask(DifferencesDocument, { ...this.#wanted, first: PAGE, after: this.#next });
      this.#take(differences, this.found);
    } catch {
      this.moreFailed = true;
    } finally {
      this.busy = false;
    }
  }

  /** A few sheets at a time, until every station of the list was asked for once. */
  async #look(): Promise<void> {
    const left = this.found.filter((one) => one.station && !this.#looked.has(keyOf(one))).slice(0, SHEETS);
    if (left.length === 0) return;
    for (const one of left) this.#looked.add(keyOf(one));
    this.photographs = new Map([...this.photographs, ...(await photographsOf(left))]);
    await this.#look();
  }

  /** So many from the first on, in as many requests as that takes. */
  async #load(many: number): Promise<void> {
    try {
      let kept: readonly Difference[] = [];
      let after: string | null = null;
      let answer: Answer;
      do {
        answer = (await ask(DifferencesDocument, { ...this.#wanted, first: PAGE, after })).differences;
        kept = [...kept, ...answer.edges.map(({ node }) => node)];
        after = answer.pageInfo.hasNextPage ? (answer.pageInfo.endCursor ?? null) : null;
      } while (after !== null && kept.length < many);
      this.#take({ ...answer, edges: [] }, kept);
      this.failed = false;
    } catch {
      this.failed = this.version === undefined;
    }
  }

  #take(answer: Answer, before: readonly Difference[]): void {
    this.version = answer.version ?? null;
    this.total = answer.totalCount;
    this.#next = answer.pageInfo.hasNextPage ? (answer.pageInfo.endCursor ?? null) : null;
    this.found = [...before, ...answer.edges.map(({ node }) => node)];
    void this.#look();
  }
}

/** A station's sheet of one contest. */
export function keyOf(difference: Difference): string {
  return `${difference.station?.id ?? ""} ${difference.contest.id}`;
}

/** So many sheets are asked for at a time. */
const SHEETS = 12;

/** The first photograph of each tally that counts there; what cannot be asked for is left out. */
async function photographsOf(differences: readonly Difference[]): Promise<Map<string, Photograph>> {
  const sheets = [...new Map(differences.map((one) => [keyOf(one), one])).values()];
  const found = await Promise.all(sheets.map((one) => ask(SheetDocument, { stationId: one.station!.id, contestId: one.contest.id }).catch(() => null)));
  return new Map(
    sheets.flatMap((one, i) => {
      const photograph = found[i]?.station?.tally?.evidence[0];
      return photograph ? [[keyOf(one), photograph] as const] : [];
    }),
  );
}
