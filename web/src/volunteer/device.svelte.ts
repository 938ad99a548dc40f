/** The phone itself: network, room, the volunteer's settings, and a new version that waits. */
export interface Settings {
  readonly leftHand: boolean;
  /** The phone's own keyboard instead of the app's keypad. */
  readonly ownKeyboard: boolean;
  readonly theme: "light" | "dark";
}

const SETTINGS_KEY = "tallywire.volunteer";
const ROOM_LOW_BYTES = 50_000_000;
/** Below this height (400 % zoom, or a phone on its side) a keypad would leave no room for the list. */
const LOW_SCREEN = "(max-height: 420px)";

/** What browsers with an offer to install raise; the standard has no type for it. */
export interface InstallOffer extends Event {
  prompt(): Promise<unknown>;
}

class Device {
  online = $state(navigator.onLine);
  /** The last call took long, or the phone says that the line is poor. */
  slow = $state(false);
  /** Bytes that may still be kept; null where the browser does not say. */
  room = $state<number | null>(null);
  settings = $state.raw<Settings>({ leftHand: false, ownKeyboard: false, theme: "light" });
  lowScreen = $state(matchMedia(LOW_SCREEN).matches);
  /** Server time − this phone's, in ms; shown times and countdowns go by the server's. */
  offsetMs = $state(0);
  update = $state.raw<ServiceWorker | null>(null);
  /** The browser would put the app on the home screen, if it is asked to. */
  offer = $state.raw<InstallOffer | null>(null);
  /** Whether all of the app is on the phone; "never" where a browser keeps none, as without https. */
  keeping = $state<"never" | "coming" | "kept">("never");
  /** The app is open on another page of this phone, which works now; this one keeps still. */
  aside = $state(false);

  readonly roomLow = $derived(this.room !== null && this.room < ROOM_LOW_BYTES);
  readonly keypad = $derived(!this.settings.ownKeyboard && !this.lowScreen);

  start(): void {
    addEventListener("online", () => (this.online = true));
    addEventListener("offline", () => (this.online = false));
    addEventListener("beforeinstallprompt", (event) => {
      event.preventDefault();
      this.offer = event as InstallOffer;
    });
    addEventListener("appinstalled", () => (this.offer = null));
    matchMedia(LOW_SCREEN).addEventListener("change", (event) => (this.lowScreen = event.matches));
    try {
      this.settings = { ...this.settings, ...(JSON.parse(localStorage.getItem(SETTINGS_KEY) ?? "{}") as Partial<Settings>) };
    } catch {
      // Nothing kept, or storage switched off: the usual settings.
    }
    document.documentElement.dataset.theme = this.settings.theme;
    void this.measure();
  }

  set(change: Partial<Settings>): void {
    this.settings = { ...this.settings, ...change };
    document.documentElement.dataset.theme = this.settings.theme;
    try {
      localStorage.setItem(SETTINGS_KEY, JSON.stringify(this.settings));
    } catch {
      // The setting lasts as long as the page.
    }
  }

  async measure(): Promise<void> {
    const { quota, usage } = (await navigator.storage?.estimate?.()) ?? {};
    this.room = quota === undefined || usage === undefined ? null : Math.max(0, quota - usage);
  }

  now(): number {
    return Date.now() + this.offsetMs;
  }

  /** The browser asks the person itself; an offer can be taken up once. */
  async install(): Promise<void> {
    const { offer } = this;
    this.offer = null;
    await offer?.prompt();
  }

  /** Answers an update that waits: the page loads anew under the new version. */
  takeUpdate(): void {
    this.update?.postMessage("take over");
  }
}

export const device = new Device();
