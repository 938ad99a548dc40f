"""A rehearsal says so everywhere; recorded nights are played into nothing else."""

import asyncio
import csv
import gzip
import io
import json
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
from click.testing import Result
from typer.testing import CliRunner

from counting.vocabulary import ElectionPhase, Role
from db.load import load_election
from db.phases import set_phase
from ledger.checkpoint import parse_head
from ledger.cut_line import cut_line_of
from ledger.note import parse_note
from tallywire.cli import build_cli
from tests.conftest import Databases, Night
from tests.elections import small_election
from tests.served import Api, wait_until
from tests.tallywire.ledger_case import ENTRIES, Case, played

MARKED = """
query Marked($e: ID!) {
  election(id: $e) { isTest }
  feed(electionId: $e, first: 1) { reports { isTest } }
  cuts(electionId: $e, first: 1) { isTest number }
}
"""
UPDATES = "subscription U($e: ID!) { resultUpdates(electionId: $e) { isTest kind } }"
RESULTS = """
query Results($e: ID!) {
  results(electionId: $e) {
    area { level } stationsReporting stationsFinal stationsDisputed ballotsCast
    rows { candidate { ballotNumber } votes }
  }
}
"""
REPORTS = "query F($e: ID!) { feed(electionId: $e) { reports { kind isTest reason tally { votes { votes } } } } }"


def tallywire(*arguments: object) -> Result:
    return CliRunner().invoke(build_cli(str(arguments[0])), [str(one) for one in arguments])


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("rehearsal")


@pytest.fixture(scope="module")
def both(databases: Databases, folder: Path) -> Iterator[Night]:
    """Served together: a rehearsal `drill` with a night behind it, and `small`, which is real."""

    async def fill(connection: Any) -> None:
        for election in (small_election("drill", is_test=True), small_election()):
            await load_election(connection, election, "small")
            for phase in (ElectionPhase.VOTING, ElectionPhase.COUNTING):
                await set_phase(connection, election.id, phase)

    night = Night(databases.fresh("template_rehearsal", fill), "drill")
    night.serve("--data-dir", str(folder), TALLYWIRE_LEDGER_SEAL_SECONDS="0.2", TALLYWIRE_CUT_SECONDS="0.2")
    # Cuts follow each other here faster than heads may: the first report waits until cut 0 is signed.
    wait_until(lambda: _signed_zero_reports(night), 60, "a head that names cut 0")
    played(night, folder)
    other = Night(night.database_url, "small")
    other.servers = night.servers
    played(other, folder)
    for election in ("drill", "small"):
        asked = {"e": election}
        wait_until(lambda asked=asked: night.api(MARKED, **asked)["cuts"], 60, "a cut")
    yield night
    night.close()


def _signed_zero_reports(night: Night) -> set[str]:
    """The digests of cut 0 that heads of `drill` name."""
    notes = [head["note"] for head in night.sql("SELECT note FROM ledger_head WHERE election_id = 'drill'")]
    lines = [cut_line_of(parse_head(parse_note(note)).extensions) for note in notes]
    return {line.results_sha256 for line in lines if line and line.number == 0}


@pytest.mark.parametrize(("election", "is_test"), [("drill", True), ("small", False)])
def test_a_rehearsal_is_marked_wherever_its_numbers_go(both: Night, folder: Path, election: str, is_test: bool) -> None:
    told = both.api(MARKED, e=election)
    assert told["election"]["isTest"] is told["feed"]["reports"][0]["isTest"] is told["cuts"][0]["isTest"] is is_test
    with both.api.socket() as socket:
        assert socket.next(socket.subscribe(UPDATES, e=election))["resultUpdates"]["isTest"] is is_test
    latest = httpx.get(f"{both.url}/results/{election}/latest.json").json()
    results = httpx.get(f"{both.url}/results/{election}/cuts/0.json").json()
    assert latest["isTest"] is results["isTest"] is is_test
    table = httpx.get(f"{both.url}/results/{election}/cuts/0.csv").text.lstrip("\ufeff")
    assert {row["isTest"] for row in csv.DictReader(io.StringIO(table))} == {"true" if is_test else "false"}
    definition = httpx.get(f"{both.url}/log/{election}/definition.json").json()
    entries = httpx.get(f"{both.url}/log/{election}/tile/entries/000.p/{ENTRIES}").content
    assert definition["isTest"] is is_test
    assert entries.count(b'"isTest":true' if is_test else b'"isTest":false') == ENTRIES
    # The table that browsers without JavaScript show; the card of links has the same notices.
    assert ("การซ้อม ไม่ใช่ผลจริง" in httpx.get(f"{both.url}/?election={election}").text) is is_test
    verified = tallywire("verify", both.url, "--election", election, "--state", folder / f"{election}.json")
    assert verified.exit_code == 0 and ("(a test)" in verified.output) is is_test
    sheet = folder / f"codes-{election}.html"
    where = ("--data-dir", folder, "--database-url", both.database_url)
    assert tallywire("enrolment-codes", "-o", sheet, "--election", election, *where).exit_code == 0
    assert ("ซ้อม · " in sheet.read_text()) is is_test


def test_cut_0_is_the_zero_report_and_is_signed(both: Night) -> None:
    zero = httpx.get(f"{both.url}/results/drill/cuts/0.json").json()
    assert (zero["sequence"], zero["phase"]) == (0, "COUNTING")
    text = json.dumps(zero["results"])
    counted = [int(number) for number in re.findall(r'"(?:votes|stationsReporting|stationsFinal)": (\d+)', text)]
    assert len(counted) >= 8 and set(counted) == {0}
    (row,) = both.sql("SELECT results_sha256, results FROM cut WHERE election_id = 'drill' AND number = 0")
    assert row["results_sha256"] in _signed_zero_reports(both)
    assert json.loads(gzip.decompress(row["results"])) == zero


