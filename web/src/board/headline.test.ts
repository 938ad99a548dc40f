import { describe, expect, it } from "vitest";
import { nightOf, resultOf } from "./fixture";
import { deck, headline, kindOf, plain, spoken } from "./headline";

const mid = resultOf({ 8: 365_687, 4: 68_280, 1: 67_983 });
const here = resultOf({ 8: 10, 4: 5, 1: 3 });
const elsewhere = resultOf({ 8: 5, 4: 9, 1: 3 });
const both = (night: Parameters<typeof headline>[0]) => [plain(headline(night, "th")), plain(headline(night, "en"))];

describe("the headline", () => {
  it("says who leads, by how many votes, and in how many districts", () => {
    expect(both(nightOf(mid, [here, here]))).toEqual([
      "ชัชชาตินำ 297,407 คะแนน และนำทั้ง 2 เขต",
      "Chadchart leads by 297,407 votes, and in all 2 districts",
    ]);
    expect(both(nightOf(mid, [here, elsewhere]))).toEqual([
      "ชัชชาตินำ 297,407 คะแนน และนำ 1 จาก 2 เขต",
      "Chadchart leads by 297,407 votes, and in 1 of 2 districts",
    ]);
  });

  it("counts a district without votes as one that nobody leads", () => {
    expect(plain(headline(nightOf(mid, [here], { localTotal: 2 }), "th"))).toBe("ชัชชาตินำ 297,407 คะแนน และนำ 1 จาก 2 เขต");
  });

  it("names both where they are under one point apart", () => {
    expect(both(nightOf(resultOf({ 8: 1004, 4: 1000, 1: 500 })))).toEqual(["ชัชชาติกับสุชัชวีร์คู่คี่ ห่างกัน 4 คะแนน", "Chadchart and Suchatvee are 4 votes apart"]);
  });

  it("sets a name in other letters off from the Thai around it", () => {
    const night = nightOf(resultOf({ 8: 365, 4: 68, 1: 67 }));
    const foreign = { ...night, standings: night.standings.map((row, i) => ({ ...row, candidate: { ...row.candidate, shortTh: ["Movimento", "النور"][i] ?? "ไทย" } })) };
    const rules = { seats: 10, votingVariation: "PROPORTIONAL", votesPerBallot: 1 } as const;
    expect(plain(headline(foreign, "th"))).toBe("Movimento นำ 297 คะแนน");
    expect(plain(headline({ ...foreign, rules }, "th"))).toBe("Movimento ได้คะแนนมากที่สุดอยู่ 73.0% ห่าง النور 59.4 จุดร้อยละ");
  });

  it("keeps leading at one point exactly", () => {
    expect(kindOf(nightOf(resultOf({ 8: 101, 4: 99 })))).toBe("leading");
    expect(kindOf(nightOf(resultOf({ 8: 1009, 4: 991 })))).toBe("close");
  });

  it("calls equal votes level", () => {
    expect(both(nightOf(resultOf({ 8: 700, 4: 700, 1: 1 })))).toEqual(["ชัชชาติกับสุชัชวีร์คะแนนเท่ากัน".replace("ชัชชาติกับสุชัชวีร์", "สุชัชวีร์กับชัชชาติ"), "Suchatvee and Chadchart are level"]);
  });

  it("says wins only when every station is in and it is decided", () => {
    const complete = { status: "UNOFFICIAL_COMPLETE", stationsReporting: 6817, stationsFinal: 6817 } as const;
    const votes = { 8: 1_386_215, 4: 254_647, 1: 253_851 };
    expect(both(nightOf(resultOf(votes, { ...complete, decided: true })))).toEqual([
      "ชัชชาติชนะด้วย 1,386,215 คะแนน นับครบทุกหน่วยแล้ว",
      "Chadchart wins with 1,386,215 votes; every station is counted",
    ]);
    expect(kindOf(nightOf(resultOf(votes, { ...complete, decided: false })))).toBe("leading");
    expect(kindOf(nightOf(resultOf(votes, { decided: true })))).toBe("leading");
  });

  it("gives the closing time before the polls close, whatever result came", () => {
    expect(both(nightOf(undefined, [], { phase: "VOTING" }))).toEqual(["ปิดหีบเวลา 17.00 น. คะแนนจะเริ่มเข้ามาหลังจากนั้น", "Polls close at 17:00. Numbers come after that."]);
    expect(kindOf(nightOf(mid, [], { phase: "SETUP" }))).toBe("before");
  });

  it("shows the zero report once counting is open", () => {
    const zero = resultOf({ 8: 0, 4: 0, 1: 0 }, { stationsReporting: 0, stationsFinal: 0, margin: null });
    expect(both(nightOf(zero))).toEqual(["เริ่มนับแล้ว ทุกหน่วยยังเป็นศูนย์", "Counting has opened. Every station stands at zero."]);
  });
});

