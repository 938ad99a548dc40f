"""Was this reporter sent to this station?"""

from collections.abc import Iterator

from counting.case import Case
from counting.election import Text
from counting.rules.objection import Objection, bilingual
from counting.tally import Numbers, Submission

STATIONS_LISTED_MAX = 12


def not_assigned(submission: Submission, case: Case, numbers: Numbers) -> Iterator[Objection]:
    """The station is not on the reporter's list. Editors have no list: all stations are theirs."""
    if case.assigned or case.is_editor or case.station is None:
        return
    yield Objection(
        "stationId",
        {"station": case.station.number, "reporter": submission.reporter, **bilingual("assigned", _listed(case))},
    )


def _listed(case: Case) -> Text:
    """The stations that the reporter has, the first dozen of them; a dash for none."""
    labels = case.assigned_stations[:STATIONS_LISTED_MAX]
    more = "…" if len(case.assigned_stations) > len(labels) else ""
    thai = ", ".join(label.th for label in labels)
    english = ", ".join(label.en or label.th for label in labels)
    return Text(f"{thai}{more}" or "–", f"{english}{more}" or "–")
