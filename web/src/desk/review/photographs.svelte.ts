/** The open tally's photographs: fetched with the token, as held ones are shown to editors alone, and kept as the page's own addresses. */
import { panned, STRAIGHT, turned, type Lens, zoomed } from "../lens";
import { session } from "../session.svelte";

/** The narrower copy is enough until somebody looks closely. */
const WIDTH = 1280;
const CLOSE = 1.9;

export interface Photograph {
  readonly sha256: string;
  readonly url: string;
  readonly width: number;
  readonly height: number;
}

class Photographs {
  all = $state.raw<readonly Photograph[]>([]);
  at = $state(0);
  lens = $state.raw<Lens>(STRAIGHT);
  /** The page's own address of what is shown; null while it comes. */
  source = $state<string | null>(null);
  failed = $state(false);
  readonly now = $derived(this.all[this.at] ?? null);
  readonly zoomed = $derived(this.lens.zoom > 1);
  readonly #kept = new Map<string, string>();

  open(all: readonly Photograph[]): void {
    const same = all.length === this.all.length && all.every((one, i) => one.sha256 === this.all[i]?.sha256);
    if (same) return;
    for (const address of this.#kept.values()) URL.revokeObjectURL(address);
    this.#kept.clear();
    this.all = all;
    this.at = 0;
    this.lens = STRAIGHT;
    this.source = null;
    this.failed = false;
    void this.#show();
  }

  next(): void {
    if (this.all.length > 0) this.show((this.at + 1) % this.all.length);
  }

  show(at: number): void {
    this.at = at;
    this.lens = STRAIGHT;
    this.source = null;
    void this.#show();
  }

  zoom(by: 1 | -1 | 0): void {
    this.lens = zoomed(this.lens, by);
    void this.#show();
  }

  turn(by: 90 | -90): void {
    this.lens = turned(this.lens, by);
  }

  pan(x: number, y: number, share?: number): void {
    this.lens = panned(this.lens, x, y, share);
  }

  retry(): void {
    void this.#show();
  }

  /** Fetches what is to be seen now; the closer copy takes the other's place when it is there. */
  async #show(): Promise<void> {
    const photograph = this.now;
    if (!photograph) return;
    this.failed = false;
    const closely = this.lens.zoom >= CLOSE && photograph.width > WIDTH;
    const addresses = closely ? [photograph.url] : [`${photograph.url}?width=${WIDTH}`];
    for (const address of addresses) {
      const source = this.#kept.get(photograph.url) ?? this.#kept.get(address) ?? (await this.#fetch(address));
      if (this.now?.sha256 !== photograph.sha256) return;
      if (source) this.source = source;
      else this.failed = this.source === null;
    }
  }

  async #fetch(address: string): Promise<string | null> {
    try {
      const response = await fetch(address, { headers: session.token ? { authorization: `Bearer ${session.token}` } : {} });
      if (!response.ok) return null;
      const source = URL.createObjectURL(await response.blob());
      this.#kept.set(address, source);
      return source;
    } catch {
      return null;
    }
  }
}

export const photographs = new Photographs();
