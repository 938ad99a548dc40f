/** Sends the queue: kept on the phone first, then sent; tried again by itself until an answer comes. */
import { ask, QueryFailed } from "../api/ask";
import { SendDocument, type SendMutation } from "../generated/volunteer";
import { album } from "./album.svelte";
import { device } from "./device.svelte";
import { added, adopted, type Answer, answered, batch, type Finding, inputFor, type Item, marked, reopened, retryAfter, told, unsent } from "./queue";
import { session } from "./session.svelte";
import type { Person, Store } from "./store";

const CALL_TIMEOUT_MS = 45_000;
/** A call that takes as long is a slow network; one that takes less than half of it is none. */
const SLOW_MS = 6_000;
const NEWS_MS = 20_000;
/** Where nothing waits for an editor, every third time is enough. */
const NEWS_QUIET = 3;
/** Until a photograph is asked for again that the server cannot take yet. */
const UNREADY_S = 60;
/** The server will not take this call, now or later; anything else may pass. */
const FINAL_CODES: ReadonlySet<string> = new Set(["BAD_USER_INPUT", "FORBIDDEN", "NOT_FOUND", "HTTP_413"]);

class Outbox {
  items = $state.raw<readonly Item[]>([]);
  /** When the next try comes by itself, by this phone's clock; null while nothing waits for one. */
  nextTryAt = $state<number | null>(null);
  /** Whether the server is being asked for news, and whether it gave none the last time. */
  asking = $state(false);
  unheard = $state(false);
  /** Why the last call came to nothing: no answer, or one that says that the server is in trouble. */
  trouble = $state<"unreachable" | "server" | null>(null);
  readonly unsent = $derived(unsent(this.items));
  #store!: Store;
  #running = false;
  #again = false;
  #changes: Promise<void> = Promise.resolve();
  #failures = 0;
  #oneByOne = false;
  #timer: ReturnType<typeof setTimeout> | undefined;

  async load(store: Store): Promise<void> {
    this.#store = store;
    this.items = reopened(await store.queue());
  }

