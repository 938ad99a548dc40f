/** The life of an election, and what each step of it is called. */
import type { Words } from "../words/language.svelte";

export const PHASES = ["SETUP", "VOTING", "COUNTING", "CLOSED"] as const;
export type Phase = (typeof PHASES)[number];

/** One step that an operator may take. `grave`: it ends something that people are at. */
export interface Change {
  readonly to: Phase;
  readonly button: Words;
  readonly title: Words;
  /** Typed to confirm. */
  readonly word: Words;
  readonly does: Words;
  readonly note: Words;
  readonly grave: boolean;
}

const NAMES: Readonly<Record<Phase, { name: Words; about: Words }>> = {
  SETUP: { name: { th: "เตรียม", en: "Setup" }, about: { th: "ข้อมูล รหัส ซ้อม", en: "data, codes, rehearsal" } },
  VOTING: { name: { th: "กำลังลงคะแนน", en: "Voting" }, about: { th: "ไม่มีตัวเลข", en: "no numbers" } },
  COUNTING: { name: { th: "กำลังนับ", en: "Counting" }, about: { th: "ยอดเป็นสาธารณะ", en: "tallies are public" } },
  CLOSED: { name: { th: "ปิด", en: "Closed" }, about: { th: "ไม่รับยอดใหม่", en: "no new tallies" } },
};

const OPEN_VOTING: Change = {
  to: "VOTING",
  button: { th: "เริ่มลงคะแนน…", en: "Begin voting…" },
  title: { th: "เริ่มช่วงลงคะแนน?", en: "Begin voting?" },
  word: { th: "เริ่มลงคะแนน", en: "BEGIN" },
  does: { th: "เริ่มลงคะแนน", en: "Begin voting" },
  note: { th: "กลับไป “เตรียม” ได้ ตราบที่ยังไม่มียอดแรก", en: "It can go back to setup until the first tally" },
  grave: false,
};
const OPEN_COUNT: Change = {
  to: "COUNTING",
  button: { th: "เปิดนับ…", en: "Open the count…" },
  title: { th: "เปิดนับ?", en: "Open the count?" },
  word: { th: "เปิดนับ", en: "OPEN" },
  does: { th: "เปิดนับ", en: "Open the count" },
  note: { th: "ทุกคนเห็นผลตั้งแต่ยอดแรก", en: "Everyone sees results from the first tally on" },
  grave: false,
};
const CLOSE_COUNT: Change = {
  to: "CLOSED",
  button: { th: "ปิดการนับ…", en: "Close the count…" },
  title: { th: "ปิดการนับ?", en: "Close the count?" },
  word: { th: "ปิดการนับ", en: "CLOSE" },
  does: { th: "ปิดการนับ", en: "Close the count" },
  note: { th: "เปิดกลับเป็น “กำลังนับ” ได้ แต่ทุกคนจะเห็นว่าเคยปิด", en: "It can be opened again, but everyone sees that it was closed" },
  grave: true,
};
const REOPEN: Change = {
  ...OPEN_COUNT,
  button: { th: "เปิดนับอีกครั้ง…", en: "Open the count again…" },
  title: { th: "เปิดนับอีกครั้ง?", en: "Open the count again?" },
  does: { th: "เปิดนับอีกครั้ง", en: "Open again" },
  note: { th: "เหตุผลที่เปิดอีกควรประกาศให้ทุกคนรู้", en: "Tell everyone why it is opened again" },
  grave: true,
};

export function phaseWords(phase: Phase): { name: Words; about: Words } {
  return NAMES[phase];
}

/** The step that comes after a phase. */
export function changeAfter(phase: Phase): Change {
  return { SETUP: OPEN_VOTING, VOTING: OPEN_COUNT, COUNTING: CLOSE_COUNT, CLOSED: REOPEN }[phase];
}

export function reopening(phase: Phase | undefined): boolean {
  return phase === "CLOSED";
}
