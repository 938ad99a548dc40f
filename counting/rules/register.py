"""Does the election have this station and contest, and does the station count it?"""

from collections.abc import Iterator

from counting.case import Case
from counting.rules.objection import Objection, bilingual, shown
from counting.tally import Submission


def unknown_station(submission: Submission, case: Case) -> Iterator[Objection]:
    """No such station in the election."""
    if case.station is None:
        yield Objection("stationId", {"stationId": shown(submission.station_id)})


def unknown_contest(submission: Submission, case: Case) -> Iterator[Objection]:
    """No such contest, or one of another election than the station's."""
    if case.contest is None or not case.contest_known_in_election:
        yield Objection("contestId", {"contestId": shown(submission.contest_id)})


def station_not_in_contest(submission: Submission, case: Case) -> Iterator[Objection]:
    """The register has no voters of this contest at this station: the sheet is another district's."""
    if case.registered_voters is None and case.station is not None and case.contest is not None:
        yield Objection(
            "contestId",
            {
                "station": case.station.number,
                **bilingual("contest", case.contest.name),
                **bilingual("area", case.station.area_name),
                **bilingual("contestArea", case.contest.area_name),
            },
        )
