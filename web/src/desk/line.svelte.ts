/** The desk's one connection: what is subscribed to outlives it, and it says since when it is lost. */
import { type Client, createClient } from "graphql-ws";
import { ENDPOINT } from "../api/ask";
import type { Operation } from "../api/operation";
import { session } from "./session.svelte";

const PING_MS = 10_000;
const PONG_MS = 5_000;
const RETRY_FIRST_MS = 500;
const RETRY_MOST_MS = 5_000;
/** Close codes that another try does not mend. */
const REFUSED: ReadonlySet<unknown> = new Set([4401, 4403]);

class Line {
  /** When it was lost, by this machine's clock; null while it is up. */
  lostAt = $state<number | null>(null);
  up = $state(false);
  #client: Client | null = null;
  /** As many subscriptions as go on. Without one, as on pages that ask once, nothing is connected, and nothing is lost. */
  #heard = 0;
  readonly #listeners = new Set<() => void>();

  start(): void {
    let pong: ReturnType<typeof setTimeout> | undefined;
    const client = createClient({
      url: `${location.protocol === "https:" ? "wss" : "ws"}://${location.host}${ENDPOINT}`,
      connectionParams: () => ({ authorization: `Bearer ${session.token}` }),
      keepAlive: PING_MS,
      retryAttempts: Number.POSITIVE_INFINITY,
      retryWait: (tries) => new Promise((go) => setTimeout(go, Math.min(RETRY_MOST_MS, RETRY_FIRST_MS * 2 ** Math.min(tries, 8)))),
      shouldRetry: (why) => !REFUSED.has((why as CloseEvent | null)?.code),
      on: {
        connected: () => this.#client === client && this.#rise(),
        closed: (event) => {
          clearTimeout(pong);
          if (this.#client !== client) return;
          if (this.#heard > 0) this.#fall();
          else this.up = false;
          if (REFUSED.has((event as CloseEvent).code)) session.refuse();
        },
        ping: (received) => {
          if (!received) pong = setTimeout(() => client.terminate(), PONG_MS);
        },
        pong: (received) => received && clearTimeout(pong),
      },
    });
    this.#client = client;
    addEventListener("offline", this.#cut);
  }

  stop(): void {
    removeEventListener("offline", this.#cut);
    const client = this.#client;
    this.#client = null;
    this.up = false;
    this.lostAt = null;
    void client?.dispose();
  }

  /** Called each time that the line has come up: what went by meanwhile has to be asked for. The end of it. */
  onUp(listener: () => void): () => void {
    this.#listeners.add(listener);
    if (this.up) listener();
    return () => this.#listeners.delete(listener);
  }

  /** The end of it. */
  subscribe<T, V extends Record<string, unknown>>(operation: Operation<T, V>, variables: V, hear: (data: T) => void): () => void {
    let ended = false;
    let end: (() => void) | undefined;
    // The server may end one, as when an election is loaded anew; it is then asked for again.
    const again = () => void (ended || setTimeout(begin, RETRY_MOST_MS));
    const begin = () => {
      if (ended || !this.#client) return;
      const next = ({ data }: { data?: T | null }) => void (data && hear(data));
      end = this.#client.subscribe<T>({ query: operation.toString(), variables }, { next, error: again, complete: again });
    };
    this.#heard += 1;
    begin();
    return () => {
      if (ended) return;
      ended = true;
      this.#heard -= 1;
      if (this.#heard === 0) this.lostAt = null;
      end?.();
    };
  }

  #rise(): void {
    this.up = true;
    this.lostAt = null;
    for (const listener of this.#listeners) listener();
  }

  #fall(): void {
    this.up = false;
    this.lostAt ??= Date.now();
  }

  readonly #cut = (): void => {
    if (this.#heard > 0) this.#fall();
    this.#client?.terminate();
  };
}

export const line = new Line();
