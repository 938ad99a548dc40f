"""Before COUNTING nobody but editors and operators sees a number, nor that there is one, by any way in.

Two elections alike, one with a whole evening of reports behind it; its phase is put back behind the server's back,
which no command does. Whatever the public, a volunteer or an outlet asks, both must answer the same.
"""

import itertools
from dataclasses import dataclass
from typing import Any

import httpx
import pytest

from counting.vocabulary import Role
from feed.position import Position
from gql.schema.build import build_schema
from tests.conftest import Night
from tests.gql.conftest import Hall
from tests.gql.documents import accepted, rows, sheet, submit
from tests.gql.holders import bound
from tests.gql.walk import alike, documents, paths
from tests.served import Api, wait_until

SCHEMA = build_schema()._schema
PATIENCE = 60
PHASE = "query Phase($e: ID!) { election(id: $e) { phase cursor } }"
SEES_NOTHING = ("ANONYMOUS", "VOLUNTEER", "OUTLET", "EDITOR_ELSEWHERE", "OPERATOR_ELSEWHERE")
SEES_ALL = ("EDITOR", "OPERATOR")
# Made-up positions: whether they are known must not tell how long the log is.
SEQUENCES = (0, 1, 4, 1_000_000)


@dataclass(frozen=True)
class Side:
    """One of the two elections, with its own people; `names` takes its own words out of what is answered."""

    night: Night
    tokens: dict[str, str | None]
    names: dict[str, str]
    tallies: list[str]
    epoch: str
    client: httpx.Client

    def api(self, who: str) -> Api:
        return self.night.api.as_(self.tokens[who])

    def ask(self, who: str, document: str) -> Any:
        answer = self.client.post("/graphql", json={"query": document}, headers=self.api(who).headers)
        assert "LIMIT_EXCEEDED" not in answer.text
        return alike(answer.json(), self.names)


def _people(night: Night, elsewhere: Night) -> dict[str, str | None]:
    return {
        "ANONYMOUS": None,
        "VOLUNTEER": night.token(Role.VOLUNTEER, "a-1", "a-2", "b-1"),
        "OUTLET": night.token(Role.OUTLET),
        "EDITOR": night.token(Role.EDITOR),
        "OPERATOR": night.token(Role.OPERATOR),
        "EDITOR_ELSEWHERE": bound(elsewhere, Role.EDITOR),
        "OPERATOR_ELSEWHERE": bound(elsewhere, Role.OPERATOR),
    }


def _side(night: Night, tokens: dict[str, str | None]) -> Side:
    (row,) = night.sql("SELECT epoch FROM election WHERE id = $1", night.election_id)
    names = {night.election_id: "ELECTION", row["epoch"]: "EPOCH"}
    for who, token in tokens.items():
        if token is not None:
            names[night.api.as_(token)("{ viewer { reporter } }")["viewer"]["reporter"]] = who
    # One that stands, one that is held.
    query = "SELECT DISTINCT ON (state) id FROM tally WHERE election_id = $1 AND state IN ('ACCEPTED', 'HELD')"
    tallies = [tally["id"] for tally in night.sql(query, night.election_id)]
    client = httpx.Client(base_url=night.url, timeout=PATIENCE)
    return Side(night, tokens, names, tallies or ["no-tally"] * 2, row["epoch"], client)


def _report(night: Night, volunteer: Api, another: Api) -> None:
    """An evening: a correction, a confirmation, a dispute, a held tally, a PARTIAL, two contests."""
    first = accepted(volunteer, sheet(night, "a-1", [11, 22, 33]))["tally"]["id"]
    accepted(volunteer, sheet(night, "a-1", [12, 22, 33], id="c", replaces=first, note="misread"))
    accepted(volunteer, sheet(night, "a-2", [44, 55, 66]))
    submit(another, sheet(night, "a-2", [44, 55, 66], id="confirms"))
    submit(another, sheet(night, "a-1", [13, 22, 33], id="disputes"))
    submit(volunteer, sheet(night, "b-3", [7, 8, 9]))
    accepted(volunteer, sheet(night, "b-1", [1, 2, 3], coverage="PARTIAL", ballotsCast=None))


