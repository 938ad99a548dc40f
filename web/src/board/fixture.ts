/** A race of three candidates in a city of two districts, for tests. */
import type { Night } from "./headline";
import type { Result } from "./results";
import { standings, type Candidate } from "./standing";

export const candidates: Candidate[] = [
  person(8, "ชัชชาติ", "Chadchart", null, "#0a7d4f"),
  person(4, "สุชัชวีร์", "Suchatvee", "ประชาธิปัตย์", "#1678b8"),
  person(1, "วิโรจน์", "Wiroj", "ก้าวไกล", "#d95f0c"),
];

function person(ballotNumber: number, th: string, en: string, party: string | null, color: string): Candidate {
  return { id: `e/governor/${ballotNumber}`, ballotNumber, nameTh: th, nameEn: en, shortTh: th, shortEn: en, partyTh: party, partyEn: party, color };
}

/** A result as the API gives it; votes by ballot number, ranked and summed here. */
export function resultOf(votes: Record<number, number>, over: Partial<Result> = {}): Result {
  const sorted = Object.entries(votes).sort((a, b) => b[1] - a[1] || Number(a[0]) - Number(b[0]));
  const rows = sorted.map(([number, of]) => ({ candidate: { ballotNumber: Number(number) }, votes: of, rank: 1 + sorted.filter((other) => other[1] > of).length, leading: of > 0 && sorted.filter((other) => other[1] >= of).length === 1 }));
  const validBallots = rows.reduce((sum, row) => sum + row.votes, 0);
  return {
    contest: { id: "e/governor" },
    area: { id: "e/10" },
    status: "UNOFFICIAL_PARTIAL",
    rows,
    validBallots,
    invalidBallots: 10,
    noVoteBallots: 20,
    ballotsCast: validBallots + 30,
    turnout: 0.6,
    stationsTotal: 6817,
    stationsReporting: 2082,
    stationsFinal: 1935,
    stationsDisputed: 0,
    stationsIncomplete: 0,
    margin: (rows[0]?.votes ?? 0) - (rows[1]?.votes ?? 0) || null,
    decided: false,
    outstanding: { stations: 4882, ballotsAtMost: 3_118_314, heldTallies: 0 },
    ...over,
  };
}

export function nightOf(result: Result | undefined, local: Result[] = [], over: Partial<Night> = {}): Night {
  return {
    phase: "COUNTING",
    pollsCloseAt: "2022-05-22T17:00:00+07:00",
    timeZone: "Asia/Bangkok",
    dataTime: "2022-05-22T15:49:00Z",
    result,
    standings: standings(candidates, result),
    local: local.map((one) => standings(candidates, one)),
    localTotal: local.length,
    localLevel: "DISTRICT",
    ...over,
  };
}
