/** A draft as the API takes it. */
import type { SubmitTallyInput } from "../generated/volunteer";
import type { Draft } from "./draft";
import { fieldOf, numberIn, several, type Sheet } from "./sheet";

/** Without `replaces`, which is known only when it is sent. The phone's clock decides nothing, so no time is sent. */
export function inputOf(draft: Draft, sheet: Sheet, clientTallyId: string): SubmitTallyInput {
  return {
    clientTallyId,
    stationId: draft.stationId,
    contestId: draft.contestId,
    coverage: draft.coverage ?? "FINAL",
    votes: sheet.candidates.map((candidate) => ({ candidateId: candidate.id, votes: numberIn(draft.entered, fieldOf(candidate)) })),
    ...(several(sheet) ? { validBallots: numberIn(draft.entered, "valid") } : {}),
    invalidBallots: numberIn(draft.entered, "invalid"),
    noVoteBallots: numberIn(draft.entered, "noVote"),
    ballotsCast: numberIn(draft.entered, "cast"),
    asWritten: draft.asWritten,
    evidence: [...draft.photos],
    note: draft.note.trim() || null,
  };
}

/** A random UUID (version 4). Made here because crypto.randomUUID is not there on plain http. */
export function newId(random: (bytes: Uint8Array<ArrayBuffer>) => Uint8Array = (bytes) => crypto.getRandomValues(bytes)): string {
  const bytes = random(new Uint8Array(16));
  bytes[6] = (bytes[6]! & 0x0f) | 0x40;
  bytes[8] = (bytes[8]! & 0x3f) | 0x80;
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
}
