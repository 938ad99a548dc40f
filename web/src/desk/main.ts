import { mount } from "svelte";
import App from "./App.svelte";

const target = document.getElementById("desk");
if (target) {
  target.replaceChildren();
  mount(App, { target });
  // The first view does without this font.
  void import("../styles/fonts-latin-regular.css");
}
