"""Elections that are not Bangkok's, for the pages: one contest and no areas, lists that share seats, many races."""

import uuid
from dataclasses import replace
from typing import Any

import asyncpg

from counting.bounds import Bounds
from counting.election import Area, Candidate, Contest, Election, OfficialFigure, Register, Station, Text
from counting.vocabulary import AreaLevel, ElectionPhase, Role, VotingVariation
from db.database import use_json
from db.load import load_election
from db.people import add_person, assign
from db.phases import set_phase
from tests.elections import CLOSE, small_election
from tests.own_thread import complete

NO_COLOR = "#808080"
VILLAGERS = 100
SEATS = 12
LONG = "นางสาวพิมพ์มาดาอัญชิสาวรกมลลักษณ์ วงศ์สุวรรณโชติรุ่งเรืองกิจไพศาลพาณิชย์"
SUBMIT = """mutation S($input: SubmitTallyInput!) { submitTally(input: $input) {
    __typename ... on TallyRejected { findings { rule message(lang: EN) } } } }"""
CANDIDATES = "query C($id: ID!) { contest(id: $id) { candidates { id ballotNumber } } }"


def village() -> Election:
    """One contest, twelve seats, twelve votes a ballot, a hundred candidates; no area below; a rehearsal."""
    stations = tuple(Station(f"v-{number}", "v", number, Text(f"ศาลา {number}")) for number in (1, 2, 3))
    return Election(
        id="village",
        name=Text("เลือกตั้งสภาหมู่บ้าน", "Village council election"),
        is_test=True,
        polls_close_at=CLOSE,
        time_zone="Asia/Bangkok",
        notice=None,
        help_contact=None,
        bounds=Bounds("village.1"),
        areas=(Area("v", AreaLevel.CITY, None, Text("บ้านดอน", "Ban Don")),),
        contests=(
            Contest(
                "council",
                "village-council",
                Text("สภาหมู่บ้าน", "Village council"),
                "v",
                SEATS,
                VotingVariation.N_OF_M,
                12,
            ),
        ),
        candidates=tuple(
            Candidate(
                "council",
                number,
                Text(LONG if number == 1 else f"ผู้สมัคร ที่{number}", None if number == 1 else f"Candidate {number}"),
                Text(f"คนที่{number}", f"Person {number}"),
                None,
                NO_COLOR,
            )
            for number in range(1, VILLAGERS + 1)
        ),
        stations=stations,
        registers=tuple(Register(station.code, "council", 400) for station in stations),
        official=(),
    )


def province() -> Election:
    """A list over the whole province for ten seats, and three constituencies of one; the third has one candidate."""
    parties = [
        (Text("พรรคหนึ่ง", "First Party"), "#1d4ea8"),
        (Text("พรรคสอง", "Second Party"), "#d02457"),
        (Text("พรรคสาม", "Third Party"), "#12845a"),
    ]
    constituencies = ("c1", "c2", "c3")
    stations = tuple(
        Station(f"{code}-{number}", code, number, Text(f"โรงเรียน {number}", f"School {number}"))
        for code in constituencies
        for number in (1, 2)
    )
    races = {code: parties[:1] if code == "c3" else parties for code in constituencies}
    return Election(
        id="province",
        name=Text("เลือกตั้งสภาจังหวัด", "Provincial assembly election"),
        is_test=False,
        polls_close_at=CLOSE,
        time_zone="Asia/Bangkok",
        notice=None,
        help_contact=None,
        bounds=Bounds("province.1"),
        areas=(
            Area("p", AreaLevel.PROVINCE, None, Text("สมมุติ", "Sommut")),
            *(
                Area(code, AreaLevel.CONSTITUENCY, "p", Text(f"เขตเลือกตั้งที่ {code[1]}", f"Constituency {code[1]}"))
                for code in constituencies
            ),
        ),
        contests=(
            Contest("list", "party-list", Text("บัญชีรายชื่อ", "Party list"), "p", 10, VotingVariation.PROPORTIONAL, 1),
            *(
                Contest(
                    f"seat-{code}",
                    "constituency-seat",
                    Text(f"สมาชิกสภาจังหวัด เขต {code[1]}", f"Assembly member, constituency {code[1]}"),
                    code,
                    1,
                    VotingVariation.PLURALITY,
                    1,
                )
                for code in constituencies
            ),
        ),
        candidates=(
            *(
                Candidate("list", number, party, party, party, color)
                for number, (party, color) in enumerate(parties, start=1)
            ),
            *(
                Candidate(
                    f"seat-{code}",
                    number,
                    Text(f"คน{number} {code}", f"Person {number} {code}"),
                    Text(f"คน{number}", f"Person {number}"),
                    party,
                    color,
                )
                for code, stood in races.items()
                for number, (party, color) in enumerate(stood, start=1)
            ),
        ),
        stations=stations,
        registers=tuple(
            Register(station.code, contest, 500) for station in stations for contest in ("list", f"seat-{station.area}")
        ),
        official=(),
    )


def soon() -> Election:
    return replace(small_election("soon"), notice=None)


def over() -> Election:
    """Official figures of one station, and of the city, where more is still to come."""
    official = (
        OfficialFigure("mayor", "a", "votes", 1, 15, "a-1"),
        OfficialFigure("mayor", "a", "votes", 2, 20, "a-1"),
        OfficialFigure("mayor", "a", "votes", 3, 5, "a-1"),
        *(OfficialFigure("mayor", "city", "votes", number, votes) for number, votes in ((1, 30), (2, 20), (3, 900))),
    )
    return replace(small_election("over"), notice=None, official=official)


PHASES = {
    "village": (ElectionPhase.VOTING, ElectionPhase.COUNTING),
    "province": (ElectionPhase.VOTING, ElectionPhase.COUNTING),
    "soon": (ElectionPhase.VOTING,),
    "over": (ElectionPhase.VOTING, ElectionPhase.COUNTING),
}


async def fill(connection: asyncpg.Connection) -> None:
    """All four, each as far as PHASES says."""
    for election in (soon(), over(), village(), province()):
        await load_election(connection, election, election.id)
        for phase in PHASES[election.id]:
            await set_phase(connection, election.id, phase)


def volunteer(database_url: str, election: str, *stations: str) -> str:
    """A token of one who is assigned to the stations."""

    async def work() -> str:
        connection = await asyncpg.connect(database_url)
        await use_json(connection)
        person, token = await add_person(connection, Role.VOLUNTEER, election, "Somebody")
        await assign(connection, person.id, [f"{election}/{code}" for code in stations])
        await connection.close()
        return token

    return complete(work())


def send(api: Any, contest: str, station: str, votes: dict[int, int], **more: Any) -> None:
    """A tally by ballot number, FINAL unless said otherwise; candidates who are not named have none."""
    rows = [
        {"candidateId": one["id"], "votes": votes.get(one["ballotNumber"], 0)}
        for one in api(CANDIDATES, id=contest)["contest"]["candidates"]
    ]
    valid = more.get("validBallots", sum(votes.values()))
    tally = {
        "clientTallyId": str(uuid.uuid4()),
        "stationId": station,
        "contestId": contest,
        "coverage": "FINAL",
        "votes": rows,
        "invalidBallots": 2,
        "noVoteBallots": 3,
        "ballotsCast": valid + 5,
        **more,
    }
    answer = api(SUBMIT, input=tally)["submitTally"]
    assert answer["__typename"] == "TallyAccepted", answer
