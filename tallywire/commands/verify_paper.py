"""`tallywire verify FILE`: one receipt, or the evidence of a fork; nothing is asked of a server."""

from pathlib import Path

import typer

from ledger.checkpoint import cosigners
from ledger.fork import BadForkError, Fork, check_fork, is_fork
from ledger.note import BadNoteError, VerifierKey, parse_note
from ledger.receipt import FIRST_LINE, BadReceiptError, check_receipt, checkpoint_of
from tallywire.commands.running import errors, fail, output
from tallywire.verify.witnessed import Witnesses

BEGINNING = 64


def is_paper(path: Path) -> bool:
    """Whether a file of one of these kinds stands there."""
    return _is_receipt(_beginning(path)) or is_fork(_beginning(path))


def check_paper(path: Path, keys: list[VerifierKey], witnesses: Witnesses) -> None:
    """Ends with 1 where it does not prove what it says."""
    if not keys:
        fail("a receipt, or the evidence of a fork, is checked against the log's key: name it with --key")
    try:
        if is_fork(_beginning(path)):
            _tell_fork(check_fork(path.read_bytes(), keys))
        else:
            _tell_receipt(path.read_text("utf-8"), keys, witnesses)
    except OSError as error:
        fail(f"{path}: {error.strerror}")
    except (BadReceiptError, BadForkError, BadNoteError, UnicodeDecodeError) as error:
        errors.print(f"tallywire: NOT sound: {error}", markup=False)
        raise typer.Exit(1) from error


def _tell_receipt(text: str, keys: list[VerifierKey], witnesses: Witnesses) -> None:
    receipt = check_receipt(text, keys)
    cosigned = cosigners(parse_note(checkpoint_of(text)), witnesses.keys)
    if len(cosigned) < witnesses.quorum:
        raise BadReceiptError(f"{len(cosigned)} of the {witnesses.quorum} witnesses wanted have cosigned its head")
    leaf, votes = receipt.leaf, (receipt.tally or {}).get("votes", "not shown")
    output.print(
        f"OK: entry {leaf['sequence']} of {receipt.head.origin} ({leaf['kind']}, {leaf['recordedAt']}) is of"
        f" {leaf['contest']} at {leaf['station']}, votes {votes}"
        + "".join(f", cosigned by {key.name}" for key in cosigned),
        markup=False,
    )


def _tell_fork(fork: Fork) -> None:
    output.print(
        f"PROVEN: {fork.smaller.origin} signed a head of {fork.smaller.size:,} entries and one of {fork.larger.size:,}"
        " that does not begin with it",
        markup=False,
    )
    if fork.place is None:
        return
    for head, leaf in zip((fork.smaller, fork.larger), fork.leaves, strict=True):
        shown = (
            f"{leaf['kind']} for {leaf['contest']} at {leaf['station']}, votes {(leaf['tally'] or {}).get('votes')}"
            if leaf
            else "an entry that is not shown"
        )
        output.print(f"entry {fork.place} under the head of {head.size:,}: {shown}", markup=False)


def _beginning(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(BEGINNING)
    except (OSError, ValueError):
        return b""


def _is_receipt(beginning: bytes) -> bool:
    return beginning.startswith(FIRST_LINE.encode())
