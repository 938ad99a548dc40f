"""The clients that outlets use, as they come from npm and PyPI: cut, left without a server, and exact in the end.

One night for all of them: their lines are reset in the middle of it, then both workers and the bell under them go away.
"""

import json
import random
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from counting.vocabulary import Role
from feed.position import decode
from tests.clients.cutter import Cutter
from tests.conftest import Databases, Night, _fill_small
from tests.reader_checks import ENTRY, Published, ReportCheck, ResultCheck
from tests.redis_server import redis_or_skip
from tests.served import wait_until
from tests.tallywire.test_resume import SUBMIT, _partials

ROOT = Path(__file__).parent.parent.parent
NPM = Path(__file__).parent / "npm"
GQL = ROOT / ".venv" / "gql-client" / "bin" / "python"
CLIENTS = ("graphql-ws", "graphql-sse", "apollo", "apollo-http", "gql")
SECONDS = 60
Told = tuple[dict[str, dict[str, Any]], dict[str, Any], ReportCheck]
RESULTS = """
query Results {
  election(id: "small") { cursor }
  results(electionId: "small") {
    contest { id } area { id } cursor stationsReporting ballotsCast rows { candidate { id } votes }
  }
}
"""


def _command(client: str, url: str) -> list[str]:
    if client == "gql":
        if not GQL.is_file():
            pytest.skip("gql is not set up here: .ci/clients")
        return [str(GQL), str(Path(__file__).parent / "gql_client.py"), url]
    if not (NPM / "node_modules").is_dir():
        pytest.skip("the clients from npm are not set up here: .ci/clients")
    node = ROOT / ".venv" / "node" / "bin" / "node"
    return [str(node) if node.is_file() else "node", str(NPM / f"{client}.mjs"), url]


class Outlet:
    """One client in a process of its own."""

    def __init__(self, client: str, url: str) -> None:
        pipe = subprocess.PIPE
        self.process = subprocess.Popen(_command(client, f"{url}/graphql"), stdin=pipe, stdout=pipe, text=True)

    def says(self, line: str) -> bool:
        """Its next line; one that says nothing is ended, and has said something else."""
        assert self.process.stdout is not None
        patience = threading.Timer(SECONDS, self.process.kill)
        patience.start()
        said = self.process.stdout.readline().strip()
        patience.cancel()
        return said == line

    def end(self, cursor: str) -> dict[str, Any]:
        """What it holds once it has come so far."""
        answer, _ = self.process.communicate(f"{cursor}\n", timeout=SECONDS)
        told: dict[str, Any] = json.loads(answer.splitlines()[-1])
        return told


@pytest.fixture(scope="module")
def told(databases: Databases) -> Iterator[Told]:
    """What each client held at the end of the night, what the board did, and the entries of the log."""
    night, redis = Night(databases.fresh("template_small", _fill_small), "small").open(), None
    environment = {"TALLYWIRE_HEARTBEAT_SECONDS": "0.5"}
    try:
        redis = redis_or_skip().start()
        environment["TALLYWIRE_BROADCAST_URL"] = redis.url
    except pytest.skip.Exception:
        # Then the bell is PostgreSQL's, as it is by default.
        redis = None
    server = night.serve("--workers", "2", **environment)
    cutter, outlets = Cutter(server.port), {}
    try:
        outlets = {client: Outlet(client, cutter.url) for client in CLIENTS}
        assert all(outlet.says("ready") for outlet in outlets.values())
        token, rng = night.token(Role.EDITOR), random.Random(7)
        api = night.api.as_(token)
        for number in range(1, 4):
            api(SUBMIT, inputs=_partials(rng, number))
        assert cutter.cut() >= 2 * len(CLIENTS)
        assert all(outlet.says("back") for outlet in outlets.values())
        api(SUBMIT, inputs=_partials(rng, 4))
        if redis is not None:
            redis.kill()
        server.stop()
        server.start()
        assert all(outlet.says("back") for outlet in outlets.values())
        for number in range(5, 8):
            api(SUBMIT, inputs=_partials(rng, number))
        head = night.sql("SELECT sequence FROM log_head")[0]["sequence"]
        board = wait_until(lambda: _board_at(night, head), SECONDS, "the last entry on the board")
        ends = {client: outlet.end(board["election"]["cursor"]) for client, outlet in outlets.items()}
        yield ends, board, _entries(night)
    finally:
        for outlet in outlets.values():
            outlet.process.kill()
            outlet.process.wait()
        cutter.close()
        night.close()
        if redis is not None:
            redis.kill()


def _board_at(night: Night, sequence: int) -> dict[str, Any] | None:
    board = night.api(RESULTS)
    return board if decode(board["election"]["cursor"]).sequence >= sequence else None


def _entries(night: Night) -> ReportCheck:
    check = ReportCheck("feed")
    for report in night.api(f'{{ feed(electionId: "small") {{ reports {{ {ENTRY} }} }} }}')["feed"]["reports"]:
        check.take(report, False)
    return check


@pytest.mark.parametrize("client", CLIENTS)
def test_a_client_that_was_cut_comes_back_and_ends_with_the_board(client: str, told: Told) -> None:
    ends, board, _ = told
    held = ends[client]
    assert held["resumed"] >= 2
    # Each time it went on from where it was: nothing was sent to it anew.
    assert held["resets"] == 0
    assert held["after"] == board["election"]["cursor"]
    assert _plain(held["held"]) == {
        f"{result['contest']['id']} {result['area']['id']}": result for result in board["results"]
    }


@pytest.mark.parametrize("client", CLIENTS)
def test_what_a_client_was_told_has_no_hole_and_nothing_twice(client: str, told: Told) -> None:
    ends, board, entries = told
    check = ResultCheck(client)
    for update in _plain(ends[client]["updates"]):
        check.take(update, update["first"])
    check.hold_against(entries.touched)
    results = {(one["contest"]["id"], one["area"]["id"]): one for one in board["results"]}
    assert (check.faults, check.other(Published(results, "COUNTING"))) == ([], None)
    assert [update["first"] for update in ends[client]["updates"]].count(True) >= 3


def _plain(held: Any) -> Any:
    """Without the `__typename` that Apollo asks for everywhere."""
    if isinstance(held, dict):
        return {name: _plain(value) for name, value in held.items() if name != "__typename"}
    return [_plain(value) for value in held] if isinstance(held, list) else held
