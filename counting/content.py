"""What a submission says, apart from its own id: to tell a call sent again from another one under the same id."""

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from operator import itemgetter

import orjson

from counting.tally import Submission, VotesRow

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def content(submission: Submission) -> dict[str, object]:
    """Every field but `client_tally_id`, by name; rows sorted by candidate, photographs in no order."""
    return {
        "as_written": submission.as_written,
        "ballots_cast": submission.ballots_cast,
        "contest_id": submission.contest_id,
        "counted_at": _instant(submission.counted_at),
        "coverage": submission.coverage.value,
        "evidence": sorted(set(submission.evidence)),
        "invalid_ballots": submission.invalid_ballots,
        "no_vote_ballots": submission.no_vote_ballots,
        "note": submission.note,
        "replaces": submission.replaces,
        "reporter": submission.reporter,
        "station_id": submission.station_id,
        "valid_ballots": submission.valid_ballots,
        "votes": [[candidate_id, votes] for candidate_id, votes in _in_order(submission.votes)],
    }


def content_digest(submission: Submission) -> str:
    """sha256 (hex) over the canonical JSON of `content`: equal exactly where the content is."""
    return digest_of(content(submission))


def digest_of(whole: Mapping[str, object]) -> str:
    """The same for a content that is made already."""
    try:
        canonical = orjson.dumps(whole)
    except TypeError:
        canonical = b""
    # The canonical form is ASCII; orjson writes the same bytes, and sooner, where there is nothing to escape.
    if not canonical or not canonical.isascii():
        canonical = json.dumps(whole, ensure_ascii=True, separators=(",", ":")).encode()
    return sha256(canonical).hexdigest()


def differing_fields(one: Submission, other: Submission) -> int:
    """How many fields differ, each candidate's votes being a field of its own."""
    return differing_content(content(one), content(other))


def differing_content(one: Mapping[str, object], other: Mapping[str, object]) -> int:
    """The same for contents, as `content` makes them and the database keeps them."""
    left, right = _flat(one), _flat(other)
    return sum(left.get(name) != right.get(name) for name in left.keys() | right.keys())


def _flat(whole: Mapping[str, object]) -> dict[str, object]:
    fields = {name: value for name, value in whole.items() if name != "votes"}
    for candidate_id, votes in whole["votes"]:  # type: ignore[attr-defined]
        fields.setdefault(f"votes {candidate_id}", []).append(votes)  # type: ignore[attr-defined]
    return fields


def _in_order(rows: Sequence[VotesRow]) -> list[VotesRow]:
    if len({row.candidate_id for row in rows}) == len(rows):
        return sorted(rows, key=itemgetter(0))
    return sorted(rows, key=_row_order)


def _row_order(row: VotesRow) -> tuple[str, int, int]:
    return row.candidate_id, row.votes is not None, row.votes or 0


def _instant(moment: datetime | None) -> int | None:
    """Microseconds since 1970, so that one instant in two offsets is the same; without an offset it is UTC."""
    if moment is None:
        return None
    return ((moment if moment.tzinfo else moment.replace(tzinfo=UTC)) - _EPOCH) // timedelta(microseconds=1)
