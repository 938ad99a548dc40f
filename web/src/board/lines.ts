/** One line of the list of newest reports: made of an entry of the feed, or of a tally from before the page was opened. */
import type { NewestTalliesQuery, ReportsSubscription } from "../generated/night";

export type Entry = ReportsSubscription["tallyReports"];
export type Tally = NewestTalliesQuery["tallies"]["edges"][number]["node"];
export type Fate = "final" | "partial" | "corrected" | "withdrawn" | "held" | "rejected";

export interface Line {
  readonly key: string;
  /** null where the numbers are closed: a held report's. */
  readonly tallyId: string | null;
  /** Of the feed's entry; null for a tally from before, which does not name it. */
  readonly sequence: number | null;
  readonly fate: Fate;
  readonly at: string;
  readonly station: Entry["station"];
  readonly contestId: string;
  readonly validBallots: number | null;
  /** What counted until then, where it was corrected. */
  readonly validBefore: number | null;
  readonly reason: string | null;
  /** Address of the first photograph, where there is one that may be seen. */
  readonly photograph: string | null;
}

export function ofEntry(entry: Entry): Line {
  const corrected = entry.kind === "CORRECTED";
  return {
    key: `entry ${entry.sequence}`,
    tallyId: entry.tally?.id ?? null,
    sequence: entry.sequence,
    fate: entry.kind === "ACCEPTED" ? (entry.tally?.coverage === "FINAL" ? "final" : "partial") : (entry.kind.toLowerCase() as Fate),
    at: entry.tally?.countedAt ?? entry.recordedAt,
    station: entry.station,
    contestId: entry.contest.id,
    validBallots: entry.tally?.validBallots ?? null,
    validBefore: corrected ? (entry.previous?.validBallots ?? null) : null,
    reason: entry.reason ?? null,
    photograph: entry.tally?.evidence[0]?.url ?? null,
  };
}

export function ofTally(tally: Tally): Line {
  const judged = { HELD: "held", REJECTED: "rejected", WITHDRAWN: "withdrawn" } as const;
  const counted = tally.coverage === "FINAL" ? "final" : "partial";
  return {
    key: `tally ${tally.id}`,
    tallyId: tally.id,
    sequence: null,
    // A superseded tally is shown as what it was when it came: the one that replaced it has a line of its own.
    fate: tally.state === "ACCEPTED" || tally.state === "SUPERSEDED" ? counted : judged[tally.state],
    at: tally.countedAt ?? tally.recordedAt,
    station: tally.station,
    contestId: tally.contest.id,
    validBallots: tally.state === "HELD" ? null : tally.validBallots,
    validBefore: null,
    reason: null,
    photograph: tally.evidence[0]?.url ?? null,
  };
}

/** Newest first, at most `most`; a tally that the feed has told of is not listed a second time from before. */
export function listed(fed: readonly Line[], before: readonly Line[], most: number): Line[] {
  const told = new Set(fed.map((line) => line.tallyId));
  return [...fed, ...before.filter((line) => !told.has(line.tallyId))].slice(0, most);
}
