/** Progress as it is drawn on the counting board: fifty strokes in ten gates of five, one stroke 2 % of the stations. */

export const STROKES = 50;

export interface Stroke {
  readonly path: string;
  /** Length of the path in its own units. */
  readonly length: number;
  /** How much of it is drawn in ink (final) and in amber (still counting), 0 to 1; amber lies under the ink. */
  readonly ink: number;
  readonly amber: number;
}

export function strokes(final: number, reporting: number, total: number): Stroke[] {
  const inked = total > 0 ? (STROKES * final) / total : 0;
  const begun = total > 0 ? (STROKES * reporting) / total : 0;
  return Array.from({ length: STROKES }, (_, i) => ({
    path: pathOf(i),
    length: i % 5 < 4 ? 34 : 33,
    ink: portion(inked - i),
    amber: portion(begun - i),
  }));
}

function portion(left: number): number {
  return Math.min(1, Math.max(0, left));
}

// Four uprights 6.2 apart, then the bar across them; gates are 32.4 apart, so that ten fill 321 by 40.
function pathOf(i: number): string {
  const left = Math.floor(i / 5) * 32.4 + 2;
  const x = (left + 2.5 + (i % 5) * 6.2).toFixed(1);
  return i % 5 < 4 ? `M${x} 37V3` : `M${(left - 2).toFixed(1)} 28.5L${(left + 25.5).toFixed(1)} 11`;
}
