"""One contest's count in one area, changed in place by the difference that a station makes. Integers only."""

from dataclasses import dataclass
from datetime import datetime

from counting.tally import Numbers
from counting.vocabulary import ReportKind, TallyCoverage


@dataclass(frozen=True, slots=True)
class StationStanding:
    """What one station gives to a contest's counts: its standing tally, and what is open about it.

    `held` counts tallies before an editor, `registered` the voters on the contest's register there.
    """

    numbers: Numbers | None
    coverage: TallyCoverage | None
    disputed: bool
    held: int
    registered: int

    @property
    def settled(self) -> bool:
        """Nothing more is to come from here."""
        return self.coverage is TallyCoverage.FINAL and not self.disputed and not self.held

    @property
    def at_most(self) -> int:
        """The most ballots that can still come: all that are registered, less what counts undisputed."""
        if self.settled:
            return 0
        counted = 0 if self.disputed or self.numbers is None else self.numbers.counted
        return max(0, self.registered - counted)


def silent(registered: int) -> StationStanding:
    """A station before its first report."""
    return StationStanding(None, None, False, 0, registered)


class AreaCount:
    """Sums over the stations of one area, for one contest; `votes` in ballot order.

    `disputed_votes` is the part of `votes` from disputed stations. `outstanding` counts the stations that are
    open, held or disputed, `at_most` the ballots that can still come from them. `registered_reporting` counts
    the voters registered at the stations that have reported. `complete_once` and `corrected` remember.
    """

    __slots__ = (
        "at_most",
        "complete_once",
        "corrected",
        "disputed",
        "disputed_votes",
        "final",
        "held",
        "incomplete",
        "invalid",
        "no_vote",
        "outstanding",
        "registered",
        "registered_reporting",
        "reporting",
        "sequence",
        "stations",
        "updated_at",
        "valid",
        "votes",
    )

    def __init__(self, candidates: int, stations: int, registered: int) -> None:
        self.votes = [0] * candidates
        self.disputed_votes = [0] * candidates
        self.valid = self.invalid = self.no_vote = 0
        self.reporting = self.final = self.disputed = self.incomplete = self.held = 0
        self.stations = self.outstanding = stations
        self.registered = self.at_most = registered
        self.registered_reporting = 0
        self.complete_once = self.corrected = False
        self.sequence = 0
        self.updated_at: datetime | None = None

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, AreaCount):
            return NotImplemented
        return all(getattr(self, name) == getattr(other, name) for name in AreaCount.__slots__)

    __hash__ = None  # type: ignore[assignment]

    @property
    def ballots_cast(self) -> int:
        return self.valid + self.invalid + self.no_vote

    @property
    def complete(self) -> bool:
        """Every station is FINAL, and none disputed."""
        return 0 < self.stations == self.final and not self.disputed

    def copy(self) -> "AreaCount":
        """A count of its own with the same values: what a result was at this moment."""
        twin = AreaCount.__new__(AreaCount)
        for name in AreaCount.__slots__:
            setattr(twin, name, getattr(self, name))
        twin.votes, twin.disputed_votes = self.votes.copy(), self.disputed_votes.copy()
        return twin


def blank(candidates: int, stations: int, registered: int) -> AreaCount:
    """The zero report: every station silent."""
    return AreaCount(candidates, stations, registered)


def apply(count: AreaCount, before: StationStanding, after: StationStanding) -> None:
    """Adds the difference that one station makes. O(candidates); the reverse call undoes it exactly."""
    _add(count, before, -1)
    _add(count, after, 1)


def record(count: AreaCount, kind: ReportKind, sequence: int, recorded_at: datetime) -> None:
    """Marks which entry changed the count last; to be called after `apply`, once an entry."""
    if count.complete_once and kind in (ReportKind.CORRECTED, ReportKind.WITHDRAWN):
        count.corrected = True
    if count.complete:
        count.complete_once = True
    count.sequence = sequence
    count.updated_at = recorded_at


def _add(count: AreaCount, station: StationStanding, sign: int) -> None:
    if not station.settled:
        count.outstanding += sign
        count.at_most += sign * station.at_most
    count.held += sign * station.held
    count.disputed += sign * station.disputed
    numbers = station.numbers
    if numbers is None:
        return
    _add_votes(count.votes, numbers.votes, sign)
    if station.disputed:
        _add_votes(count.disputed_votes, numbers.votes, sign)
    count.valid += sign * numbers.valid_ballots
    count.invalid += sign * (numbers.invalid_ballots or 0)
    count.no_vote += sign * (numbers.no_vote_ballots or 0)
    count.reporting += sign
    count.final += sign * (station.coverage is TallyCoverage.FINAL)
    count.incomplete += sign * numbers.incomplete
    count.registered_reporting += sign * station.registered


def _add_votes(totals: list[int], votes: tuple[int | None, ...], sign: int) -> None:
    for place, number in enumerate(votes):
        if number:
            totals[place] += sign * number
