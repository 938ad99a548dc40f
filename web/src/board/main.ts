import { mount } from "svelte";
import App from "./App.svelte";
import { board } from "./board.svelte";

const target = document.getElementById("board");
if (target) {
  target.replaceChildren();
  mount(App, { target });
  void board.load();
}
