/** The answer in a sentence, built from the result and never typed. Phrases break only between, not inside. */
import { count, progressPercent, time, date, type Lang } from "../words/numbers";
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
}

export type Kind = "before" | "zero" | "tie" | "complete" | "close" | "leading";

export function kindOf(night: Night): Kind {
  const { result, standings } = night;
  const counting = night.phase === "COUNTING" || night.phase === "CLOSED";
  if (!counting) return "before";
  if (!result || result.validBallots === 0) return "zero";
  const lead = leadOf(standings);
  if (!lead) return "tie";
  const complete = result.status === "UNOFFICIAL_COMPLETE" || result.status === "CORRECTION";
  if (complete && result.decided) return "complete";
  return lead.points < 0.01 ? "close" : "leading";
}

export function headline(night: Night, lang: Lang): Phrase[] {
  const [first, second] = night.standings;
  switch (kindOf(night)) {
    case "before": {
      const at = time(night.pollsCloseAt, night.timeZone, lang);
      return lang === "th" ? [`ปิดหีบเวลา ${at}`, "คะแนนเริ่มหลังจากนั้น"] : [`Polls close at ${at}.`, "Numbers come after that."];
    }
    case "zero":
      return lang === "th" ? ["เริ่มนับแล้ว", "ทุกหน่วยเป็นศูนย์"] : ["Counting has opened.", "Every station stands at zero."];
    case "tie":
      return [tieSentence(night.standings, lang)];
    case "complete":
      return lang === "th"
        ? [`${name(first!, lang)}ชนะด้วย`, `${count(first!.votes)} คะแนน`, "นับครบทุกหน่วยแล้ว"]
        : [`${name(first!, lang)} wins`, `with ${count(first!.votes)} votes;`, "every station is counted"];
    case "close":
      return lang === "th"
        ? [`${name(first!, lang)}กับ${name(second!, lang)}คู่คี่`, `ห่างกัน ${count(marginOf(night))} คะแนน`]
        : [`${name(first!, lang)} and ${name(second!, lang)}`, `are ${count(marginOf(night))} votes apart`];
    case "leading":
      return leading(night, lang);
  }
}

/** The same for one place inside the race: who leads there, never who wins, as the place alone decides nothing. */
export function headlineIn(night: Night, place: string, lang: Lang): Phrase[] {
  const where = lang === "th" ? `ใน${place}` : `in ${place}`;
  const kind = kindOf(night);
  if (kind === "before") return headline(night, lang);
  if (kind === "zero") return lang === "th" ? ["ยังไม่มีรายงาน", `จาก${place}`] : [`No report yet from ${place}`];
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
  const { stationsReporting: reporting, stationsTotal: total, decided } = result!;
  const share = progressPercent(reporting, total);
  const as = dataTime && time(dataTime, timeZone, lang);
  return lang === "th"
    ? [
        `รายงานแล้ว ${count(reporting)} จาก ${count(total)} หน่วย (${share}%)`,
        decided ? "ชี้ขาดแล้ว" : "ยังไม่ชี้ขาด",
        ...(as ? [`· ข้อมูลถึงเวลา ${as}`] : []),
      ]
    : [`${count(reporting)} of ${count(total)} stations reporting (${share}%).`, decided ? "Decided." : "Not decided.", ...(as ? [`As of ${as}.`] : [])];
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

function leading(night: Night, lang: Lang): Phrase[] {
  const { standings, local, localTotal, localLevel } = night;
  const first = standings[0]!;
  const won = local.filter((rows) => leadOf(rows)?.first.candidate.ballotNumber === first.candidate.ballotNumber).length;
  const level = levelNames(localLevel, lang);
  const margin = count(marginOf(night));
  const opening: Phrase[] =
    lang === "th"
      ? [`${name(first, lang)}นำ ${margin} คะแนน`]
      : [`${name(first, lang)} leads`, `by ${margin} votes${localTotal > 0 ? "," : ""}`];
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
    ? `${name(first!, lang)}กับ${name(second!, lang)}คะแนนเท่ากัน`
    : `${name(first!, lang)} and ${name(second!, lang)} are level`;
}

function marginOf({ result, standings }: Night): number {
  return result?.margin ?? standings[0]!.votes - (standings[1]?.votes ?? 0);
}

function name(row: Standing, lang: Lang): string {
  return lang === "th" ? row.candidate.shortTh : row.candidate.shortEn;
}
