"""Elections from a thousand to 95,000 stations beside Bangkok: import, start, a night at full speed, fsck, a long log.

python -m bench.national                                              1,000, 10,000 and 95,000; 3,000 are played of each
python -m bench.national --sizes 95000 --played 95000 --no-long-log   the night of a whole nation, every station of it
"""

import argparse
import asyncio
import json
import math
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import psutil

from bench.national_package import Nation, write
from bench.records import put
from bench.stations_table import table
from bench.verify import copy_entries
from counting.vocabulary import ElectionPhase
from db.definitions import read_definition
from db.phases import set_phase
from tallywire.packaged import bangkok
from tallywire.settings import Settings
from tallywire.storage import open_storage

TALLYWIRE = (sys.executable, "-m", "tallywire.cli")
NATION, CONSTITUENCIES, BANGKOKS = 95_000, 400, 6_817
# As in Bangkok, so that enrolling them weighs alike in every column; and no more, however large the nation.
STATIONS_EACH, VOLUNTEERS = BANGKOKS / 2_500, 2_500
# Fewer than a night has: one takes whoever simulates it a tenth of a second to draw, and is not what is measured here.
PHOTOGRAPHS = 0.003
CUT = "query($id: ID!) { cuts(electionId: $id, first: 1) { sequence } }"
MIB = 2**20


@dataclass(frozen=True)
class Size:
    """An election as a column. `constituencies`: as a nation of 95,000 stations has 400."""

    name: str
    package: Path
    election: str
    stations: int


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sizes", default="1000,10000,95000", help="stations of made-up nations")
    parser.add_argument("--played", type=int, default=3_000, help="how many stations' nights are played, at most")
    parser.add_argument("--entries", type=int, default=100_000, help="of the long log")
    parser.add_argument("--no-long-log", action="store_true")
    parser.add_argument("--alone", action="store_true", help="without Bangkok beside them")
    parser.add_argument("--json", type=Path, help="write the figures there")
    arguments = parser.parse_args()
    columns: list[dict[str, Any]] = []
    with tempfile.TemporaryDirectory(prefix="tallywire-national-") as folder:
        for size in sizes(Path(folder), arguments.sizes, alone=arguments.alone):
            data = Path(folder) / f"{size.election}-{size.stations}"
            columns.append(measured(size, data, arguments.played))
            if not arguments.no_long_log:
                columns[-1] |= long_log(size, data.with_name(f"{data.name}-long"), arguments.entries)
            print(f"  {size.name}: done", file=sys.stderr)
            # What was measured stays, should a later one fail.
            put(arguments.json, {"columns": columns})
    print(table(columns))
    return 0 if all(column["exact"] for column in columns) else 1


def sizes(folder: Path, wanted: str, *, alone: bool) -> Iterator[Size]:
    """Bangkok's election and nations, the smallest first; a nation's package is written when it is its turn."""
    numbers = sorted(map(int, wanted.split(",")))
    bangkoks = Size("Bangkok 2022", bangkok(), "bkk-2022", BANGKOKS)
    for stations in numbers:
        if not alone and stations > BANGKOKS:
            yield bangkoks
            alone = True
        package = folder / f"package-{stations}"
        write(Nation(stations, max(4, round(stations * CONSTITUENCIES / NATION))), package)
        yield Size(f"{stations:,} stations", package, "nation", stations)
    if not alone:
        yield bangkoks


def measured(size: Size, data: Path, played: int) -> dict[str, Any]:
    """A night on a data folder of its own. Seconds, MiB, milliseconds."""
    settings = ("--data-dir", str(data))
    figures: dict[str, Any] = {"name": size.name, "stations": size.stations}
    figures |= timed("import", "import", str(size.package), *settings)
    token = run("token", "--role", "OPERATOR", *settings).strip().splitlines()[-1]
    report = data.with_suffix(".json")
    with served(data) as (url, process, ready):
        figures |= {"ready_s": ready, "ready_mib": memory(process), "results": len(all_results(url, size.election))}
        before = spent(process)
        stations = min(played, size.stations)
        run(
            *("simulate", "--url", url, "--package", str(size.package), "--speed", "0", "--force", "--finals-only"),
            *("--volunteers", str(min(VOLUNTEERS, math.ceil(stations / STATIONS_EACH)))),
            *("--photographs", str(PHOTOGRAPHS), "--stations", str(stations), "--report", str(report)),
            token=token,
        )
        night = json.loads(report.read_text())
        figures |= {
            "played": stations,
            "night_s": night["seconds"],
            "accepted": night["accepted"],
            "exact": night["equal"],
            "compared": night["cells_compared"],
            "a_second": night["tallies_per_second"],
            "p50_ms": night["latency_ms_p50"],
            "p99_ms": night["latency_ms_p99"],
            "cpu_ms": 1000 * (spent(process) - before) / night["accepted"],
            "night_mib": memory(process),
        }
    return figures | timed("fsck", "fsck", *settings)


