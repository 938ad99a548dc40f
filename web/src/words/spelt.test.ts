import { describe, expect, it } from "vitest";
import { spelt } from "./spelt";

describe("numbers in words", () => {
  it("are read in Thai as the sheet writes them", () => {
    expect([0, 1, 10, 11, 20, 21, 101, 202, 387, 1021, 450_000].map((n) => spelt(n, "th"))).toEqual([
      "ศูนย์", "หนึ่ง", "สิบ", "สิบเอ็ด", "ยี่สิบ", "ยี่สิบเอ็ด", "หนึ่งร้อยเอ็ด", "สองร้อยสอง", "สามร้อยแปดสิบเจ็ด", "หนึ่งพันยี่สิบเอ็ด", "สี่แสนห้าหมื่น",
    ]);
  });
  it("are read in English", () => {
    expect([0, 13, 40, 99, 100, 387, 12_034].map((n) => spelt(n, "en"))).toEqual([
      "zero", "thirteen", "forty", "ninety-nine", "one hundred", "three hundred eighty-seven", "twelve thousand thirty-four",
    ]);
  });
});
