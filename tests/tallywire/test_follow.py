"""An origin and three followers: each serves what its origin serves, by the same cursors, and only what it verified.

One election is over, with all kinds of entries; in the other the night goes on, the origin goes away, and then lies.
"""

import asyncio
import base64
import hashlib
import json
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import asyncpg
import httpx
import pytest
from typer.testing import CliRunner

from counting.vocabulary import Role
from tallywire.cli import build_cli
from tallywire.follow.storing import OtherDatabaseError, check_database
from tallywire.simulate import plan_night
from tallywire.simulate.pace import Pace
from tests.conftest import Databases, Night, _fill_small
from tests.elections import small_election
from tests.gql.conftest import Hall
from tests.served import wait_until
from tests.tallywire import auditor
from tests.tallywire.followed_evening import Evening
from tests.tallywire.following import RESULTS, SECONDS, FollowerNode, follower, report_on
from tests.tallywire.ledger_case import ENTRIES, Case, played, unguarded
from tests.tallywire.simulate.synthetic import city

pytestmark = pytest.mark.usefixtures("durable")
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
REWRITE = """
    UPDATE log_entry SET tally = jsonb_set(tally, '{{votes,0}}', '{}') WHERE election_id = 'small' AND sequence = 5;
"""
SEALED = ("ledger_head", "ledger_tile", "ledger_bundle")
SEED = 20220522
CITY, MADE_UP = city(districts=2, stations_each=8, ballots=(30, 300), seed=SEED)
# Two contests at one station with other papers in each box would be held: the governor's numbers do for both.
GOVERNOR = {count.station: count for count in MADE_UP if count.contest == "governor"}
COUNTS = tuple(replace(GOVERNOR[count.station], contest=count.contest) for count in MADE_UP)


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


def named_cut(url: str, election: str) -> tuple[int, int, str]:
    """Number, position and digest of the cut that the newest head at this node names."""
    head = httpx.get(f"{url}/log/{election}/checkpoint").text
    words = next(line for line in head.splitlines() if line.startswith("cut ")).split(" ")
    return int(words[1]), int(words[2]), words[3]


@dataclass
class Outlets:
    """One origin, three followers; every report that was sent is an entry."""

    origin: Night
    over: Case
    evening: Night
    nodes: list[FollowerNode] = field(default_factory=list)
    size: int = 0

    @property
    def urls(self) -> list[str]:
        return [self.origin.url, *(node.server.url for node in self.nodes)]

    def report(self, count: int) -> None:
        """So many partial counts, each a vote more than the one before it."""
        self.size = report_on(self.origin, self.size, count)

    def same_everywhere(self) -> dict[str, Any]:
        """Waits until every node has every entry; the results, which are the same at each, cursors and all."""
        for node in self.nodes:
            node.reach("small", self.size)
        shown = [node.server.api(RESULTS, election="small") for node in self.nodes]
        wait_until(lambda: self.origin.api(RESULTS, election="small") == shown[0], SECONDS, "the origin's results")
        assert shown[1] == shown[0] and shown[2] == shown[0]
        return shown[0]

    def cut(self, election: str, size: int) -> None:
        """Waits until the origin's newest head names a cut of so many entries."""
        wait_until(lambda: named_cut(self.origin.url, election)[1] == size, SECONDS, f"a cut of {size} entries")

    def sql(self, statements: str) -> None:
        """Behind everybody's back, at the origin."""
        self.origin.sql_script(unguarded(statements))


@pytest.fixture(scope="module")
def outlets(databases: Databases, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Outlets]:
    hall = Hall(databases.fresh("template_small", _fill_small))
    night = Night(hall.whole.database_url, "small").open()
    hall.whole.serve(TALLYWIRE_CUT_SECONDS="1", TALLYWIRE_LEDGER_SEAL_SECONDS="0.2")
    night.servers = hall.whole.servers
    with ExitStack() as stack:
        stack.callback(hall.whole.close)
        over = played(hall.load(small_election), tmp_path_factory.mktemp("case"))
        evening = hall.load(lambda _name: CITY)
        folders = [tmp_path_factory.mktemp("outlet") for _ in range(3)]
        nodes = [stack.enter_context(follower(databases, folder, night.url)) for folder in folders]
        yield Outlets(night, over, evening, nodes)


