/** One subscription that outlives its connections: it notices silence, comes back with the last cursor, and says which it is. */
import { createClient, type Client } from "graphql-ws";
import type { Operation } from "./operation";
import { ENDPOINT } from "./ask";

/** Heartbeats come every 15 s; two that fail to come and some slack are a lost line. */
const SILENCE_MS = 40_000;
const ACK_TIMEOUT_MS = 10_000;
const RETRY_FIRST_S = 1;
const RETRY_MOST_S = 15;

export type WireState = { is: "connecting" } | { is: "catching" } | { is: "live" } | { is: "lost"; retryInS: number };

export interface WireOptions<T, V extends { after?: string | null }> {
  readonly operation: Operation<T, V>;
  readonly variables: Omit<V, "after">;
  /** Where to go on from, when the page knows it already. */
  readonly after?: string | null;
  readonly cursorOf: (data: T) => string;
  readonly hear: (data: T, afterLoss: boolean) => void;
  readonly state: (state: WireState) => void;
  /** Of another host, by the whole address: the embed's. */
  readonly endpoint?: string;
  /** For subscriptions without heartbeats: silence is no sign of loss. */
  readonly patient?: boolean;
}

export class Wire<T, V extends { after?: string | null }> {
  readonly #options: WireOptions<T, V>;
  #client: Client | null = null;
  #cursor: string | null;
  #heardBefore = false;
  /** As it was told last: not again with every message. */
  #live = false;
  #afterLoss = false;
  #retryS = RETRY_FIRST_S;
  #retry: ReturnType<typeof setTimeout> | undefined;
  #silence: ReturnType<typeof setTimeout> | undefined;
  #stopped = false;

  constructor(options: WireOptions<T, V>) {
    this.#options = options;
    this.#cursor = options.after ?? null;
  }

  start(): void {
    this.#options.state({ is: "connecting" });
    addEventListener("online", this.tryNow);
    addEventListener("offline", this.#lose);
    this.#connect();
  }

  stop(): void {
    this.#stopped = true;
    removeEventListener("online", this.tryNow);
    removeEventListener("offline", this.#lose);
    clearTimeout(this.#retry);
    this.#drop();
  }

  readonly tryNow = (): void => {
    if (this.#client || this.#stopped) return;
    clearTimeout(this.#retry);
    this.#connect();
  };

  #connect(): void {
    const client = createClient({
      url: new URL(this.#options.endpoint ?? ENDPOINT, location.href).href.replace(/^http/, "ws"),
      retryAttempts: 0,
      connectionAckWaitTimeout: ACK_TIMEOUT_MS,
      on: { connected: () => this.#client === client && this.#heardBefore && this.#options.state({ is: "catching" }) },
    });
    this.#client = client;
    this.#watch();
    const lose = () => this.#client === client && this.#lose();
    client.subscribe<T>(
      { query: this.#options.operation.toString(), variables: { ...this.#options.variables, after: this.#cursor } },
      { next: ({ data, errors }) => (data && !errors ? this.#client === client && this.#hear(data) : lose()), error: lose, complete: lose },
    );
  }

  #hear(data: T): void {
    this.#watch();
    this.#cursor = this.#options.cursorOf(data);
    this.#retryS = RETRY_FIRST_S;
    this.#options.hear(data, this.#afterLoss);
    this.#heardBefore = true;
    this.#afterLoss = false;
    if (this.#live) return;
    this.#live = true;
    this.#options.state({ is: "live" });
  }

  #watch(): void {
    clearTimeout(this.#silence);
    if (!this.#options.patient) this.#silence = setTimeout(this.#lose, SILENCE_MS);
  }

  readonly #lose = (): void => {
    if (this.#stopped || !this.#client) return;
    this.#drop();
    this.#live = false;
    this.#afterLoss = this.#heardBefore;
    this.#options.state({ is: "lost", retryInS: this.#retryS });
    clearTimeout(this.#retry);
    this.#retry = setTimeout(this.tryNow, this.#retryS * 1000);
    this.#retryS = Math.min(RETRY_MOST_S, this.#retryS * 2);
  };

  #drop(): void {
    clearTimeout(this.#silence);
    const client = this.#client;
    this.#client = null;
    client?.terminate();
  }
}
