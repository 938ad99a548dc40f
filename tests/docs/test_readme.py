"""The README is run: every query against the Bangkok night, every command in a shell."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from graphql import OperationDefinitionNode, parse

from counting.vocabulary import Role
from tests.conftest import Night

ROOT = Path(__file__).parent.parent.parent
README = (ROOT / "README.md").read_text()
STATION = "100101-001"


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", README, re.DOTALL | re.MULTILINE)


def tally(night: Night) -> dict[str, object]:
    """A sheet of the first station as its true count has it, cut down to one vote for each."""
    return {
        "clientTallyId": "readme",
        "stationId": night.id(STATION),
        "contestId": night.id("governor"),
        "coverage": "PARTIAL",
        "votes": [{"candidateId": night.id(f"governor/{number}"), "votes": 1} for number in range(1, 32)],
    }


@pytest.mark.parametrize("document", blocks("graphql"), ids=lambda text: text.split()[1].split("(")[0])
def test_each_graphql_block_answers_without_an_error(bangkok_served: Night, document: str) -> None:
    (operation,) = parse(document).definitions
    assert isinstance(operation, OperationDefinitionNode)
    api = bangkok_served.api.as_(bangkok_served.token(Role.VOLUNTEER, STATION))
    if operation.operation.value == "subscription":
        with api.socket() as socket:
            update = socket.next(socket.subscribe(document))["resultUpdates"]
        assert update["kind"] == "SNAPSHOT" and len(update["results"]) == 50
    elif operation.operation.value == "mutation":
        assert api(document, input=tally(bangkok_served))["submitTally"]["tally"]["revision"] == 1
    else:
        assert api(document)["result"]["stationsTotal"] == 6_817


@pytest.mark.parametrize("script", blocks("sh"), ids=lambda text: text.split()[0] + str(len(text)))
def test_each_shell_block_runs_as_it_stands(bangkok_served: Night, tmp_path: Path, script: str) -> None:
    environment = {
        **os.environ,
        "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
        "TALLYWIRE_DATA_DIR": str(tmp_path / "data"),
    }
    moved = script.replace("http://127.0.0.1:8000", bangkok_served.url)
    ran = subprocess.run(
        ["bash", "-euc", moved], cwd=ROOT, env=environment, capture_output=True, text=True, timeout=120, check=False
    )
    assert ran.returncode == 0, ran.stderr
    if "event-stream" in script:
        assert "event: next" in ran.stdout and '"SNAPSHOT"' in ran.stdout
    elif "curl" in script:
        assert '"stationsFinal":0' in ran.stdout
    elif "verify" in script:
        assert ran.stdout.startswith("OK: ") and "6,817 stations" in ran.stdout
    else:
        assert "bkk-2022: sound. 0 entries" in ran.stdout


def test_files_that_the_readme_points_at_are_there() -> None:
    links = [link for link in re.findall(r"\]\(([^)#]+)\)", README) if not link.startswith("http")]
    assert links and [link for link in links if not (ROOT / link).exists()] == []
