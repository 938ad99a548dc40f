import { mount } from "svelte";
import App from "./App.svelte";
import { board } from "./board.svelte";

const target = document.getElementById("board");
if (target) {
  target.replaceChildren();
  mount(App, { target });
  // The first view does without this font; it comes once the answer has.
  void board.load().finally(() => import("../styles/fonts-latin-regular.css"));
}
