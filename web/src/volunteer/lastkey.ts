/** The draft whose last key may not have reached the database yet: written at once, so that not even one key is lost. */
import type { Draft } from "./draft";

const PLACE = "tallywire.volunteer.lastkey";

type Shelf = Pick<Storage, "getItem" | "setItem" | "removeItem">;

export function note(draft: Draft, shelf: Shelf = localStorage): void {
  try {
    shelf.setItem(PLACE, JSON.stringify(draft));
  } catch {
    // No room here: the database is the place that counts.
  }
}

/** Forgets the draft once the database has it, or it was dropped; never a later one. */
export function settled(draft: Draft | string, shelf: Shelf = localStorage): void {
  const noted = read(shelf);
  const same = typeof draft === "string" ? noted?.key === draft : shelf.getItem(PLACE) === JSON.stringify(draft);
  if (same) shelf.removeItem(PLACE);
}

export function read(shelf: Shelf = localStorage): Draft | null {
  try {
    const noted: unknown = JSON.parse(shelf.getItem(PLACE) ?? "null");
    return typeof noted === "object" && noted !== null && "key" in noted && "entered" in noted ? (noted as Draft) : null;
  } catch {
    return null;
  }
}
