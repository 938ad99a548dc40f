"""The shape of an entry: which fields it has and what kind of value each holds, so that no reader stumbles over one.

What the values say is checked by `ledger.sheets`.
"""

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from ledger.leaf import FORMAT, BadLeafError, instant, parsed

_NOTHING = type(None)
_TEXT, _TEXT_OR_NULL, _NUMBER, _NUMBER_OR_NULL = (str,), (str, _NOTHING), (int,), (int, _NOTHING)
ENTRY = {
    "format": _TEXT,
    "election": _TEXT,
    "definition": _TEXT,
    "sequence": _NUMBER,
    "kind": _TEXT,
    "station": _TEXT,
    "contest": _TEXT,
    "tallyId": _TEXT,
    "tally": (dict, _NOTHING),
    "previousId": _TEXT_OR_NULL,
    "previous": (dict, _NOTHING),
    "standingId": _TEXT_OR_NULL,
    "held": _NUMBER,
    "heldBefore": _NUMBER,
    "disputed": (bool,),
    "disputedBefore": (bool,),
    "commitment": _TEXT_OR_NULL,
    "salt": _TEXT_OR_NULL,
    "reason": _TEXT_OR_NULL,
    "decidedBy": _TEXT_OR_NULL,
    "ruleset": _TEXT,
    "isTest": (bool,),
    "recordedAt": _TEXT,
}
TALLY = {
    "id": _TEXT,
    "revision": _NUMBER,
    "coverage": _TEXT,
    "votes": (list,),
    "validBallots": _NUMBER_OR_NULL,
    "invalidBallots": _NUMBER_OR_NULL,
    "noVoteBallots": _NUMBER_OR_NULL,
    "ballotsCast": _NUMBER_OR_NULL,
    "asWritten": (bool,),
    "reporter": _TEXT_OR_NULL,
    "evidence": (list,),
    "countedAt": _TEXT_OR_NULL,
}
SHA256 = re.compile(r"[0-9a-f]{64}", re.ASCII)


def entry_in(leaf: bytes) -> dict[str, Any]:
    """The entry that a leaf holds; raises BadLeafError unless these are just its bytes, and it is whole."""
    return whole(parsed(leaf))


def whole(entry: dict[str, Any]) -> dict[str, Any]:
    """The entry itself; raises BadLeafError where a field is missing, too much, or of another kind."""
    if entry.get("format") != FORMAT:
        raise BadLeafError(f"not of the format {FORMAT}")
    _check("it", entry, ENTRY)
    for name in ("tally", "previous"):
        if entry[name] is not None:
            _check_tally(name, entry[name])
    if _instant(entry["recordedAt"]) != entry["recordedAt"]:
        raise BadLeafError(f"recordedAt is no time in UTC: {entry['recordedAt'][:40]!r}")
    return entry


def _check_tally(name: str, tally: dict[str, Any]) -> None:
    _check(name, tally, TALLY)
    if not all(type(one) in _NUMBER_OR_NULL for one in tally["votes"]):
        raise BadLeafError(f"the votes of {name} are no list of numbers")
    if not all(type(one) is str and SHA256.fullmatch(one) for one in tally["evidence"]):
        raise BadLeafError(f"the evidence of {name} is no list of digests")
    if tally["countedAt"] is not None and _instant(tally["countedAt"]) is None:
        raise BadLeafError(f"countedAt of {name} is no time: {tally['countedAt'][:40]!r}")


def _check(what: str, value: dict[str, Any], shape: Mapping[str, tuple[type, ...]]) -> None:
    if value.keys() != shape.keys():
        raise BadLeafError(f"{what} has other fields than it should: {', '.join(sorted(value.keys() ^ shape.keys()))}")
    for field, kinds in shape.items():
        if type(value[field]) not in kinds:
            raise BadLeafError(f"{field} of {what} is no {' or '.join(_NAMES[kind] for kind in kinds)}")


_NAMES = {str: "text", int: "number", bool: "true or false", dict: "tally", list: "list", _NOTHING: "null"}


def _instant(text: str) -> str | None:
    """As it is written where it is canonical; None where it is no time, or has no zone."""
    try:
        moment = datetime.fromisoformat(text)
        return instant(moment) if moment.tzinfo else None
    except (ValueError, OverflowError):
        return None
