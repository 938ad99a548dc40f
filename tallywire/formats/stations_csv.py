"""By station, as OpenElections lays results out: county, precinct, office, district, party, candidate, votes.

Then what it has no column for. A row for each candidate at each station; a station that has not reported, and a number
that is not legible, leave their cells empty: an empty cell is never 0.
"""

from collections.abc import Iterator, Sequence

from counting.election import Text
from db.definitions import AreaNode
from db.station_counts import StationCounted
from feed.csv_cells import MARK, lines, plain, word
from ledger.leaf import instant
from tallywire.formats.picture import Picture, code
from tallywire.formats.selection import no_level
from tallywire.formats.writer import Sink, Writer

OPENELECTIONS = ("county", "precinct", "office", "district", "party", "candidate", "votes")
COLUMNS = (
    *OPENELECTIONS,
    *("ballot_number", "state", "registered_voters", "valid_ballots", "invalid_ballots", "no_vote_ballots"),
    *("ballots_cast", "area", "location", "contest_id", "candidate_id", "station_id", "updated_at", "cut", "is_test"),
)


class StationsCsv(Writer):
    """Raises ExportRefusedError where a level is named."""

    wants_counts = True

    def __init__(self, picture: Picture, sink: Sink) -> None:
        super().__init__(picture, sink)
        no_level(picture.selection)

    def begin(self) -> None:
        self.sink.write(MARK.encode() + lines([COLUMNS]))

    def counts(self, page: Sequence[StationCounted]) -> None:
        self.sink.write(lines(row for one in page for row in self._rows(one)))

    def _rows(self, one: StationCounted) -> Iterator[list[object]]:
        contest = self.picture.definition.contests[one.contest_id]
        area = self.picture.definition.areas[one.place.area_id]
        before = [
            plain(self.picture.name(county(area))),
            plain(code(one.place.id)),
            plain(contest.office),
            "" if contest.area.parent is None else plain(self.picture.name(contest.area)),
        ]
        after = [
            *(state(one), one.registered, *ballots(one)),
            *(plain(self.picture.name(area)), plain(self._text(one.place.location)), one.contest_id),
        ]
        last = [
            *(one.place.id, instant(one.recorded_at) if one.recorded_at else ""),
            *("" if self.picture.cut is None else self.picture.cut, word(self.picture.definition.is_test)),
        ]
        votes = one.numbers.votes if one.numbers else [None] * len(contest.candidates)
        for candidate, number in zip(contest.candidates, votes, strict=True):
            party = plain(self._text(candidate.party)) if candidate.party else ""
            name = plain(self._text(candidate.name))
            yield [*before, party, name, _cell(number), candidate.ballot_number, *after, candidate.id, *last]

    def _text(self, text: Text) -> str:
        return text.in_language(self.picture.selection.language)


def county(area: AreaNode) -> AreaNode:
    """The area right below the widest one that it lies in; the widest one where it lies in no other."""
    path = list(area.path())
    return path[-2] if len(path) > 1 else path[-1]


def state(one: StationCounted) -> str:
    """As `StationState` in the schema."""
    if one.disputed:
        return "DISPUTED"
    return one.coverage.value if one.coverage else "SILENT"


def ballots(one: StationCounted) -> list[object]:
    """Valid, invalid, no vote, and all that results count; empty where nothing was reported."""
    numbers = one.numbers
    if numbers is None:
        return [""] * 4
    return [numbers.valid_ballots, _cell(numbers.invalid_ballots), _cell(numbers.no_vote_ballots), numbers.counted]


def _cell(number: int | None) -> object:
    return "" if number is None else number
