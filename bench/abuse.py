"""Honest people's p99 with and without abuse, in one run: a server of its own, and everything that strangers try.

    python -m bench.abuse

Volunteers report, readers ask and watch the night of Bangkok. Then ten thousand idle sockets and slow lines come, and
hostile acts of every kind at a pace. The p99 of each kind of honest people must stay within twice what it was, nobody
of them may be refused, and every hostile act must get a clear refusal. The exit code says whether it was so.
"""

import argparse
import asyncio
import contextlib
import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import psutil

from bench.abuse_standing import clear, shown
from bench.fanout_control import Child
from bench.submit_sheets import set_stage
from bench.turns import cpu as _cpu
from bench.turns import port_of as _port
from bench.turns import process as _process
from db.embedded import EmbeddedPostgres

ROOT = Path(__file__).parent.parent
RATIO_MAX = 2.0
# Of the acts that were asked for in a second; with fewer, whoever is honest was not under that abuse.
PACE_MIN = 0.9
SHEETS_MAX = 20_000
PHOTOGRAPHS = 4
Times = dict[str, list[float]]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--turns", type=int, default=4, help="under abuse; as many are quiet, half before, half after")
    parser.add_argument("--seconds", type=float, default=8.0, help="a turn")
    parser.add_argument("--honest", type=float, default=40.0, help="reports a second, and as many questions")
    parser.add_argument("--watchers", type=int, default=200)
    parser.add_argument("--hostile", type=float, default=100.0, help="acts a second")
    parser.add_argument("--idle", type=int, default=10_000, help="idle sockets")
    parser.add_argument("--idle-a-second", type=float, default=500.0, help="how fast those come")
    parser.add_argument("--slow", type=int, default=500, help="lines that drip")
    parser.add_argument("--kinds", default="", help="some kinds of acts alone, their names with commas between")
    parser.add_argument("--package", type=Path, default=ROOT / "data" / "bkk2022")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="tallywire-abuse-") as folder:
        return run(Path(folder), arguments)


def run(folder: Path, arguments: argparse.Namespace) -> int:
    postgres = EmbeddedPostgres.start(folder / "postgres")
    try:
        stage = asyncio.run(set_stage(postgres, arguments.package))
        areas = sorted({sheet["stationId"].rsplit("-", 1)[0] for sheet in stage.sheets[:SHEETS_MAX]})
        script = folder / "script.json"
        sheets = stage.sheets[:SHEETS_MAX]
        script.write_text(
            json.dumps({"election": stage.election_id, "sheets": sheets, "tokens": stage.tokens, "areas": areas})
        )
        with _server(postgres, folder) as server:
            return asyncio.run(measure(server, script, stage.tokens[0], arguments))
    finally:
        postgres.stop()


@contextlib.contextmanager
def _server(postgres: EmbeddedPostgres, folder: Path) -> "Iterator[subprocess.Popen[str]]":
    """Everybody is counted, whoever they say they are; messages may be compressed, so that bombs reach it."""
    environment = {
        "TALLYWIRE_UNLIMITED_ADDRESSES": "[]",
        "TALLYWIRE_WS_COMPRESSION": "true",
        "TALLYWIRE_DATA_DIR": str(folder),
        "TALLYWIRE_LOG_LEVEL": "ERROR",
    }
    serve = ("tallywire.cli", "serve", "--port", "0", "--database-url", postgres.url("tallywire"))
    with _process(*serve, output=None, **environment) as server:
        yield server


