/** What the tag shows, drawn into its shadow: built once, changed in place, so that bars move and nothing flickers. */
import { hueStyle } from "../colours/paint";
import { deck, headline, headlineIn, kindOf, type Night } from "../board/headline";
import type { Result } from "../board/results";
import { standings, type Standing } from "../board/standing";
import { placeName, STATUS } from "../board/words";
import { count, percent, progressPercent, time, type Lang } from "../words/numbers";
import type { Found } from "./where";

export type Line = "connecting" | "catching" | "live" | "lost";

export interface Shown {
  readonly found: Found;
  readonly result: Result | undefined;
  readonly phase: Night["phase"];
  readonly isTest: boolean;
  /** The newest time that the numbers speak of. */
  readonly dataTime: string | null;
  /** Connected, and for some while nothing new has come. */
  readonly quiet: boolean;
  readonly line: Line;
  /** Number of the newest cut; null: none yet, or it could not be asked for. */
  readonly cut: number | null;
  readonly lang: Lang;
  /** How many candidates; null: five, three where it is narrow. */
  readonly rows: number | null;
  /** Where the whole result is, with a slash at its end. */
  readonly base: string;
}

const WIDE_ROWS = 5;

export class View {
  readonly #box = make("div", "w");
  readonly #test = make("p", "test");
  readonly #kick = make("span");
  readonly #line = make("span", "line");
  readonly #line_text = make("span");
  readonly #head = make("p", "head");
  readonly #list = make("ol");
  readonly #progress = make("p", "p");
  readonly #share = make("i");
  readonly #verdict = make("p", "p");
  readonly #cut = make("a") as HTMLAnchorElement;
  readonly #more = make("a") as HTMLAnchorElement;
  readonly #rows = new Map<number, Row>();

