/** Words that stand in more than one place: levels of areas, states of a result. */
import type { AreaLevel, ResultsStatus } from "../generated/board";
import type { Lang } from "../words/numbers";

const LEVELS: Record<AreaLevel, { th: string; one: string; many: string }> = {
  COUNTRY: { th: "ประเทศ", one: "country", many: "countries" },
  REGION: { th: "ภาค", one: "region", many: "regions" },
  PROVINCE: { th: "จังหวัด", one: "province", many: "provinces" },
  CITY: { th: "เมือง", one: "city", many: "cities" },
  CONSTITUENCY: { th: "เขตเลือกตั้ง", one: "constituency", many: "constituencies" },
  DISTRICT: { th: "เขต", one: "district", many: "districts" },
  SUBDISTRICT: { th: "แขวง", one: "subdistrict", many: "subdistricts" },
};

export function levelNames(level: string, lang: Lang): string {
  const names = LEVELS[level as AreaLevel];
  return lang === "th" ? names.th : names.many;
}

export function levelName(level: string, lang: Lang): string {
  const names = LEVELS[level as AreaLevel];
  return lang === "th" ? names.th : names.one;
}

export const STATUS: Record<ResultsStatus, { th: string; en: string; chip: "silent" | "partial" | "final" | "corrected" }> = {
  PRE_ELECTION: { th: "ยังไม่เริ่มนับ", en: "Counting has not opened", chip: "silent" },
  UNOFFICIAL_PARTIAL: { th: "ไม่เป็นทางการ ยังนับไม่ครบ", en: "Unofficial, still counting", chip: "partial" },
  UNOFFICIAL_COMPLETE: { th: "ไม่เป็นทางการ นับครบทุกหน่วย", en: "Unofficial, every station counted", chip: "final" },
  CORRECTION: { th: "ไม่เป็นทางการ มีการแก้ไขหลังนับครบ", en: "Unofficial, corrected after completion", chip: "corrected" },
};
