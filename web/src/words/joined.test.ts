import { describe, expect, it } from "vitest";
import { thai } from "./joined";

const told = (first: string, second: string) => thai`${first}กับ${second}คะแนนเท่ากัน`;

describe("a name in a Thai sentence", () => {
  it("runs on with it where it is Thai itself", () => {
    expect(told("ชัชชาติ", "สุชัชวีร์ฯ")).toBe("ชัชชาติกับสุชัชวีร์ฯคะแนนเท่ากัน");
  });
  it("stands apart from it in Latin, Arabic or other letters, in digits, and after a full stop", () => {
    expect(told("Movimento", "ไทย")).toBe("Movimento กับไทยคะแนนเท่ากัน");
    expect(told("حزب النور", "民主党")).toBe("حزب النور กับ 民主党 คะแนนเท่ากัน");
    expect(told("2", "Smith Jr.")).toBe("2 กับ Smith Jr. คะแนนเท่ากัน");
    expect(thai`ห่าง${"Movimento"} ${1.5} จุดร้อยละ`).toBe("ห่าง Movimento 1.5 จุดร้อยละ");
  });
  it("is set off only where the two touch, and only once", () => {
    expect(told("พรรค A", "B ไทย")).toBe("พรรค A กับ B ไทยคะแนนเท่ากัน");
    expect(told(" A ", " B ")).toBe(" A กับ B คะแนนเท่ากัน");
    expect(thai`นำ ${5}% จาก ${""}ทั้งหมด “${"A"}”`).toBe("นำ 5% จาก ทั้งหมด “A”");
  });
});
