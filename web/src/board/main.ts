import { mount } from "svelte";
import App from "./App.svelte";
import { board } from "./board.svelte";

const target = document.getElementById("board");

/** `?kiosk`: a studio screen, which nobody touches. */
async function start(into: HTMLElement): Promise<void> {
  const shown = new URLSearchParams(location.search).has("kiosk") ? (await import("../kiosk/Kiosk.svelte")).default : App;
  into.replaceChildren();
  mount(shown, { target: into });
  // The first view does without this font; it comes once the answer has.
  await board.load().finally(() => import("../styles/fonts-latin-regular.css"));
}

// What is not there yet cannot say so itself: the page's own words do, as where this script did not come.
if (target) start(target).catch(() => (document.documentElement.dataset.script = "broken"));
