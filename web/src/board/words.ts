/** Words that stand in more than one place: levels of areas, states of a result. */
import type { AreaLevel, ResultsStatus } from "../generated/board";
import { thai } from "../words/joined";
import type { Lang } from "../words/numbers";

/** Thailand has words of its own for what lies outside Bangkok. */
export type AreaWord = AreaLevel | "AMPHOE" | "TAMBON";

const LEVELS: Record<AreaWord, { th: string; one: string; many: string }> = {
  COUNTRY: { th: "ประเทศ", one: "country", many: "countries" },
  REGION: { th: "ภาค", one: "region", many: "regions" },
  PROVINCE: { th: "จังหวัด", one: "province", many: "provinces" },
  CITY: { th: "เมือง", one: "city", many: "cities" },
  CONSTITUENCY: { th: "เขตเลือกตั้ง", one: "constituency", many: "constituencies" },
  DISTRICT: { th: "เขต", one: "district", many: "districts" },
  SUBDISTRICT: { th: "แขวง", one: "subdistrict", many: "subdistricts" },
  AMPHOE: { th: "อำเภอ", one: "district", many: "districts" },
  TAMBON: { th: "ตำบล", one: "subdistrict", many: "subdistricts" },
};
/** Names that say themselves what they are. */
const WITH_WORD = /^(ประเทศ|ภาค|จังหวัด|เขต|แขวง|อำเภอ|ตำบล|เทศบาล)/;

interface Named {
  readonly id: string;
  readonly level: AreaLevel;
  readonly nameTh: string;
  readonly nameEn: string;
}

/** The word for an area: Thai official codes have four digits for a district and six for a subdistrict, 10… in Bangkok. */
export function wordOf({ id, level }: Pick<Named, "id" | "level">): AreaWord {
  const code = id.slice(id.lastIndexOf("/") + 1);
  if (level === "DISTRICT" && /^(?!10)\d{4}$/.test(code)) return "AMPHOE";
  if (level === "SUBDISTRICT" && /^(?!10)\d{6}$/.test(code)) return "TAMBON";
  return level;
}

/** As it is called in a sentence: with its word in Thai, but for a city and for names that have one. */
export function placeName(area: Named, lang: Lang): string {
  if (lang === "en") return area.nameEn;
  if (area.level === "CITY" || area.level === "COUNTRY" || WITH_WORD.test(area.nameTh)) return area.nameTh;
  return thai`${LEVELS[wordOf(area)].th}${area.nameTh}`;
}

export function levelNames(level: string, lang: Lang): string {
  const names = LEVELS[level as AreaWord];
  return lang === "th" ? names.th : names.many;
}

export function levelName(level: string, lang: Lang): string {
  const names = LEVELS[level as AreaWord];
  return lang === "th" ? names.th : names.one;
}

export const STATUS: Record<ResultsStatus, { th: string; en: string; chip: "silent" | "partial" | "final" | "corrected" }> = {
  PRE_ELECTION: { th: "ยังไม่เริ่มนับ", en: "Counting has not opened", chip: "silent" },
  UNOFFICIAL_PARTIAL: { th: "ไม่เป็นทางการ ยังนับไม่ครบ", en: "Unofficial, still counting", chip: "partial" },
  UNOFFICIAL_COMPLETE: { th: "ไม่เป็นทางการ นับครบทุกหน่วย", en: "Unofficial, every station counted", chip: "final" },
  CORRECTION: { th: "ไม่เป็นทางการ มีการแก้ไขหลังนับครบ", en: "Unofficial, corrected after completion", chip: "corrected" },
};
