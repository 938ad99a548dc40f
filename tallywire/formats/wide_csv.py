"""For spreadsheets: a row for each area of one contest, a column for each candidate's votes."""

from collections.abc import Iterator

from db.definitions import AreaNode, ContestNode
from feed.csv_cells import MARK, fraction, lines, plain, word
from tallywire.formats.picture import Picture, code
from tallywire.formats.selection import ExportRefusedError
from tallywire.formats.writer import Sink, Writer

COLUMNS = (
    *("area", "level", "name", "status", "stationsReporting", "stationsTotal", "turnout"),
    *("validBallots", "invalidBallots", "noVoteBallots", "ballotsCast", "registeredVoters", "margin", "decided"),
    *("cut", "takenAt", "isTest"),
)


class WideCsv(Writer):
    """Raises ExportRefusedError where no contest is named and there are several."""

    def __init__(self, picture: Picture, sink: Sink) -> None:
        super().__init__(picture, sink)
        self._contest = _one_contest(picture)

    def begin(self) -> None:
        language = self.picture.selection.language
        names = [f"{one.ballot_number} {one.short_name.in_language(language)}" for one in self._contest.candidates]
        self.sink.write(MARK.encode() + lines([[*COLUMNS, *names]]))
        self.sink.write(lines(self._rows()))

    def _rows(self) -> Iterator[list[object]]:
        for area in self.picture.areas(self._contest):
            yield self._row(area)

    def _row(self, area: AreaNode) -> list[object]:
        picture = self.picture
        view = picture.board.view(self._contest, area, opened=True)
        count, margin = view.count, view.margin
        return [
            *(plain(code(area.id)), area.level.value, plain(picture.name(area)), picture.status(count).value),
            *(count.reporting, count.stations, fraction(count.ballots_cast, count.registered_reporting)),
            *(count.valid, count.invalid, count.no_vote, count.ballots_cast, count.registered),
            *("" if margin is None else margin, word(view.decided)),
            *("" if picture.cut is None else picture.cut, picture.taken or "", word(picture.definition.is_test)),
            *count.votes,
        ]


def _one_contest(picture: Picture) -> ContestNode:
    contests = picture.contests()
    if len(contests) == 1:
        return contests[0]
    some = ", ".join(code(one.id) for one in contests[:8]) + (", …" if len(contests) > 8 else "")
    raise ExportRefusedError(
        f"ตารางแนวกว้างมีได้ครั้งละหนึ่งสนาม ระบุ contest: {some}",
        f"a wide table is of one contest; name it, as contest: {some}",
    )