@pytest.fixture(scope="module")
def sides(hall: Hall) -> tuple[Side, Side]:
    """The one with reports, and the one without; both in VOTING."""
    full, blank, elsewhere = hall.take(), hall.take(), hall.take()
    tokens = [_people(night, elsewhere) for night in (full, blank)]
    another = full.api.as_(full.token(Role.VOLUNTEER, "a-1", "a-2"))
    _report(full, full.api.as_(tokens[0]["VOLUNTEER"]), another)
    for night in (full, blank):
        night.sql("UPDATE election SET phase = 'VOTING', opened_at = NULL WHERE id = $1", night.election_id)
        wait_until(lambda night=night: _phase(night) == "VOTING", PATIENCE, "VOTING being served")
    # Both volunteers have been seen the same: not at all.
    return _side(full, tokens[0]), _side(blank, tokens[1])


def _phase(night: Night) -> str:
    return str(night.api(PHASE, e=night.election_id)["election"]["phase"])


def _given(side: Side, tally: str, station: str) -> dict[str, dict[str, str]]:
    """An argument for whatever field needs one."""
    night = side.night
    election, mayor = f'"{night.election_id}"', f'"{night.id("mayor")}"'
    by_election = {"electionId": election}
    return {
        "Query.election": {"id": election},
        "Query.contest": {"id": mayor},
        "Query.candidates": {"contestId": mayor},
        "Query.area": {"id": f'"{night.id("a")}"'},
        "Query.station": {"id": f'"{night.id(station)}"'},
        "Query.stations": by_election,
        "Query.tally": {"id": f'"{tally}"'},
        "Query.tallies": by_election,
        "Query.reporters": by_election,
        "Query.auditRecords": by_election,
        "Query.result": {"contestId": mayor},
        "Query.results": by_election,
        "Query.cuts": by_election,
        "Query.feed": by_election,
        "Query.checkpoint": by_election,
        "Query.inclusionProof": {**by_election, "sequence": "1", "treeSize": "1"},
        "Query.consistencyProof": {**by_election, "fromSize": "1", "toSize": "1"},
        "Query.differences": by_election,
        "Query.stationStatistics": {"contestId": mayor},
        "Query.reviewQueue": by_election,
        "Station.state": {"contestId": mayor},
        "Station.tally": {"contestId": mayor},
    }


def _asked(side: Side, field: str) -> list[str]:
    """Every document below one query field. `elections` shows others' too, and `election` shows all that it does."""
    tallies = side.tallies if field == "tally" else side.tallies[:1]
    stations = ("a-1", "b-3") if field == "station" else ("a-1",)
    return [
        document
        for tally, station in itertools.product(tallies, stations)
        for document in documents(list(paths(SCHEMA, "Query", field, _given(side, tally, station))))
    ]


FIELDS = sorted(SCHEMA.query_type.fields.keys() - {"elections"}) if SCHEMA.query_type else []


@pytest.mark.parametrize("field", FIELDS)
def test_an_election_with_reports_answers_as_one_without(sides: tuple[Side, Side], field: str) -> None:
    full, blank = sides
    asked = list(zip(_asked(full, field), _asked(blank, field), strict=True))
    assert asked, f"no document for Query.{field}: give its arguments"
    for who in SEES_NOTHING:
        for of_full, of_blank in asked:
            assert full.ask(who, of_full) == blank.ask(who, of_blank), (who, of_full)


@pytest.mark.parametrize("field", ["results", "station", "tallies", "feed", "tally"])
def test_editors_and_operators_see_the_difference(sides: tuple[Side, Side], field: str) -> None:
    full, blank = sides
    for who in SEES_ALL:
        answers = [
            (full.ask(who, of_full), blank.ask(who, of_blank))
            for of_full, of_blank in zip(_asked(full, field), _asked(blank, field), strict=True)
        ]
        assert any(one != other for one, other in answers), who


