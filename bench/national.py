"""A nation beside Bangkok: import, start, a night at full speed, fsck, and a start with a long log.

python -m bench.national                                     95,000 stations, of which 3,000 are played, and Bangkok's
python -m bench.national --stations 10000 --played 10000     a smaller one, whole
"""

import argparse
import asyncio
import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import psutil

from bench.national_package import Nation, write
from bench.verify import copy_entries
from counting.vocabulary import ElectionPhase
from db.definitions import read_definition
from db.phases import set_phase
from tallywire.packaged import bangkok
from tallywire.settings import Settings
from tallywire.storage import open_storage

TALLYWIRE = (sys.executable, "-m", "tallywire.cli")
LONG_LOG = 100_000
CUT = "query($id: ID!) { cuts(electionId: $id, first: 1) { sequence } }"
MIB = 2**20


@dataclass
class Figures:
    """One election's column; seconds of CPU are those of the process named."""

    name: str
    rows: dict[str, str] = field(default_factory=dict)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--stations", type=int, default=95_000)
    parser.add_argument("--constituencies", type=int, default=400)
    parser.add_argument("--played", type=int, default=3_000, help="how many stations' nights are played")
    parser.add_argument("--alone", action="store_true", help="without Bangkok beside it")
    arguments = parser.parse_args()
    columns = []
    with tempfile.TemporaryDirectory(prefix="tallywire-national-") as folder:
        package = Path(folder) / "package"
        write(Nation(arguments.stations, arguments.constituencies), package)
        if not arguments.alone:
            columns.append(measured("Bangkok", bangkok(), "bkk-2022", Path(folder) / "bkk", arguments.played))
        columns.append(measured("a nation", package, "nation", Path(folder) / "nation", arguments.played))
    print(table(columns))
    return 0


def measured(name: str, package: Path, election: str, data: Path, played: int) -> Figures:
    """A night on a data folder of its own, then a long log on another."""
    figures = Figures(name)
    settings = ("--data-dir", str(data))
    figures.rows["import"] = timed("import", str(package), *settings)
    token = run("token", "--role", "OPERATOR", *settings).strip().splitlines()[-1]
    with served(data) as (url, process, ready):
        figures.rows["ready, no entry yet"] = f"{ready:.1f} s, {process.memory_info().rss / MIB:.0f} MiB"
        before = spent(process)
        said = run(
            *("simulate", "--url", url, "--package", str(package), "--speed", "0", "--force", "--finals-only"),
            *("--stations", str(played)),
            token=token,
        )
        accepted = int(found(r"accepted\s+│\s+([\d,]+)", said).replace(",", ""))
        figures.rows["accepted"] = f"{accepted:,}"
        figures.rows["results"] = found(r"(All .* equal the truth|[\d,]+ of .*)", said)
        figures.rows["accepted a second"] = found(r"accepted a second\s+│\s+([\d.,]+)", said)
        figures.rows["p50 / p99 / max"] = found(r"max\s+│\s+([\d./ ms]+)", said)
        figures.rows["server's CPU a tally"] = f"{1000 * (spent(process) - before) / accepted:.2f} ms"
        figures.rows["server's memory at the end"] = f"{process.memory_info().rss / MIB:.0f} MiB"
    figures.rows["fsck"] = timed("fsck", *settings)
    figures.rows |= long_log(package, election, data.with_name(f"{data.name}-long"))
    return figures


def long_log(package: Path, election: str, data: Path) -> dict[str, str]:
    """How a node starts where so many entries stand: by folding them, and from a cut."""
    run("import", str(package), "--data-dir", str(data))
    asyncio.run(write_log(data, election))
    rows = {}
    with served(data, cut_seconds=5) as (url, process, ready):
        rows[f"ready, {LONG_LOG:,} entries, folded"] = told(ready, process)
        while (cuts := ask(url, election)) is None or not cuts or cuts[0]["sequence"] < LONG_LOG:
            time.sleep(1)
    with served(data) as (_, process, ready):
        rows[f"ready, {LONG_LOG:,} entries, from a cut"] = told(ready, process)
    return rows


async def write_log(data: Path, election: str) -> None:
    async with open_storage(Settings(data_dir=data)) as database:
        async with database.pool.acquire() as connection:
            definition = await read_definition(connection, election)
            assert definition is not None
            await set_phase(connection, election, ElectionPhase.VOTING)
            await set_phase(connection, election, ElectionPhase.COUNTING)
        await copy_entries(database, definition, LONG_LOG)


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


def told(ready: float, process: psutil.Process) -> str:
    return f"{ready:.1f} s ({spent(process):.1f} s of its CPU), {process.memory_info().rss / MIB:.0f} MiB"


def timed(*arguments: str) -> str:
    """Runs a command; its seconds, its own CPU and its largest memory."""
    began = time.monotonic()
    with subprocess.Popen((*TALLYWIRE, *arguments), stdout=subprocess.DEVNULL) as process:
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    assert process.returncode == 0, arguments
    cpu = usage.ru_utime + usage.ru_stime
    return f"{time.monotonic() - began:.1f} s ({cpu:.1f} s of its CPU), {usage.ru_maxrss / 1024:.0f} MiB"


def run(*arguments: str, token: str = "") -> str:
    environment = {**os.environ, "TALLYWIRE_TOKEN": token, "COLUMNS": "120"}
    ended = subprocess.run((*TALLYWIRE, *arguments), stdout=subprocess.PIPE, text=True, env=environment, check=False)
    assert ended.returncode in (0, 1), (arguments, ended.stdout)
    return ended.stdout


def found(pattern: str, said: str) -> str:
    match = re.search(pattern, said)
    assert match is not None, (pattern, said)
    return match[1].strip()


def table(columns: list[Figures]) -> str:
    heads = " | ".join(["figure", *(column.name for column in columns)])
    lines = [f"| {heads} |", f"|{'---|' * (1 + len(columns))}"]
    for row in columns[-1].rows:
        lines.append(f"| {' | '.join([row, *(column.rows[row] for column in columns)])} |")
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())
