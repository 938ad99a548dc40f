"""Every benchmark with its command, in full and quick, and how one is run so that it cannot end the others."""

import json
import os
import shlex
import signal
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from bench.records import Record, machine

ROOT = Path(__file__).parent.parent
CLEANING_SECONDS = 30


@dataclass(frozen=True, slots=True)
class Benchmark:
    """`command`: module and options; `quick`: shorter ones; `minutes_max`: then it is ended, and has failed.

    `usual` ones are run by `make bench`; the others by their name alone.
    """

    name: str
    command: str
    quick: str
    minutes_max: float
    usual: bool = True


BENCHMARKS = (
    Benchmark("submit", "bench.submit --turns 5 --seconds 4", "bench.submit --turns 1 --seconds 2", 4),
    Benchmark("rendering", "bench.rendering", "bench.rendering", 2),
    Benchmark(
        "fanout",
        "bench.fanout --readers 200,1000,5000 --groups 1,50 --servers textbook,direct,raw --seconds 4",
        "bench.fanout --readers 200 --groups 1,50 --servers textbook,direct,raw --seconds 1",
        8,
    ),
    Benchmark(
        "division",
        "bench.fanout --readers 1000 --groups 1,50 --servers direct,timed,asgi,raw --seconds 4",
        "bench.fanout --readers 200 --groups 1,50 --servers direct,timed,raw --seconds 1",
        4,
    ),
    Benchmark(
        "readers",
        "bench.fanout --readers 10,100,1000,10000 --groups 1,10 --servers direct --seconds 4",
        "bench.fanout --readers 10,100 --groups 1,10 --servers direct --seconds 1",
        5,
    ),
    Benchmark("crowd", "bench.crowd", "bench.crowd --readers 1000", 7),
    Benchmark("stalled", "bench.stalled --minutes 1.5 --rate 600", "bench.stalled --minutes 0.3 --readers 200", 4),
    Benchmark(
        "night",
        "bench.night --speed 60 --readers 1000",
        "bench.night --speed 60 --readers 200 --minutes 1",
        14,
    ),
    Benchmark("verify", "bench.verify", "bench.verify --entries 2000", 4),
    Benchmark("ledger", "bench.ledger_cost", "bench.ledger_cost --blocks 3", 9),
    Benchmark("follow", "bench.follow --seconds 12 --rate 80", "bench.follow --seconds 4 --rate 40", 3),
    Benchmark(
        "stations",
        "bench.national --sizes 1000,10000,95000 --played 3000",
        "bench.national --sizes 1000,2000 --played 200 --entries 2000",
        15,
    ),
    Benchmark(
        "rolling",
        "bench.rolling --doorbell redis",
        "bench.rolling --doorbell redis --readers 100 --seconds 8",
        6,
        usual=False,
    ),
    Benchmark("stalled-hour", "bench.stalled --minutes 60", "bench.stalled --minutes 1 --readers 200", 70, usual=False),
    Benchmark(
        "nation",
        "bench.national --sizes 95000 --played 95000 --no-long-log",
        "bench.national --sizes 2000 --played 2000 --no-long-log",
        40,
        usual=False,
    ),
    Benchmark("away", "bench.follow --away 60", "bench.follow --away 5 --stations 30", 8, usual=False),
    Benchmark(
        "exports",
        "bench.exports",
        "bench.exports --stations 2000 --constituencies 8",
        20,
        usual=False,
    ),
    Benchmark("board", "bench.board_night", "bench.board_night --minutes 1", 25, usual=False),
    Benchmark("phone", "bench.slow_phone", "bench.slow_phone --visits 1 --slower 4", 10, usual=False),
)
NAMES = tuple(benchmark.name for benchmark in BENCHMARKS)


class FailedError(Exception):
    """A benchmark did not come to its end; says how."""


def run(benchmark: Benchmark, *, quick: bool) -> Record:
    """Its output goes to the terminal as it comes. Raises FailedError."""
    command = shlex.split(benchmark.quick if quick else benchmark.command)
    with tempfile.TemporaryDirectory(prefix="tallywire-bench-") as folder:
        file = Path(folder) / "figures.json"
        before, began = os.getloadavg()[0], time.monotonic()
        _call([sys.executable, "-m", *command, "--json", str(file)], benchmark.minutes_max)
        if not file.exists():
            raise FailedError("it ended without figures")
        return Record(
            name=benchmark.name,
            command=f"python -m {shlex.join(command)}",
            on=date.today().isoformat(),
            seconds=round(time.monotonic() - began, 1),
            load=[round(before, 1), round(os.getloadavg()[0], 1)],
            figures=json.loads(file.read_text()),
            **machine(),
        )


def _call(command: list[str], minutes_max: float) -> None:
    """In a session of its own, so that an end finds everything that it started."""
    process = subprocess.Popen(command, cwd=ROOT, start_new_session=True)
    try:
        code = process.wait(minutes_max * 60)
    except BaseException as error:
        _end(process)
        if isinstance(error, subprocess.TimeoutExpired):
            raise FailedError(f"it took longer than {minutes_max:g} minutes") from error
        raise
    if code:
        raise FailedError(f"it ended with {code}")


def _end(process: "subprocess.Popen[bytes]") -> None:
    """Asked first: benchmarks put away the databases that they started."""
    for sign in (signal.SIGINT, signal.SIGKILL):
        try:
            os.killpg(process.pid, sign)
            process.wait(CLEANING_SECONDS)
        except ProcessLookupError:
            return
        except subprocess.TimeoutExpired:
            continue
