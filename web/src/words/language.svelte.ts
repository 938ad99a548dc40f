/** The language of an app: Thai until the reader chose another; kept for the next visit. */
import type { Lang } from "./numbers";

/** A text in both languages. */
export interface Words {
  readonly th: string;
  readonly en: string;
}

class Language {
  now = $state<Lang>(document.documentElement.lang === "en" ? "en" : "th");

  /** The text in the app's language. */
  tr = (th: string, en: string): string => (this.now === "en" ? en : th);

  of = (words: Words): string => (this.now === "en" ? words.en : words.th);

  toggle(): void {
    this.now = this.now === "en" ? "th" : "en";
    document.documentElement.lang = this.now;
    try {
      localStorage.setItem("tallywire.lang", this.now);
    } catch {
      // Storage can be switched off; the choice then lasts as long as the page.
    }
  }
}

export const language = new Language();
