"""C2SP tlog-proof: a text that proves offline that a report stands in the ledger.

`extra` carries what the leaf is made of: canonical JSON {"leaf": …}, and for a held tally, which the leaf only commits
to, {"leaf": …, "salt": …, "tally": …}. So the holder of the text and of the log's key needs nothing else.
"""

import base64
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from ledger.checkpoint import Head, checked_head, plain_number
from ledger.entry import whole
from ledger.leaf import BadLeafError, canonical, commitment_of, parsed
from ledger.merkle import BadProofError, check_inclusion, leaf_hash
from ledger.note import BadNoteError, VerifierKey

FIRST_LINE = "c2sp.org/tlog-proof@v1"


class BadReceiptError(Exception):
    """The text is no such proof, or it does not prove what it says; the message tells why."""


@dataclass(frozen=True, slots=True)
class Receipt:
    """What a receipt proves: this entry stands in the tree under this head. `tally`: the report's own numbers."""

    head: Head
    leaf: dict[str, Any]
    tally: dict[str, Any] | None


def receipt_text(
    leaf: bytes, index: int, proof: Sequence[bytes], checkpoint: str, held: tuple[str, dict[str, Any]] | None = None
) -> str:
    """`held`: salt and tally behind a leaf that only commits to them."""
    extra: dict[str, Any] = {"leaf": parsed(leaf)}
    if held is not None:
        extra["salt"], extra["tally"] = held
    lines = [
        FIRST_LINE,
        f"extra {base64.b64encode(canonical(extra)).decode()}",
        f"index {index}",
        *(base64.b64encode(one).decode() for one in proof),
    ]
    return "\n".join([*lines, "", checkpoint])


def check_receipt(text: str, keys: Iterable[VerifierKey]) -> Receipt:
    """Raises BadReceiptError."""
    proof_text, separator, _ = text.partition("\n\n")
    first, *lines = proof_text.split("\n")
    if not separator or first != FIRST_LINE or len(lines) < 2:
        raise BadReceiptError("this is no proof of a transparency log")
    try:
        extra = parsed(_base64(_after("extra ", lines[0])))
        leaf, number = whole(extra["leaf"]), _after("index ", lines[1])
        if not plain_number(number):
            raise BadReceiptError(f"no index: {number!r}")
        head, _ = checked_head(checkpoint_of(text), keys)
        path = [_base64(line) for line in lines[2:]]
        check_inclusion(leaf_hash(canonical(leaf)), int(number), head.size, path, head.root)
        return Receipt(head, leaf, _tally(extra, leaf))
    except (BadLeafError, BadNoteError, BadProofError, KeyError, TypeError, AttributeError) as error:
        raise BadReceiptError(str(error)) from error


def checkpoint_of(text: str) -> str:
    """The signed head at the end of a receipt."""
    return text.partition("\n\n")[2]


def _tally(extra: dict[str, Any], leaf: dict[str, Any]) -> dict[str, Any] | None:
    if "tally" not in extra:
        return leaf.get("tally")
    if commitment_of(str(extra["salt"]), extra["tally"]) != leaf["commitment"]:
        raise BadReceiptError("the entry does not commit to this tally")
    return dict(extra["tally"])


def _after(word: str, line: str) -> str:
    if not line.startswith(word):
        raise BadReceiptError(f"no line that begins with {word!r}")
    return line.removeprefix(word)


def _base64(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except ValueError as error:
        raise BadReceiptError(f"not base64: {text[:40]!r}") from error
