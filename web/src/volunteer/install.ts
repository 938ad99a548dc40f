/** The service worker: opens the app without a network, and brings a new version that waits its turn. */
import { device } from "./device.svelte";

const WORKER = "/volunteer-worker.js";
const SCOPE = "/volunteer";

export async function install(): Promise<void> {
  if (!("serviceWorker" in navigator) || !import.meta.env.PROD) return;
  const controlled = navigator.serviceWorker.controller !== null;
  // The first worker takes over a page that needs nothing of it; a later one brings the page's new version.
  navigator.serviceWorker.addEventListener("controllerchange", () => controlled && location.reload());
  device.keeping = controlled ? "kept" : "coming";
  void navigator.serviceWorker.ready.then(() => (device.keeping = "kept"));
  const register = () => navigator.serviceWorker.register(WORKER, { scope: SCOPE }).catch(() => null);
  // Of a worker that could not fetch every file nothing is left: once there is a network again it is brought anew.
  addEventListener("online", () => void (device.keeping === "coming" && register()));
  const registration = await register();
  if (!registration) return;
  const offer = () => {
    if (registration.waiting && navigator.serviceWorker.controller) device.update = registration.waiting;
  };
  offer();
  registration.addEventListener("updatefound", () => registration.installing?.addEventListener("statechange", offer));
  document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && void registration.update().catch(() => undefined));
}
