"""A small election that fits on a page: two districts, six stations, a mayor, two council seats by several votes."""

from datetime import datetime

from counting.bounds import Bounds
from counting.election import (
    Area,
    Candidate,
    Contest,
    Election,
    OfficialFigure,
    Register,
    Station,
    Text,
)
from counting.vocabulary import AreaLevel, VotingVariation

CLOSE = datetime.fromisoformat("2022-05-22T17:00:00+07:00")
NAMES = ("สมชาย", "มาลี", "วิชัย", "สุดา", "ประยุทธ")


def small_election(election_id: str = "small", *, bounds: Bounds | None = None, is_test: bool = False) -> Election:
    """Stations a-1…a-3 in district a, b-1…b-3 in district b; 100 to 600 voters; mayor everywhere, council in a."""
    stations = tuple(
        Station(
            f"{district}-{number}", district, number, Text(f"หน่วย {district}{number}", f"Station {district}{number}")
        )
        for district in "ab"
        for number in (1, 2, 3)
    )
    voters = {station.code: 100 * place for place, station in enumerate(stations, start=1)}
    return Election(
        id=election_id,
        name=Text("เลือกตั้งเล็ก", "Small election"),
        is_test=is_test,
        polls_close_at=CLOSE,
        time_zone="Asia/Bangkok",
        notice=Text("ข้อมูลทดสอบ", "Test data"),
        help_contact=Text("โทร 1234", "Call 1234"),
        # Tests send one sheet to many stations.
        bounds=bounds or Bounds("small.1", same_numbers_ballots_min=1_000),
        areas=(
            Area("city", AreaLevel.CITY, None, Text("เมือง", "City")),
            Area("a", AreaLevel.DISTRICT, "city", Text("เขตเอ", "District A")),
            Area("b", AreaLevel.DISTRICT, "city", Text("เขตบี", "District B")),
        ),
        contests=(
            Contest("mayor", "mayor", Text("นายก", "Mayor"), "city", 1, VotingVariation.PLURALITY, 1),
            Contest("council", "council", Text("สภา", "Council"), "a", 2, VotingVariation.N_OF_M, 2),
        ),
        candidates=(
            *(_candidate("mayor", number) for number in (1, 2, 3)),
            *(_candidate("council", number) for number in (1, 2, 3, 4)),
        ),
        stations=stations,
        registers=(
            *(Register(station.code, "mayor", voters[station.code]) for station in stations),
            *(Register(station.code, "council", voters[station.code]) for station in stations[:3]),
        ),
        official=(OfficialFigure("mayor", "city", "votes", 1, 10),),
    )


def _candidate(contest: str, number: int) -> Candidate:
    name = NAMES[number]
    return Candidate(contest, number, Text(f"{name} ใจดี"), Text(name), None, f"#{number}0{number}0{number}0")
