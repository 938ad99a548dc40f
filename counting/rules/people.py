"""Was this reporter sent to this station?"""

from collections.abc import Iterator

from counting.case import Case
from counting.rules.objection import Objection
from counting.tally import Numbers, Submission

STATIONS_LISTED_MAX = 12


def not_assigned(submission: Submission, case: Case, numbers: Numbers) -> Iterator[Objection]:
    """The station is not on the reporter's list. Editors have no list: all stations are theirs."""
    if case.assigned or case.is_editor or case.station is None:
        return
    listed = case.assigned_stations[:STATIONS_LISTED_MAX]
    more = "…" if len(case.assigned_stations) > len(listed) else ""
    yield Objection(
        "stationId",
        {
            "station": case.station.number,
            "reporter": submission.reporter,
            "assigned": ", ".join(listed) + more or "–",
        },
    )
