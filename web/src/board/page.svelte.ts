/** What the reader chose: language, theme, map and area. It stands in the address, so that the view can be shared. */
import type { Lang } from "../words/numbers";

export type MapMode = "lead" | "second" | "count";
export type MapView = "tile" | "shape";

function one<T extends string>(value: string | null, allowed: readonly T[], otherwise: T): T {
  return allowed.find((choice) => choice === value) ?? otherwise;
}

const query = new URLSearchParams(location.search);

class Page {
  lang = $state<Lang>(document.documentElement.lang === "en" ? "en" : "th");
  mode = $state<MapMode>(one(query.get("mode"), ["lead", "second", "count"], "lead"));
  view = $state<MapView>(one(query.get("map"), ["tile", "shape"], "tile"));
  /** Code of the picked area, the last part of its id. */
  picked = $state<string | null>(query.get("d"));
  readonly election = query.get("election");

  /** The text in the page's language. */
  tr = (th: string, en: string): string => (this.lang === "en" ? en : th);

  toggleLanguage(): void {
    this.lang = this.lang === "en" ? "th" : "en";
    document.documentElement.lang = this.lang;
    this.#keep("lang", this.lang, "th");
  }

  toggleTheme(): void {
    const root = document.documentElement;
    const dark = root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
    root.dataset.theme = dark ? "light" : "dark";
    this.#keep("theme", root.dataset.theme, null);
  }

  show(mode: MapMode): void {
    this.mode = mode;
    this.#address("mode", mode === "lead" ? null : mode);
  }

  draw(view: MapView): void {
    this.view = view;
    this.#address("map", view === "tile" ? null : view);
  }

  pick(code: string): void {
    if (this.picked === code) return;
    this.picked = code;
    this.#address("d", code);
  }

  #keep(key: string, value: string, usual: string | null): void {
    try {
      localStorage.setItem(`tallywire.${key}`, value);
    } catch {
      // Storage can be switched off; the address still holds the choice.
    }
    this.#address(key, value === usual ? null : value);
  }

  #address(key: string, value: string | null): void {
    const address = new URL(location.href);
    if (value === null) address.searchParams.delete(key);
    else address.searchParams.set(key, value);
    history.replaceState(history.state, "", address);
  }
}

export const page = new Page();
