/** The answer in a sentence, built from the result and never typed. Phrases break only between, not inside. */
import { thai } from "../words/joined";
import { count, date, percent, points, progressPercent, time, votes, type Lang } from "../words/numbers";
import type { Result } from "./results";
import { leadOf, type Standing } from "./standing";
import { levelNames } from "./words";

/** Words that stay on one line where they fit. */
export type Phrase = string;

export interface Night {
  readonly phase: "SETUP" | "VOTING" | "COUNTING" | "CLOSED";
  readonly pollsCloseAt: string;
  readonly timeZone: string;
  /** The newest time that the numbers speak of. */
  readonly dataTime: string | null;
  readonly result: Result | undefined;
  readonly standings: readonly Standing[];
  /** Standings of the areas right below, as far as they have results. */
  readonly local: readonly (readonly Standing[])[];
  readonly localTotal: number;
  readonly localLevel: string;
  /** How the votes become seats; one seat for the most votes where nothing is said. */
  readonly rules?: Rules;
}

/** The part of a contest that says how its votes are read. */
export interface Rules {
  readonly seats: number;
  readonly votingVariation: "PLURALITY" | "N_OF_M" | "PROPORTIONAL";
  readonly votesPerBallot: number;
}

export const ONE_SEAT: Rules = { seats: 1, votingVariation: "PLURALITY", votesPerBallot: 1 };

/** unopposed: no more candidates than seats. seats: several at once. lists: seats are shared by votes. */
export type Kind = "before" | "zero" | "unopposed" | "seats" | "lists" | "tie" | "complete" | "close" | "leading";

export function kindOf(night: Night): Kind {
  const { result, standings } = night;
  const counting = night.phase === "COUNTING" || night.phase === "CLOSED";
  if (!counting) return "before";
  if (!result || result.validBallots === 0) return "zero";
  const { seats, votingVariation } = night.rules ?? ONE_SEAT;
  if (votingVariation === "PROPORTIONAL") return "lists";
  if (standings.length <= seats) return "unopposed";
  if (seats > 1) return "seats";
  const lead = leadOf(standings);
  if (!lead) return "tie";
  if (isComplete(night) && result.decided) return "complete";
  return lead.points < 0.01 ? "close" : "leading";
}

export function headline(night: Night, lang: Lang): Phrase[] {
  const [first, second] = night.standings;
  switch (kindOf(night)) {
    case "before": {
      const at = time(night.pollsCloseAt, night.timeZone, lang);
      return lang === "th" ? [`ปิดหีบเวลา ${at}`, "คะแนนจะเริ่มเข้ามาหลังจากนั้น"] : [`Polls close at ${at}.`, "Numbers come after that."];
    }
    case "zero":
      return lang === "th" ? ["เริ่มนับแล้ว", "ทุกหน่วยยังเป็นศูนย์"] : ["Counting has opened.", "Every station stands at zero."];
    case "unopposed":
      return unopposed(night, lang);
    case "seats":
      return severalSeats(night, lang);
    case "lists":
      return lists(night, lang);
    case "tie":
      return [tieSentence(night.standings, lang)];
    case "complete":
      return lang === "th"
        ? [thai`${name(first!, lang)}ชนะด้วย`, `${count(first!.votes)} คะแนน`, "นับครบทุกหน่วยแล้ว"]
        : [`${name(first!, lang)} wins`, `with ${count(first!.votes)} votes;`, "every station is counted"];
    case "close":
      return lang === "th"
        ? [thai`${name(first!, lang)}กับ${name(second!, lang)}คู่คี่`, `ห่างกัน ${count(marginOf(night))} คะแนน`]
        : [`${name(first!, lang)} and ${name(second!, lang)}`, `are ${votes(marginOf(night))} apart`];
    case "leading":
      return leading(night, lang);
  }
}

/** The same for one place inside the race: who leads there, never who wins, as the place alone decides nothing. */
export function headlineIn(night: Night, place: string, lang: Lang): Phrase[] {
  const where = lang === "th" ? thai`ใน${place}` : `in ${place}`;
  const kind = kindOf(night);
  if (kind === "before") return headline(night, lang);
  if (kind === "zero") return lang === "th" ? ["ยังไม่มีรายงาน", thai`จาก${place}`] : [`No report yet from ${place}`];
  return [...(kind === "complete" ? leading(night, lang) : headline(night, lang)), where];
}

