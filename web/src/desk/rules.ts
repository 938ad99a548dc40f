/** What each rule is called at the desk, and the reasons that a decision may begin with. */
import type { Words } from "../words/language.svelte";

const RULES: Readonly<Record<string, Words>> = {
  COUNTING_NOT_OPEN: { th: "ยังไม่เปิดนับ", en: "Counting is not open" },
  UNKNOWN_STATION: { th: "ไม่พบหน่วย", en: "Unknown station" },
  UNKNOWN_CONTEST: { th: "ไม่พบใบเลือกตั้ง", en: "Unknown contest" },
  STATION_NOT_IN_CONTEST: { th: "หน่วยนี้ไม่ได้นับใบนี้", en: "Station not in contest" },
  UNKNOWN_CANDIDATE: { th: "ไม่พบผู้สมัคร", en: "Unknown candidate" },
  DUPLICATE_CANDIDATE: { th: "ผู้สมัครซ้ำ", en: "Candidate twice" },
  MISSING_CANDIDATE: { th: "ขาดผู้สมัคร", en: "Candidate missing" },
  NEGATIVE_NUMBER: { th: "ตัวเลขติดลบ", en: "Negative number" },
  NUMBER_TOO_LARGE: { th: "ตัวเลขมากเกินไป", en: "Number too large" },
  STALE_REVISION: { th: "แก้ฉบับเก่า", en: "Corrects an old revision" },
  REASON_MISSING: { th: "ไม่บอกเหตุผล", en: "No reason given" },
  CLIENT_TALLY_ID_REUSED: { th: "รหัสเดิม เนื้อหาต่าง", en: "Same id, other numbers" },
  BALLOTS_DO_NOT_ADD_UP: { th: "ใบรวมไม่ตรง (ตามที่เขียน)", en: "Sheet does not add up (as written)" },
  MORE_BALLOTS_THAN_VOTERS: { th: "บัตรเกินผู้มีสิทธิ", en: "More ballots than voters" },
  NOT_ASSIGNED: { th: "ไม่ใช่หน่วยของคนส่ง", en: "Not the sender’s station" },
  ILLEGIBLE: { th: "อ่านไม่ออก", en: "Not legible" },
  ALL_ZERO: { th: "ศูนย์ทุกช่อง", en: "All zero" },
  TOO_EARLY: { th: "ยอดสุดท้ายเร็วเกินไป", en: "Final too early" },
  EVIDENCE_MISSING: { th: "ไม่มีรูป", en: "Photograph missing" },
  SAME_EVIDENCE_ELSEWHERE: { th: "รูปซ้ำกับหน่วยอื่น", en: "Same photograph elsewhere" },
  SAME_NUMBERS_ELSEWHERE: { th: "ตัวเลขซ้ำกับหน่วยอื่น", en: "Same numbers elsewhere" },
  DISAGREES_WITH_ANOTHER_REPORT: { th: "ไม่ตรงกับอีกคน", en: "Disagrees with another report" },
  LOWER_THAN_BEFORE: { th: "ยอดลดลง", en: "Lower than before" },
  PARTIAL_AFTER_FINAL: { th: "มาหลังยอดสุดท้าย", en: "Partial after final" },
  OFFICES_DISAGREE: { th: "บัตรสองใบไม่เท่ากัน", en: "The two offices disagree" },
  TURNOUT_OUT_OF_RANGE: { th: "ผู้มาใช้สิทธิผิดปกติ", en: "Unusual turnout" },
  SHARE_OUT_OF_RANGE: { th: "สัดส่วนคะแนนผิดปกติ", en: "Unusual share" },
  INVALID_BALLOTS_OUT_OF_RANGE: { th: "บัตรเสียผิดปกติ", en: "Unusual invalid ballots" },
  NO_VOTE_OUT_OF_RANGE: { th: "ไม่เลือกผู้ใดผิดปกติ", en: "Unusual no-vote ballots" },
};

export function ruleWords(rule: string): Words {
  return RULES[rule] ?? { th: rule, en: rule };
}

export type Deciding = "accept" | "reject" | "withdraw";

/** The last of each is for words of one's own alone. */
export const REASONS: Readonly<Record<Deciding, readonly Words[]>> = {
  accept: [
    { th: "ตรงกับรูปทุกช่อง", en: "Equals the photograph in every field" },
    { th: "ใบเขียนอย่างนี้จริง แม้รวมไม่ตรง", en: "The sheet says so, though it does not add up" },
    { th: "ช่องที่อ่านออกตรงกับรูป", en: "Legible fields equal the photograph" },
    { th: "หน่วยยืนยันทางโทรศัพท์", en: "The station confirmed by telephone" },
    { th: "ยอดเดิมพิมพ์สลับช่อง", en: "The standing tally had fields swapped" },
    { th: "อื่น ๆ (พิมพ์เอง)", en: "Other (type)" },
  ],
  reject: [
    { th: "ไม่ตรงกับรูป", en: "Differs from the photograph" },
    { th: "รูปของหน่วยอื่น", en: "Photograph of another station" },
    { th: "รูปอ่านไม่ออก ขอรูปใหม่", en: "Photograph unreadable; new one needed" },
    { th: "ใบยังไม่ใช่ยอดสุดท้าย", en: "Not a final sheet" },
    { th: "ซ้ำกับยอดที่นับแล้ว", en: "Repeats what counts already" },
    { th: "อื่น ๆ (พิมพ์เอง)", en: "Other (type)" },
  ],
  withdraw: [
    { th: "ไม่ตรงกับรูป", en: "Differs from the photograph" },
    { th: "รูปของหน่วยอื่น", en: "Photograph of another station" },
    { th: "ตัวเลขของหน่วยอื่น", en: "Another station’s numbers" },
    { th: "นับจริงยังไม่จบ", en: "The count was not over" },
    { th: "หน่วยแจ้งว่าผิด", en: "The station says it is wrong" },
    { th: "อื่น ๆ (พิมพ์เอง)", en: "Other (type)" },
  ],
};

export const REASON_MAX = 500;

/** The public sentence: the reason in both languages, then one's own words on one line. null: it says nothing yet. */
export function publicReason(deciding: Deciding, choice: number, more: string): string | null {
  const reasons = REASONS[deciding];
  const own = more.replace(/\s+/gu, " ").trim();
  const picked = choice < reasons.length - 1 ? reasons[choice] : undefined;
  const given = picked ? `${picked.th} · ${picked.en}` : "";
  const whole = [given, own].filter(Boolean).join(": ");
  return whole && whole.length <= REASON_MAX ? whole : null;
}
