"""Two nodes are replaced in the middle of the Bangkok night, behind a balancer, with the night's readers at them.

python -m bench.rolling                                   1,000 readers, half a minute before and after
python -m bench.rolling --doorbell redis                  nodes that ring each other over a Redis
python -m bench.rolling --readers 500 --in-place          one after the other in place, instead of new ones beside them
"""

import argparse
import asyncio
import os
import signal
import sys
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import asyncpg

from bench.balancer import Balancer
from bench.night import ROOT, TALLYWIRE, read_id
from bench.night_watched import Audience, Watched, answers_in
from bench.records import put
from db.embedded import EmbeddedPostgres
from db.migrate import create_database
from tallywire.settings import Settings
from tests.redis_server import NoRedisError, RedisServer

PACKAGE = ROOT / "data" / "bkk2022"
GROUPS = 20


@dataclass(frozen=True)
class Place:
    """Where nodes run: `url` is their database, `bell` what they ring each other by."""

    folder: Path
    url: str
    bell: str


class Node:
    def __init__(self, process: asyncio.subprocess.Process, port: int) -> None:
        self.process = process
        self.port = port

    @classmethod
    async def start(cls, place: Place) -> "Node":
        process = await asyncio.create_subprocess_exec(
            *(*TALLYWIRE, "serve", "--port", "0", "--database-url", place.url),
            stdout=asyncio.subprocess.PIPE,
            env={**os.environ, "TALLYWIRE_BROADCAST_URL": place.bell, "TALLYWIRE_HEARTBEAT_SECONDS": "5"},
        )
        assert process.stdout is not None
        line = (await process.stdout.readline()).decode()
        return cls(process, int(line.split("/graphql")[0].rsplit(":", 1)[1]))

    async def end(self) -> float:
        """Seconds that its end took."""
        began = time.monotonic()
        if self.process.returncode is None:
            self.process.send_signal(signal.SIGTERM)
        await self.process.wait()
        return time.monotonic() - began


async def roll(balancer: Balancer, nodes: list[Node], place: Place, *, in_place: bool) -> list[float]:
    """How long each old node's end took; `nodes` are the new ones afterwards."""
    if not in_place:
        new = [await Node.start(place) for _ in nodes]
        balancer.nodes = [node.port for node in new]
        took = await asyncio.gather(*(node.end() for node in nodes))
        nodes[:] = new
        return list(took)
    ends = []
    for number, node in enumerate(nodes):
        balancer.nodes = [other.port for other in nodes if other is not node]
        ends.append(await node.end())
        nodes[number] = await Node.start(place)
        balancer.nodes = [other.port for other in nodes]
    return ends


@asynccontextmanager
async def placed(folder: Path, doorbell: str) -> AsyncIterator[Place]:
    """A database with the election in it, and a doorbell. Raises NoRedisError."""
    redis = RedisServer().start() if doorbell == "redis" else None
    postgres = EmbeddedPostgres.start(folder / "postgres")
    os.environ["TALLYWIRE_DATA_DIR"] = str(folder)
    try:
        await create_database(postgres.url("postgres"), "rolling")
        place = Place(folder, postgres.url("rolling"), redis.url if redis else "postgres://")
        await _run("import", str(PACKAGE), "--database-url", place.url)
        yield place
    finally:
        postgres.stop()
        if redis is not None:
            redis.kill()


async def play(folder: Path, arguments: argparse.Namespace) -> dict[str, Any]:
    async with placed(folder, arguments.doorbell) as place:
        token = (await _run("token", "--role", "OPERATOR", "--database-url", place.url)).strip().splitlines()[-1]
        nodes = [await Node.start(place) for _ in range(2)]
        balancer = Balancer()
        balancer.nodes = [node.port for node in nodes]
        balancer.start()
        try:
            figures = await _rolled(place, nodes, balancer, token, arguments)
        finally:
            for node in nodes:
                await node.end()
        return figures | {"sound": await _is_sound(place)}


