/** What the audit's actions are called. */
import type { Words } from "../words/language.svelte";

const ACTIONS: Readonly<Record<string, Words>> = {
  PACKAGE_IMPORTED: { th: "นำข้อมูลเข้า", en: "Package imported" },
  OFFICIAL_RESULTS_IMPORTED: { th: "นำเข้าผลทางการ", en: "Official results imported" },
  PHASE_CHANGED: { th: "เปลี่ยนช่วง", en: "Phase changed" },
  TOKEN_CREATED: { th: "ออกโทเค็น", en: "Token created" },
  CODES_CREATED: { th: "ออกรหัส", en: "Codes created" },
  CODE_USED: { th: "ใช้รหัส", en: "Code used" },
  REPORTER_REVOKED: { th: "ยกเลิกสิทธิ", en: "Reporter revoked" },
  TALLY_ACCEPTED: { th: "รับยอด", en: "Tally accepted" },
  TALLY_REJECTED: { th: "ไม่รับยอด", en: "Tally rejected" },
  TALLY_WITHDRAWN: { th: "ถอนยอด", en: "Tally withdrawn" },
  TALLIES_HELD_AGAIN: { th: "ดึงยอดกลับเข้าคิว", en: "Tallies held again" },
  ADDRESSES_FORGOTTEN: { th: "ลบที่อยู่เครือข่าย", en: "Addresses forgotten" },
};

export function actionWords(action: string): Words {
  return ACTIONS[action] ?? { th: action, en: action };
}

/** What the details of an action are called; the others by their own names. */
const DETAILS: Readonly<Record<string, Words>> = {
  role: { th: "บทบาท", en: "role" },
  count: { th: "จำนวน", en: "how many" },
  stations: { th: "หน่วย", en: "stations" },
  expiresAt: { th: "ใช้ได้ถึง", en: "works until" },
  createdAt: { th: "ออกเมื่อ", en: "made at" },
  createdBy: { th: "ออกโดย", en: "made by" },
  reason: { th: "เหตุผล", en: "reason" },
  sequence: { th: "ลำดับ", en: "entry" },
  revision: { th: "ฉบับที่", en: "revision" },
  from: { th: "จาก", en: "from" },
  to: { th: "เป็น", en: "to" },
};

export function detailWords(name: string): Words {
  return DETAILS[name] ?? { th: name, en: name };
}
