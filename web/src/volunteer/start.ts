/** Opens what the phone keeps, and sets everything going. */
import { album } from "./album.svelte";
import { codeIn } from "./code";
import { device } from "./device.svelte";
import { drafts } from "./drafts.svelte";
import { install } from "./install";
import { outbox } from "./outbox.svelte";
import { route } from "./route.svelte";
import { session } from "./session.svelte";
import { Store } from "./store";

let store: Store | null = null;

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
  store = await Store.open();
  await session.load(store);
  await Promise.all([album.start(store), drafts.start(store)]);
  await outbox.start(store);
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
