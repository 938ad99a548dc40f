"""Small elections made up for these tests: a city, districts, subdistricts, two offices."""

import random
from datetime import datetime

from counting.bounds import Bounds
from counting.election import Area, Candidate, Contest, Election, Register, Station, StationCount, Text
from counting.vocabulary import AreaLevel, VotingVariation


def city(
    districts: int = 2,
    stations_each: int = 4,
    candidates: int = 3,
    ballots: tuple[int, int] = (0, 700),
    seed: int = 1,
) -> tuple[Election, tuple[StationCount, ...]]:
    """An election of a governor city-wide and a council seat a district, and what its stations count."""
    rng = random.Random(seed)
    areas = [Area("10", AreaLevel.CITY, None, Text("เมือง", "City"))]
    contests = [_contest("governor", "governor", "10")]
    stations: list[Station] = []
    for number in range(districts):
        code = str(1001 + number)
        areas.append(Area(code, AreaLevel.DISTRICT, "10", Text(code)))
        areas += [Area(f"{code}0{part}", AreaLevel.SUBDISTRICT, code, Text(code)) for part in (1, 2)]
        contests.append(_contest(f"council-{code}", "council", code))
        for place in range(stations_each):
            area = f"{code}0{1 + place % 2}"
            stations.append(Station(f"{area}-{place + 1}", area, place + 1, Text("วัด")))
    stations.sort(key=lambda station: station.code)
    counts = []
    for station in stations:
        for contest in (contests[0], contests[int(station.area[:4]) - 1000]):
            counts.append(_count(station.code, contest.code, candidates, rng.randint(*ballots), rng))
    election = Election(
        id="toy-2022",
        name=Text("ทดลอง", "Toy"),
        is_test=True,
        polls_close_at=datetime.fromisoformat("2022-05-22T17:00:00+07:00"),
        time_zone="Asia/Bangkok",
        notice=None,
        help_contact=None,
        bounds=Bounds(version="1"),
        areas=tuple(areas),
        contests=tuple(contests),
        candidates=tuple(
            Candidate(contest.code, number, Text("ก"), Text("ก"), None, "#123456")
            for contest in contests
            for number in range(1, candidates + 1)
        ),
        stations=tuple(stations),
        registers=tuple(Register(count.station, count.contest, 1000) for count in counts),
        official=(),
    )
    return election, tuple(counts)


def _contest(code: str, office: str, area: str) -> Contest:
    return Contest(code, office, Text(code), area, 1, VotingVariation.PLURALITY, 1)


def _count(station: str, contest: str, candidates: int, ballots: int, rng: random.Random) -> StationCount:
    parts = [0] * (candidates + 2)
    for _ in range(ballots):
        parts[min(int(rng.expovariate(0.6)), candidates + 1)] += 1
    return StationCount(station, contest, tuple(parts[:-2]), parts[-2], parts[-1])
