"""Exports of a small election: odd names in spreadsheets, unknown numbers, rights, and memory as pages go by."""

import asyncio
import csv
import io
import sys
import tracemalloc
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import asyncpg
import httpx
import pytest
from typer.testing import CliRunner

from counting.election import Text
from counting.tally import Numbers
from counting.vocabulary import ElectionPhase, Role, TallyCoverage
from db.database import Database
from db.definitions import ElectionDefinition, read_definition
from db.load import load_election
from db.station_counts import PAGE, StationCounted, StationPlace
from feed.board import Board
from tallywire.cli import build_cli
from tallywire.formats import parquet
from tallywire.formats.catalogue import FORMATS, Format
from tallywire.formats.picture import Picture
from tests.conftest import Databases, Night, _fill_small
from tests.elections import small_election
from tests.gql.documents import accepted, sheet
from tests.served import wait_until

PATIENCE = 60
ODD = ('=HYPERLINK("http://evil.example")', "+1-2", "@SUM(A1)", "-1", "\tสมชาย", "＝สมหญิง", 'มาลี, "ก"')


async def _fill_odd(connection: asyncpg.Connection) -> None:
    election = small_election()
    named = [
        replace(one, name=Text(ODD[n % len(ODD)]), party=Text(ODD[(n + 1) % len(ODD)]))
        for n, one in enumerate(election.candidates)
    ]
    areas = tuple(replace(one, name=Text(f"={one.code}")) for one in election.areas)
    await load_election(connection, replace(election, candidates=tuple(named), areas=areas), "odd")


@pytest.fixture(scope="module")
def odd(databases: Databases) -> Any:
    """A PARTIAL that leaves a number out, at one station."""
    night = Night(databases.fresh("template_odd", _fill_odd), "small").open()
    night.serve(TALLYWIRE_CUT_SECONDS="0.2", TALLYWIRE_LEDGER_SEAL_SECONDS="0.2")
    volunteer = night.api.as_(night.token(Role.VOLUNTEER, "a-1"))
    accepted(volunteer, {**sheet(night, "a-1", [1, 2, None]), "coverage": "PARTIAL", "ballotsCast": None})
    wait_until(lambda: _get(night, "latest.json").json()["sequence"] == 1, PATIENCE, "a cut of it")
    yield night
    night.close()


def _get(night: Night, path: str, **headers: str) -> httpx.Response:
    return httpx.get(f"{night.url}/results/small/{path}", headers=headers, timeout=PATIENCE)


def _rows(night: Night, path: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(_get(night, path).content.decode("utf-8-sig"))))


def test_no_cell_is_a_formula_and_none_is_lost(odd: Night) -> None:
    number = _get(odd, "latest.json").json()["cut"]
    for path in ("latest/stations.csv", "latest/wide.csv?contest=mayor", f"cuts/{number}.csv"):
        rows = _rows(odd, path)
        cells = [cell for row in rows for cell in (*row, *row.values())]
        assert rows and not [cell for cell in cells if cell.startswith(("=", "+", "@", "\t", "＝")) or cell == "-1"]
        assert any(cell in ("'=a", "'=city") for cell in cells)
    names = {row["candidate"] for row in _rows(odd, "latest/stations.csv")}
    assert names == {f"'{name}" if name[0] in "=+-@\t＝" else name for name in ODD}


def test_a_number_that_is_not_known_is_no_zero(odd: Night) -> None:
    rows = [row for row in _rows(odd, "latest/stations.csv?contest=mayor") if row["precinct"] == "a-1"]
    assert [row["votes"] for row in rows] == ["1", "2", ""]
    assert {row["state"] for row in rows} == {"PARTIAL"}
    report = _get(odd, "latest/cdf.json?contest=mayor").json()
    (contest,) = report["Election"][0]["Contest"]
    units = [[one["GpUnitId"] for one in selection["VoteCounts"]] for selection in contest["ContestSelection"]]
    assert ["station:small/a-1" in ids for ids in units] == [True, True, False]


