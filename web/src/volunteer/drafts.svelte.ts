/** Every draft on this phone, kept at each key. */
import { device } from "./device.svelte";
import { type Coverage, type Draft, draftKey, newDraft, type SheetAt } from "./draft";
import { inputOf, newId } from "./input";
import * as lastkey from "./lastkey";
import { outbox } from "./outbox.svelte";
import { type Item, newestAt, sameSheet } from "./queue";
import { session } from "./session.svelte";
import type { Entered, Sheet } from "./sheet";
import type { Person, Store } from "./store";

const AGAIN_MS = 5_000;

class Drafts {
  all = $state.raw<ReadonlyMap<string, Draft>>(new Map());
  /** Puts that are not on disk yet. */
  pending = $state(0);
  /** The phone did not take the last put: said in words until one succeeds. */
  broken = $state(false);
  #store!: Store;

  async start(store: Store): Promise<void> {
    this.#store = store;
    this.all = new Map((await store.drafts()).map((draft) => [draft.key, draft]));
    const noted = lastkey.read();
    if (noted) this.put(noted);
  }

  get(key: string): Draft | undefined {
    return this.all.get(key);
  }

  /** The draft of a sheet; a new one shows the last partial's numbers as "was". */
  at(at: SheetAt, practice = false): Draft {
    return this.get(draftKey(at, practice)) ?? { ...newDraft(at, practice), last: practice ? null : lastPartial(at) };
  }

  /** Unfinished ones of this sheet, corrections included. */
  begun(at: { stationId: string; contestId: string }): Draft[] {
    return [...this.all.values()].filter((draft) => !draft.practice && sameSheet(draft, at));
  }

  put(draft: Draft): void {
    this.all = new Map(this.all).set(draft.key, draft);
    this.pending += 1;
    lastkey.note(draft);
    this.#store
      .keepDraft(draft)
      .then(
        () => {
          this.broken = false;
          lastkey.settled(draft);
        },
        () => this.#again(draft),
      )
      .finally(() => (this.pending -= 1));
  }

  /** What could not be kept is tried again, unless it has changed or is gone by then. */
  #again(draft: Draft): void {
    this.broken = true;
    setTimeout(() => this.get(draft.key) === draft && this.put(draft), AGAIN_MS);
  }

  /** Opens a sent tally again: to mend what was rejected, or to correct what counts or is held. */
  reopen(item: Item): Draft {
    const key = `again|${item.id}`;
    const known = this.get(key);
    if (known) return known;
    const mends = item.state === "rejected";
    const draft: Draft = {
      ...newDraft({ person: item.person, electionId: item.electionId, stationId: item.stationId, contestId: item.contestId }),
      ...{ key, coverage: item.coverage as Coverage, entered: item.entered, photos: item.photos, current: firstField(item.entered) },
      correction: mends ? null : { itemId: item.id, was: item.entered, at: item.tally?.recordedAt ?? item.queuedAt },
      mends: mends ? item.id : null,
      note: mends ? (item.input.note ?? "") : "",
    };
    this.put(draft);
    return draft;
  }

  async drop(key: string): Promise<void> {
    this.forget(key);
    lastkey.settled(key);
    await this.#store.dropDraft(key);
  }

  /** Into the queue, with or without a network. The draft is gone from the phone; `forget` takes it from the screen. */
  async send(draft: Draft, sheet: Sheet): Promise<void> {
    lastkey.settled(draft.key);
    await outbox.queue(draft.key, itemOf(draft, sheet, newId()), draft.mends ? [draft.mends] : []);
  }

  forget(key: string): void {
    this.all = new Map([...this.all].filter(([other]) => other !== key));
  }

  /** This phone's next person takes over what is typed: the drafts that change their key, and the keys that go. */
  async adopt(person: Person): Promise<void> {
    const noted = lastkey.read();
    if (noted) lastkey.settled(noted.key);
    const moved = [...this.all.values()].map((draft) => ({ old: draft.key, draft: owned(draft, person.id) }));
    const gone = moved.filter(({ old, draft }) => old !== draft.key).map(({ old }) => old);
    const drafts = moved.map(({ draft }) => draft);
    await outbox.adopt(person, (items) => this.#store.takeOver(person, drafts, gone, items));
    this.all = new Map(drafts.map((draft) => [draft.key, draft]));
  }
}

function owned(draft: Draft, person: string): Draft {
  const key = draft.key.startsWith("again|") ? draft.key : draftKey({ ...draft, person }, draft.practice);
  return { ...draft, person, key };
}

function itemOf(draft: Draft, sheet: Sheet, id: string): Item {
  const before = outbox.items.find((item) => item.id === draft.mends);
  return {
    id,
    person: session.person?.id ?? draft.person,
    ...{ electionId: draft.electionId, stationId: draft.stationId, contestId: draft.contestId },
    coverage: draft.coverage ?? "FINAL",
    input: inputOf(draft, sheet, id),
    entered: draft.entered,
    photos: draft.photos,
    place: 0, // the queue gives it one
    queuedAt: new Date(device.now()).toISOString(),
    state: "waiting",
    // What was refused because another tally stands by now is sent as a new one.
    replaces: draft.correction?.itemId ?? (before?.findings.some(({ rule }) => rule === "STALE_REVISION") ? null : (before?.replaces ?? null)),
    tally: null,
    wasHeld: false,
    findings: [],
  };
}

function lastPartial(at: SheetAt): Entered | null {
  const newest = newestAt(outbox.items, at);
  return newest?.coverage === "PARTIAL" && newest.state !== "rejected" ? newest.entered : null;
}

function firstField(entered: Entered): Draft["current"] {
  return (Object.keys(entered)[0] as Draft["current"] | undefined) ?? "cast";
}

export const drafts = new Drafts();
