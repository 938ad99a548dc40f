/** Tallies a minute, of the last so many minutes. */

export const MINUTES = 90;
const MINUTE_MS = 60_000;

export class Tempo {
  readonly #counts = new Map<number, number>();

  add(instantMs: number): void {
    const minute = Math.floor(instantMs / MINUTE_MS);
    this.#counts.set(minute, (this.#counts.get(minute) ?? 0) + 1);
  }

  /** Oldest first; the last is the minute that runs. */
  until(nowMs: number): number[] {
    const last = Math.floor(nowMs / MINUTE_MS);
    for (const minute of this.#counts.keys()) if (minute <= last - MINUTES) this.#counts.delete(minute);
    return Array.from({ length: MINUTES }, (_, i) => this.#counts.get(last - MINUTES + 1 + i) ?? 0);
  }
}

/** The top of a scale that holds the largest count: 1, 2 or 5 times a power of ten, 10 at least. */
export function scale(counts: readonly number[]): number {
  const most = Math.max(10, ...counts);
  const power = 10 ** Math.floor(Math.log10(most));
  return [1, 2, 5, 10].map((times) => times * power).find((top) => top >= most)!;
}
