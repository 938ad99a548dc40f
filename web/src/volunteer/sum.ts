/** The running sum against ballots used: what does not add up, and by how many. */
import { type Entered, fieldOf, fieldsOf, ILLEGIBLE, numberIn, several, type Sheet } from "./sheet";

/**
 * start: ballots used is still empty. over: too many already. votes: more votes than the valid ballots can carry.
 * going: fields are left. unread: all filled, some not legible. missing: all filled, too few. right: it adds up.
 */
export type SumState = "start" | "over" | "votes" | "going" | "unread" | "missing" | "right";

export interface Sum {
  readonly is: SumState;
  /** Votes of all candidates, as far as typed. */
  readonly votes: number;
  readonly valid: number | null;
  readonly invalid: number;
  readonly noVote: number;
  /** What is compared with ballots used. */
  readonly total: number;
  readonly cast: number | null;
  /** cast − total; of state `votes`: what the valid ballots can carry − votes. null while ballots used has no number. */
  readonly difference: number | null;
  readonly fields: number;
  readonly left: number;
  readonly illegible: number;
}

export function sumOf(sheet: Sheet, entered: Entered): Sum {
  const fields = fieldsOf(sheet);
  const votes = sheet.candidates.reduce((sum, candidate) => sum + (numberIn(entered, fieldOf(candidate)) ?? 0), 0);
  const valid = several(sheet) ? numberIn(entered, "valid") : votes;
  const invalid = numberIn(entered, "invalid") ?? 0;
  const noVote = numberIn(entered, "noVote") ?? 0;
  const cast = numberIn(entered, "cast");
  const total = (valid ?? 0) + invalid + noVote;
  const room = several(sheet) && valid !== null ? sheet.votesPerBallot * valid - votes : 0;
  const left = fields.filter((field) => (entered[field] ?? "") === "").length;
  const illegible = fields.filter((field) => entered[field] === ILLEGIBLE).length;
  const difference = cast === null ? null : cast - total;
  const is = state({ started: (entered.cast ?? "") !== "", difference, room, left, illegible });
  return { is, votes, valid, invalid, noVote, total, cast, difference: is === "votes" ? room : difference, fields: fields.length, left, illegible };
}

interface Facts {
  readonly started: boolean;
  readonly difference: number | null;
  readonly room: number;
  readonly left: number;
  readonly illegible: number;
}

function state({ started, difference, room, left, illegible }: Facts): SumState {
  if (!started) return "start";
  if (difference !== null && difference < 0) return "over";
  if (room < 0) return "votes";
  if (left > 0) return "going";
  if (illegible > 0 || difference === null) return "unread";
  return difference > 0 ? "missing" : "right";
}
