"""A decision on a tally: whose, when and why; kept for ever in the log, for everybody to read."""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import asyncpg

from counting.vocabulary import ReportKind
from db.database import Connection

REASON_MAX = 500
# Controls, surrogates and marks that turn the direction of text: a reason must read the same for everybody.
FORBIDDEN_CATEGORIES = frozenset({"Cc", "Cs", "Co", "Zl", "Zp"})
FORBIDDEN_MARKS = frozenset("\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u061c")

# A sheet's entries are few, and the index by station finds them.
READ_DECISIONS = """
    SELECT * FROM log_entry
    WHERE (station_id, contest_id) IN (SELECT * FROM unnest($1::text[], $2::text[]))
        AND (kind IN ('CORRECTED', 'WITHDRAWN', 'REJECTED') OR decided_by IS NOT NULL OR salt IS NOT NULL)
    ORDER BY election_id, sequence
"""


class BadReasonError(Exception):
    """A reason is empty, too long, or holds what cannot be shown."""


@dataclass(frozen=True, slots=True)
class Decision:
    """`by`: a pseudonym; None where a rule of the election decided. Raises BadReasonError."""

    by: str | None
    reason: str
    at: datetime

    def __post_init__(self) -> None:
        if self.reason != clean_reason(self.reason):
            raise BadReasonError(self.reason)


def clean_reason(text: str) -> str:
    """The reason without blanks around it: some word, one line, nothing invisible. Raises BadReasonError."""
    reason = text.strip()
    if not 0 < len(reason) <= REASON_MAX or not any(character.isalnum() for character in reason):
        raise BadReasonError(text)
    if any(unicodedata.category(one) in FORBIDDEN_CATEGORIES or one in FORBIDDEN_MARKS for one in reason):
        raise BadReasonError(text)
    return reason


@dataclass(frozen=True, slots=True)
class DecisionMade:
    """A decision as the log has it: on the tally `tally_id`; `displaced_id` is what ceased to count by it."""

    sequence: int
    kind: ReportKind
    tally_id: str
    displaced_id: str | None
    by: str | None
    reason: str | None
    at: datetime

    def concerns(self, tally_id: str) -> bool:
        return tally_id in (self.tally_id, self.displaced_id)


async def read_decisions(
    connection: asyncpg.Pool | Connection, sheets: Sequence[tuple[str, str]]
) -> dict[tuple[str, str], list[DecisionMade]]:
    """Decisions by station and contest, in the order of the log."""
    found: dict[tuple[str, str], list[DecisionMade]] = {sheet: [] for sheet in sheets}
    stations, contests = [sheet[0] for sheet in found], [sheet[1] for sheet in found]
    for row in await connection.fetch(READ_DECISIONS, stations, contests):
        displaced = row["previous_id"] if row["previous_id"] != row["standing_id"] else None
        found[row["station_id"], row["contest_id"]].append(
            DecisionMade(
                row["sequence"],
                ReportKind(row["kind"]),
                row["tally_id"],
                displaced,
                row["decided_by"],
                row["reason"],
                row["recorded_at"],
            )
        )
    return found
