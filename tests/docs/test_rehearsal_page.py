"""docs/rehearsal.md is done as it stands, from the import of a rehearsal to the replay of its night."""

import json
import os
import re
import shlex
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner

from tallywire.cli import build_cli
from tests import warm_start
from tests.conftest import Databases, Night
from tests.gql.conftest import SERVED, _nothing
from tests.served import Api, wait_until

pytestmark = pytest.mark.usefixtures("durable")
ROOT = Path(__file__).parent.parent.parent
PAGE = (ROOT / "docs" / "rehearsal.md").read_text()
BLOCKS = re.findall(r"^```sh\n(.*?)^```", PAGE, re.DOTALL | re.MULTILINE)
ID = "meridia-2019-rehearsal"
# The whole night is played by bench.night; here a part of it, as fast as it goes.
SHORTER = {"simulate": "--speed 0 --finals-only --stations 6", "replay": "--speed 0"}
STANDING = (
    "query R($e: ID!) { results(electionId: $e) { stationsFinal ballotsCast } election(id: $e) { isTest phase } }"
)


class Rehearsed:
    """The blocks in their order, in one folder; tallywire's commands inside this process, as starts take long."""

    def __init__(self, night: Night, folder: Path, patch: pytest.MonkeyPatch) -> None:
        self.night = night
        self.folder = folder
        self._patch = patch

    def run(self, script: str) -> str:
        """What it printed."""
        moved = script.replace("8010", "0").replace("http://127.0.0.1:8000", self.night.url)
        moved = moved.replace("data/meridia2019", shlex.quote(str(ROOT / "data" / "meridia2019")))
        return "".join(self._line(line) for line in moved.splitlines())

    def _line(self, line: str) -> str:
        exported = re.fullmatch(r"export (\w+)=\$\((tallywire .*)\)", line)
        if exported is not None:
            self._patch.setenv(exported[1], self._told(exported[2]).strip())
            return ""
        words = shlex.split(line)
        if words[0] != "tallywire":
            return subprocess.run(["bash", "-euc", line], capture_output=True, text=True, timeout=60, check=True).stdout
        return self._told(line, both=True)

    def _told(self, line: str, *, both: bool = False) -> str:
        """What a command of tallywire's printed; `both`: errors and progress too."""
        words = shlex.split(line)
        words = shlex.split(line.replace("--speed 60", SHORTER[words[1]])) if words[1] in SHORTER else words
        if words[1] == "replay":
            return self._served(words)
        done = CliRunner().invoke(build_cli(words[1]), words[1:])
        assert done.exit_code == 0, f"{line}\n{done.output}"
        return done.output if both else done.stdout

    def _served(self, words: list[str]) -> str:
        """What serves is a process of its own, as it ends itself; it brings its own PostgreSQL."""
        environment = {name: value for name, value in os.environ.items() if name != "TALLYWIRE_DATABASE_URL"}
        command = [f"{warm_start.path()}/tallywire", *words[1:]]
        done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=120, check=False)
        assert done.returncode == 0, done.stderr
        return done.stdout + done.stderr


@pytest.fixture
def rehearsed(databases: Databases, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Rehearsed]:
    night = Night(databases.fresh("template_empty", _nothing), ID)
    night.serve("--data-dir", str(tmp_path / "data"), TALLYWIRE_LEDGER_SEAL_SECONDS="0.3", TALLYWIRE_CUT_SECONDS="1")
    for name, value in {
        "TALLYWIRE_DATA_DIR": str(tmp_path / "data"),
        "TALLYWIRE_DATABASE_URL": night.database_url,
        "XDG_STATE_HOME": str(tmp_path / "state"),
    }.items():
        monkeypatch.setenv(name, value)
    monkeypatch.chdir(tmp_path)
    yield Rehearsed(night, tmp_path, monkeypatch)
    night.close()


def test_a_rehearsal_from_its_import_to_its_replay(rehearsed: Rehearsed) -> None:
    loading, *further = BLOCKS
    assert ID in rehearsed.run(loading)
    api = Api(rehearsed.night.url)
    wait_until(lambda: (api(SERVED, id=ID)["election"] or {}).get("phase") == "VOTING", what="its being served")
    looked, zero, simulated, ended, saved, replayed = (rehearsed.run(block) for block in further)
    assert f"{ID}, a rehearsal: VOTING, 23 contests" in looked and looked.count(": 0 fail") == 2
    report = json.loads((rehearsed.folder / "zero-report.json").read_text())
    assert report["sequence"] == 0 and report["isTest"] and "zero-report.json" in zero
    assert "All 29 results (338 numbers) equal the truth" in simulated, simulated
    assert f"{ID}: sound" in ended and "(a test)" in ended
    lines = (rehearsed.folder / "night.ndjson").read_text().splitlines()
    assert f"{len(lines) - 2} entries replayed" in replayed and len(lines) > 10, saved
    told = api(STANDING, e=ID)
    assert told["election"] == {"isTest": True, "phase": "CLOSED"}
    assert sum(result["stationsFinal"] for result in told["results"]) > 6
