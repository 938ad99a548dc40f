"""For maps: a feature for each area of each contest, with its shape and its result (RFC 7946).

An area that no map of a package knows has no geometry; its numbers are there all the same.
"""

from typing import Any

import orjson

from db.definitions import AreaNode, ContestNode
from tallywire.formats.picture import code
from tallywire.formats.shapes import shapes_of
from tallywire.formats.writer import Writer


class GeoJson(Writer):
    def begin(self) -> None:
        picture, definition = self.picture, self.picture.definition
        head = {
            "type": "FeatureCollection",
            "election": definition.id,
            "isTest": definition.is_test,
            "cut": picture.cut,
            "sequence": picture.board.sequence,
            "takenAt": picture.taken,
        }
        shapes = shapes_of(definition)
        self.sink.write(orjson.dumps(head)[:-1] + b',"features":[')
        between = b""
        for contest in picture.contests():
            for area in picture.areas(contest):
                self.sink.write(between + orjson.dumps(self._feature(contest, area, shapes.get(area.id))))
                between = b",\n"
        self.sink.write(b"]}")

    def _feature(self, contest: ContestNode, area: AreaNode, geometry: dict[str, Any] | None) -> dict[str, Any]:
        return {
            "type": "Feature",
            "id": f"{code(contest.id)}/{code(area.id)}",
            "geometry": geometry,
            "properties": self._properties(contest, area),
        }

    def _properties(self, contest: ContestNode, area: AreaNode) -> dict[str, Any]:
        view = self.picture.board.view(contest, area, opened=True)
        count, first = view.count, view.rows[0]
        candidate = contest.candidates[first.place]
        language = self.picture.selection.language
        tied = len(view.rows) > 1 and view.rows[1].rank == 1
        ahead = None if tied or not first.votes else candidate
        return {
            "contest": code(contest.id),
            "area": code(area.id),
            "level": area.level.value,
            "name": self.picture.name(area),
            "status": self.picture.status(count).value,
            "decided": view.decided,
            "stationsReporting": count.reporting,
            "stationsTotal": count.stations,
            "turnout": view.turnout,
            "margin": view.margin,
            "firstBallotNumber": ahead.ballot_number if ahead else None,
            "firstName": ahead.name.in_language(language) if ahead else None,
            "firstParty": ahead.party.in_language(language) if ahead and ahead.party else None,
            "firstColor": ahead.color if ahead else None,
            "firstShare": first.share if ahead else None,
            "validBallots": count.valid,
            "invalidBallots": count.invalid,
            "noVoteBallots": count.no_vote,
            "ballotsCast": count.ballots_cast,
            "registeredVoters": count.registered,
            **{f"votes_{one.ballot_number}": votes for one, votes in zip(contest.candidates, count.votes, strict=True)},
        }