describe("a race that is not one seat for the most votes", () => {
  const some = { stationsReporting: 4, stationsTotal: 10, stationsFinal: 4 };
  const several = { seats: 2, votingVariation: "N_OF_M", votesPerBallot: 2 } as const;
  const shared = { seats: 10, votingVariation: "PROPORTIONAL", votesPerBallot: 1 } as const;

  it("names all who have a seat, and how far the next one is", () => {
    const result = { ...resultOf({ 8: 90, 4: 80, 1: 30 }, { ...some, margin: 50 }) };
    result.rows = result.rows.map((row) => ({ ...row, leading: row.votes > 30 }));
    expect(both(nightOf(result, [], { rules: several }))).toEqual(["ชัชชาติ และสุชัชวีร์นำอยู่ ห่างอันดับถัดไป 50 คะแนน", "Chadchart and Suchatvee lead for 2 seats by 50 votes over the next"]);
  });

  it("leaves the last seat without a name where it is level", () => {
    const result = resultOf({ 8: 90, 4: 30, 1: 30 }, { ...some, margin: 60 });
    expect(plain(headline(nightOf(result, [], { rules: several }), "en"))).toBe("Chadchart leads for 2 seats (level over the last seat)");
  });

  it("has the most votes, and wins nothing, where lists share the seats", () => {
    const result = resultOf({ 8: 50, 4: 30, 1: 20 }, { ...some, status: "UNOFFICIAL_COMPLETE", decided: true, margin: null });
    expect(both(nightOf(result, [], { rules: shared }))).toEqual(["ชัชชาติได้คะแนนมากที่สุด 50.0% ห่างสุชัชวีร์ 20.0 จุดร้อยละ", "Chadchart has the most votes, 50.0% and 20.0 points more than Suchatvee"]);
  });

  it("neither leads nor wins where there is one candidate, and nothing is called decided", () => {
    const alone = nightOf(resultOf({ 8: 50 }, { ...some, decided: true, margin: null }), []);
    const night = { ...alone, standings: alone.standings.filter((row) => row.candidate.ballotNumber === 8) };
    expect(both(night)).toEqual(["ชัชชาติเป็นผู้สมัครคนเดียว ได้ 50 คะแนน", "Chadchart, the only candidate, has 50 votes"]);
    expect(deck(night, "en")[1]).not.toContain("ecided");
  });
});

describe("the line below", () => {
  it("says how far the count is, whether it is decided, and the data's time on the election's clock", () => {
    expect(deck(nightOf(mid), "th")).toEqual(["รายงานแล้ว 2,082 จาก 6,817 หน่วย (31%)", "ยังไม่ชี้ขาด ·", "ข้อมูลถึงเวลา 22.49 น."]);
    expect(deck(nightOf({ ...mid, decided: true }), "en")).toEqual(["2,082 of 6,817 stations reporting (31%).", "Decided.", "As of 22:49."]);
  });

  it("names no time that it does not know", () => {
    expect(deck(nightOf(mid, [], { dataTime: null }), "en")).toEqual(["2,082 of 6,817 stations reporting (31%).", "Not decided."]);
  });

  it("is one sentence to a listener", () => {
    expect(spoken(nightOf(mid, [here, here]), "th")).toBe("ชัชชาตินำ 297,407 คะแนน และนำทั้ง 2 เขต รายงานแล้ว 2,082 หน่วย");
  });
});
