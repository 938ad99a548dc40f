"""For TV graphics: flat objects with stable keys, each contest's candidates in order of rank. JSON.

No nesting below the two lists, and no value but text, number, true and false: a template's fields bind by name.
"""

from collections.abc import Iterator
from typing import Any

import orjson

from db.definitions import AreaNode, ContestNode
from feed.board import ResultView
from tallywire.formats.picture import code
from tallywire.formats.writer import Writer

FORMAT = "tallywire-graphics/1"


class Graphics(Writer):
    def begin(self) -> None:
        head = orjson.dumps(self._head())
        self.sink.write(head[:-1] + b',"results":[')
        self._list(self._results())
        self.sink.write(b'],"rows":[')
        self._list(self._rows())
        self.sink.write(b"]}")

    def _list(self, objects: Iterator[dict[str, Any]]) -> None:
        for number, one in enumerate(objects):
            self.sink.write((b"," if number else b"") + orjson.dumps(one))

    def _head(self) -> dict[str, Any]:
        picture, definition = self.picture, self.picture.definition
        return {
            "format": FORMAT,
            "election": definition.id,
            **_both("name", definition.name.th, definition.name.en),
            "isTest": definition.is_test,
            "phase": picture.phase.value,
            "cut": -1 if picture.cut is None else picture.cut,
            "sequence": picture.board.sequence,
            "cursor": picture.cursor,
            "takenAt": picture.taken or "",
        }

    def _views(self) -> Iterator[tuple[ContestNode, AreaNode, ResultView]]:
        for contest in self.picture.contests():
            for area in self.picture.areas(contest):
                yield contest, area, self.picture.board.view(contest, area, opened=True)

    def _results(self) -> Iterator[dict[str, Any]]:
        for contest, area, view in self._views():
            count = view.count
            yield {
                "key": _key(contest, area),
                "contest": code(contest.id),
                "office": contest.office,
                **_both("contestName", contest.name.th, contest.name.en),
                "area": code(area.id),
                "level": area.level.value,
                **_both("areaName", area.name.th, area.name.en),
                "own": area is contest.area,
                "seats": contest.seats,
                "status": self.picture.status(count).value,
                "decided": view.decided,
                "margin": -1 if view.margin is None else view.margin,
                "stationsReporting": count.reporting,
                "stationsTotal": count.stations,
                "stationsPercent": _percent(count.reporting, count.stations),
                "turnoutPercent": _percent(count.ballots_cast, count.registered_reporting),
                "validBallots": count.valid,
                "invalidBallots": count.invalid,
                "noVoteBallots": count.no_vote,
                "ballotsCast": count.ballots_cast,
                "registeredVoters": count.registered,
            }

    def _rows(self) -> Iterator[dict[str, Any]]:
        for contest, area, view in self._views():
            total = sum(view.count.votes)
            for position, row in enumerate(view.rows, start=1):
                one = contest.candidates[row.place]
                yield {
                    "key": f"{_key(contest, area)}/{one.ballot_number}",
                    "result": _key(contest, area),
                    "position": position,
                    "rank": row.rank,
                    "ballotNumber": one.ballot_number,
                    **_both("name", one.name.th, one.name.en),
                    **_both("shortName", one.short_name.th, one.short_name.en),
                    **(_both("party", one.party.th, one.party.en) if one.party else _both("party", "", "")),
                    "color": one.color,
                    "votes": row.votes,
                    "percent": _percent(row.votes, total),
                    "leading": row.leading,
                }


def _key(contest: ContestNode, area: AreaNode) -> str:
    return f"{code(contest.id)}/{code(area.id)}"


def _both(name: str, thai: str, english: str | None) -> dict[str, str]:
    """English is never missing: where the package has none, it is the Thai text."""
    return {f"{name}Th": thai, f"{name}En": thai if english is None else english}


def _percent(part: int, whole: int) -> float:
    """Two decimals; 0 while there is nothing to divide by."""
    return round(100 * part / whole, 2) if whole else 0.0
