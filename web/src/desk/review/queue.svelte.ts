/** The held tallies, oldest first: asked for when the line comes up, then changed as tallies enter and leave. */
import { QueueChangedDocument, QueueDocument, type WaitingFragment } from "../../generated/desk";
import { line } from "../line.svelte";
import { session } from "../session.svelte";

export type Waiting = WaitingFragment;
export type Decision = NonNullable<Waiting["decision"]>;

/** Between asking and hearing something may have changed: asked once more after it. */
const SETTLE_MS = 1_500;
const LOOK_AGAIN_MS = 30_000;
const FRESH_MS = 2_400;

class Queue {
  items = $state.raw<readonly Waiting[]>([]);
  loaded = $state(false);
  openId = $state<string | null>(null);
  /** Put off, on this desk only. */
  skipped = $state.raw<ReadonlySet<string>>(new Set());
  /** Only those with a finding of this rule. */
  rule = $state("");
  fresh = $state.raw<ReadonlySet<string>>(new Set());
  /** Decided on this desk: how long each had waited, and when the last was. */
  waits = $state.raw<readonly number[]>([]);
  decidedAt = $state<number | null>(null);

  readonly shown = $derived(this.items.filter((item) => !this.rule || item.findings.some((finding) => finding.rule === this.rule)));
  readonly open = $derived(this.items.find((item) => item.id === this.openId) ?? null);
  readonly rules = $derived([...new Set(this.items.flatMap((item) => item.findings.filter(({ verdict }) => verdict === "HOLD").map(({ rule }) => rule as string)))].sort());

  /** Told of a tally that left the queue while it was open here. */
  onGone: (tally: Waiting) => void = () => undefined;
  #asking = 0;

  start(electionId: string): () => void {
    this.items = [];
    this.loaded = false;
    this.openId = null;
    const look = () => void this.#look(electionId);
    const timers: ReturnType<typeof setTimeout>[] = [];
    const ends = [
      line.onUp(() => {
        look();
        timers.push(setTimeout(look, SETTLE_MS));
      }),
      line.subscribe(QueueChangedDocument, { electionId }, ({ reviewQueueChanged }) => this.#take(reviewQueueChanged)),
    ];
    const again = setInterval(() => line.up && look(), LOOK_AGAIN_MS);
    return () => {
      clearInterval(again);
      for (const timer of timers) clearTimeout(timer);
      for (const end of ends) end();
    };
  }

  pick(id: string | null): void {
    this.openId = id;
  }

  /** To the next or previous of those shown; at the ends it stays. */
  move(by: 1 | -1): void {
    const at = this.shown.findIndex((item) => item.id === this.openId);
    const next = this.shown[Math.min(this.shown.length - 1, Math.max(0, at + by))];
    if (next) this.openId = next.id;
  }

  skip(): void {
    if (this.openId === null) return;
    const { openId } = this;
    this.skipped = new Set([...this.skipped, openId]);
    this.#openNext(openId);
  }

  /** Decided here: it leaves at once, and the next opens. */
  decided(tally: Waiting): void {
    this.waits = [...this.waits, session.now() - Date.parse(tally.recordedAt)];
    this.decidedAt = session.now();
    this.drop(tally.id);
  }

  drop(id: string): void {
    const wasOpen = this.openId === id;
    const next = wasOpen ? this.#after(id) : null;
    this.items = this.items.filter((item) => item.id !== id);
    if (wasOpen) this.openId = next;
  }

  async #look(electionId: string): Promise<void> {
    const asking = ++this.#asking;
    const found: Waiting[] = [];
    let after: string | null | undefined = null;
    try {
      do {
        const { reviewQueue }: { reviewQueue: { edges: readonly { node: Waiting }[]; pageInfo: { hasNextPage: boolean; endCursor?: string | null } } } =
          await session.ask(QueueDocument, { electionId, after });
        found.push(...reviewQueue.edges.map(({ node }) => node));
        after = reviewQueue.pageInfo.hasNextPage ? reviewQueue.pageInfo.endCursor : null;
      } while (after);
    } catch {
      return; // The next look, or the line when it is up again, tries anew.
    }
    if (asking !== this.#asking) return;
    const { open } = this;
    this.items = open && !found.some(({ id }) => id === open.id) ? [...found, open].sort(byAge) : found;
    this.loaded = true;
    if (open && !found.some(({ id }) => id === open.id)) this.onGone(open);
    if (this.openId === null) this.#openNext(null);
  }

  #take(tally: Waiting): void {
    // What comes by the line is newer than what was asked for before it.
    this.#asking += 1;
    if (tally.state !== "HELD") {
      if (this.openId === tally.id) this.onGone(tally);
      else this.drop(tally.id);
      return;
    }
    this.items = [...this.items.filter(({ id }) => id !== tally.id), tally].sort(byAge);
    this.fresh = new Set([...this.fresh, tally.id]);
    setTimeout(() => (this.fresh = new Set([...this.fresh].filter((id) => id !== tally.id))), FRESH_MS);
    if (this.openId === null) this.#openNext(null);
  }

  #openNext(from: string | null): void {
    this.openId = from === null ? (this.#candidates()[0]?.id ?? this.shown[0]?.id ?? null) : this.#after(from);
  }

  /** The one that follows; from the end, the oldest; those put off come last. */
  #after(id: string): string | null {
    const at = this.shown.findIndex((item) => item.id === id);
    const others = this.#candidates().filter((item) => item.id !== id);
    const later = others.find((item) => this.shown.indexOf(item) > at);
    return (later ?? others[0] ?? this.shown.find((item) => item.id !== id))?.id ?? null;
  }

  #candidates(): readonly Waiting[] {
    return this.shown.filter((item) => !this.skipped.has(item.id));
  }
}

function byAge(a: Waiting, b: Waiting): number {
  return Date.parse(a.recordedAt) - Date.parse(b.recordedAt) || (a.id < b.id ? -1 : 1);
}

export const queue = new Queue();