async def measure(server: "subprocess.Popen[str]", script: Path, token: str, arguments: argparse.Namespace) -> int:
    port, process = _port(server), psutil.Process(server.pid)
    honest = await Child.start("bench.abuse_honest", str(script), str(port))
    wreck = await Child.start("bench.abuse_wreck", str(port), token, arguments.kinds)
    await honest.ask("watch", arguments.watchers)
    await honest.ask("photograph", PHOTOGRAPHS)
    quiet, opening, under = _nothing(), _nothing(), _nothing()
    answers: dict[str, Counter[str]] = {}

    async def turn(into: Times, seconds: float) -> None:
        for kind, times in (await honest.ask("measure", seconds, arguments.honest)).items():
            into[kind] += times

    before = arguments.turns // 2
    await turn(_nothing(), 3.0)
    for _ in range(before):
        await turn(quiet, arguments.seconds)
    coming = asyncio.create_task(wreck.ask("idle", arguments.idle, arguments.idle_a_second))
    while not coming.done():
        await turn(opening, 4.0)
    answers["idle sockets"] = Counter(coming.result())
    await wreck.ask("slow", arguments.slow)
    memory, spent, began, acted = process.memory_info().rss, _cpu(process), time.monotonic(), 0
    for _ in range(arguments.turns):
        acting = asyncio.create_task(wreck.ask("wreak", arguments.seconds, arguments.hostile))
        await turn(under, arguments.seconds)
        for name, words in (await acting).items():
            answers.setdefault(name, Counter()).update(words)
            acted += sum(words.values())
    took = time.monotonic() - began
    spent = (_cpu(process) - spent) / took
    after = process.memory_info().rss
    answers["slow lines"] = Counter(await wreck.ask("release"))
    await asyncio.sleep(2.0)
    for _ in range(arguments.turns - before):
        await turn(quiet, arguments.seconds)
    for child in (honest, wreck):
        await child.end()
    print(
        f"server: {spent:.2f} of a core under abuse, {memory / 2**20:.0f} MiB before it and {after / 2**20:.0f} after"
    )
    fair = _show(quiet, opening, under)
    unclear = _answered(answers)
    print(f"{acted / took:.0f} of them a second under abuse, {arguments.hostile:.0f} were asked for")
    return 0 if fair and not unclear and acted / took >= PACE_MIN * arguments.hostile else 1


def _nothing() -> Times:
    return {"volunteers": [], "readers": [], "watchers": []}


def _show(quiet: Times, opening: Times, under: Times) -> bool:
    """Whether everybody's p99 is within bounds and nobody was refused."""
    print(
        f"{'ms':12}{'quiet p50':>11}{'p99':>9}{'sockets come p99':>18}{'abuse p50':>11}{'p99':>9}{'ratio':>8}{'of':>8}"
    )
    fair = True
    for kind in quiet:
        (calm, calm_99), (_, coming_99), (bad, bad_99) = (_cuts(times[kind]) for times in (quiet, opening, under))
        ratio = bad_99 / calm_99
        fair = fair and ratio <= RATIO_MAX
        print(
            f"{kind:12}{calm:>11.1f}{calm_99:>9.1f}{coming_99:>18.1f}{bad:>11.1f}{bad_99:>9.1f}{ratio:>8.2f}"
            f"{len(under[kind]):>8,}"
        )
    refused = sum(time == float("inf") for times in (quiet, opening, under) for kind in times for time in times[kind])
    print(f"honest acts refused or unanswered: {refused}; p99 at most {RATIO_MAX:.0f} times what it was: {fair}")
    return fair and not refused


def _cuts(times: list[float]) -> tuple[float, float]:
    """p50 and p99 in ms."""
    if not times:
        return float("nan"), float("nan")
    ordered = sorted(times)
    return statistics.median(ordered) * 1e3, ordered[min(len(ordered) - 1, round(len(ordered) * 0.99))] * 1e3


def _answered(answers: dict[str, Counter[str]]) -> int:
    """How each kind was answered; how many of all were not answered clearly."""
    wrong = 0
    for name, words in answers.items():
        print(f"  {name:32}{shown(words)}")
        wrong += sum(number for word, number in words.items() if not clear(name, word))
    print(f"hostile acts: {sum(words.total() for words in answers.values()):,}, without a clear refusal: {wrong}")
    return wrong


if __name__ == "__main__":
    sys.exit(main())
