/** Numbers, times and dates in each language's form. Arabic digits in both. */

export type Lang = "th" | "en";

const grouped = new Intl.NumberFormat("en-US");

export function count(n: number): string {
  return grouped.format(n);
}

/** In English: 1 vote, 2 votes. */
export function votes(n: number): string {
  return n === 1 ? "1 vote" : `${count(n)} votes`;
}

/** A fraction as a percentage: one place, two under 1 %. */
export function percent(fraction: number): string {
  const value = fraction * 100;
  return `${value.toFixed(value > 0 && value < 0.995 ? 2 : 1)}%`;
}

/** Difference of two shares in points, without a unit. */
export function points(fraction: number): string {
  const value = fraction * 100;
  return value.toFixed(value > 0 && value < 0.995 ? 2 : 1);
}

/** Share of stations in whole per cent: never 100 while one is open, never 0 once one has come. */
export function progressPercent(part: number, whole: number): number {
  if (whole === 0 || part === 0) return 0;
  if (part >= whole) return 100;
  return Math.min(99, Math.max(1, Math.round((100 * part) / whole)));
}

export function signed(n: number): string {
  return n < 0 ? `−${count(-n)}` : `+${count(n)}`;
}

/** 22.49 น. in Thai, 22:49 in English, on the election's own clock. */
export function time(instant: string, zone: string, lang: Lang): string {
  const parts = clock(instant, zone);
  return lang === "th" ? `${parts.hour}.${parts.minute} น.` : `${parts.hour}:${parts.minute}`;
}

/** 22 พฤษภาคม 2565 or 22 May 2022. */
export function date(instant: string, zone: string, lang: Lang): string {
  const locale = lang === "th" ? "th-TH-u-ca-buddhist-nu-latn" : "en-GB";
  const parts = Object.fromEntries(formatOf(locale, zone, { day: "numeric", month: "long", year: "numeric" }).formatToParts(new Date(instant)).map((part) => [part.type, part.value]));
  return `${parts.day} ${parts.month} ${parts.year}`;
}

/** Making one costs as much as a hundred uses of it. */
const formats = new Map<string, Intl.DateTimeFormat>();

function formatOf(locale: string, zone: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = JSON.stringify([locale, zone, options]);
  const format = formats.get(key) ?? new Intl.DateTimeFormat(locale, { ...options, timeZone: zone });
  formats.set(key, format);
  return format;
}

function clock(instant: string, zone: string): { hour: string; minute: string } {
  const parts = Object.fromEntries(formatOf("en-GB", zone, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" }).formatToParts(new Date(instant)).map((part) => [part.type, part.value]));
  return { hour: parts.hour ?? "", minute: parts.minute ?? "" };
}