  constructor(root: ShadowRoot) {
    this.#box.setAttribute("role", "group");
    this.#line.setAttribute("role", "status");
    this.#line.append(make("i"), this.#line_text);
    const top = make("div", "k");
    top.append(this.#kick, this.#line);
    const bar = make("span", "far");
    bar.setAttribute("aria-hidden", "true");
    bar.append(this.#share);
    const side = make("div", "side");
    side.append(this.#progress, bar, this.#verdict);
    const body = make("div", "g");
    body.append(this.#list, side);
    const foot = make("div", "f");
    for (const link of [this.#cut, this.#more]) Object.assign(link, { target: "_blank", rel: "noopener" });
    foot.append(this.#cut, this.#more);
    this.#box.append(this.#test, top, this.#head, body, foot);
    root.append(this.#box);
  }

  draw(shown: Shown): void {
    const { found, result, lang } = shown;
    const th = lang === "th";
    const rows = standings(found.contest.candidates, result);
    const night = nightOf(shown, rows);
    const kind = kindOf(night);
    const whole = found.area.id === found.contest.area.id;
    const place = placeName(found.area, lang);
    const office = th ? found.contest.nameTh : found.contest.nameEn;
    const status = STATUS[kind === "before" ? "PRE_ELECTION" : (result?.status ?? "UNOFFICIAL_PARTIAL")];
    this.#box.lang = lang;
    this.#box.dataset.line = shown.line;
    this.#box.dataset.rows = shown.rows === null ? "auto" : "set";
    set(this.#kick, [whole ? office : `${office} · ${place}`, th ? status.th : status.en].join(" · "));
    this.#box.setAttribute("aria-label", `tallywire: ${office}${whole ? "" : `, ${place}`}`);
    this.#notice(shown);
    set(this.#line_text, lineWords(shown, kind === "before"));
    set(this.#head, (whole ? headline(night, lang) : headlineIn(night, place, lang)).join(" "));
    this.#candidates(rows, shown, kind);
    this.#far(shown, night, kind);
    this.#foot(shown, whole);
  }

  /** What kind of data this is: never left out. */
  #notice({ found, isTest, lang }: Shown): void {
    const { noticeTh, noticeEn } = found.contest.election;
    const test = isTest ? (lang === "th" ? "การซ้อม ไม่ใช่ผลจริง" : "Rehearsal, not a real result") : "";
    const told = [test, (lang === "th" ? noticeTh : noticeEn) ?? ""].filter(Boolean).join(" · ");
    this.#test.hidden = told === "";
    this.#test.title = told;
    set(this.#test, told);
  }

  #candidates(rows: readonly Standing[], shown: Shown, kind: string): void {
    const several = kind === "seats" ? found(shown).contest.seats + 1 : 0;
    const most = shown.rows ?? Math.max(WIDE_ROWS, several);
    const parties = rows.some((row) => row.candidate.partyTh);
    const kept = rows.slice(0, most).map((row, i) => {
      const number = row.candidate.ballotNumber;
      const drawn = this.#rows.get(number) ?? new Row(number, row.candidate.color);
      this.#rows.set(number, drawn);
      drawn.draw(row, shown.lang, parties, kind === "before", several > 0 && row.leading);
      if (this.#list.children[i] !== drawn.item) this.#list.insertBefore(drawn.item, this.#list.children[i] ?? null);
      return drawn.item;
    });
    while (this.#list.children.length > kept.length) this.#list.lastElementChild?.remove();
  }

  #far({ result, lang }: Shown, night: Night, kind: string): void {
    const th = lang === "th";
    const [reporting, total] = [result?.stationsReporting ?? 0, result?.stationsTotal ?? 0];
    const share = progressPercent(reporting, total);
    set(this.#progress, th ? `รายงานแล้ว ${count(reporting)} จาก ${count(total)} หน่วย (${share}%)` : `${count(reporting)} of ${count(total)} stations reporting (${share}%)`);
    this.#share.style.width = `${total ? (100 * reporting) / total : 0}%`;
    const open = result !== undefined && kind !== "before" && kind !== "zero" && kind !== "unopposed";
    this.#verdict.hidden = !open;
    if (!open) return;
    const chip = make("b", result.decided ? "done" : "open");
    set(chip, result.decided ? (th ? "✓ ชี้ขาดแล้ว" : "✓ Decided") : th ? "◐ ยังไม่ชี้ขาด" : "◐ Not decided");
    const ballots = count(result.outstanding.ballotsAtMost);
    const disputed = result.stationsDisputed ? (th ? ` · ตัวเลขไม่ตรงกัน ${count(result.stationsDisputed)} หน่วย` : ` · ${count(result.stationsDisputed)} stations disputed`) : "";
    const left = result.outstanding.ballotsAtMost === 0 ? (th ? "ไม่มีบัตรค้าง" : "nothing is outstanding") : th ? `บัตรยังเข้ามาได้อีกไม่เกิน ${ballots} ใบ` : `at most ${ballots} ballots can still come`;
    this.#verdict.replaceChildren(chip, ` ${left}${disputed}`);
    this.#verdict.title = deck(night, lang).join(" ");
  }

  #foot({ found, cut, lang, base }: Shown, whole: boolean): void {
    const th = lang === "th";
    const at = new URL(base);
    at.searchParams.set("election", found.contest.election.id);
    if (!th) at.searchParams.set("lang", "en");
    const more = new URL(at);
    if (!whole) more.searchParams.set("area", found.area.id.slice(found.area.id.lastIndexOf("/") + 1));
    this.#more.href = more.href;
    set(this.#more, th ? "ดูทั้งหมดและตรวจสอบ" : "See all, and check");
    if (cut !== null) at.searchParams.set("cut", String(cut));
    this.#cut.href = at.href;
    set(this.#cut, cut === null ? "tallywire" : th ? `รอบล่าสุด ${cut} · tallywire` : `Latest cut ${cut} · tallywire`);
  }
}

/** One candidate. */
class Row {
  readonly item = make("li", "hue");
  readonly #name = make("span", "n");
  readonly #votes = make("b");
  readonly #share = make("small");
  readonly #bar = make("i");
  readonly #seat = make("small", "seat");
  readonly #value = make("span", "v");

  constructor(number: number, color: string) {
    this.item.style.cssText = hueStyle(color);
    const badge = make("span", "b");
    set(badge, String(number));
    const track = make("span", "t");
    track.setAttribute("aria-hidden", "true");
    track.append(this.#bar);
    this.#value.append(this.#votes, this.#share);
    this.item.append(badge, this.#name, this.#value, track);
  }

  draw({ candidate, votes, share }: Standing, lang: Lang, parties: boolean, before: boolean, seated: boolean): void {
    const th = lang === "th";
    const party = parties ? ((th ? candidate.partyTh : candidate.partyEn) ?? (th ? "อิสระ" : "Independent")) : "";
    const small = make("small");
    const name = th ? candidate.nameTh : candidate.nameEn;
    // A list is called as its party is.
    set(small, party === name ? "" : party);
    set(this.#seat, th ? "อยู่ในเกณฑ์ได้ที่นั่ง" : "has a seat so far");
    this.#name.replaceChildren(name, " ", small, ...(seated ? [" ", this.#seat] : []));
    this.#value.hidden = before;
    set(this.#votes, count(votes));
    set(this.#share, percent(share));
    this.#bar.style.width = `${(share * 100).toFixed(2)}%`;
  }
}

function nightOf({ found, result, phase, dataTime }: Shown, rows: readonly Standing[]): Night {
  const { pollsCloseAt, timeZone } = found.contest.election;
  return { phase, pollsCloseAt, timeZone, dataTime, result, standings: rows, local: [], localTotal: 0, localLevel: "DISTRICT", rules: found.contest };
}

function found(shown: Shown): Found {
  return shown.found;
}

function lineWords({ line, dataTime, found, result, quiet, lang }: Shown, before: boolean): string {
  const th = lang === "th";
  const at = dataTime === null || before ? "" : ` ${time(dataTime, found.contest.election.timeZone, lang)}`;
  if (line === "lost") return th ? `หลุด${at ? ` หยุดที่${at}` : ""}` : `Disconnected${at ? `, stopped at${at}` : ""}`;
  if (line === "catching") return th ? "กำลังตามให้ทัน" : "Catching up";
  if (line === "connecting") return th ? "กำลังเชื่อมต่อ" : "Connecting";
  if (result?.status === "UNOFFICIAL_COMPLETE" || result?.status === "CORRECTION") return th ? "นับครบแล้ว" : "Count complete";
  if (before) return th ? "เชื่อมต่อแล้ว" : "Connected";
  if (quiet) return th ? `เชื่อมต่ออยู่ ไม่มีรายงานใหม่หลัง${at}` : `Connected, no report since${at}`;
  return th ? `สด${at}` : `Live${at}`;
}

function make(tag: string, name = ""): HTMLElement {
  const element = document.createElement(tag);
  if (name) element.className = name;
  return element;
}

function set(element: HTMLElement, text: string): void {
  if (element.textContent !== text) element.textContent = text;
}
