"""What `verify` remembers between two checks: the head that it saw last, its leaves, the keys, the photographs."""

import base64
import json
from dataclasses import dataclass, field
from pathlib import Path

from ledger.checkpoint import parse_head
from ledger.merkle import HASH_BYTES
from ledger.note import BadKeyError, BadNoteError, VerifierKey, parse_key, parse_note
from ledger.verify import Seen
from tallywire.verify.source import SourceError


@dataclass(slots=True)
class Memory:
    """`photographs`: the digest of the public copy, by the digest that the log names."""

    checkpoint: str
    keys: list[VerifierKey]
    hashes: list[bytes]
    photographs: dict[str, str] = field(default_factory=dict)

    @property
    def seen(self) -> Seen:
        return Seen(parse_head(parse_note(self.checkpoint)), self.hashes)


def recall(path: Path) -> Memory | None:
    """None where nothing is remembered. Raises SourceError on a file that is no such memory."""
    try:
        value = json.loads(path.read_text("utf-8"))
        joined = base64.b64decode(value["hashes"], validate=True)
        memory = Memory(
            value["checkpoint"],
            [parse_key(key) for key in value["keys"]],
            [joined[at : at + HASH_BYTES] for at in range(0, len(joined), HASH_BYTES)],
            dict(value["photographs"]),
        )
        size = memory.seen.head.size
    except FileNotFoundError:
        return None
    except (OSError, ValueError, KeyError, TypeError, BadKeyError, BadNoteError) as error:
        raise SourceError(f"{path} is no state of verify ({error}); --forget begins anew") from error
    if size != len(memory.hashes):
        raise SourceError(f"{path} is no state of verify (its sizes differ); --forget begins anew")
    return memory


def remember(path: Path, memory: Memory) -> None:
    """Whole or not at all. Raises SourceError."""
    value = {
        "checkpoint": memory.checkpoint,
        "keys": [str(key) for key in memory.keys],
        "hashes": base64.b64encode(b"".join(memory.hashes)).decode(),
        "photographs": memory.photographs,
    }
    draft = path.with_name(f"{path.name}.new")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        draft.write_text(json.dumps(value), "utf-8")
        draft.replace(path)
    except OSError as error:
        raise SourceError(f"{path}: {error.strerror}") from error
