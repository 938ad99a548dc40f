"""What a leaf of the tree holds: one log entry's public fields as canonical JSON (RFC 8785). See docs/ledger.md.

No value is a fraction and every name is ASCII, so that sorted keys, no spaces and UTF-8 are all that RFC 8785 asks;
the tests hold this against another implementation.
"""

import hashlib
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Protocol

import orjson

FORMAT = "tallywire/1"


def _no_fraction(text: str) -> float:
    raise ValueError(f"{text} is a fraction")


def _exact(text: str) -> int:
    """RFC 8785 has numbers as every reader has them, in a double: beyond this two of them are one."""
    number = int(text)
    if not -NUMBER_MAX <= number <= NUMBER_MAX:
        raise ValueError(f"{text[:40]} is beyond what every reader can tell apart")
    return number


NUMBER_MAX = 2**53 - 1
_DECODER = json.JSONDecoder(parse_float=_no_fraction, parse_int=_exact)


class Columns(Protocol):
    """A row of the log, by the names of its columns."""

    def __getitem__(self, name: str, /) -> Any: ...


class BadLeafError(Exception):
    """The bytes are no canonical JSON object, so that two readers could read two things in them."""


def canonical(value: Any) -> bytes:
    """Canonical JSON; `value` holds no fractions, and objects with ASCII names only."""
    return orjson.dumps(value, option=orjson.OPT_SORT_KEYS)


def parsed(leaf: bytes) -> dict[str, Any]:
    """The object that a leaf holds; raises BadLeafError unless these are just its canonical bytes."""
    try:
        value = _DECODER.decode(leaf.decode())
        same = isinstance(value, dict) and canonical(value) == leaf
    except (ValueError, TypeError, RecursionError) as error:
        raise BadLeafError(str(error)) from error
    if not same:
        raise BadLeafError("not canonical JSON")
    return dict(value)


def leaf_of(entry: Columns, definition_sha256: str) -> bytes:
    """`entry`: the columns of the log by their names. The leaf of entry n is number n - 1 of the tree."""
    return canonical(
        {
            "format": FORMAT,
            "election": entry["election_id"],
            "definition": definition_sha256,
            "sequence": entry["sequence"],
            "kind": str(entry["kind"]),
            "station": entry["station_id"],
            "contest": entry["contest_id"],
            "tallyId": entry["tally_id"],
            "tally": entry["tally"],
            "previousId": entry["previous_id"],
            "previous": entry["previous"],
            "standingId": entry["standing_id"],
            "held": entry["held"],
            "heldBefore": entry["held_before"],
            "disputed": entry["disputed"],
            "disputedBefore": entry["disputed_before"],
            "commitment": entry["commitment"],
            "salt": entry["salt"],
            "reason": entry["reason"],
            "decidedBy": entry["decided_by"],
            "ruleset": entry["ruleset"],
            "isTest": entry["is_test"],
            "recordedAt": instant(entry["recorded_at"]),
        }
    )


def instant(moment: datetime) -> str:
    """RFC 3339 in UTC, always with microseconds."""
    return moment.astimezone(UTC).isoformat(timespec="microseconds")


def commitment_of(salt: str, tally: Mapping[str, Any]) -> str:
    """What a HELD entry says of its tally: sha256 (hex) over the salt and the tally's canonical JSON."""
    return hashlib.sha256(salt.encode() + canonical(tally)).hexdigest()