def long_log(size: Size, data: Path, entries: int) -> dict[str, Any]:
    """How a node starts where so many entries stand: by folding them, and from a cut."""
    run("import", str(size.package), "--data-dir", str(data))
    asyncio.run(write_log(data, size.election, entries))
    figures: dict[str, Any] = {"entries": entries}
    with served(data, cut_seconds=5) as (url, process, ready):
        figures |= {"folded_s": ready, "folded_mib": memory(process)}
        while (cuts := ask(url, size.election)) is None or not cuts or cuts[0]["sequence"] < entries:
            time.sleep(1)
    with served(data) as (_, process, ready):
        figures |= {"cut_s": ready, "cut_mib": memory(process)}
    return figures


async def write_log(data: Path, election: str, entries: int) -> None:
    async with open_storage(Settings(data_dir=data)) as database:
        async with database.pool.acquire() as connection:
            definition = await read_definition(connection, election)
            assert definition is not None
            await set_phase(connection, election, ElectionPhase.VOTING)
            await set_phase(connection, election, ElectionPhase.COUNTING)
        await copy_entries(database, definition, entries)


def all_results(url: str, election: str) -> list[Any]:
    body = {"query": "query($id: ID!) { results(electionId: $id) { status } }", "variables": {"id": election}}
    answer = httpx.post(f"{url}/graphql", json=body, timeout=120).json()
    assert "errors" not in answer, answer
    return answer["data"]["results"]  # type: ignore[no-any-return]


def ask(url: str, election: str) -> list[dict[str, int]] | None:
    answer = httpx.post(f"{url}/graphql", json={"query": CUT, "variables": {"id": election}}, timeout=120).json()
    return answer["data"] and answer["data"]["cuts"]  # type: ignore[no-any-return]


@contextmanager
def served(data: Path, cut_seconds: int = 60) -> Iterator[tuple[str, psutil.Process, float]]:
    """A server's address, its process, and the seconds until it was ready."""
    began = time.monotonic()
    command = (*TALLYWIRE, "serve", "--port", "0", "--data-dir", str(data))
    environment = {**os.environ, "TALLYWIRE_CUT_SECONDS": str(cut_seconds)}
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as server:
        try:
            assert server.stdout is not None
            url = server.stdout.readline().split("serves on ")[1].split("/graphql")[0]
            yield url, psutil.Process(server.pid), time.monotonic() - began
        finally:
            server.terminate()


def spent(process: psutil.Process) -> float:
    times = process.cpu_times()
    return times.user + times.system


def memory(process: psutil.Process) -> float:
    return float(process.memory_info().rss) / MIB


def timed(name: str, *arguments: str) -> dict[str, float]:
    """Runs a command; its seconds, its own CPU and its largest memory."""
    began = time.monotonic()
    with subprocess.Popen((*TALLYWIRE, *arguments), stdout=subprocess.DEVNULL) as process:
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    assert process.returncode == 0, arguments
    cpu = usage.ru_utime + usage.ru_stime
    return {f"{name}_s": time.monotonic() - began, f"{name}_cpu_s": cpu, f"{name}_mib": usage.ru_maxrss / 1024}


def run(*arguments: str, token: str = "") -> str:
    environment = {**os.environ, "TALLYWIRE_TOKEN": token, "COLUMNS": "120"}
    ended = subprocess.run((*TALLYWIRE, *arguments), stdout=subprocess.PIPE, text=True, env=environment, check=False)
    assert ended.returncode in (0, 1), (arguments, ended.stdout)
    return ended.stdout


if __name__ == "__main__":
    sys.exit(main())
