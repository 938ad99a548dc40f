"""An origin and three followers of it, through a night on which the origin goes away, and then lies."""

import base64
import json
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest

from tests.conftest import Databases, Night, _fill_small
from tests.served import wait_until
from tests.tallywire import auditor
from tests.tallywire.following import RESULTS, SECONDS, FollowerNode, follower, report_on
from tests.tallywire.ledger_case import TABLES

REPORTS = """
subscription Reports($after: Cursor) { tallyReports(electionId: "small", after: $after) { sequence cursor } }
"""


@dataclass
class Outlets:
    """One origin, three followers; every report that was sent is an entry."""

    origin: Night
    nodes: list[FollowerNode] = field(default_factory=list)
    size: int = 0
    read: list[int] = field(default_factory=list)
    cursor: str | None = None

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

    def read_on(self, node: FollowerNode) -> None:
        """The one reader goes on at this node until it has every entry, and is cut off."""
        with node.server.api.socket() as socket:
            operation = socket.subscribe(REPORTS, after=self.cursor)
            while len(self.read) < self.size:
                report = socket.next(operation, SECONDS)["tallyReports"]
                self.read.append(report["sequence"])
                self.cursor = report["cursor"]

    def sql(self, statements: str) -> None:
        """Behind everybody's back, at the origin."""
        off = "".join(f"ALTER TABLE {table} DISABLE TRIGGER {trigger};" for table, trigger in TABLES.items())
        self.origin.sql_script(off + statements)


@pytest.fixture(scope="module")
def outlets(databases: Databases, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Outlets]:
    night = Night(databases.fresh("template_small", _fill_small), "small").open()
    # A cut made while an entry stands rewritten would be refused for good; when one is due is the clock's affair.
    night.serve(TALLYWIRE_CUT_SECONDS="3600")
    with ExitStack() as stack:
        stack.callback(night.close)
        folders = [tmp_path_factory.mktemp("outlet") for _ in range(3)]
        nodes = [stack.enter_context(follower(databases, folder, night.url)) for folder in folders]
        yield Outlets(night, nodes)


def test_readers_of_each_hold_the_same_by_the_same_cursors(outlets: Outlets) -> None:
    outlets.report(10)
    results = outlets.same_everywhere()
    assert max(result["stationsReporting"] for result in results["results"]) == 6


def test_a_reader_cut_off_one_follower_goes_on_at_another(outlets: Outlets) -> None:
    for node in outlets.nodes:
        outlets.read_on(node)
        outlets.report(3)
    outlets.read_on(outlets.nodes[0])
    assert outlets.read == [*range(1, outlets.size + 1)]


def test_an_origin_that_was_killed_loses_nothing(outlets: Outlets) -> None:
    before = outlets.same_everywhere()
    (server,) = outlets.origin.servers
    server.kill()
    for node in outlets.nodes:
        away = node.state("small", "AWAY")
        assert away["verifiedAt"] and away["reason"] and away["size"] == outlets.size
        assert "cannot be reached" in node.following("small")["notice"]
        assert node.ready().status_code == 200
        assert node.server.api(RESULTS, election="small") == before
    server.start()
    outlets.report(4)
    outlets.same_everywhere()
    outlets.read_on(outlets.nodes[1])
    assert outlets.read == [*range(1, outlets.size + 1)]


def test_a_follower_that_was_killed_goes_on_from_its_own_copy(outlets: Outlets) -> None:
    node = outlets.nodes[2]
    node.server.kill()
    outlets.report(2)
    node.start()
    outlets.same_everywhere()


def test_an_origin_that_rewrites_an_entry_is_refused_by_all_three(outlets: Outlets) -> None:
    before = outlets.same_everywhere()
    outlets.sql("UPDATE log_entry SET tally = jsonb_set(tally, '{votes,0}', '99') WHERE sequence = 5;")
    for node in outlets.nodes:
        refused = node.state("small", "REFUSED")
        assert "entry 5, small/a-" in refused["reason"] or "entry 5, small/b-" in refused["reason"]
        assert node.ready().status_code == 503
        assert "does not verify" in node.following("small")["notice"]
        assert node.server.api(RESULTS, election="small") == before


def test_what_was_put_right_again_is_followed_again(outlets: Outlets) -> None:
    outlets.sql("UPDATE log_entry SET tally = jsonb_set(tally, '{votes,0}', '5') WHERE sequence = 5;")
    outlets.report(1)
    outlets.same_everywhere()
    assert [node.ready().status_code for node in outlets.nodes] == [200, 200, 200]


def test_an_origin_that_signs_another_story_is_refused_for_good_with_both_heads(outlets: Outlets) -> None:
    before = outlets.same_everywhere()
    (server,) = outlets.origin.servers
    server.stop()
    outlets.sql(
        "UPDATE log_entry SET tally = jsonb_set(tally, '{votes,0}', '99') WHERE sequence = 5;"
        "DELETE FROM ledger_head; DELETE FROM ledger_tile; DELETE FROM ledger_bundle; UPDATE ledger SET size = 0;"
    )
    server.start()
    for node in outlets.nodes:
        wait_until(lambda node=node: len(node.following("small")["following"]["heads"]) == 2, SECONDS, "both heads")
        refused = node.following("small")["following"]
        assert "two logs" in refused["reason"]
        ours, theirs = refused["heads"]
        assert ours != theirs and ours.split("\n")[0] == theirs.split("\n")[0]
        assert node.server.api(RESULTS, election="small") == before
    again = outlets.nodes[0]
    again.server.stop()
    again.start()
    assert len(again.state("small", "REFUSED")["heads"]) == 2
    assert again.server.api(RESULTS, election="small") == before


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
