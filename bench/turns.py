"""The frame of what is measured on the way in: a database with Bangkok's election, servers over it, phones apart.

Phones are a process of their own that takes orders (bench.submit_load); CPU is read of processes from outside.
"""

import asyncio
import contextlib
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import asyncpg
import orjson
import psutil

from bench.submit_sheets import STEPS, Stage, set_stage, write_script
from db.embedded import EmbeddedPostgres

ROOT = Path(__file__).parent.parent
# What makes a commit durable; any other value would be another bench.
DURABLE = {"fsync": "on", "synchronous_commit": "on", "full_page_writes": "on"}
SERVE = ("tallywire.cli", "serve", "--port", "0", "--database-url")


@dataclass(frozen=True, slots=True)
class Frame:
    """`settings`: PostgreSQL's own words on durability. `phones`: take orders, one at a time."""

    postgres: EmbeddedPostgres
    settings: dict[str, str]
    stage: Stage
    phones: "subprocess.Popen[str]"

    def begin(self, port: int, seconds: float, connections: int) -> None:
        """The phones send for so long."""
        assert self.phones.stdin is not None
        order = {"port": port, "seconds": seconds, "connections": connections}
        print(json.dumps(order), file=self.phones.stdin, flush=True)

    def enough(self) -> None:
        """They send no more."""
        self.phones.send_signal(signal.SIGUSR1)

    def ended(self) -> dict[str, Any]:
        """What came of it (bench.submit_load.play), once it is over."""
        assert self.phones.stdout is not None
        turn: dict[str, Any] = orjson.loads(self.phones.stdout.readline())
        assert not turn["refused"], f"the server refused {turn['refused']}, such as: {turn['refusal']}"
        return turn


@contextlib.contextmanager
def framed(folder: Path, package: Path, steps: int = STEPS) -> Iterator[Frame]:
    """The election stands in the database `tallywire`, and is counted. `steps`: reports of each station."""
    postgres = EmbeddedPostgres.start(folder / "postgres")
    try:
        settings = asyncio.run(_settings(postgres.url("postgres")))
        stage = asyncio.run(set_stage(postgres, package))
        script = folder / "script"
        write_script(script, stage, steps)
        with process("bench.submit_load", str(script), output=None) as phones:
            yield Frame(postgres, settings, stage, phones)
    finally:
        postgres.stop()


async def _settings(url: str) -> dict[str, str]:
    """A bench without durability is none."""
    connection = await asyncpg.connect(url)
    shown = {name: await connection.fetchval(f"SHOW {name}") for name in (*DURABLE, "server_version")}
    await connection.close()
    assert shown | DURABLE == shown, f"PostgreSQL is not durable here: {shown}"
    return shown


@contextlib.contextmanager
def process(module: str, *arguments: str, output: int | None, **environment: str) -> Iterator["subprocess.Popen[str]"]:
    started = subprocess.Popen(
        (sys.executable, "-m", module, *arguments),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=output,
        text=True,
        cwd=ROOT,
        env={**os.environ, **environment},
    )
    try:
        yield started
    finally:
        started.terminate()
        started.communicate()


def port_of(process: "subprocess.Popen[str]") -> int:
    """The port that a server prints when it listens."""
    assert process.stdout is not None
    said = []
    for line in process.stdout:
        said.append(line)
        if "http://127.0.0.1:" in line:
            digits = line.split("http://127.0.0.1:")[1]
            return int(digits[: next(place for place, sign in enumerate(digits) if not sign.isdigit())])
    raise AssertionError("the server ended while it started: " + "".join(said))


def cpu(process: psutil.Process) -> float:
    """Seconds, of all threads, in user code and in the kernel."""
    times = process.cpu_times()
    return float(times.user + times.system)


def cpu_of_tree(pid: int) -> float:
    """The postmaster's and its children's; those that ended are in its own account."""
    spent = 0.0
    postmaster = psutil.Process(pid)
    for process in (postmaster, *postmaster.children(recursive=True)):
        with contextlib.suppress(psutil.Error):
            times = process.cpu_times()
            spent += times.user + times.system + times.children_user + times.children_system
    return spent
