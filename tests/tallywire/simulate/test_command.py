import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import typer
import uvicorn
from typer.testing import CliRunner

from counting.election import Election, StationCount
from tallywire.package import PackageReading
from tallywire.simulate import command
from tallywire.simulate.command import simulate_command

from .fake_server import OPERATOR_TOKEN, FakeServer, free_port
from .synthetic import city

# The fake server has no editors.
NO_DOUBTS = ("--doubts", "0", "--photographs", "0")
app = typer.Typer()
app.command()(simulate_command)


@contextmanager
def _in_thread(fake: FakeServer) -> Iterator[str]:
    port = free_port()
    config = uvicorn.Config(fake.app(), host="127.0.0.1", port=port, log_level="critical", lifespan="off")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        thread.join(0.01)
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        server.should_exit = True
        thread.join()


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[Election, tuple[StationCount, ...]]:
    """A small election in place of what a folder would hold."""
    election, counts = city()
    monkeypatch.setattr(command, "check_playable", lambda folder, election, now: None)
    monkeypatch.setattr(command, "read_package", lambda folder: PackageReading(election, ()))
    monkeypatch.setattr(command, "read_station_counts", lambda folder, election: counts)
    return election, counts


@pytest.mark.parametrize(("steal", "code"), [(0, 0), (1, 1)])
def test_the_exit_code_says_whether_results_equal_the_truth(
    package: tuple[Election, tuple[StationCount, ...]], tmp_path: Path, steal: int, code: int
) -> None:
    path = tmp_path / "report.json"
    with _in_thread(FakeServer(package[0], steal=steal)) as url:
        done = CliRunner().invoke(
            app,
            ["--url", url, "--package", str(tmp_path), "--speed", "0", "--report", str(path), *NO_DOUBTS],
            env={"TALLYWIRE_TOKEN": OPERATOR_TOKEN},
        )
    assert done.exit_code == code, done.output
    report = json.loads(path.read_bytes())
    assert report["equal"] is (steal == 0)
    assert len(report["differing"]) == steal
    assert "8/8 stations final" in done.stderr
    assert ("equal the truth" if steal == 0 else "1 of") in done.stdout


def test_bad_input_ends_with_two_and_one_line(
    package: tuple[Election, tuple[StationCount, ...]], tmp_path: Path
) -> None:
    with _in_thread(FakeServer(package[0])) as url:
        done = CliRunner().invoke(app, ["--url", url, "--package", str(tmp_path), "--token", "wrong"])
    assert done.exit_code == 2
    assert "UNAUTHENTICATED" in done.stderr.splitlines()[-1]


def test_no_token_and_no_package_are_bad_input(tmp_path: Path) -> None:
    no_token = CliRunner().invoke(app, ["--package", str(tmp_path)], env={"TALLYWIRE_TOKEN": ""})
    no_package = CliRunner().invoke(app, ["--package", str(tmp_path / "gone"), "--token", "t"])
    assert (no_token.exit_code, no_package.exit_code) == (2, 2)
    assert "TALLYWIRE_TOKEN" in no_token.stderr
    assert "no such folder" in no_package.stderr


def test_so_many_stations_are_played_each_count_once(
    package: tuple[Election, tuple[StationCount, ...]], tmp_path: Path
) -> None:
    path = tmp_path / "report.json"
    with _in_thread(FakeServer(package[0])) as url:
        done = CliRunner().invoke(
            app,
            [
                *("--url", url, "--package", str(tmp_path), "--speed", "0", "--report", str(path), *NO_DOUBTS),
                *("--stations", "3", "--finals-only"),
            ],
            env={"TALLYWIRE_TOKEN": OPERATOR_TOKEN},
        )
    report = json.loads(path.read_bytes())
    assert "3/3 stations final" in done.stderr
    assert report["accepted"] == 6
    # The others are silent, and so no result of an area is complete.
    assert done.exit_code == 1 or report["equal"]