def test_an_earlier_cut_has_the_numbers_of_its_time(odd: Night) -> None:
    zero = _rows(odd, "cuts/0/stations.csv")
    assert {row["state"] for row in zero} == {"SILENT"} and {row["votes"] for row in zero} == {""}
    assert {row["cut"] for row in zero} == {"0"}
    assert _get(odd, "cuts/0/cdf.json").json()["Status"] == "unofficial-partial"


def test_an_area_is_it_and_all_inside_it(odd: Night) -> None:
    assert {row["precinct"][0] for row in _rows(odd, "latest/stations.csv?area=b")} == {"b"}
    assert [row["area"] for row in _rows(odd, "latest/wide.csv?contest=mayor&area=a")] == ["a"]
    assert [row["area"] for row in _rows(odd, "latest/wide.csv?contest=mayor&level=city")] == ["city"]


def test_without_pyarrow_parquet_says_what_to_install(
    odd: Night, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    into = tmp_path / "stations.parquet"
    arguments = ["export", "--format", "parquet", str(into), "--database-url", odd.database_url]
    ended = CliRunner().invoke(build_cli("export"), arguments)
    assert ended.exit_code == 2 and "pip install 'tallywire[parquet]'" in ended.output and not into.exists()


def test_before_counting_there_is_nothing_and_with_tokens_alone_a_token_is_needed(small: Night) -> None:
    small.phase(ElectionPhase.VOTING)
    small.serve(TALLYWIRE_READERS_NEED_TOKEN="true")
    token = {"Authorization": f"Bearer {small.token(Role.OUTLET)}"}
    assert _get(small, "now/graphics.json").status_code == 401
    assert _get(small, "now/graphics.json", **token).status_code == 404
    small.phase(ElectionPhase.COUNTING)
    wait_until(lambda: _get(small, "now/graphics.json", **token).status_code == 200, PATIENCE, "counting")
    kept = _get(small, "now/graphics.json", **token).headers
    assert kept["cache-control"] == "private, max-age=1" and "Authorization" in kept["vary"]


@pytest.fixture(scope="module")
def definition(databases: Databases) -> ElectionDefinition:
    url = databases.fresh("template_small", _fill_small)

    async def read() -> ElectionDefinition | None:
        database = await Database.open(url)
        try:
            async with database.pool.acquire() as connection:
                return await read_definition(connection, "small")
        finally:
            await database.close()

    found = asyncio.run(read())
    assert found is not None
    return found


class _Nowhere:
    def __init__(self) -> None:
        self.bytes = 0

    def write(self, content: bytes, /) -> None:
        self.bytes += len(content)


def _page(definition: ElectionDefinition) -> Sequence[StationCounted]:
    """As many sheets as are read at once."""
    numbers = Numbers((1_000, 2_000, 3_000), 6_000, 10, 20, 6_030)
    place = StationPlace("small/a-1", "small/a", 1, Text("หน่วย 1"))
    moment = datetime(2022, 5, 22, 12, tzinfo=UTC)
    one = StationCounted(place, "small/mayor", 7_000, numbers, TallyCoverage.FINAL, False, 0, 1, moment)
    return [replace(one, registered=number) for number in range(PAGE)]


def _peak(form: Format, definition: ElectionDefinition, pages: int) -> tuple[int, int]:
    """The most memory that was held while so many pages were written; the bytes that came out."""
    page, sink = _page(definition), _Nowhere()
    tracemalloc.start()
    writer = form.writer(Picture(Board(definition), ElectionPhase.COUNTING, 1, None), sink)
    writer.begin()
    for _ in range(pages):
        writer.counts(page)
    writer.end()
    writer.close()
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return peak, sink.bytes


@pytest.mark.parametrize("form", [form for form in FORMATS if form.stations], ids=lambda form: form.name)
def test_more_stations_take_no_more_memory(
    form: Format, definition: ElectionDefinition, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(parquet, "GROUP_ROWS", 4 * PAGE)
    _peak(form, definition, 1)
    (some, wrote), (many, wrote_more) = _peak(form, definition, 8), _peak(form, definition, 80)
    assert wrote_more > 1.5 * wrote
    assert many < 1.25 * some + 100_000
