/** Whole numbers below a million in words, as the sheet writes them beside the digits. */
import type { Lang } from "./numbers";

const THAI = ["", "หนึ่ง", "สอง", "สาม", "สี่", "ห้า", "หก", "เจ็ด", "แปด", "เก้า"] as const;
const THAI_PLACES = ["", "สิบ", "ร้อย", "พัน", "หมื่น", "แสน"] as const;
const ENGLISH =
  "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen".split(" ");
const TENS = ["", "", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"] as const;

export function spelt(n: number, lang: Lang): string {
  return lang === "th" ? thai(n) : english(n);
}

function thai(n: number): string {
  if (n === 0) return "ศูนย์";
  const digits = String(n);
  return [...digits].map((digit, i) => thaiDigit(Number(digit), digits.length - 1 - i, digits.length)).join("");
}

function thaiDigit(digit: number, place: number, length: number): string {
  if (digit === 0) return "";
  if (place === 1) return `${digit === 1 ? "" : digit === 2 ? "ยี่" : THAI[digit]}สิบ`;
  if (place === 0 && digit === 1 && length > 1) return "เอ็ด";
  return `${THAI[digit]}${THAI_PLACES[place]}`;
}

function english(n: number): string {
  if (n < 20) return ENGLISH[n]!;
  if (n < 100) return `${TENS[Math.floor(n / 10)]}${n % 10 ? `-${ENGLISH[n % 10]}` : ""}`;
  if (n < 1000) return `${ENGLISH[Math.floor(n / 100)]} hundred${n % 100 ? ` ${english(n % 100)}` : ""}`;
  return `${english(Math.floor(n / 1000))} thousand${n % 1000 ? ` ${english(n % 1000)}` : ""}`;
}