@pytest.mark.parametrize(
    "document",
    [
        '{ feed(electionId: "%(e)s", after: "%(at)s") { cursor hasMore reports { sequence } } }',
        '{ result(contestId: "%(e)s/mayor", at: "%(at)s") { stationsReporting cursor } }',
        '{ results(electionId: "%(e)s", at: "%(at)s") { stationsReporting cursor } }',
        '{ stations(electionId: "%(e)s", state: SILENT) { totalCount } }',
        '{ stations(electionId: "%(e)s", state: FINAL) { totalCount } }',
        '{ stations(electionId: "%(e)s", contestId: "%(e)s/mayor", state: DISPUTED) { totalCount } }',
        '{ tallies(electionId: "%(e)s", stationId: "%(e)s/a-1", state: ACCEPTED) { totalCount } }',
        '{ tallies(electionId: "%(e)s", rule: NOT_ASSIGNED) { totalCount } }',
        "{ viewer { tallies { revision confirmations } } }",
    ],
)
def test_no_filter_and_no_made_up_position_tells_one_from_the_other(sides: tuple[Side, Side], document: str) -> None:
    for who, sequence in itertools.product(SEES_NOTHING, SEQUENCES if "%(at)s" in document else (0,)):
        full, blank = (
            side.ask(who, document % {"e": side.night.election_id, "at": Position(side.epoch, sequence).encode()})
            for side in sides
        )
        assert full == blank, (who, sequence)


def test_whoever_sends_a_tally_is_told_nothing_of_others(sides: tuple[Side, Side]) -> None:
    mutation = (
        'mutation { submitTally(input: {clientTallyId: "early", stationId: "%s", contestId: "%s", votes: [%s],'
        " invalidBallots: 2, noVoteBallots: 3, ballotsCast: 6}) { __typename ... on TallyRejected {"
        " findings { rule field th: message(lang: TH) en: message(lang: EN) } } } }"
    )
    full, blank = (
        side.ask("VOLUNTEER", mutation % (side.night.id("a-2"), side.night.id("mayor"), _votes(side.night)))
        for side in sides
    )
    assert full == blank
    assert full["data"]["submitTally"]["findings"][0]["rule"] == "COUNTING_NOT_OPEN"


def _votes(night: Night) -> str:
    return ", ".join(
        f'{{candidateId: "{row["candidateId"]}", votes: {row["votes"]}}}' for row in rows(night, "mayor", [1, 0, 0])
    )


def test_subscribers_see_zeros_and_no_report(sides: tuple[Side, Side]) -> None:
    told = []
    for side in sides:
        with side.night.api.socket() as socket:
            reports = socket.subscribe(
                f'subscription {{ tallyReports(electionId: "{side.night.election_id}") {{ sequence }} }}'
            )
            results = socket.subscribe(
                f'subscription {{ resultUpdates(electionId: "{side.night.election_id}") {{ kind cursor lastReportAt'
                " countedUntil results { status stationsReporting stationsDisputed cursor updatedAt rows { votes }"
                " outstanding { stations ballotsAtMost heldTallies } } } }"
            )
            told.append(alike(socket.next(results), side.names))
            assert socket._waiting.get(reports, []) == []
    assert told[0] == told[1]


def test_what_is_served_beside_graphql_tells_nothing_either(sides: tuple[Side, Side]) -> None:
    for path in ("checkpoint", "tile/0/000.p/1", "tile/entries/000.p/1", "sealed/entries/000.p/1"):
        answers = [
            httpx.get(f"{side.night.url}/log/{side.night.election_id}/{path}", timeout=PATIENCE) for side in sides
        ]
        assert [answer.status_code for answer in answers] == [404, 404], path
        assert answers[0].text == answers[1].text
