/** One area of the map in one mode: its colour, what stands on it, and the sentence that it is to a listener. */
import { percent, points, progressPercent, type Lang } from "../words/numbers";
import { paintStyle } from "../colours/paint";
import type { Result } from "./results";
import { countedOpacity, leadOf, strengthOpacity, strengthStep, type Shown, type Standing } from "./standing";
import { codeOf } from "../maps";

/** Below this share of stations reporting an area is striped: too early to read. */
export const EARLY = 0.2;
/** A second with more than this share is drawn stronger. */
export const STRONG_SECOND = 0.12;

/** What a cell shows of an area. */
export interface Place {
  readonly id: string;
  readonly nameTh: string;
  readonly nameEn: string;
}

export interface Cell {
  readonly area: Place;
  readonly code: string;
  readonly style: string;
  readonly classes: string;
  readonly early: boolean;
  readonly hasReport: boolean;
  readonly big: string;
  readonly small: string;
  readonly sentence: string;
}

/** Cells as they were drawn last: an area of which nothing is new has the same, and is not drawn again. */
export class Cells {
  readonly #drawn = new Map<string, { readonly of: readonly unknown[]; readonly cell: Cell }>();

  /** As `cellOf`. */
  of(area: Place, result: Result | undefined, rows: readonly Standing<Shown>[], mode: "lead" | "second" | "count", lang: Lang): Cell {
    const of = [area, result, result && rows, mode, lang];
    const before = this.#drawn.get(area.id);
    if (before?.of.every((part, i) => part === of[i])) return before.cell;
    const cell = cellOf(area, result, rows, mode, lang);
    this.#drawn.set(area.id, { of, cell });
    return cell;
  }
}

export function cellOf(area: Place, result: Result | undefined, rows: readonly Standing<Shown>[], mode: "lead" | "second" | "count", lang: Lang): Cell {
  const reporting = result?.stationsReporting ?? 0;
  const share = result && result.stationsTotal > 0 ? reporting / result.stationsTotal : 0;
  const hasReport = reporting > 0;
  const early = hasReport && share < EARLY && mode !== "count";
  const shared = { area, code: codeOf(area.id), early, hasReport, sentence: sentence(area, result, rows, lang) };
  if (!hasReport) return { ...shared, style: "", classes: "void", big: "–", small: "" };
  if (mode === "count") {
    const opacity = countedOpacity(share);
    const label = String(progressPercent(reporting, result!.stationsTotal));
    return { ...shared, style: `--o:${opacity}`, classes: opacity > 0.6 ? "ink strong" : "ink", big: label, small: "" };
  }
  const lead = leadOf(rows);
  // Where nobody stands against the first, the first is all there is to show.
  const alone = rows.length === 1 ? rows[0]! : null;
  const shown = mode === "lead" ? (lead?.first ?? alone) : (lead?.second ?? rows[1] ?? null);
  if (!shown) return { ...shared, style: "--o:0.1", classes: "ink", big: "=", small: "" };
  const opacity = mode === "lead" ? strengthOpacity(strengthStep(lead?.points ?? 1)) : shown.share > STRONG_SECOND ? 0.62 : 0.4;
  return {
    ...shared,
    style: paintStyle(shown.candidate.color, opacity),
    classes: early ? "few" : "",
    big: String(shown.candidate.ballotNumber),
    small: mode === "lead" && lead ? `+${Math.round(lead.points * 100)}` : "",
  };
}

function sentence(area: Place, result: Result | undefined, rows: readonly Standing<Shown>[], lang: Lang): string {
  const name = lang === "th" ? area.nameTh : area.nameEn;
  if (!result || result.stationsReporting === 0) return lang === "th" ? `${name}: ยังไม่มีรายงาน` : `${name}: no report yet`;
  const far = progressPercent(result.stationsReporting, result.stationsTotal);
  const tail = lang === "th" ? `รายงานแล้ว ${far}% ของหน่วย` : `${far}% of stations reporting`;
  const lead = leadOf(rows);
  if (rows.length === 1) return lang === "th" ? `${name}: ${rows[0]!.candidate.shortTh} ผู้สมัครคนเดียว ${tail}` : `${name}: ${rows[0]!.candidate.shortEn}, the only candidate, ${tail}`;
  if (!lead) return lang === "th" ? `${name}: คะแนนเท่ากัน ${tail}` : `${name}: level, ${tail}`;
  const { first, second } = lead;
  return lang === "th"
    ? `${name}: ${first.candidate.shortTh} ${percent(first.share)} นำ ${second.candidate.shortTh} ${points(lead.points)} จุด ${tail}`
    : `${name}: ${first.candidate.shortEn} ${percent(first.share)}, ahead of ${second.candidate.shortEn} by ${points(lead.points)} points, ${tail}`;
}
