"""A follower serves what its origin serves, under the same cursors, and nothing that it has not verified."""

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from typer.testing import CliRunner

from counting.vocabulary import Role
from tallywire.cli import build_cli
from tests.conftest import Databases, Night
from tests.gql.conftest import Hall
from tests.served import wait_until
from tests.tallywire.following import RESULTS, SECONDS, FollowerNode, follower
from tests.tallywire.ledger_case import ENTRIES, Case, played

TALLIES = """
query Tallies($election: ID!) {
  tallies(electionId: $election, first: 50) {
    totalCount pageInfo { endCursor }
    edges { node {
      id revision coverage state reporter recordedAt countedAt validBallots invalidBallots noVoteBallots ballotsCast
      votes { votes candidate { id } } supersedes { id } supersededBy { id } decisions { reason by at }
    } }
  }
}
"""
STATIONS = """
query Stations($election: ID!) {
  stations(electionId: $election) { edges { node {
    id number location registeredVoters state(contestId: "%s/mayor") tally(contestId: "%s/mayor") { id } history { id }
  } } }
}
"""
DEFINITION = """
query Definition($election: ID!) {
  election(id: $election) {
    name isTest timeZone pollsCloseAt stationsTotal registeredVoters ruleset lastReportAt
    contests { id office name seats votingVariation votesPerBallot candidates { id ballotNumber name party color } }
    areas { id level name parent { id } stationsTotal registeredVoters }
  }
}
"""
FEED = """
query Feed($election: ID!) {
  feed(electionId: $election) { cursor hasMore reports {
    sequence cursor kind station { id } contest { id } tally { id } previous { id } commitment salt reason decidedBy
    ruleset recordedAt
  } }
}
"""
CUTS = "query Cuts($election: ID!) { cuts(electionId: $election) { number resultsSha256 } }"
LEDGER = "query Ledger($election: ID!) { checkpoint(electionId: $election) { origin size rootHash note } }"
UPDATES = """
subscription Updates($election: ID!, $after: Cursor) {
  resultUpdates(electionId: $election, after: $after) { kind reset cursor results { cursor rows { votes } } }
}
"""
ENROL = 'mutation { enrol(input: { code: "x", displayName: "x" }) { __typename } }'
SUBMIT = """
mutation Submit($input: SubmitTallyInput!) { submitTally(input: $input) { __typename } }
"""


@pytest.fixture(scope="module")
def pair(databases: Databases, own_hall: Hall, tmp_path_factory: pytest.TempPathFactory) -> Iterator["Pair"]:
    """A log of ten entries of all kinds, and one follower that has them, for tests that change nothing."""
    case = played(own_hall.take(), tmp_path_factory.mktemp("case"))
    with follower(databases, tmp_path_factory.mktemp("follower"), case.night.url) as node:
        node.reach(case.election, ENTRIES)
        pair = Pair(case, node)
        wait_until(lambda: len(set(map(str, pair.both(CUTS)))) == 1, SECONDS, "the origin's cuts at the follower")
        yield pair


class Pair:
    def __init__(self, case: Case, node: FollowerNode) -> None:
        self.case = case
        self.node = node

    def both(self, query: str) -> tuple[object, object]:
        """What the origin answers, and what the follower does."""
        election = self.case.election
        return (
            self.case.night.api(query, election=election),
            self.node.server.api(query, election=election),
        )


@pytest.mark.parametrize("query", [RESULTS, TALLIES, DEFINITION, FEED, LEDGER])
def test_the_same_question_has_the_same_answer(pair: Pair, query: str) -> None:
    origin, copy = pair.both(query)
    assert copy == origin


def test_stations_are_the_same(pair: Pair) -> None:
    query = STATIONS % (pair.case.election, pair.case.election)
    origin, copy = pair.both(query)
    assert copy == origin


def test_files_of_the_log_are_the_same_bytes(pair: Pair) -> None:
    log = f"/log/{pair.case.election}"
    for path in (f"tile/entries/000.p/{ENTRIES}", f"sealed/entries/000.p/{ENTRIES}", f"tile/0/000.p/{ENTRIES}"):
        origin, copy = (httpx.get(f"{url}{log}/{path}") for url in (pair.case.night.url, pair.node.server.url))
        assert copy.status_code == 200 and copy.content == origin.content
    for path in ("checkpoint", "definition.json"):
        origin, copy = (httpx.get(f"{url}{log}/{path}") for url in (pair.case.night.url, pair.node.server.url))
        assert copy.status_code == 200 and copy.content == origin.content


def test_a_follower_can_be_verified_as_its_origin_can(pair: Pair) -> None:
    found = pair.case.verify(place=pair.node.server.url)
    assert found.exit_code == 0, found.output


