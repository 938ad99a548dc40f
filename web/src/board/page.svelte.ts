/** What the reader chose: language, theme, map, and the place looked at. It stands in the address, so that the view can be shared. */
import type { Lang } from "../words/numbers";

export type MapMode = "lead" | "second" | "count";
export type MapView = "tile" | "shape";

/** The pages that check the count. */
export type Check = "differences" | "statistics";

/** The whole election, one area, or one station; by code, the last part of its id. */
export interface Place {
  readonly area?: string | null;
  readonly station?: string | null;
  /** Machine name of the office whose races are shown; none: the widest. */
  readonly office?: string | null;
  /** A page that checks the count, of one contest (by code) where it is named, in `area` where that is. */
  readonly check?: Check | null;
  readonly contest?: string | null;
  /** Every report, newest first, of `area` where that is named. */
  readonly reports?: boolean;
}

function one<T extends string>(value: string | null, allowed: readonly T[], otherwise: T): T {
  return allowed.find((choice) => choice === value) ?? otherwise;
}

function checkIn(address: URLSearchParams): Check | null {
  return one<Check | "">(address.get("check"), ["differences", "statistics", ""], "") || null;
}

const query = new URLSearchParams(location.search);

class Page {
  lang = $state<Lang>(document.documentElement.lang === "en" ? "en" : "th");
  mode = $state<MapMode>(one(query.get("mode"), ["lead", "second", "count"], "lead"));
  view = $state<MapView>(one(query.get("map"), ["tile", "shape"], "tile"));
  /** Code of the picked area, the last part of its id. */
  picked = $state<string | null>(query.get("d"));
  /** Code of the area or station whose page this is; both null: the whole election. */
  area = $state<string | null>(query.get("area"));
  station = $state<string | null>(query.get("station"));
  office = $state<string | null>(query.get("office"));
  check = $state<Check | null>(checkIn(query));
  contest = $state<string | null>(query.get("contest"));
  reports = $state(query.has("reports"));
  /** Number of the cut looked back at; null: now. */
  cut = $state<number | null>(/^\d+$/.test(query.get("cut") ?? "") ? Number(query.get("cut")) : null);
  readonly election = query.get("election");

  constructor() {
    // Back and forward: the address says what is shown.
    addEventListener("popstate", () => {
      const now = new URLSearchParams(location.search);
      this.#at({ area: now.get("area"), station: now.get("station"), office: now.get("office"), check: checkIn(now), contest: now.get("contest"), reports: now.has("reports") });
    });
  }

  /** The address of a place in this election, in the reader's language. */
  href(place: Place): string {
    const address = new URL(location.pathname, location.origin);
    for (const key of ["election", "lang", "theme"]) {
      const value = new URLSearchParams(location.search).get(key);
      if (value !== null) address.searchParams.set(key, value);
    }
    if (place.area) address.searchParams.set("area", place.area);
    if (place.station) address.searchParams.set("station", place.station);
    if (place.office) address.searchParams.set("office", place.office);
    if (place.check) address.searchParams.set("check", place.check);
    if (place.contest) address.searchParams.set("contest", place.contest);
    if (place.reports) address.searchParams.set("reports", "");
    return address.pathname + address.search;
  }

  /** Goes there without a load; from its top, as a page that was loaded. */
  open(place: Place): void {
    history.pushState(null, "", this.href(place));
    this.#at(place);
    scrollTo(0, 0);
  }

  #at({ area = null, station = null, office = null, check = null, contest = null, reports = false }: Place): void {
    Object.assign(this, { area, station, office, check, contest, reports });
  }

  /** For links: the browser's own way stays for new tabs and windows. */
  follow = (event: MouseEvent, place: Place): void => {
    if (event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    this.open(place);
  };

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

  lookBack(cut: number | null): void {
    this.cut = cut;
    this.#address("cut", cut === null ? null : String(cut));
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
