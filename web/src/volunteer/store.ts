/** What the phone keeps, in IndexedDB: the person, the register, drafts, the queue, photographs. */
import { type DBSchema, type IDBPDatabase, openDB, type StoreNames } from "idb";
import type { Draft } from "./draft";
import { inOrder, type Item } from "./queue";
import type { Register } from "./register";

export interface Person {
  /** The pseudonym. */
  readonly id: string;
  readonly token: string;
  readonly name: string;
  /** When the server first refused the token, by its own clock. */
  readonly revokedAt: string | null;
}

export interface Photo {
  readonly sha256: string;
  readonly blob: Blob;
  readonly stationId: string;
  readonly contestId: string;
  readonly takenAt: string;
  readonly blurred: boolean;
  /** It is stored at the server. */
  readonly sent: boolean;
  /** Why the server will never take it. */
  readonly refused: { readonly th: string; readonly en: string } | null;
}

interface Kept extends DBSchema {
  kept: { key: string; value: unknown };
  drafts: { key: string; value: Draft };
  queue: { key: string; value: Item };
  photos: { key: string; value: Photo };
}

const NAME = "tallywire-volunteer";
/** Set aside for numbers: room for thousands of tallies when photographs have filled the rest. */
const RESERVED_BYTES = 2_000_000;

/** What a connection that the browser closed answers with. */
const CLOSED: ReadonlySet<string> = new Set(["InvalidStateError", "UnknownError"]);

async function connect(): Promise<IDBPDatabase<Kept>> {
  const db = await openDB<Kept>(NAME, 1, {
    upgrade(fresh) {
      for (const name of ["kept", "drafts", "queue", "photos"] as const) fresh.createObjectStore(name);
    },
    // Another page of this app wants a newer form of the data: it may have it at once.
    blocking: () => db.close(),
  });
  return db;
}

export class Store {
  #db: IDBPDatabase<Kept>;

  private constructor(db: IDBPDatabase<Kept>) {
    this.#db = db;
  }

  static async open(): Promise<Store> {
    return new Store(await connect());
  }

  async person(): Promise<Person | null> {
    return ((await this.#db.get("kept", "person")) as Person | undefined) ?? null;
  }

  async register(): Promise<Register | null> {
    return ((await this.#db.get("kept", "register")) as Register | undefined) ?? null;
  }

  drafts(): Promise<Draft[]> {
    return this.#db.getAll("drafts");
  }

  async queue(): Promise<Item[]> {
    return inOrder(await this.#db.getAll("queue"));
  }

  photos(): Promise<Photo[]> {
    return this.#db.getAll("photos");
  }

  keepRegister(register: Register): Promise<void> {
    return this.#write(["kept"], (tx) => tx.objectStore("kept").put(register, "register"));
  }

  keepPerson(person: Person): Promise<void> {
    return this.#write(["kept"], (tx) => tx.objectStore("kept").put(person, "person"));
  }

  keepDraft(draft: Draft): Promise<void> {
    return this.#write(["drafts"], (tx) => tx.objectStore("drafts").put(draft, draft.key));
  }

  dropDraft(key: string): Promise<void> {
    return this.#write(["drafts"], (tx) => tx.objectStore("drafts").delete(key));
  }

  keepItems(items: readonly Item[]): Promise<void> {
    return this.#write(["queue"], (tx) => Promise.all(items.map((item) => tx.objectStore("queue").put(item, item.id))));
  }

  /** The draft becomes a tally of the queue, or stays a draft: never neither, never both. */
  queueDraft(key: string, items: readonly Item[], gone: readonly string[]): Promise<void> {
    return this.#write(["drafts", "queue"], (tx) =>
      Promise.all([
        tx.objectStore("drafts").delete(key),
        ...items.map((item) => tx.objectStore("queue").put(item, item.id)),
        ...gone.map((id) => tx.objectStore("queue").delete(id)),
      ]),
    );
  }

  /** A new person takes over what the one before left on this phone. */
  takeOver(person: Person, drafts: readonly Draft[], goneDrafts: readonly string[], items: readonly Item[]): Promise<void> {
    return this.#write(["kept", "drafts", "queue"], (tx) =>
      Promise.all([
        tx.objectStore("kept").put(person, "person"),
        ...goneDrafts.map((key) => tx.objectStore("drafts").delete(key)),
        ...drafts.map((draft) => tx.objectStore("drafts").put(draft, draft.key)),
        ...items.map((item) => tx.objectStore("queue").put(item, item.id)),
      ]),
    );
  }

  /** Raises QuotaExceededError where there is no room: photographs never use what is set aside for numbers. */
  keepPhoto(photo: Photo): Promise<void> {
    return this.#connected(async () => void (await this.#db.put("photos", photo, photo.sha256)));
  }

  dropPhoto(sha256: string): Promise<void> {
    return this.#connected(() => this.#db.delete("photos", sha256));
  }

  /** What this phone is called by when it enrols: the same when it has to ask again, as after an answer that was lost. */
  async enrolmentId(): Promise<string> {
    const kept = (await this.#db.get("kept", "enrolment")) as string | undefined;
    if (kept !== undefined) return kept;
    const id = [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
    await this.#write(["kept"], (tx) => tx.objectStore("kept").put(id, "enrolment"));
    return id;
  }

  async reserve(): Promise<void> {
    if ((await this.#db.getKey("kept", "reserved")) === undefined) await this.#db.put("kept", new Uint8Array(RESERVED_BYTES), "reserved");
  }

  /** On disk before it resolves. Where the phone is full, the room set aside is given up for it. */
  async #write<N extends StoreNames<Kept>>(names: N[], work: (tx: ReturnType<typeof this.begin<N>>) => Promise<unknown>): Promise<void> {
    try {
      await this.#connected(() => this.#commit(names, work));
    } catch (error) {
      if (!(error instanceof DOMException && error.name === "QuotaExceededError")) throw error;
      await this.#db.delete("kept", "reserved");
      await this.#commit(names, work);
    }
  }

  /** A browser may close the connection, as after a while in the background: it is opened again, once. */
  async #connected<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof DOMException && CLOSED.has(error.name))) throw error;
      this.#db = await connect();
      return await work();
    }
  }

  async #commit<N extends StoreNames<Kept>>(names: N[], work: (tx: ReturnType<typeof this.begin<N>>) => Promise<unknown>): Promise<void> {
    const tx = this.begin(names);
    await Promise.all([work(tx), tx.done]);
  }

  private begin<N extends StoreNames<Kept>>(names: N[]) {
    return this.#db.transaction(names, "readwrite", { durability: "strict" });
  }
}