def test_a_simulation_adds_nothing_to_tallies_that_stand(both: Night, tmp_path: Path) -> None:
    from tests.data.bkk2022_folder import FOLDER

    token = both.token(Role.OPERATOR)
    given = ("simulate", "--url", both.url, "--token", token, "--package", FOLDER, "--election", "small")
    done = tallywire(*given)
    assert done.exit_code == 2 and "has tallies that are not of this simulation" in done.output


def _standing(api: Api, election: str) -> list[dict[str, Any]]:
    results: list[dict[str, Any]] = api(RESULTS, e=election)["results"]
    return results


@pytest.fixture(scope="module")
def recorded(both: Night, folder: Path) -> dict[str, str]:
    """The real night of `small`, in each form that can be replayed."""
    where = ("--data-dir", folder, "--database-url", both.database_url)
    file, copy, whole = folder / "night.ndjson", folder / "copy", folder / "whole"
    assert tallywire("rules", "--save", file, "--election", "small", *where).exit_code == 0
    state = ("--state", folder / "copied.json")
    assert tallywire("verify", both.url, "--election", "small", "--save", copy, *state).exit_code == 0
    assert tallywire("export", "--all", whole, *where).exit_code == 0
    return {"file": str(file), "copy": str(copy), "export": str(whole), "address": both.url}


@pytest.mark.parametrize("form", ["file", "copy", "export", "address"])
def test_a_recorded_night_is_played_into_a_rehearsal(
    both: Night, recorded: dict[str, str], folder: Path, form: str
) -> None:
    drill = f"again-{form}"

    async def load() -> None:
        import asyncpg

        from db.database import use_json

        connection = await asyncpg.connect(both.database_url)
        await use_json(connection)
        election = replace(small_election(drill), is_test=True)
        await load_election(connection, election, f"replay:{form}")
        await connection.close()

    asyncio.run(load())
    where = ("--data-dir", folder, "--database-url", both.database_url)
    given = ("--into", drill, "--election", "small", "--speed", "0")
    done = tallywire("replay", recorded[form], *given, *where)
    assert done.exit_code == 0, done.output
    assert f"{drill}: {ENTRIES} entries replayed" in done.output
    wait_until(
        lambda: (
            (found := both.api("query E($e: ID!) { election(id: $e) { lastReportAt } }", e=drill)["election"])
            and found["lastReportAt"]
        ),
        30,
        "the rehearsal being served",
    )
    wait_until(lambda: len(both.api(REPORTS, e=drill)["feed"]["reports"]) == ENTRIES, 30, "all entries")
    assert _standing(both.api, drill) == _standing(both.api, "small")
    before, after = (both.api(REPORTS, e=one)["feed"]["reports"] for one in ("small", drill))
    assert [{**one, "isTest": True} for one in before] == after
    Case(replace_night(both, drill), folder, "").sealed(ENTRIES)
    verified = tallywire("verify", both.url, "--election", drill, "--state", folder / f"{drill}.json")
    assert verified.exit_code == 0, verified.output
    sound = tallywire("fsck", "--election", drill, *where)
    assert sound.exit_code == 0, sound.output
    again = tallywire("replay", recorded[form], *given, *where)
    assert again.exit_code == 2 and f"{drill} has {ENTRIES} entries already" in again.output


def replace_night(night: Night, election: str) -> Night:
    other = Night(night.database_url, election)
    other.servers = night.servers
    return other


def test_a_real_election_and_one_of_other_places_take_no_recorded_night(
    both: Night, recorded: dict[str, str], folder: Path
) -> None:
    where = ("--data-dir", folder, "--database-url", both.database_url)
    real = tallywire("replay", recorded["file"], "--into", "small", *where)
    assert real.exit_code == 2 and "small is no rehearsal" in real.output
    nothing = tallywire("replay", folder / "nothing.ndjson", "--into", "drill", *where)
    assert nothing.exit_code == 2 and "nothing.ndjson" in nothing.output


def test_a_server_of_its_own_plays_to_whoever_subscribes_and_goes_on_serving(
    recorded: dict[str, str], tmp_path: Path
) -> None:
    """In the order and at the pace of the night: a reader who was there from the first entry holds the same results."""
    command = (sys.executable, "-m", "tallywire.cli", "replay", recorded["file"], "--port", "0")
    given = ("--data-dir", str(tmp_path), "--speed", "1", "--original-times")
    process = subprocess.Popen((*command, *given), stdout=subprocess.PIPE, text=True, start_new_session=True)
    assert process.stdout is not None
    try:
        line = process.stdout.readline()
        found = re.search(r"http://127\.0\.0\.1:\d+", line)
        assert found is not None, line
        api = Api(found[0])
        with api.socket() as socket:
            operation = socket.subscribe(UPDATES, e="small")
            assert socket.next(operation)["resultUpdates"] == {"isTest": True, "kind": "SNAPSHOT"}
            assert "10 entries replayed" in process.stdout.readline()
        wait_until(lambda: len(api(REPORTS, e="small")["feed"]["reports"]) == ENTRIES, 30, "all entries")
        lines = Path(recorded["file"]).read_text().splitlines()[2:]
        recorded_at = [datetime.fromisoformat(json.loads(line)["recordedAt"]) for line in lines]
        told = api('{ election(id: "small") { isTest lastReportAt phase } }')["election"]
        assert told["isTest"] and told["phase"] == "COUNTING"
        # As moments: the one is told in the election's time zone, the other in UTC, and after 17:00 their days differ.
        assert datetime.fromisoformat(told["lastReportAt"]) == recorded_at[-1]
    finally:
        process.terminate()
        assert process.wait(30) == 0