/** The line below: how far the count is, whether it is decided, and which time it speaks of. */
export function deck(night: Night, lang: Lang): string[] {
  const { result, dataTime, timeZone } = night;
  const kind = kindOf(night);
  if (kind === "before") {
    return lang === "th"
      ? ["ยังไม่มีตัวเลขใดในระบบ และจะไม่มีใครเห็นก่อนเริ่มนับ"]
      : ["There is no number in the system, and nobody sees one before counting opens."];
  }
  if (kind === "zero") {
    return lang === "th"
      ? ["หลักฐานว่าไม่มีคะแนนใดอยู่ก่อน", "หน่วยแรกจะขึ้นเมื่อมีคนส่งผล"]
      : ["Proof that no vote was there before.", "The first station appears when somebody reports it."];
  }
  if (kind === "complete") return completeDeck(night, lang);
  // Where there is nothing to decide between, nothing is said to be decided.
  const open = kind !== "unopposed";
  const { stationsReporting: reporting, stationsTotal: total, decided } = result!;
  const share = progressPercent(reporting, total);
  const as = dataTime && time(dataTime, timeZone, lang);
  return lang === "th"
    ? [
        `รายงานแล้ว ${count(reporting)} จาก ${count(total)} หน่วย (${share}%)`,
        ...(open ? [decided ? "ชี้ขาดแล้ว" : "ยังไม่ชี้ขาด"] : []),
        ...(as ? [`ข้อมูลถึงเวลา ${as}`] : []),
      ]
        // No line begins with the point between two.
        .map((part, i, { length }) => (as && i === length - 2 ? `${part} ·` : part))
    : [`${count(reporting)} of ${count(total)} stations reporting (${share}%).`, ...(open ? [decided ? "Decided." : "Not decided."] : []), ...(as ? [`As of ${as}.`] : [])];
}

/** One sentence for listeners: who leads, and how far the count is. */
export function spoken(night: Night, lang: Lang): string {
  const sentence = plain(headline(night, lang));
  const { result } = night;
  if (!result || kindOf(night) === "before") return sentence;
  return lang === "th"
    ? `${sentence} รายงานแล้ว ${count(result.stationsReporting)} หน่วย`
    : `${sentence}. ${count(result.stationsReporting)} stations reporting.`;
}

export function plain(phrases: readonly Phrase[]): string {
  return phrases.join(" ");
}

function isComplete({ result }: Night): boolean {
  return result?.status === "UNOFFICIAL_COMPLETE" || result?.status === "CORRECTION";
}

function unopposed({ standings, rules }: Night, lang: Lang): Phrase[] {
  const seats = (rules ?? ONE_SEAT).seats;
  const [first] = standings;
  if (standings.length === 1 && first) {
    return lang === "th"
      ? [thai`${name(first, lang)}เป็นผู้สมัครคนเดียว`, `ได้ ${count(first.votes)} คะแนน`]
      : [`${name(first, lang)}, the only candidate,`, `has ${votes(first.votes)}`];
  }
  return lang === "th" ? [`ผู้สมัคร ${standings.length} คน`, `ไม่เกิน ${seats} ที่นั่ง`] : [`${standings.length} candidates`, `for ${seats} seats`];
}

/** Names are all named up to this many; above it only the first. */
const NAMED = 3;

function severalSeats(night: Night, lang: Lang): Phrase[] {
  const { standings, result } = night;
  const { seats } = night.rules ?? ONE_SEAT;
  const ahead = standings.filter((row) => row.leading);
  if (ahead.length === 0) return lang === "th" ? ["คะแนนเท่ากัน", `ทั้ง ${seats} ที่นั่งยังไม่มีผู้นำ`] : ["Level:", `nobody leads for any of the ${seats} seats`];
  const won = isComplete(night) && result?.decided;
  const names = ahead.length <= NAMED ? listOf(ahead.map((row) => name(row, lang)), lang) : null;
  const first = name(ahead[0]!, lang);
  const opening =
    lang === "th"
      ? [names ? thai`${names}${won ? `ได้ ${seats} ที่นั่ง` : "นำอยู่"}` : thai`${first}ได้คะแนนสูงสุด${won ? "" : "อยู่"}`, ...(names ? [] : [`จาก ${seats} ที่นั่ง`])]
      : names
        ? won
          ? [names, `win the ${seats} seats`]
          : [`${names} ${ahead.length === 1 ? "leads" : "lead"}`, `for ${seats} seats`]
        : [`${first} has the most votes`, `for ${seats} seats`];
  if (ahead.length < seats) return [...opening, lang === "th" ? "ที่นั่งสุดท้ายคะแนนเท่ากัน" : "(level over the last seat)"];
  const margin = result?.margin;
  if (won || margin === null || margin === undefined) return opening;
  if (!names) return [...opening, lang === "th" ? `ที่นั่งสุดท้ายห่างอันดับถัดไป ${count(margin)} คะแนน` : `(${votes(margin)} between the last seat and the next)`];
  return [...opening, lang === "th" ? `ห่างอันดับถัดไป ${count(margin)} คะแนน` : `by ${votes(margin)} over the next`];
}