  start(): void {
    addEventListener("online", () => this.wake());
    document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && this.wake());
    this.#listen();
    this.wake();
  }

  /** The draft becomes a tally of the queue; `gone`: what it mends. */
  async queue(draftKey: string, item: Item, gone: readonly string[]): Promise<void> {
    await this.#change(
      (items) => added(items, item).filter((old) => !gone.includes(old.id)),
      (changed) => this.#store.queueDraft(draftKey, changed, gone),
    );
    this.tryNow();
  }

  /** What the person before left unanswered goes to this one; `keep` puts it on the phone. */
  adopt(person: Person, keep: (items: readonly Item[]) => Promise<void>): Promise<void> {
    return this.#change((items) => adopted(items, person.id), keep);
  }

  /** At once, and the news with it: the network is back, or somebody looks. */
  wake(): void {
    this.tryNow();
    void this.refresh();
  }

  readonly tryNow = (): void => {
    clearTimeout(this.#timer);
    this.nextTryAt = null;
    if (device.aside) return;
    if (this.#running) this.#again = true;
    else void this.#run();
  };

  /** What became of one's own tallies, and whether the register or the phase has changed. */
  async refresh(): Promise<void> {
    const { person } = session;
    if (!navigator.onLine || !person || device.aside) return;
    this.asking = true;
    try {
      const tallies = await session.refresh(this.#store);
      this.unheard = false;
      await this.#change((items) => told(items, tallies));
      // The line may have gone while the answer was on its way.
      device.online = navigator.onLine;
    } catch (error) {
      this.unheard = true;
      if (error instanceof QueryFailed && error.code === "UNAUTHENTICATED") await session.refuse(this.#store, person);
    } finally {
      this.asking = false;
    }
  }

  #listen(): void {
    let since = 0;
    setInterval(() => {
      since += 1;
      const soon = session.register === null || this.items.some((item) => item.tally?.state === "HELD");
      if (document.visibilityState !== "visible" || (!soon && since < NEWS_QUIET)) return;
      since = 0;
      void this.refresh();
    }, NEWS_MS);
  }

  async #run(): Promise<void> {
    this.#running = true;
    try {
      do {
        this.#again = false;
        await this.#alone(() => this.#round());
      } while (this.#again);
    } finally {
      this.#running = false;
    }
  }

  /** Of several open pages of this app, one sends. */
  async #alone(work: () => Promise<void>): Promise<void> {
    if (navigator.locks) await navigator.locks.request("tallywire-send", work);
    else await work();
  }

  async #round(): Promise<void> {
    while (navigator.onLine && session.person && !session.revoked && !device.aside) {
      const call = batch(this.items, session.person.id).slice(0, this.#oneByOne ? 1 : undefined);
      if (call.length === 0) break;
      if (!(await this.#send(call, session.person))) return;
    }
    this.#oneByOne = false;
    await this.#sendPhotos();
  }

  /** Whether the next call may follow at once. */
  async #send(call: readonly Item[], person: Person): Promise<boolean> {
    const ids = new Set(call.map((item) => item.id));
    await this.#change((items) => marked(items, ids, "sending"));
    const began = Date.now();
    const slow = setTimeout(() => (device.slow = true), SLOW_MS);
    try {
      const inputs = call.map((item) => inputFor(item, this.items));
      const { submitTallies } = await ask(SendDocument, { inputs }, { token: person.token, timeoutMs: CALL_TIMEOUT_MS, clock: session.clock });
      await this.#change((all) => call.reduce((items, item, i) => answered(items, item.id, answerOf(submitTallies[i]!)), all));
      this.#failures = 0;
      this.trouble = null;
      if (Date.now() - began < SLOW_MS / 2) device.slow = false;
      return true;
    } catch (error) {
      return await this.#failed(call, person, error);
    } finally {
      clearTimeout(slow);
    }
  }

  async #failed(call: readonly Item[], person: Person, error: unknown): Promise<boolean> {
    const code = error instanceof QueryFailed ? error.code : "";
    if (code === "UNAUTHENTICATED") {
      await this.#change((items) => items.map((item) => call.find((before) => before.id === item.id) ?? item));
      await session.refuse(this.#store, person);
      return false;
    }
    if (FINAL_CODES.has(code) && call.length === 1) {
      const finding = refusal(error as QueryFailed);
      await this.#change((items) => answered(items, call[0]!.id, { kind: "rejected", findings: [finding] }));
      return true;
    }
    await this.#change((items) => marked(items, new Set(call.map((item) => item.id)), "unanswered"));
    if (FINAL_CODES.has(code)) {
      // One of them spoils the call for all: each goes alone.
      this.#oneByOne = true;
      return true;
    }
    this.trouble = error instanceof QueryFailed ? "server" : "unreachable";
    this.#later(error instanceof QueryFailed ? error.retryAfterS : null);
    return false;
  }

  async #sendPhotos(): Promise<void> {
    const { person } = session;
    if (!person || session.revoked || !navigator.onLine) return;
    const last = await album.send(this.items, person);
    if (last === "later" || last === "unready") this.#later(last === "unready" ? UNREADY_S : null);
    else if (last === "sent") this.#failures = 0;
  }

  #later(seconds: number | null): void {
    this.#failures += 1;
    const wait = Math.max(retryAfter(this.#failures), seconds ?? 0);
    clearTimeout(this.#timer);
    this.nextTryAt = Date.now() + wait * 1000;
    this.#timer = setTimeout(this.tryNow, wait * 1000);
  }

  /** On the phone first, then on the screen; one change after another, so that none is lost to one begun before it. */
  #change(work: (items: readonly Item[]) => readonly Item[], keep = (changed: readonly Item[]) => this.#store.keepItems(changed)): Promise<void> {
    const change = this.#changes.then(async () => {
      const items = work(this.items);
      await keep(items.filter((item) => !this.items.includes(item)));
      this.items = items;
    });
    this.#changes = change.catch(() => undefined);
    return change;
  }
}

function answerOf(result: SendMutation["submitTallies"][number]): Answer {
  if (result.__typename === "TallyRejected") return { kind: "rejected", findings: result.findings };
  // An answer that is asked for again may find that an editor has decided meanwhile.
  return { kind: "tally", tally: result.tally, held: result.__typename === "TallyHeld" };
}

function refusal(error: QueryFailed): Finding {
  return { rule: null, verdict: "REJECT", field: null, th: error.words?.th ?? error.message, en: error.words?.en ?? error.message };
}

export const outbox = new Outbox();
