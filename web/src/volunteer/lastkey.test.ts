import { beforeEach, expect, test } from "vitest";
import { newDraft } from "./draft";
import { note, read, settled } from "./lastkey";

const AT = { person: "v-1", electionId: "e", stationId: "e/1", contestId: "e/governor" };

class Shelf {
  kept = new Map<string, string>();
  getItem = (key: string) => this.kept.get(key) ?? null;
  setItem = (key: string, value: string) => void this.kept.set(key, value);
  removeItem = (key: string) => void this.kept.delete(key);
}

let shelf: Shelf;
beforeEach(() => void (shelf = new Shelf()));

test("the last key is there again when the app was closed before the database had it", () => {
  const draft = { ...newDraft(AT), entered: { ballotsCast: "387" } };
  note(draft, shelf);
  expect(read(shelf)).toEqual(draft);
});

test("what the database has is forgotten, and a later key is not", () => {
  const first = { ...newDraft(AT), entered: { ballotsCast: "3" } };
  const second = { ...first, entered: { ballotsCast: "38" } };
  note(first, shelf);
  note(second, shelf);
  settled(first, shelf);
  expect(read(shelf)).toEqual(second);
  settled(second, shelf);
  expect(read(shelf)).toBeNull();
});

test("a draft that was sent or dropped does not come back", () => {
  const draft = newDraft(AT);
  note(draft, shelf);
  settled("another key", shelf);
  expect(read(shelf)).toEqual(draft);
  settled(draft.key, shelf);
  expect(read(shelf)).toBeNull();
});

test("what is no draft is none, and a full or closed shelf stops nobody", () => {
  shelf.setItem("tallywire.volunteer.lastkey", "{broken");
  expect(read(shelf)).toBeNull();
  const full = { ...shelf, setItem: () => { throw new Error("full"); } };
  expect(() => note(newDraft(AT), full)).not.toThrow();
});
