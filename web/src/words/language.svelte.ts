/** The language of an app: Thai until the reader chose another; kept for the next visit. */
import type { Lang } from "./numbers";

/** A text in both languages. */
export interface Words {
  readonly th: string;
  readonly en: string;
}

const KEPT = "tallywire.lang";

class Language {
  now = $state<Lang>(document.documentElement.lang === "en" ? "en" : "th");

  /** The text in the app's language. */
  tr = (th: string, en: string): string => (this.now === "en" ? en : th);

  of = (words: Words): string => (this.now === "en" ? words.en : words.th);

  constructor() {
    // Chosen on another page of tallywire that is open beside this one.
    addEventListener("storage", ({ key, newValue }) => key === KEPT && this.#become(newValue === "en" ? "en" : "th"));
  }

  toggle(): void {
    this.#become(this.now === "en" ? "th" : "en");
    try {
      localStorage.setItem(KEPT, this.now);
    } catch {
      // Storage can be switched off; the choice then lasts as long as the page.
    }
  }

  #become(lang: Lang): void {
    this.now = lang;
    document.documentElement.lang = lang;
  }
}

export const language = new Language();
