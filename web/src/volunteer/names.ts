/** What things are called on the screen, in the language of the moment. */
import { hueOf } from "../colours/hues";
import { count, time } from "../words/numbers";
import { language } from "../words/language.svelte";
import { shortOffice } from "../words/offices";
import type { Draft } from "./draft";
import type { Item } from "./queue";
import type { StationFacts } from "./register";
import { session } from "./session.svelte";
import { candidateOf, type Candidate, type Field, type Sheet } from "./sheet";
import type { Sum } from "./sum";

const { tr } = language;

export function fieldName(sheet: Sheet, field: Field, partial = false): string {
  switch (field) {
    case "cast":
      return partial ? tr("บัตรที่นับแล้ว", "Ballots counted") : tr("บัตรที่ใช้ทั้งหมด", "Ballots used");
    case "invalid":
      return tr("บัตรเสีย", "Invalid");
    case "noVote":
      return tr("ไม่เลือกผู้ใด", "No vote");
    case "valid":
      return tr("บัตรดี", "Valid ballots");
    default:
      return tr(`เบอร์ ${field.slice(1)}`, `No. ${field.slice(1)}`);
  }
}

/** "เบอร์ 8 ชัชชาติ": enough to find it on the sheet. */
export function fullName(sheet: Sheet, field: Field, partial = false): string {
  const candidate = candidateOf(sheet, field);
  return candidate ? `${fieldName(sheet, field)} ${nameOnSheet(candidate)}` : fieldName(sheet, field, partial);
}

/** Names stay as on the sheet in both languages. */
export function nameOnSheet(candidate: Candidate): string {
  return candidate.short.th || candidate.name.th;
}

export function colourOf(candidate: Candidate | undefined, dark: boolean): string {
  if (!candidate) return "transparent";
  const hue = hueOf(candidate.color);
  return dark ? hue.fillDark : hue.fillLight;
}

export function stationName(station: StationFacts | undefined): string {
  return station ? tr(`หน่วย ${station.number} ${station.area.th}`, `Station ${station.number}, ${station.area.en}`) : tr("หน่วยที่ไม่อยู่ในรายการ", "A station not on the list");
}

export function sheetName(sheet: Sheet | undefined): string {
  return sheet ? shortOffice(language.of(sheet.name)) : "–";
}

export function placeOf(at: Draft | Item): string {
  return `${sheetName(session.sheet(at.contestId))} · ${stationName(session.station(at.stationId))}`;
}

/** The election's clock. */
export function clock(instant: string, electionId: string | undefined): string {
  const zone = session.election(electionId)?.timeZone ?? session.register?.elections[0]?.timeZone ?? "Asia/Bangkok";
  return time(instant, zone, language.now);
}

/** The strip's one sentence, and how it looks. */
export function sumSays(sum: Sum, partial: boolean): { tone: "" | "ok" | "bad"; words: string } {
  const n = count(Math.abs(sum.difference ?? 0));
  switch (sum.is) {
    case "start":
      return { tone: "", words: partial ? tr("พิมพ์ “บัตรที่นับแล้ว” หรือใช้ผลรวม", "Ballots counted so far, or use the sum") : tr("เริ่มที่บัตรที่ใช้ จะได้รู้ว่ายอดตรงไหม", "Start with ballots used, to check the sum") };
    case "over":
      return { tone: "bad", words: tr(`เกิน ${n} ใบ มีบางช่องมากไป`, `${n} too many: some field is too high`) };
    case "votes":
      return { tone: "bad", words: tr(`คะแนนเกินบัตรดีไป ${n} คะแนน`, `${n} votes more than valid ballots carry`) };
    case "going":
      return { tone: "", words: tr(`ยังเหลือ ${sum.left} ช่อง · อีก ${n} ใบ`, `${sum.left} fields left · ${n} ballots to go`) };
    case "unread":
      if (sum.cast === null && sum.illegible === 1) return { tone: "", words: tr("ครบทุกช่อง ใบไม่มียอดบัตรให้เทียบ", "All fields filled. No ballots used to compare with") };
      return sum.difference === null
        ? { tone: "", words: tr(`อ่านไม่ออก ${sum.illegible} ช่อง · ไม่มียอดให้เทียบ`, `${sum.illegible} not legible · no total to compare`) }
        : { tone: "", words: tr(`อ่านไม่ออก ${sum.illegible} ช่อง · ไม่มีตัวเลข ${n} ใบ`, `${sum.illegible} not legible · ${n} ballots without a number`) };
    case "missing":
      return { tone: "bad", words: tr(`ขาด ${n} ใบ ยอดยังไม่ตรง`, `${n} missing: does not add up`) };
    case "right":
      return { tone: "ok", words: tr("ครบทุกช่อง ยอดตรงกัน", "All fields filled. It adds up.") };
  }
}
