/** Opens what the phone keeps, and sets everything going. */
import { album } from "./album.svelte";
import { codeIn } from "./code";
import { turns } from "./aside";
import { device } from "./device.svelte";
import { drafts } from "./drafts.svelte";
import { install } from "./install";
import { outbox } from "./outbox.svelte";
import { route } from "./route.svelte";
import { session } from "./session.svelte";
import { Store } from "./store";

let store: Store | null = null;
const turn = turns(() => (device.aside = true));

export function keptIn(): Store {
  if (!store) throw new Error("the store is not open yet");
  return store;
}

/** Raises where this browser keeps nothing, as some private windows do. */
export async function start(): Promise<void> {
  device.start();
  // The code leaves the address at once: it stands in no history and reaches no server.
  const code = codeIn(location.hash);
  route.start();
  turn.take();
  store = await Store.open();
  await load(store);
  outbox.start();
  watch();
  if (code) {
    session.code = code;
    route.swap({ at: "consent" });
  } else if (!session.person && !["code", "consent"].includes(route.screen.at)) route.swap({ at: "welcome" });
  addEventListener("hashchange", () => {
    const scanned = codeIn(location.hash);
    if (!scanned) return;
    session.code = scanned;
    route.swap({ at: "consent" });
  });
  void install();
}

/** Takes over from the page that did: what is on the phone is what counts, not what this page remembers. */
export async function resume(): Promise<void> {
  turn.take();
  await load(keptIn());
  device.aside = false;
  outbox.wake();
}

async function load(from: Store): Promise<void> {
  await session.load(from);
  await Promise.all([album.start(from), drafts.start(from)]);
  await outbox.load(from);
}

/** A page that is looked at again works again; one that the browser had put away remembers what may be past. */
function watch(): void {
  document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && device.aside && void resume());
  addEventListener("pageshow", (event) => event.persisted && void resume());
}