@pytest.fixture(scope="module")
def pair(outlets: Outlets) -> Pair:
    """The election that is over, at the origin and at one follower, for tests that change nothing."""
    node = outlets.nodes[0]
    node.reach(outlets.over.election, ENTRIES)
    outlets.cut(outlets.over.election, ENTRIES)
    pair = Pair(outlets.over, node)
    wait_until(lambda: len(set(map(str, pair.both(CUTS)))) == 1, SECONDS, "the origin's cuts at the follower")
    return pair


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


def test_exports_of_a_cut_are_the_same_bytes(pair: Pair) -> None:
    number, size, _ = named_cut(pair.case.night.url, pair.case.election)
    assert size == ENTRIES
    place = f"/results/{pair.case.election}/cuts/{number}"
    for file in ("cdf.json", "stations.csv", "wide.csv?contest=mayor", "stations.parquet", "areas.geojson"):
        origin, copy = (httpx.get(f"{url}{place}/{file}") for url in (pair.case.night.url, pair.node.server.url))
        assert (
            copy.status_code == 200
            and copy.content == origin.content
            and copy.headers["etag"] == origin.headers["etag"]
        )


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


@pytest.mark.parametrize("where", ["at its address", "where it runs"])
def test_the_doctor_says_how_much_a_follower_verified(pair: Pair, where: str) -> None:
    """From elsewhere by its address alone; beside it by its database, where no key of its own is missed."""
    there = ("--data-dir", str(pair.node.folder), "--database-url", pair.node.night.database_url)
    given = ("--only-url", "--url", pair.node.server.url) if where == "at its address" else there
    done = CliRunner().invoke(build_cli("doctor"), ["doctor", *given])
    told = [line for line in done.output.splitlines() if " following " in line]
    size = len(pair.case.night.sql("SELECT FROM log_entry WHERE election_id = $1", pair.case.election))
    assert any(line.startswith("ok") and f"{pair.case.election}: " in line for line in told), done.output
    assert any(f"{size} entries of {pair.case.night.url} verified" in line for line in told), done.output
    assert not [line for line in done.output.splitlines() if line.startswith("fail")], done.output


def test_a_database_of_its_own_is_wanted(pair: Pair) -> None:
    async def refused(database_url: str, *, follows: bool) -> str:
        async with asyncpg.create_pool(database_url, min_size=1, max_size=1) as pool:
            await check_database(pool, follows=not follows)
            with pytest.raises(OtherDatabaseError) as found:
                await check_database(pool, follows=follows)
            return str(found.value)

    assert "has an election of its own" in asyncio.run(refused(pair.case.night.database_url, follows=True))
    assert "a follower's copy" in asyncio.run(refused(pair.node.night.database_url, follows=False))
    ran = CliRunner().invoke(
        build_cli("serve"), ["serve", "--port", "0", "--database-url", pair.node.night.database_url]
    )
    assert ran.exit_code == 2 and "serve it with --follow" in ran.stderr


def test_a_night_is_followed_by_every_reader_though_servers_are_killed_in_it(outlets: Outlets) -> None:
    """By readers of the origin and of each of three followers, by one who is cut off one follower and goes on at
    another, and by a follower that was killed; the origin is away in the middle of it."""
    plan = plan_night(CITY, COUNTS, Pace({}, seed=SEED), seed=SEED, volunteers=6)
    evening = Evening(outlets.origin, outlets.nodes, plan, answers=40)
    evening.play()
    assert evening.faults() == []
    assert 0 < evening.size_when_killed < evening.size
    assert all(reader.cuts >= 1 for reader in evening.roamers)


