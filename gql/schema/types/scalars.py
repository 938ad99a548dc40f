"""Scalars and enums of the contract."""

from datetime import datetime
from typing import NewType

import strawberry
from graphql import GraphQLError
from strawberry.schema.config import StrawberryConfig
from strawberry.types.scalar import ScalarDefinition

from counting.vocabulary import (
    AreaLevel,
    ElectionPhase,
    Language,
    ReportKind,
    ResultsStatus,
    ReviewDecision,
    Role,
    StationState,
    TallyCoverage,
    TallyRule,
    TallyState,
    Verdict,
    VotingVariation,
)
from feed.kinds import DeliveryMode, UpdateKind
from feed.position import BadCursorError, decode

Cursor = NewType("Cursor", str)
# Within these a date can be told in every time zone.
YEARS = (1900, 9999)


def parse_instant(value: object) -> datetime:
    """RFC 3339 with an offset; raises GraphQLError."""
    try:
        moment = datetime.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        moment = None
    if (
        moment is None
        or moment.tzinfo is None
        or "T" not in str(value).upper()
        or not YEARS[0] < moment.year < YEARS[1]
    ):
        raise GraphQLError(
            f"DateTime must be RFC 3339 with an offset, such as 2022-05-22T17:00:00+07:00, not {value!r}"
        )
    return moment


def parse_cursor(value: object) -> str:
    """Raises GraphQLError on what no `cursor` field ever held."""
    try:
        decode(str(value))
    except BadCursorError:
        raise GraphQLError(f"Cursor must be taken from a cursor field, and {value!r} was not") from None
    return str(value)


__all__ = [
    "CONFIG",
    "AreaLevel",
    "Cursor",
    "DeliveryMode",
    "ElectionPhase",
    "Language",
    "ReportKind",
    "ResultsStatus",
    "ReviewDecision",
    "Role",
    "StationState",
    "TallyCoverage",
    "TallyRule",
    "TallyState",
    "UpdateKind",
    "Verdict",
    "VotingVariation",
]

CURSOR: ScalarDefinition = strawberry.scalar(
    name="Cursor",
    serialize=str,
    parse_value=parse_cursor,
    description=(
        "A position in one election's feed. Opaque to clients: take it from a `cursor` field, hand it back as `after`."
        " It stays valid for as long as the election is served, across restarts and on every node."
    ),
)
DATE_TIME: ScalarDefinition = strawberry.scalar(
    name="DateTime",
    serialize=datetime.isoformat,
    parse_value=parse_instant,
    description="An instant, RFC 3339 with offset, microseconds at most: 2022-05-22T17:04:31.250+07:00.",
)
CONFIG = StrawberryConfig(
    scalar_map={Cursor: CURSOR, datetime: DATE_TIME}, disable_field_suggestions=False, relay_max_results=1_000
)

strawberry.enum(Language)
strawberry.enum(
    ElectionPhase,
    description="Life of an election. Tallies are taken only while COUNTING; nothing is public before it.",
)
strawberry.enum(AreaLevel, description="An election's package uses those that it has, each inside the one before.")
strawberry.enum(
    VotingVariation,
    description=(
        "After NIST SP 1500-100: one vote for one of all; several votes for several seats; lists sharing seats."
    ),
)
strawberry.enum(
    ResultsStatus,
    description="How far the results of one contest in one area have come (after NIST SP 1500-100 ResultsStatus).",
)
strawberry.enum(
    TallyCoverage,
    description=(
        "PARTIAL: the count at the station goes on and a later tally replaces this one."
        " FINAL: the station's count is over."
    ),
)
strawberry.enum(
    TallyState,
    description="HELD and REJECTED tallies count in no result. SUPERSEDED and WITHDRAWN ones once did.",
)
strawberry.enum(StationState)
strawberry.enum(Role)
strawberry.enum(
    ReportKind,
    description=(
        "ACCEPTED, CORRECTED, WITHDRAWN change results. HELD and REJECTED do not: a HELD entry commits to a doubtful"
        " tally without showing its numbers, and the entry of the decision reveals them."
    ),
)
strawberry.enum(ReviewDecision)
strawberry.enum(Verdict, description="What a rule made of a tally. FLAG: it counts, and editors see the mark.")
strawberry.enum(TallyRule, description="One value a rule; the design says what each looks at.")
strawberry.enum(
    UpdateKind,
    description=(
        "SNAPSHOT: every result asked for, whole; drop what you hold.\n"
        "DELTA: whole replacement values of the results that changed since the cursor before it.\n"
        "HEARTBEAT: nothing changed; the cursor may still have moved."
    ),
)
strawberry.enum(
    DeliveryMode,
    description=(
        "LATEST: a slow reader skips to the newest values (the update says `conflated`).\n"
        "EVERY: nothing is ever merged; a reader too slow for that is closed with 1013 and resumes with `after`."
    ),
)
