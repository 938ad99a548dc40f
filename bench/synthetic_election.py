"""An election in memory for benchmarks: a city of 50 districts, a contest of 31 candidates; and entries of its log."""

from collections.abc import Iterator
from datetime import UTC, datetime

from counting.bounds import Bounds
from counting.case import ContestFacts
from counting.election import Text
from counting.tally import Numbers
from counting.vocabulary import AreaLevel, ElectionPhase, ReportKind, TallyCoverage, VotingVariation
from db.definitions import AreaNode, CandidateNode, ContestNode, ElectionDefinition, StationNode
from db.log import CountedNumbers, ElectionState, LogEntry

DISTRICTS = 50
CANDIDATES = 31
VOTERS = 100_000
ELECTION = "bench"
CONTEST = "bench/mayor"
BEGAN = datetime(2022, 5, 22, 17, tzinfo=UTC)


def district(number: int) -> str:
    return f"{ELECTION}/district-{number}"


def definition() -> ElectionDefinition:
    city = AreaNode(f"{ELECTION}/city", ELECTION, AreaLevel.CITY, Text("เมือง", "City"), None)
    areas = {city.id: city}
    for number in range(DISTRICTS):
        name = Text(f"เขต {number}", f"District {number}")
        areas[district(number)] = AreaNode(district(number), ELECTION, AreaLevel.DISTRICT, name, city)
    city.children += [area for area in areas.values() if area is not city]
    stations = {f"{area.id}/1": StationNode(f"{area.id}/1", area, 1, ((CONTEST, VOTERS),)) for area in city.children}
    contest = _contest(city)
    return ElectionDefinition(
        id=ELECTION,
        epoch="bench",
        name=Text("ทดสอบ", "Bench"),
        is_test=True,
        polls_close_at=BEGAN,
        time_zone="Asia/Bangkok",
        notice=None,
        help_contact=None,
        bounds=Bounds("1"),
        areas=areas,
        contests={CONTEST: contest},
        candidates={candidate.id: candidate for candidate in contest.candidates},
        stations=stations,
        registered_voters=VOTERS * DISTRICTS,
    )


def _contest(city: AreaNode) -> ContestNode:
    names = [Text(f"ผู้สมัคร {number}", f"Candidate {number}") for number in range(1, CANDIDATES + 1)]
    candidates = tuple(
        CandidateNode(f"{CONTEST}/{number}", CONTEST, number, name, name, None, "#008000")
        for number, name in enumerate(names, start=1)
    )
    ids, numbers = tuple(c.id for c in candidates), tuple(c.ballot_number for c in candidates)
    name, inside = Text("ผู้ว่าฯ", "Mayor"), tuple(city.subtree())
    sizes = {area.id: DISTRICTS if area is city else 1 for area in inside}
    return ContestNode(
        id=CONTEST,
        election_id=ELECTION,
        office="mayor",
        name=name,
        area=city,
        seats=1,
        voting_variation=VotingVariation.PLURALITY,
        votes_per_ballot=1,
        candidates=candidates,
        facts=ContestFacts(CONTEST, name, name, ids, numbers, 1, VotingVariation.PLURALITY, 1),
        areas=inside,
        stations_by_area=sizes,
        registered_by_area={area: VOTERS * size for area, size in sizes.items()},
    )


def state() -> ElectionState:
    return ElectionState(ELECTION, "bench", ElectionPhase.COUNTING, BEGAN, None, 0, None)


def entries(districts: int = DISTRICTS) -> Iterator[LogEntry]:
    """One partial count after another, round so many districts; each is recorded when it is taken from here."""
    last: dict[int, CountedNumbers] = {}
    sequence = 0
    while True:
        for number in range(districts):
            sequence += 1
            now = datetime.now(UTC)
            votes = tuple(sequence + (7 * place) % 31 for place in range(CANDIDATES))
            counted = CountedNumbers(
                f"t{sequence}", TallyCoverage.PARTIAL, Numbers(votes, sum(votes), 3, None, None), now
            )
            yield _entry(sequence, number, last.get(number), counted, now)
            last[number] = counted


def _entry(
    sequence: int, number: int, previous: CountedNumbers | None, standing: CountedNumbers, now: datetime
) -> LogEntry:
    return LogEntry(
        election_id=ELECTION,
        sequence=sequence,
        kind=ReportKind.ACCEPTED,
        station_id=f"{district(number)}/1",
        contest_id=CONTEST,
        tally_id=standing.id,
        previous_id=previous.id if previous else None,
        previous=previous,
        standing_id=standing.id,
        standing=standing,
        tally=None,
        held=0,
        held_before=0,
        disputed=False,
        disputed_before=False,
        commitment=None,
        salt=None,
        reason=None,
        decided_by=None,
        ruleset="1",
        is_test=True,
        recorded_at=now,
    )