async def _rolled(
    place: Place, nodes: list[Node], balancer: Balancer, token: str, arguments: argparse.Namespace
) -> dict[str, Any]:
    here = f"http://127.0.0.1:{balancer.port}"
    audience, watched = await Audience.seated(
        *(here, read_id(PACKAGE), arguments.readers, GROUPS, place.folder), module="bench.rolling_readers"
    )
    answers = place.folder / "answers.txt"
    phones = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bench.night_phones", str(answers), "simulate", "--force"),
        *("--url", here, "--package", str(PACKAGE), "--speed", "60"),
        env={**os.environ, "TALLYWIRE_TOKEN": token},
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.DEVNULL,
    )
    await asyncio.sleep(arguments.seconds)
    began = time.monotonic()
    ends = await roll(balancer, nodes, place, in_place=arguments.in_place)
    took = time.monotonic() - began
    await asyncio.sleep(arguments.seconds)
    phones.send_signal(signal.SIGINT)
    await phones.wait()
    watched.seconds = 2 * arguments.seconds + took
    cuts = await audience.ask("cuts")
    await audience.leave(watched)
    await audience.measure(watched, answers_in(answers), Settings(data_dir=place.folder, database_url=place.url))
    return {
        "doorbell": arguments.doorbell,
        "in_place": arguments.in_place,
        "rolled_s": round(took, 1),
        "ends_s": [round(end, 1) for end in ends],
        **cuts,
        **await _logged(place, answers_in(answers)),
        **_watched(watched),
    }


async def _logged(place: Place, answered: dict[str, float]) -> dict[str, Any]:
    """What phones were told is accepted, held against the log."""
    connection = await asyncpg.connect(place.url)
    rows = await connection.fetch("SELECT sequence, tally_id FROM log_entry ORDER BY sequence")
    await connection.close()
    return {
        "answered": len(answered),
        "entries": len(rows),
        "missing": len(answered.keys() - {row["tally_id"] for row in rows}),
        "gap": [row["sequence"] for row in rows] != [*range(1, len(rows) + 1)],
    }


def _watched(watched: Watched) -> dict[str, Any]:
    figures = watched.figures()
    kept = ("readers", "groups", "seconds", "pairs", "updates", "resets", "exact")
    return {name: figures[name] for name in kept} | {
        "update": {name: figures[name] for name in ("p50_ms", "p99_ms", "max_ms") if name in figures}
    }


def held(figures: dict[str, Any]) -> bool:
    """Nothing was lost, nobody began anew, and where new nodes stood beside the old ones nobody was cut twice."""
    whole = figures["sound"] and not (figures["missing"] or figures["gap"] or figures["resets"] or figures["unseen"])
    once = figures["most"] <= (len(figures["ends_s"]) if figures["in_place"] else 1)
    return bool(whole and once and figures["exact"] == figures["readers"])


def show(figures: dict[str, Any]) -> None:
    print(f"doorbell: {figures['doorbell']}; rolled in {figures['rolled_s']} s, ends of {figures['ends_s']} s")
    print(f"readers cut: {figures['cut']:,} of {figures['counted']:,}, each {figures['most']} times at most")
    print(f"from cut to next update: {figures['away']}, never: {figures['unseen']}")
    print(f"answer to update, the restart included: {figures['update']}, {figures['pairs']:,} pairs")
    print(
        f"tallies answered: {figures['answered']:,}; entries {figures['entries']:,};"
        f" missing {figures['missing']}; gap: {figures['gap']}; fsck sound: {figures['sound']}"
    )
    print(f"ended exact: {figures['exact']:,} of {figures['readers']:,}; begun anew: {figures['resets']}")


async def _is_sound(place: Place) -> bool:
    process = await asyncio.create_subprocess_exec(*TALLYWIRE, "fsck", "--database-url", place.url)
    return await process.wait() == 0


async def _run(*arguments: str) -> str:
    process = await asyncio.create_subprocess_exec(*TALLYWIRE, *arguments, stdout=asyncio.subprocess.PIPE)
    told, _ = await process.communicate()
    assert process.returncode == 0
    return told.decode()


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--readers", type=int, default=1_000)
    parser.add_argument("--seconds", type=float, default=30, help="so long before rolling, and after it")
    parser.add_argument("--doorbell", choices=("postgres", "redis"), default="postgres")
    parser.add_argument("--in-place", action="store_true")
    parser.add_argument("--json", type=Path, help="write the figures there")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="tallywire-rolling-") as folder:
        try:
            figures = asyncio.run(play(Path(folder), arguments))
        except NoRedisError as error:
            parser.error(str(error))
    show(figures)
    put(arguments.json, figures)
    return 0 if held(figures) else 1


if __name__ == "__main__":
    sys.exit(main())
