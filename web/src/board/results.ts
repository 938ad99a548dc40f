/** What the page holds of the count, and how an update changes it. */
import type { BoardSubscription } from "../generated/board";

export type Update = BoardSubscription["resultUpdates"];
export type Result = Update["results"][number];
/** Results by contest and area, as `keyOf` names them. */
export type Results = ReadonlyMap<string, Result>;

export function keyOf(contestId: string, areaId: string): string {
  return `${contestId} ${areaId}`;
}

/** A SNAPSHOT replaces everything; a DELTA replaces whole results; a HEARTBEAT changes nothing. */
export function applyUpdate(held: Results, update: Pick<Update, "kind" | "results">): Results {
  if (update.kind === "HEARTBEAT") return held;
  const next = update.kind === "SNAPSHOT" ? new Map<string, Result>() : new Map(held);
  for (const result of update.results) next.set(keyOf(result.contest.id, result.area.id), result);
  return next;
}

/** The newer of two instants, compared as instants: their offsets may differ. */
export function newer(a: string | null | undefined, b: string | null | undefined): string | null {
  if (!a || !b) return a || b || null;
  return Date.parse(a) >= Date.parse(b) ? a : b;
}
