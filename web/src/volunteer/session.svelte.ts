/** Who uses this phone, what they are assigned to, and how the server stands to them. */
import { ask, QueryFailed } from "../api/ask";
import { EnrolDocument } from "../generated/volunteer";
import type { Words } from "../words/language.svelte";
import { device } from "./device.svelte";
import type { Told } from "./queue";
import { type ElectionFacts, fetchMine, type Register, type StationFacts } from "./register";
import type { Sheet } from "./sheet";
import type { Person, Store } from "./store";

/** Why enrolling failed, in words; `retryAfterS` where it can be tried again. */
export class EnrolFailed extends Error {
  constructor(
    readonly why: "refused" | "limited" | "offline" | "failed",
    readonly words: Words | null = null,
    readonly retryAfterS: number | null = null,
  ) {
    super(why);
    this.name = "EnrolFailed";
  }
}

class Session {
  person = $state.raw<Person | null>(null);
  register = $state.raw<Register | null>(null);
  /** The code from the address or the camera, until it is traded; in memory alone. */
  code = $state("");

  readonly revoked = $derived(this.person?.revokedAt != null);
  readonly isTest = $derived(this.register?.elections.some((election) => election.isTest) ?? false);
  #fresh: Sheet[] = [];

  async load(store: Store): Promise<void> {
    [this.person, this.register] = await Promise.all([store.person(), store.register()]);
  }

  station(id: string): StationFacts | undefined {
    return this.register?.stations.find((station) => station.id === id);
  }

  sheet(id: string): Sheet | undefined {
    return this.register?.sheets.find((sheet) => sheet.id === id);
  }

  election(id: string | undefined): ElectionFacts | undefined {
    return this.register?.elections.find((election) => election.id === id);
  }

  readonly clock = (serverMs: number): void => {
    device.offsetMs = serverMs - Date.now();
  };

  /** Fetches everything and keeps it; the news of one's own tallies. Raises what fetchMine raises. */
  async refresh(store: Store): Promise<readonly Told[]> {
    const { person } = this;
    if (!person || person.revokedAt) return [];
    const mine = await fetchMine({ token: person.token, clock: this.clock }, this.#fresh);
    if (!mine || this.person !== person) return [];
    this.#fresh = [...mine.register.sheets];
    this.register = mine.register;
    await store.keepRegister(mine.register);
    return mine.tallies;
  }

  /** Trades the code; `clientEnrolmentId`: this phone's own, so that it may ask again. Raises EnrolFailed. */
  async enrol(code: string, name: string, clientEnrolmentId: string): Promise<Person> {
    const answer = await ask(EnrolDocument, { input: { code, displayName: name, clientEnrolmentId } }, { clock: this.clock }).catch((error: unknown) => {
      if (!(error instanceof QueryFailed)) throw new EnrolFailed("offline");
      throw new EnrolFailed("failed", error.words);
    });
    if (answer.enrol.__typename !== "Enrolled") {
      const { why, retryAfterSeconds, th, en } = answer.enrol;
      throw new EnrolFailed(why === "TOO_MANY_TRIES" ? "limited" : "refused", { th, en }, retryAfterSeconds ?? null);
    }
    return { id: answer.enrol.viewer.reporter, token: answer.enrol.token, name, revokedAt: null };
  }

  /** The server refused the token. Everything stays on the phone. */
  async refuse(store: Store, person: Person): Promise<void> {
    if (this.person !== person || person.revokedAt) return;
    this.person = { ...person, revokedAt: new Date(device.now()).toISOString() };
    await store.keepPerson(this.person);
  }
}

export const session = new Session();
