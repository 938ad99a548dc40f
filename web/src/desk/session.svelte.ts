/** Who sits at this desk, which election lies on it, and the server's clock. */
import { ask, QueryFailed } from "../api/ask";
import type { Operation } from "../api/operation";
import { DeskDocument, DeskEnrolDocument, type DeskQuery } from "../generated/desk";
import type { Words } from "../words/language.svelte";

export type Election = DeskQuery["elections"][number];

/** Why nobody sits here, in words. */
export class SignInFailed extends Error {
  constructor(
    readonly why: "offline" | "refused" | "role" | "failed",
    readonly words: Words | null = null,
  ) {
    super(why);
    this.name = "SignInFailed";
  }
}

const KEPT = "tallywire.desk.token";

class Session {
  token = $state<string | null>(kept());
  role = $state<"EDITOR" | "OPERATOR" | null>(null);
  reporter = $state("");
  elections = $state.raw<readonly Election[]>([]);
  electionId = $state("");
  /** The token that was kept, or that signed in before, works no more. */
  refused = $state(false);
  /** The server's clock less this machine's, in milliseconds. */
  offsetMs = $state(0);

  readonly election = $derived(this.elections.find((one) => one.id === this.electionId));

  now(): number {
    return Date.now() + this.offsetMs;
  }

  /** As `ask`, by whoever sits here; a token that works no more ends the session. */
  ask = async <T, V>(operation: Operation<T, V>, variables: V): Promise<T> => {
    const { token } = this;
    const clock = (serverMs: number) => void (this.offsetMs = serverMs - Date.now());
    return ask(operation, variables, { token, clock }).catch((error: unknown) => {
      if (error instanceof QueryFailed && error.code === "UNAUTHENTICATED" && this.token === token) this.refuse();
      throw error;
    });
  };

  /** Raises SignInFailed; nothing is kept then. */
  async enter(token: string): Promise<void> {
    const found = await ask(DeskDocument, {}, { token }).catch((error: unknown) => {
      if (!(error instanceof QueryFailed)) throw new SignInFailed("offline");
      if (error.code === "UNAUTHENTICATED") throw new SignInFailed("refused");
      throw new SignInFailed("failed", error.words);
    });
    const role = found.viewer?.role;
    if (role !== "EDITOR" && role !== "OPERATOR") throw new SignInFailed("role");
    const asked = new URLSearchParams(location.search).get("election");
    this.elections = found.elections;
    this.electionId = (found.elections.find((one) => one.id === asked) ?? found.elections[0])?.id ?? "";
    this.reporter = found.viewer!.reporter;
    this.token = token;
    this.role = role;
    this.refused = false;
    keep(token);
  }

  /** Trades a code for a token and enters with it; raises SignInFailed. */
  async enrol(code: string, name: string): Promise<void> {
    const { enrol } = await ask(DeskEnrolDocument, { input: { code, displayName: name } }).catch((error: unknown) => {
      if (!(error instanceof QueryFailed)) throw new SignInFailed("offline");
      throw new SignInFailed("failed", error.words);
    });
    if (enrol.__typename !== "Enrolled") throw new SignInFailed("refused", { th: enrol.th, en: enrol.en });
    await this.enter(enrol.token);
  }

  refuse(): void {
    this.leave();
    this.refused = true;
  }

  leave(): void {
    this.token = null;
    this.role = null;
    this.refused = false;
    keep(null);
  }
}

function kept(): string | null {
  try {
    return localStorage.getItem(KEPT);
  } catch {
    return null; // Storage can be switched off; the session then lasts as long as the page.
  }
}

function keep(token: string | null): void {
  try {
    if (token === null) localStorage.removeItem(KEPT);
    else localStorage.setItem(KEPT, token);
  } catch {
    // As above.
  }
}

export const session = new Session();
