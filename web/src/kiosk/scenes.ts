/** What a studio screen shows in turn; only scenes that have something to show. */
export type Scene = "race" | "seats" | "closest";

export const SCENE_MS = 20_000;
const ALL: readonly Scene[] = ["race", "seats", "closest"];

export interface Has {
  /** The election's page is of one race. */
  readonly race: boolean;
  /** Some seat of the many races has a leader. */
  readonly seats: boolean;
  readonly closest: boolean;
}

/** In their order; the race, where nothing else can be shown. `pinned` holds one, where it has something to show. */
export function scenesOf(has: Has, pinned: string | null): readonly Scene[] {
  const shown = ALL.filter((scene) => has[scene]);
  if (shown.length === 0) return ["race"];
  const held = shown.filter((scene) => scene === pinned);
  return held.length > 0 ? held : shown;
}

/** The one after this; the first, where this one is no longer shown. */
export function sceneAfter(scenes: readonly Scene[], now: Scene): Scene {
  return scenes[(scenes.indexOf(now) + 1) % scenes.length] ?? "race";
}
