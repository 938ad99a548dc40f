"""C2SP tlog-witness: what a log posts to `add-checkpoint`: size cosigned last, consistency proof, new head."""

import base64
import binascii
from collections.abc import Iterable
from dataclasses import dataclass

from ledger.checkpoint import Head, parse_head, plain_number
from ledger.merkle import EMPTY_ROOT, HASH_BYTES, BadProofError, check_consistency
from ledger.note import BadNoteError, SignedNote, parse_note

PROOF_LINES_MAX = 63
SIZE_TYPE = "text/x.tlog.size"


class BadSubmissionError(Exception):
    """The body is not of this form; the message says why."""


class BadHistoryError(Exception):
    """The head does not follow from the one that was cosigned last; the message says why."""


@dataclass(frozen=True, slots=True)
class Submission:
    """`old`: the size of the head that the witness cosigned last, 0 for none."""

    old: int
    proof: tuple[bytes, ...]
    head: Head
    note: SignedNote


def submission_text(old: int, proof: Iterable[bytes], note: str) -> str:
    return "\n".join([f"old {old}", *(base64.b64encode(one).decode() for one in proof), "", note])


def parse_submission(body: bytes) -> Submission:
    """Raises BadSubmissionError."""
    try:
        before, separator, note_text = body.decode().partition("\n\n")
        first, *lines = before.split("\n")
        word, _, size = first.partition(" ")
        if not separator or word != "old" or not plain_number(size):
            raise BadSubmissionError('the first line is not "old" and a size, or no blank line follows the proof')
        if len(lines) > PROOF_LINES_MAX:
            raise BadSubmissionError(f"the proof has more than {PROOF_LINES_MAX} lines")
        proof = tuple(base64.b64decode(line, validate=True) for line in lines)
        if any(len(one) != HASH_BYTES for one in proof):
            raise BadSubmissionError("a line of the proof is not the base64 of 32 bytes")
        note = parse_note(note_text)
        head = parse_head(note)
    except (UnicodeDecodeError, binascii.Error, BadNoteError) as error:
        raise BadSubmissionError(str(error)) from error
    return Submission(int(size), proof, head, note)


def check_history(one: Submission, last_root: bytes) -> None:
    """`last_root`: of the head of `one.old` entries that was cosigned. Raises BadHistoryError."""
    head = one.head
    if head.size == 0 and head.root != EMPTY_ROOT:
        raise BadHistoryError("a tree without entries has another root")
    try:
        check_consistency(one.old, head.size, one.proof, last_root if one.old else EMPTY_ROOT, head.root)
    except BadProofError as error:
        raise BadHistoryError(str(error)) from error