function lists(night: Night, lang: Lang): Phrase[] {
  const [first, second] = night.standings;
  if (!first) return [];
  if (second && second.votes === first.votes) return [tieSentence(night.standings, lang)];
  const share = percent(first.share);
  const opening =
    lang === "th" ? [thai`${name(first, lang)}ได้คะแนนมากที่สุด${isComplete(night) ? "" : "อยู่"}`, share] : [`${name(first, lang)} has the most votes${isComplete(night) ? "" : " so far"},`, share];
  if (!second) return opening;
  return [...opening, lang === "th" ? thai`ห่าง${name(second, lang)} ${points(first.share - second.share)} จุดร้อยละ` : `and ${points(first.share - second.share)} points more than ${name(second, lang)}`];
}

function listOf(names: readonly string[], lang: Lang): string {
  if (names.length < 2) return names[0] ?? "";
  const last = names[names.length - 1]!;
  const others = names.slice(0, -1);
  return lang === "th" ? thai`${others.join(" ")} และ${last}` : `${others.join(", ")} and ${last}`;
}

function leading(night: Night, lang: Lang): Phrase[] {
  const { standings, local, localTotal, localLevel } = night;
  const first = standings[0]!;
  const won = local.filter((rows) => leadOf(rows)?.first.candidate.ballotNumber === first.candidate.ballotNumber).length;
  const level = levelNames(localLevel, lang);
  const margin = marginOf(night);
  const opening: Phrase[] =
    lang === "th"
      ? [thai`${name(first, lang)}นำ ${count(margin)} คะแนน`]
      : [`${name(first, lang)} leads`, `by ${votes(margin)}${localTotal > 0 ? "," : ""}`];
  if (localTotal === 0) return opening;
  if (won === localTotal) return [...opening, lang === "th" ? `และนำทั้ง ${won} ${level}` : `and in all ${won} ${level}`];
  return [...opening, lang === "th" ? `และนำ ${won} จาก ${localTotal} ${level}` : `and in ${won} of ${localTotal} ${level}`];
}

function completeDeck(night: Night, lang: Lang): string[] {
  const { standings, local, localTotal, localLevel, dataTime, timeZone } = night;
  const first = standings[0]!;
  const won = local.filter((rows) => leadOf(rows)?.first.candidate.ballotNumber === first.candidate.ballotNumber).length;
  const margin = count(marginOf(night));
  const level = levelNames(localLevel, lang);
  const at = dataTime && [time(dataTime, timeZone, lang), date(dataTime, timeZone, lang)];
  if (lang === "th") {
    const areas = localTotal === 0 ? "" : won === localTotal ? ` และชนะทั้ง ${won} ${level}` : ` และชนะ ${won} จาก ${localTotal} ${level}`;
    return [`ห่างอันดับสอง ${margin} คะแนน${areas}`, ...(at ? [`· ข้อมูลถึงเวลา ${at[0]}`, at[1]!] : [])];
  }
  const areas = localTotal === 0 ? "" : won === localTotal ? `, and first in all ${won} ${level}` : `, and first in ${won} of ${localTotal} ${level}`;
  return [`${margin} ahead of the second${areas}.`, ...(at ? [`As of ${at[0]}, ${at[1]}.`] : [])];
}

function tieSentence(standings: readonly Standing[], lang: Lang): string {
  const [first, second] = standings;
  return lang === "th"
    ? thai`${name(first!, lang)}กับ${name(second!, lang)}คะแนนเท่ากัน`
    : `${name(first!, lang)} and ${name(second!, lang)} are level`;
}

function marginOf({ result, standings }: Night): number {
  return result?.margin ?? standings[0]!.votes - (standings[1]?.votes ?? 0);
}

function name(row: Standing, lang: Lang): string {
  return lang === "th" ? row.candidate.shortTh : row.candidate.shortEn;
}
