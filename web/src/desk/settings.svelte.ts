/** What this desk's person chose: single-letter keys, and the theme. Kept on this machine. */
const LETTERS = "tallywire.desk.letters";
const THEME = "tallywire.theme";

class Settings {
  letters = $state(read(LETTERS) !== "off");

  toggleLetters(): void {
    this.letters = !this.letters;
    write(LETTERS, this.letters ? "on" : "off");
  }

  toggleTheme(): void {
    const root = document.documentElement;
    const dark = root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
    root.dataset.theme = dark ? "light" : "dark";
    write(THEME, root.dataset.theme);
  }
}

function read(key: string): string | null {
  try {
    return localStorage.getItem(key);
  } catch {
    return null;
  }
}

function write(key: string, value: string): void {
  try {
    localStorage.setItem(key, value);
  } catch {
    // Storage can be switched off; the choice then lasts as long as the page.
  }
}

export const settings = new Settings();
