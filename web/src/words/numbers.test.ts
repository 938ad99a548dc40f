import { describe, expect, it } from "vitest";
import { count, date, percent, points, progressPercent, signed, time } from "./numbers";

describe("numbers", () => {
  it("group by thousands", () => expect(count(1_386_215)).toBe("1,386,215"));
  it("give shares one place, and two under one per cent", () => {
    expect([percent(0.53827), percent(0.0087), percent(0), percent(1)]).toEqual(["53.8%", "0.87%", "0.0%", "100.0%"]);
    expect([points(0.43776), points(0.0004)]).toEqual(["43.8", "0.04"]);
  });
  it("never round a share that is shown with two places up to one per cent", () => expect(percent(0.00997)).toBe("1.0%"));
  it("carry real signs", () => expect([signed(63), signed(-45)]).toEqual(["+63", "−45"]));
});

describe("progress", () => {
  it("is never 100 while one station is open, and never 0 once one has come", () => {
    expect([progressPercent(6816, 6817), progressPercent(6817, 6817), progressPercent(1, 6817), progressPercent(0, 6817)]).toEqual([99, 100, 1, 0]);
  });
  it("of no stations is nothing", () => expect(progressPercent(0, 0)).toBe(0));
});

describe("times and dates", () => {
  it("are the election's, wherever the reader is", () => {
    expect(time("2022-05-22T15:49:00Z", "Asia/Bangkok", "th")).toBe("22.49 น.");
    expect(time("2022-05-22T15:49:00Z", "Asia/Bangkok", "en")).toBe("22:49");
  });
  it("say midnight as 00", () => expect(time("2022-05-22T17:04:00Z", "Asia/Bangkok", "en")).toBe("00:04"));
  it("count years in each language's era", () => {
    expect(date("2022-05-22T17:00:00+07:00", "Asia/Bangkok", "th")).toBe("22 พฤษภาคม 2565");
    expect(date("2022-05-22T17:00:00+07:00", "Asia/Bangkok", "en")).toBe("22 May 2022");
  });
});
