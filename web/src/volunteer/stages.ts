/** How each stage of a sent tally looks and what it says. */
import type { IconName } from "../icons/paths";
import { language } from "../words/language.svelte";
import type { Stage } from "./queue";

type Tone = "wait" | "sent" | "ok" | "held" | "bad" | "past";

const { tr } = language;

const LOOKS: Record<Stage, { tone: Tone; icon: IconName }> = {
  waiting: { tone: "wait", icon: "wait" },
  sending: { tone: "sent", icon: "up" },
  unanswered: { tone: "sent", icon: "sent" },
  counted: { tone: "ok", icon: "ok" },
  noted: { tone: "ok", icon: "ok" },
  released: { tone: "ok", icon: "ok" },
  held: { tone: "held", icon: "held" },
  refused: { tone: "bad", icon: "bad" },
  rejected: { tone: "bad", icon: "bad" },
  late: { tone: "bad", icon: "lock" },
  superseded: { tone: "past", icon: "undo" },
  withdrawn: { tone: "past", icon: "undo" },
};

export function lookOf(stage: Stage): { tone: Tone; icon: IconName } {
  return LOOKS[stage];
}

export function titleOf(stage: Stage): string {
  switch (stage) {
    case "waiting":
      return tr("รอส่ง", "Waiting");
    case "sending":
      return tr("กำลังส่ง", "Sending");
    case "unanswered":
      return tr("ส่งแล้ว รอคำตอบ", "Sent, no answer yet");
    case "counted":
      return tr("นับแล้ว", "Counted");
    case "noted":
      return tr("นับแล้ว มีหมายเหตุ", "Counted, with a note");
    case "released":
      return tr("บรรณาธิการรับแล้ว", "Accepted by an editor");
    case "held":
      return tr("พักไว้ รอบรรณาธิการ", "Held for an editor");
    case "refused":
      return tr("บรรณาธิการไม่รับ", "Not accepted by an editor");
    case "rejected":
      return tr("ไม่รับ ต้องแก้", "Rejected: please mend");
    case "late":
      return tr("ไม่รับ นอกเวลานับ", "Rejected: counting is not open");
    case "superseded":
      return tr("มียอดใหม่กว่าแทนแล้ว", "A newer tally took its place");
    case "withdrawn":
      return tr("ถูกถอนออกจากผล", "Withdrawn from the results");
  }
}

/** The sentence below it; empty where the title says it all. */
export function sentenceOf(stage: Stage): string {
  switch (stage) {
    case "waiting":
      return tr("อยู่ในเครื่องแล้ว ปิดแอปได้ ไม่หาย", "Kept on this phone; you may close the app");
    case "sending":
      return tr("ตัวเลขส่งก่อน รูปตามไป", "Numbers go first, photographs follow");
    case "unanswered":
      return tr("เน็ตหลุดก่อนได้คำตอบ จะถามซ้ำเอง ไม่นับซ้ำสองครั้ง", "The line broke before the answer. It asks again by itself; nothing counts twice");
    case "held":
      return tr("ยังไม่นับ ถ้าตรงกับใบ ไม่ต้องทำอะไร", "Not counted yet. If the sheet says so, you need do nothing");
    case "rejected":
      return tr("ตัวเลขที่พิมพ์ไว้ยังอยู่ครบ", "All you typed is still here");
    case "late":
      return tr("ตัวเลขที่พิมพ์ไว้ยังอยู่ครบ ถ้าเปิดรับอีกครั้ง ส่งใหม่ได้", "All you typed is still here. If counting opens again, send it again");
    default:
      return "";
  }
}
