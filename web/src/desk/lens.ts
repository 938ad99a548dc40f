/** How a photograph is looked at: how large, turned how far, moved where. */

export interface Lens {
  /** 1: as wide as its frame; 4 at most. */
  readonly zoom: number;
  /** Degrees, in quarters of a turn; it goes on past 360, so that the turn is the short way. */
  readonly turn: number;
  /** Shares of the frame by which the middle is moved. */
  readonly x: number;
  readonly y: number;
}

export const STRAIGHT: Lens = { zoom: 1, turn: 0, x: 0, y: 0 };
export const ZOOM_MOST = 4;
const STEP = 1.35;
const PAN = 0.15;

export function zoomed(lens: Lens, by: 1 | -1 | 0): Lens {
  if (by === 0) return STRAIGHT;
  const zoom = Math.min(ZOOM_MOST, Math.max(1, by > 0 ? lens.zoom * STEP : lens.zoom / STEP));
  return held({ ...lens, zoom: zoom < 1.01 ? 1 : zoom });
}

export function turned(lens: Lens, by: 90 | -90): Lens {
  return { ...lens, turn: lens.turn + by };
}

/** By steps, or by shares of the frame where a pointer drags it. */
export function panned(lens: Lens, x: number, y: number, share: number = PAN): Lens {
  return held({ ...lens, x: lens.x + x * share, y: lens.y + y * share });
}

/** The picture never leaves its frame wholly. */
function held(lens: Lens): Lens {
  const most = lens.zoom / 2;
  const within = (value: number) => Math.min(most, Math.max(-most, value));
  return { ...lens, x: within(lens.x), y: within(lens.y) };
}
