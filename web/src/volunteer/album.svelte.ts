/** The photographs on this phone, and their way to the server. */
import type { Item } from "./queue";
import { session } from "./session.svelte";
import { shrink } from "./shrink";
import type { Person, Photo, Store } from "./store";
import { upload, type Uploaded } from "./upload";

export const PHOTOS_MOST = 3;

export type Taken = { is: "kept"; photo: Photo } | { is: "unreadable" } | { is: "full" } | { is: "insecure" };

class Album {
  photos = $state.raw<readonly Photo[]>([]);
  sending = $state.raw<{ readonly sha256: string; readonly bytes: number; readonly of: number } | null>(null);
  #store: Store | null = null;
  #addresses = new Map<string, string>();

  async start(store: Store): Promise<void> {
    this.#store = store;
    this.photos = await store.photos();
  }

  of(digests: readonly string[]): Photo[] {
    return digests.flatMap((sha256) => this.photos.find((photo) => photo.sha256 === sha256) ?? []);
  }

  unsentOf(digests: readonly string[]): Photo[] {
    return this.of(digests).filter((photo) => !photo.sent && !photo.refused);
  }

  /** An address that shows it, for as long as the page lives. */
  address(photo: Photo): string {
    const known = this.#addresses.get(photo.sha256);
    if (known) return known;
    const made = URL.createObjectURL(photo.blob);
    this.#addresses.set(photo.sha256, made);
    return made;
  }

  async take(file: Blob, at: { stationId: string; contestId: string }): Promise<Taken> {
    if (!globalThis.crypto?.subtle) return { is: "insecure" };
    const shrunk = await shrink(file).catch(() => null);
    if (!shrunk) return { is: "unreadable" };
    const { stationId, contestId } = at;
    const photo = { ...shrunk, stationId, contestId, takenAt: new Date().toISOString(), sent: false, refused: null };
    return (await this.#keep(photo)) ? { is: "kept", photo } : { is: "full" };
  }

  /** Where the phone is full, photographs that are sent go first. */
  async #keep(photo: Photo): Promise<boolean> {
    for (const room of [() => Promise.resolve(), () => this.dropSent()]) {
      await room();
      try {
        await this.#store!.keepPhoto(photo);
        this.photos = [...this.photos.filter((other) => other.sha256 !== photo.sha256), photo];
        return true;
      } catch (error) {
        if (!(error instanceof DOMException && error.name === "QuotaExceededError")) throw error;
      }
    }
    return false;
  }

  /** What is not sent is never removed. */
  async dropSent(): Promise<void> {
    for (const photo of this.photos.filter((one) => one.sent)) await this.drop(photo.sha256);
  }

  async drop(sha256: string): Promise<void> {
    await this.#store!.dropPhoto(sha256);
    this.photos = this.photos.filter((photo) => photo.sha256 !== sha256);
    const address = this.#addresses.get(sha256);
    if (address) URL.revokeObjectURL(address);
    this.#addresses.delete(sha256);
  }

  /** Sends the photographs of tallies that the server has; how the last one went, null where none was to send. */
  async send(items: readonly Item[], person: Person): Promise<Uploaded["is"] | null> {
    let last: Uploaded["is"] | null = null;
    for (const photo of this.unsentOf(items.flatMap((item) => (item.tally ? item.photos : [])))) {
      last = await this.#upload(photo, person);
      if (last !== "sent" && last !== "refused") break;
    }
    return last;
  }

  async #upload(photo: Photo, person: Person): Promise<Uploaded["is"]> {
    const [of, sha256] = [photo.blob.size, photo.sha256];
    this.sending = { sha256, bytes: 0, of };
    const outcome = await upload(sha256, photo.blob, person.token, (bytes) => (this.sending = { sha256, bytes, of }));
    this.sending = null;
    if (outcome.is === "unknown") await session.refuse(this.#store!, person);
    if (outcome.is === "sent") await this.#keep({ ...photo, sent: true });
    if (outcome.is === "refused") await this.#keep({ ...photo, refused: outcome.words });
    return outcome.is;
  }
}

export const album = new Album();
