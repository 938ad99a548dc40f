"""Two nodes are replaced in the middle of the Bangkok night, behind a balancer, with readers who never leave.

python -m bench.rolling                            500 readers, half a minute before and after
python -m bench.rolling --readers 1000 --in-place  one after the other in place, instead of new ones beside the old
"""

import argparse
import asyncio
import contextlib
import os
import signal
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import Any

import asyncpg
import uvloop

from bench.night import TALLYWIRE, read_id
from bench.night_watched import Audience, answers_in
from db.embedded import EmbeddedPostgres
from db.migrate import create_database

ROOT = Path(__file__).parent.parent
PACKAGE = ROOT / "data" / "bkk2022"


class Balancer:
    """TCP, one node after the other; who is connected stays so. `nodes`: ports that new ones are sent to."""

    def __init__(self) -> None:
        self.nodes: list[int] = []
        self.port = 0
        self._turn = 0

    def start(self) -> None:
        """In a thread of its own: what is measured asks through it, and waits."""
        ready = threading.Event()

        async def work() -> None:
            server = await asyncio.start_server(self._serve, "127.0.0.1", 0, backlog=4_096)
            self.port = server.sockets[0].getsockname()[1]
            ready.set()
            await server.serve_forever()

        threading.Thread(target=lambda: uvloop.run(work()), daemon=True).start()
        ready.wait()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        for _ in range(len(self.nodes)):
            self._turn += 1
            with contextlib.suppress(OSError):
                there = await asyncio.open_connection("127.0.0.1", self.nodes[self._turn % len(self.nodes)])
                await asyncio.gather(_pass(reader, there[1]), _pass(there[0], writer))
                return
        writer.close()


async def _pass(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with contextlib.suppress(OSError):
        while data := await reader.read(65_536):
            writer.write(data)
            await writer.drain()
    writer.close()


class Node:
    def __init__(self, process: asyncio.subprocess.Process, port: int) -> None:
        self.process = process
        self.port = port

    @classmethod
    async def start(cls, url: str, port: int = 0) -> "Node":
        process = await asyncio.create_subprocess_exec(
            *(*TALLYWIRE, "serve", "--port", str(port), "--database-url", url),
            stdout=asyncio.subprocess.PIPE,
            env={**os.environ, "TALLYWIRE_BROADCAST_URL": "postgres://", "TALLYWIRE_HEARTBEAT_SECONDS": "5"},
        )
        assert process.stdout is not None
        line = (await process.stdout.readline()).decode()
        return cls(process, int(line.split("/graphql")[0].rsplit(":", 1)[1]))

    async def end(self) -> float:
        """Seconds that its end took."""
        began = time.monotonic()
        self.process.send_signal(signal.SIGTERM)
        await self.process.wait()
        return time.monotonic() - began


async def roll(balancer: Balancer, nodes: list[Node], url: str, *, in_place: bool) -> list[float]:
    """How long each old node's end took; `nodes` are the new ones afterwards."""
    if not in_place:
        new = [await Node.start(url) for _ in nodes]
        balancer.nodes = [node.port for node in new]
        took = await asyncio.gather(*(node.end() for node in nodes))
        nodes[:] = new
        return list(took)
    ends = []
    for place, node in enumerate(nodes):
        balancer.nodes = [other.port for other in nodes if other is not node]
        ends.append(await node.end())
        nodes[place] = await Node.start(url)
        balancer.nodes = [other.port for other in nodes]
    return ends


async def play(folder: Path, arguments: argparse.Namespace) -> int:
    postgres = EmbeddedPostgres.start(folder / "postgres")
    await create_database(postgres.url("postgres"), "rolling")
    url = postgres.url("rolling")
    os.environ["TALLYWIRE_DATA_DIR"] = str(folder)
    await _run("import", str(PACKAGE), "--database-url", url)
    token = (await _run("token", "--role", "OPERATOR", "--database-url", url)).strip().splitlines()[-1]
    nodes = [await Node.start(url) for _ in range(2)]
    balancer = Balancer()
    balancer.nodes = [node.port for node in nodes]
    balancer.start()
    here = f"http://127.0.0.1:{balancer.port}"
    try:
        audience, watched = await Audience.seated(
            *(here, read_id(PACKAGE), arguments.readers, 20, folder), module="bench.rolling_readers"
        )
        phones = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "bench.night_phones", str(folder / "answers.txt"), "simulate", "--force"),
            *("--url", here),
            *("--package", str(PACKAGE), "--speed", "60"),
            env={**os.environ, "TALLYWIRE_TOKEN": token},
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.DEVNULL,
        )
        await asyncio.sleep(arguments.seconds)
        began = time.monotonic()
        ends = await roll(balancer, nodes, url, in_place=arguments.in_place)
        took = time.monotonic() - began
        await asyncio.sleep(arguments.seconds)
        phones.send_signal(signal.SIGINT)
        await phones.wait()
        seen = await audience._child.ask("cuts")
        await audience.leave(watched)
        answered = answers_in(folder / "answers.txt")
        return await _show(url, seen, watched, answered, ends, took)
    finally:
        for node in nodes:
            await node.end()
        postgres.stop()


async def _show(
    url: str, seen: dict[str, Any], watched: Any, answered: dict[str, float], ends: list[float], took: float
) -> int:
    connection = await asyncpg.connect(url)
    rows = await connection.fetch("SELECT sequence, tally_id FROM log_entry ORDER BY sequence")
    await connection.close()
    logged = {row["tally_id"] for row in rows}
    missing = set(answered) - logged
    gap = [row["sequence"] for row in rows] != [*range(1, len(rows) + 1)]
    wrong = watched.wrong + watched.ends["late"]
    print(f"rolled in {took:.1f} s; the old nodes' ends took {', '.join(f'{end:.1f}' for end in ends)} s")
    print(f"readers cut: {seen['cuts']:,} of {watched.readers:,}, each {seen['most']} times at most")
    print(f"from cut to next update: p50 {seen['p50']:.2f} s, p99 {seen['p99']:.2f} s, max {seen['max']:.2f} s")
    print(f"tallies answered: {len(answered):,}; entries {len(rows):,}; missing {len(missing)}; gap: {gap}")
    print(f"ended exact: {watched.readers - wrong:,} of {watched.readers:,}; begun anew: {watched.ends['resets']}")
    return int(bool(missing or gap or wrong or watched.ends["resets"]))


async def _run(*arguments: str) -> str:
    process = await asyncio.create_subprocess_exec(*TALLYWIRE, *arguments, stdout=asyncio.subprocess.PIPE)
    told, _ = await process.communicate()
    assert process.returncode == 0
    return told.decode()


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--readers", type=int, default=500)
    parser.add_argument("--seconds", type=float, default=30, help="so long before rolling, and after it")
    parser.add_argument("--in-place", action="store_true")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="tallywire-rolling-") as folder:
        return asyncio.run(play(Path(folder), arguments))


if __name__ == "__main__":
    sys.exit(main())
