/** What things are called on the desk, in the language of the moment. */
import { type Words, language } from "../words/language.svelte";
import { time } from "../words/numbers";
import { shortOffice } from "../words/offices";
import { session } from "./session.svelte";

const { tr } = language;

interface Named extends Words {
  readonly th: string;
  readonly en: string;
}

interface Where {
  readonly number: number;
  readonly area: Named;
}

export function officeName(contest: Named): string {
  return shortOffice(language.of(contest));
}

export function stationName(station: Where): string {
  return tr(`หน่วย ${station.number} ${station.area.th}`, `Station ${station.number} ${station.area.en}`);
}

/** 22.49 น. or 22:49, on the election's clock. */
export function at(instant: string): string {
  return time(instant, session.election?.timeZone ?? "Asia/Bangkok", language.now);
}

/** With seconds: 22:49:07, in both languages. */
export function atSecond(instant: string | number): string {
  const timeZone = session.election?.timeZone ?? "Asia/Bangkok";
  return new Intl.DateTimeFormat("en-GB", { timeZone, hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23" }).format(new Date(instant));
}

export function roleName(role: string): string {
  switch (role) {
    case "VOLUNTEER":
      return tr("อาสาสมัคร", "Volunteer");
    case "EDITOR":
      return tr("บรรณาธิการ", "Editor");
    case "OPERATOR":
      return tr("ผู้ดูแลระบบ", "Operator");
    case "OUTLET":
      return tr("สื่อ", "Outlet");
    default:
      return role;
  }
}