def test_fsck_holds_a_followers_tables_against_its_log(pair: Pair) -> None:
    # Of this election alone: what other tests did to theirs at the shared origin is copied here as well.
    given = ["--database-url", pair.node.night.database_url, "--election", pair.case.election]
    ran = CliRunner().invoke(build_cli("fsck"), ["fsck", *given])
    assert ran.exit_code == 0, ran.output
    assert f"{pair.case.election}: sound. {ENTRIES} entries agree with tables and board" in ran.stdout


def test_results_at_an_earlier_cursor_are_the_origins(pair: Pair) -> None:
    cursor = pair.case.night.api(FEED, election=pair.case.election)["feed"]["reports"][3]["cursor"]
    apis = (pair.case.night.api, pair.node.server.api)
    origin, copy = (api(RESULTS, election=pair.case.election, at=cursor) for api in apis)
    assert copy == origin


def test_a_reader_of_the_origin_goes_on_at_the_follower(pair: Pair) -> None:
    cursor = pair.case.night.api(FEED, election=pair.case.election)["feed"]["reports"][3]["cursor"]
    taken = []
    for api in (pair.case.night.api, pair.node.server.api):
        with api.socket() as socket:
            operation = socket.subscribe(UPDATES, election=pair.case.election, after=cursor)
            taken.append(socket.next(operation, SECONDS)["resultUpdates"])
    assert taken[0]["kind"] == "DELTA" and not taken[0]["reset"]
    assert taken[1] == taken[0]


def test_nothing_is_taken_and_the_origin_is_named(pair: Pair) -> None:
    token = pair.case.night.token(Role.EDITOR)
    inputs = {"clientTallyId": "x", "stationId": "x", "contestId": "x", "votes": []}
    for api in (pair.node.server.api, pair.node.server.api.as_(token)):
        for answer in (api.send(ENROL), api.send(SUBMIT, input=inputs)):
            (error,) = answer["errors"]
            assert error["extensions"]["code"] == "READ_ONLY"
            assert pair.case.night.url in error["message"]


def test_the_phones_app_the_desk_and_photographs_are_at_the_origin(pair: Pair) -> None:
    for path in ("/volunteer", "/desk", f"/evidence/{'0' * 64}"):
        answer = httpx.get(f"{pair.node.server.url}{path}")
        assert (answer.status_code, answer.headers["location"]) == (307, f"{pair.case.night.url}{path}")
    assert httpx.post(f"{pair.node.server.url}/evidence").status_code == 403
    assert httpx.get(f"{pair.node.server.url}/").status_code == httpx.get(f"{pair.case.night.url}/").status_code


def test_a_copy_that_is_fresh_says_so_and_an_origin_says_nothing(pair: Pair) -> None:
    shown = pair.node.following(pair.case.election)["following"]
    assert (shown["origin"], shown["state"], shown["reason"]) == (pair.case.night.url, "FOLLOWING", None)
    ready = pair.node.ready()
    assert ready.status_code == 200
    assert ready.json()["following"]["elections"][pair.case.election]["age_seconds"] < SECONDS
    query = "query Home($id: ID!) { election(id: $id) { following { state } } }"
    assert pair.case.night.api(query, id=pair.case.election) == {"election": {"following": None}}


def test_a_database_of_its_own_is_wanted(pair: Pair, small: Night, tmp_path: Path) -> None:
    with pytest.raises(AssertionError, match="did not start"):
        small.serve("--follow", pair.case.night.url, "--data-dir", str(tmp_path))
    with pytest.raises(AssertionError, match="did not start"):
        pair.node.night.serve("--data-dir", str(tmp_path))


def test_a_new_report_is_at_the_follower_a_moment_later(databases: Databases, counting: Night, tmp_path: Path) -> None:
    counting.serve()
    editor = counting.api.as_(counting.token(Role.EDITOR))
    with follower(databases, tmp_path, counting.url) as node:
        node.reach("small", 0)
        call = {
            "clientTallyId": "one",
            "stationId": "small/a-1",
            "contestId": "small/mayor",
            "votes": [{"candidateId": f"small/mayor/{n}", "votes": n} for n in (1, 2, 3)],
            "invalidBallots": 0,
            "noVoteBallots": 0,
            "ballotsCast": 6,
        }
        assert editor(SUBMIT, input=call)["submitTally"]["__typename"] != "TallyRejected"
        node.reach("small", 1)
        wait_until(
            lambda: node.server.api(RESULTS, election="small") == counting.api(RESULTS, election="small"), SECONDS
        )
