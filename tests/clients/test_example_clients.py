"""examples/: each shows live results of a served election, is cut off in the middle, and goes on from where it was."""

import functools
import http.server
import json
import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import expect, sync_playwright

from counting.vocabulary import Role
from tests.clients.cutter import Cutter
from tests.clients.test_real_clients import GQL, NPM, ROOT
from tests.conftest import Night
from tests.served import Api, wait_until
from tests.web.conftest import FLAGS

EXAMPLES = ROOT / "examples"
# Clients wait for a time at random before they come back, so that thousands do not come at once; these are few.
SOON = "data:text/javascript,const random = Math.random; Math.random = () => random() / 10"
SUBMIT = "mutation Send($input: SubmitTallyInput!) { submitTally(input: $input) { __typename } }"


class Count:
    """Counts at one station rise from one report to the next."""

    def __init__(self, night: Night) -> None:
        self._api: Api = night.api.as_(night.token(Role.EDITOR))
        self.votes = 0

    def report(self) -> list[int]:
        """The numbers of the new report: candidates 1, 2 and 3."""
        self.votes += 1
        rows = [{"candidateId": f"small/mayor/{number}", "votes": self.votes * number} for number in (1, 2, 3)]
        sent = {
            "clientTallyId": f"example-{self.votes}",
            "stationId": "small/b-3",
            "contestId": "small/mayor",
            "coverage": "PARTIAL",
            "votes": rows,
        }
        assert self._api(SUBMIT, input=sent)["submitTally"]["__typename"] == "TallyAccepted"
        return [self.votes * number for number in (1, 2, 3)]


class Outlet:
    """One example at work. What it prints is read as it comes."""

    def __init__(self, command: list[str], folder: Path) -> None:
        self._process = subprocess.Popen(
            command, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True
        )
        self.lines: list[str] = []
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            self.lines.append(line.strip())

    def city(self) -> list[tuple[str, list[int]]]:
        """What it was told of the mayor in the city: kind and votes, most first."""
        return [told for line in list(self.lines) for told in _told(line)]

    def close(self) -> None:
        os.killpg(self._process.pid, 9)
        self._process.wait()


def _told(line: str) -> Iterator[tuple[str, list[int]]]:
    """Of one line, which curl prints as JSON and the others as words."""
    if line.startswith("{"):
        update = json.loads(line)["data"]["resultUpdates"]
        for result in update["results"]:
            if (result["contest"]["id"], result["area"]["id"]) == ("small/mayor", "small/city"):
                yield update["kind"], [row["votes"] for row in result["rows"]]
        return
    kind, contest, area, _stations, *votes = line.split()
    if (contest, area) == ("small/mayor", "small/city"):
        yield kind, list(map(int, votes))


class Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_arguments: object) -> None: ...


@pytest.fixture(scope="module")
def count(served: Night) -> Count:
    return Count(served)


@pytest.fixture(scope="module")
def cutter(served: Night) -> Iterator[Cutter]:
    cutter = Cutter(served.servers[0].port)
    yield cutter
    cutter.close()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An outlet's: the examples, and what npm put beside them."""
    folder = tmp_path_factory.mktemp("outlet")
    for example in EXAMPLES.iterdir():
        if example.is_file():
            shutil.copy(example, folder)
    if (NPM / "node_modules").is_dir():
        (folder / "node_modules").symlink_to(NPM / "node_modules")
        shutil.copy(NPM / "node_modules" / "graphql-ws" / "umd" / "graphql-ws.min.js", folder)
    return folder


def _command(example: str) -> list[str]:
    if example.endswith(".mjs"):
        if not (NPM / "node_modules" / "@urql").is_dir():
            pytest.skip("the clients from npm are not set up here: .ci/clients")
        node = ROOT / ".venv" / "node" / "bin" / "node"
        return [str(node) if node.is_file() else "node", "--import", SOON, example]
    if example == "live_gql.py":
        if not GQL.is_file():
            pytest.skip("gql is not set up here: .ci/clients")
        return [str(GQL), example]
    return ["bash", example] if example.endswith(".sh") else [sys.executable, example]


def test_live_results_are_shown_and_go_on_after_a_cut(count: Count, cutter: Cutter, folder: Path) -> None:
    names = ("apollo.mjs", "urql.mjs", "live_gql.py", "live_typed.py", "live.sh")
    outlets = {name: Outlet([*_command(name), cutter.url, "small"], folder) for name in names}
    try:
        for name, outlet in outlets.items():
            wait_until(outlet.city, 60, f"what {name} shows first")
        cutter.cut()
        first = sorted(count.report(), reverse=True)
        for name, outlet in outlets.items():
            wait_until(lambda outlet=outlet: outlet.city()[-1][1] == first, 60, f"what {name} missed")
        cutter.cut()
        second = sorted(count.report(), reverse=True)
        for name, outlet in outlets.items():
            wait_until(lambda outlet=outlet: outlet.city()[-1][1] == second, 60, f"what {name} missed then")
            # Gone on each time, not begun anew.
            assert [kind for kind, _ in outlet.city()].count("SNAPSHOT") == 1, name
    finally:
        for outlet in outlets.values():
            outlet.close()


def test_a_poller_goes_on_from_the_place_in_its_file(count: Count, served: Night, folder: Path, tmp_path: Path) -> None:
    def poll() -> list[int]:
        command = [sys.executable, str(folder / "poll.py"), served.url, "small", "0"]
        ran = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=60, check=True)
        return [int(line.split()[0]) for line in ran.stdout.splitlines()]

    count.report()
    first = poll()
    assert first == list(range(1, len(first) + 1))
    assert poll() == []
    count.report()
    assert poll() == [len(first) + 1]


@pytest.mark.browser
@pytest.mark.parametrize("name", ["live.html", "live_sse.html"])
def test_a_page_of_one_s_own_shows_what_changes(count: Count, cutter: Cutter, folder: Path, name: str) -> None:
    if not (folder / "graphql-ws.min.js").exists():
        pytest.skip("the clients from npm are not set up here: .ci/clients")
    count.report()
    handler = functools.partial(Quiet, directory=folder)
    site = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=site.serve_forever, daemon=True).start()
    executable = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
    votes = count.votes
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable, args=list(FLAGS))
        page = browser.new_page()
        address = f"http://127.0.0.1:{site.server_port}/{name}"
        page.goto(f"{address}?server={cutter.url}&contest=small/mayor&area=small/city")
        expect(page.locator("#rows li").first).to_have_text(f"สุดา ใจดี: {3 * votes}", timeout=60_000)
        expect(page.locator("#progress")).to_have_text("1 of 6 stations")
        cutter.cut()
        count.report()
        expect(page.locator("#rows li").first).to_have_text(f"สุดา ใจดี: {3 * votes + 3}", timeout=60_000)
        browser.close()
    site.shutdown()
    site.server_close()