def test_its_last_cut_is_the_same_bytes_at_every_node_and_what_verify_adds_up(outlets: Outlets, tmp_path: Path) -> None:
    """After the test before it. Its digest stands in the signed head of each, and `verify` holds it against entries."""
    size = outlets.nodes[0].following(CITY.id)["following"]["size"]
    outlets.cut(CITY.id, size)
    number, _, sha256 = named_cut(outlets.origin.url, CITY.id)
    assert number > 0 and size > 0
    case = Case(outlets.evening, tmp_path, held_id="")
    for url in outlets.urls:
        wait_until(lambda url=url: named_cut(url, CITY.id) == (number, size, sha256), SECONDS, f"cut {number} at {url}")
        content = httpx.get(f"{url}/results/{CITY.id}/cuts/{number}.json").content
        assert hashlib.sha256(content).hexdigest() == sha256
        assert json.loads(content)["sequence"] == size
        found = case.verify("--cuts", place=url)
        assert found.exit_code == 0 and f"of {number + 1} cuts were held against the entries" in found.stderr, found


def test_an_origin_that_rewrites_an_entry_is_refused_by_all_three(outlets: Outlets) -> None:
    outlets.report(10)
    # One made while an entry stands rewritten would be refused for good.
    outlets.cut("small", outlets.size)
    before = outlets.same_everywhere()
    outlets.sql(REWRITE.format(99))
    for node in outlets.nodes:
        refused = node.state("small", "REFUSED")
        assert "entry 5, small/a-" in refused["reason"] or "entry 5, small/b-" in refused["reason"]
        assert node.ready().status_code == 503
        assert "does not verify" in node.following("small")["notice"]
        assert node.server.api(RESULTS, election="small") == before


def test_what_was_put_right_again_is_followed_again(outlets: Outlets) -> None:
    outlets.sql(REWRITE.format(5))
    outlets.report(1)
    outlets.cut("small", outlets.size)
    outlets.same_everywhere()
    assert [node.ready().status_code for node in outlets.nodes] == [200, 200, 200]


def test_an_origin_that_signs_another_story_is_refused_for_good_with_both_heads(outlets: Outlets) -> None:
    before = outlets.same_everywhere()
    outlets.sql(
        REWRITE.format(99)
        + "".join(f"DELETE FROM {table} WHERE election_id = 'small';" for table in SEALED)
        + "UPDATE ledger SET size = 0 WHERE election_id = 'small';"
    )
    for node in outlets.nodes:
        wait_until(lambda node=node: len(node.following("small")["following"]["heads"]) == 2, SECONDS, "both heads")
        refused = node.following("small")["following"]
        assert "two logs" in refused["reason"]
        ours, theirs = refused["heads"]
        assert ours != theirs and ours.split("\n")[0] == theirs.split("\n")[0]
        assert node.server.api(RESULTS, election="small") == before


def test_the_evidence_shows_anybody_which_entry_was_rewritten(outlets: Outlets) -> None:
    """After the test before it: each of the three has it, and it is checked without any of our code."""
    (key,) = httpx.get(f"{outlets.origin.url}/log/small/keys").json()["keys"]
    for node in outlets.nodes:
        value = httpx.get(f"{node.server.url}/log/small/fork").json()
        heads = [auditor.signed(value[name], key["key"]) for name in ("smaller", "larger")]
        votes = []
        for entry, (size, root) in zip(value["entries"], heads, strict=True):
            hash_, path = base64.b64decode(entry["hash"]), [base64.b64decode(one) for one in entry["proof"]]
            assert (
                auditor.leaf(entry["leaf"]) == hash_ and auditor.root_by_path(hash_, value["index"], size, path) == root
            )
            leaf = json.loads(entry["leaf"])
            assert leaf["sequence"] == value["index"] + 1 == 5
            votes.append(leaf["tally"]["votes"][0])
        assert sorted(votes) == [5, 99]
