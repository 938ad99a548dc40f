/** `<tallywire-results election contest area lang theme rows>`: a live result in anybody's page. */
import { EmbedUpdatesDocument, type EmbedUpdatesSubscription, type EmbedUpdatesSubscriptionVariables } from "../generated/embed";
import { Wire } from "../api/wire";
import { Pace } from "../board/pace";
import { applyUpdate, keyOf, newer, type Results } from "../board/results";
import type { Lang } from "../words/numbers";
import style from "./style.css?inline";
import { find, type Found } from "./where";
import { View, type Line, type Shown } from "./view";

const SHOW_EVERY_MS = 1_000;
const RETRY_FIRST_MS = 2_000;
const RETRY_MOST_MS = 60_000;
/** Cuts are made once a minute; not all pages ask in the same second. */
const CUT_EVERY_MS = 60_000;
/** So long without a report, a quiet hour is said to be one. */
const QUIET_MS = 10 * 60_000;

let sheet: CSSStyleSheet | null = null;

/** One for all tags; made by script, so that no policy of the page can bar it. */
function styles(): CSSStyleSheet {
  if (!sheet) {
    sheet = new CSSStyleSheet();
    sheet.replaceSync(style);
  }
  return sheet;
}

/** `base`: the address of the tallywire host, with a slash at its end. */
export function defineElement(base: string): void {
  const endpoint = new URL("graphql", base).href;

  class TallywireResults extends HTMLElement {
    static readonly observedAttributes = ["election", "contest", "area", "lang", "rows"];
    readonly #root = this.attachShadow({ mode: "open" });
    #view: View | null = null;
    #wire: Wire<EmbedUpdatesSubscription, EmbedUpdatesSubscriptionVariables> | null = null;
    readonly #pace = new Pace(SHOW_EVERY_MS, () => this.#draw());
    #found: Found | null = null;
    #held: Results = new Map();
    #opened = false;
    #isTest = false;
    #dataTime: string | null = null;
    #quiet = false;
    #line: Line = "connecting";
    #cut: number | null = null;
    /** Counts starts: what an earlier one still brings is not taken. */
    #turn = 0;
    #timers: ReturnType<typeof setTimeout>[] = [];

    connectedCallback(): void {
      this.#root.adoptedStyleSheets = [styles()];
      // Until there is a result, what the page wrote inside the tag stays.
      if (!this.#view) this.#root.replaceChildren(document.createElement("slot"));
      this.#start();
    }

    disconnectedCallback(): void {
      this.#stop();
    }

    attributeChangedCallback(name: string, before: string | null, after: string | null): void {
      if (!this.isConnected || before === after) return;
      if (name === "lang" || name === "rows") this.#pace.ask();
      else this.#start();
    }

    #start(): void {
      this.#stop();
      this.#held = new Map();
      this.#line = "connecting";
      void this.#open(this.#turn, RETRY_FIRST_MS);
    }

    #stop(): void {
      this.#turn += 1;
      this.#wire?.stop();
      this.#wire = null;
      this.#timers.forEach(clearTimeout);
      this.#timers = [];
    }

    async #open(turn: number, retryMs: number): Promise<void> {
      const asked = { election: this.getAttribute("election"), contest: this.getAttribute("contest"), area: this.getAttribute("area") };
      let found: Found | null;
      try {
        found = await find(asked, endpoint);
      } catch {
        if (turn === this.#turn) this.#timers.push(setTimeout(() => void this.#open(turn, Math.min(RETRY_MOST_MS, retryMs * 2)), retryMs));
        return;
      }
      if (turn !== this.#turn) return;
      if (!found) return this.#fault();
      const { election } = found.contest;
      this.#found = found;
      this.#opened = election.phase === "COUNTING" || election.phase === "CLOSED";
      this.#wire = new Wire<EmbedUpdatesSubscription, EmbedUpdatesSubscriptionVariables>({
        endpoint,
        operation: EmbedUpdatesDocument,
        variables: { electionId: election.id, contestId: found.contest.id, areaId: found.area.id },
        cursorOf: (data) => data.resultUpdates.cursor,
        hear: (data) => turn === this.#turn && this.#take(data.resultUpdates),
        state: ({ is }) => {
          if (turn !== this.#turn) return;
          this.#line = is;
          this.#pace.ask();
        },
      });
      this.#wire.start();
      void this.#askCut(turn);
    }

    #take(update: EmbedUpdatesSubscription["resultUpdates"]): void {
      if (update.kind === "SNAPSHOT" && update.results.length === 0) return this.#fault();
      this.#held = applyUpdate(this.#held, update);
      this.#isTest = update.isTest;
      this.#dataTime = update.countedUntil ?? newer(this.#dataTime, update.lastReportAt);
      this.#quiet = Boolean(update.lastReportAt && Date.parse(update.sentAt) - Date.parse(update.lastReportAt) > QUIET_MS);
      this.#opened ||= update.results.some((result) => result.status !== "PRE_ELECTION");
      this.#pace.ask();
    }

    /** The number to quote; without one the tag shows none. */
    async #askCut(turn: number): Promise<void> {
      const election = this.#found?.contest.election.id ?? "";
      if (document.visibilityState === "visible") {
        const answer = await fetch(new URL(`results/${encodeURIComponent(election)}/latest.json`, base)).catch(() => null);
        const latest = answer?.ok ? ((await answer.json().catch(() => null)) as { cut?: number } | null) : null;
        if (turn !== this.#turn) return;
        this.#cut = latest?.cut ?? this.#cut;
        this.#pace.ask();
      }
      this.#timers.push(setTimeout(() => void this.#askCut(turn), CUT_EVERY_MS * (1 + Math.random() / 4)));
    }

    /** Named wrongly: what the page wrote stays, and who built the page reads why. */
    #fault(): void {
      this.#stop();
      this.#view = null;
      const slot = document.createElement("slot");
      const told = document.createElement("p");
      told.className = "fault";
      const named = ["election", "contest", "area"].map((name) => `${name}="${this.getAttribute(name) ?? ""}"`).join(" ");
      told.textContent = this.#lang === "th" ? `tallywire: ไม่มีผลของ ${named}` : `tallywire: there is no result of ${named}`;
      slot.append(told);
      this.#root.replaceChildren(slot);
      console.warn(`tallywire-results: ${base} has no result of ${named}`);
    }

    get #lang(): Lang {
      const lang = this.getAttribute("lang") ?? this.parentElement?.closest("[lang]")?.getAttribute("lang") ?? "th";
      return /^th\b/i.test(lang) ? "th" : "en";
    }

    get #rows(): number | null {
      const asked = this.getAttribute("rows");
      if (asked === "all") return Infinity;
      const rows = Number.parseInt(asked ?? "", 10);
      return rows > 0 ? rows : null;
    }

    #draw(): void {
      const found = this.#found;
      if (!found || !this.#wire) return;
      const result = this.#held.get(keyOf(found.contest.id, found.area.id));
      if (!result) return;
      if (!this.#view) {
        this.#root.replaceChildren();
        this.#view = new View(this.#root);
      }
      const shown: Shown = {
        found,
        result,
        phase: this.#opened ? "COUNTING" : "VOTING",
        isTest: this.#isTest,
        dataTime: this.#dataTime,
        quiet: this.#quiet,
        line: this.#line,
        cut: this.#cut,
        lang: this.#lang,
        rows: this.#rows,
        base,
      };
      this.#view.draw(shown);
    }
  }

  if (!customElements.get("tallywire-results")) customElements.define("tallywire-results", TallywireResults);
}
