"""A tally on its way into its table: a row's fields without what an ORM hangs on each; hundreds are made a second."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from counting.vocabulary import TallyCoverage, TallyState
from db.tables import TallyRow


@dataclass(slots=True)
class NewTally:
    """The columns of `TallyRow`, by the same names; a test holds the two together."""

    id: str
    election_id: str
    station_id: str
    contest_id: str
    revision: int
    coverage: TallyCoverage
    state: TallyState
    votes: list[int | None]
    valid_ballots: int
    invalid_ballots: int | None
    no_vote_ballots: int | None
    ballots_cast: int | None
    as_written: bool
    reporter_id: str
    findings: list[dict[str, Any]]
    evidence: list[str]
    note: str | None
    ruleset: str
    counted_at: datetime | None
    recorded_at: datetime
    numbers_sha256: str | None = None
    confirmations: int = 0
    supersedes_id: str | None = None
    superseded_by_id: str | None = None
    salt: str | None = None


# What shows a tally takes it from the database or from the batch that brought it.
AnyTally = TallyRow | NewTally
