"""Nights on which everything fails, of a seed that is printed; ends with 1 at the first thing that is wrong.

First come seeded steps against a model of a hundred lines, in this very process. Then a storm: real servers over a
PostgreSQL and a Redis, thousands of submissions and hundreds of readers, every line through a proxy, and at random
moments kill -9 of each, lines cut, stopped and slow, a clock moved, a disk full, a database slow, reading only or gone.
At last the same over the embedded PostgreSQL.

make soak                                      all of it, about twenty minutes
python -m bench.soak --minutes 60 --seed 7     a longer storm, or one of them again
python -m bench.soak --steps 0 --minutes 2     the storm alone
"""

import argparse
import asyncio
import logging
import random
import signal
import tempfile
import traceback
from collections.abc import Awaitable, Callable
from pathlib import Path

from bench.soak_crews import MismatchError as StormMismatchError
from bench.soak_evening import Storm
from bench.soak_house import House, embedded_house, external_house
from db.embedded import EmbeddedPostgres
from db.migrate import create_database, migrate
from tests.redis_server import NoRedisError
from tests.simulation.simulation import MismatchError, Simulation

SEEDS_MAX = 1_000_000
EMBEDDED_SHARE = 0.25
LOG_LINES = 40


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seed", type=int, default=None, help="drawn now, and printed, where none is given")
    parser.add_argument("--steps", type=int, default=10_000, help="of the simulation; 0: none")
    parser.add_argument("--minutes", type=float, default=10.0, help="of the storm; 0: none")
    parser.add_argument("--fault", action="append", help="only faults whose names hold this; may be given again")
    parser.add_argument("--crews", type=int, default=24, help="who send, each for three stations")
    parser.add_argument("--readers", type=int, default=200)
    arguments = parser.parse_args()
    seed = arguments.seed if arguments.seed is not None else random.randrange(SEEDS_MAX)
    print(f"seed {seed}", flush=True)
    # What is broken on purpose is complained of on purpose; the nodes' own words are kept in files.
    logging.disable(logging.ERROR)
    # Ended from outside, it takes its servers along, as on Ctrl-C.
    signal.signal(signal.SIGTERM, lambda *_: signal.raise_signal(signal.SIGINT))
    return max(_simulated(seed, arguments.steps), _stormy(seed, arguments))


def _simulated(seed: int, steps: int) -> int:
    if not steps:
        return 0
    with tempfile.TemporaryDirectory(prefix="tallywire-soak-") as folder:
        postgres = EmbeddedPostgres.start(Path(folder) / "postgres")
        try:
            return asyncio.run(evening(postgres, seed, steps))
        finally:
            postgres.stop()


async def evening(postgres: EmbeddedPostgres, seed: int, steps: int) -> int:
    """0 where every step was as the model said; the counts of operations and faults are printed."""
    name = f"soak_{seed}"
    await create_database(postgres.url("postgres"), name, anew=True)
    await migrate(postgres.url(name))
    print(f"seed {seed}: {steps:,} steps …", flush=True)
    try:
        print(f"seed {seed}: {await Simulation(postgres.url(name), seed).play(steps)}", flush=True)
    except MismatchError as error:
        print(f"MISMATCH: {error}", flush=True)
        return 1
    return 0


def _stormy(seed: int, arguments: argparse.Namespace) -> int:
    seconds = arguments.minutes * 60
    if not seconds:
        return 0
    parts: dict[str, tuple[Callable[[Path, int], Awaitable[House]], float]] = {
        "PostgreSQL and Redis": (external_house, seconds * (1 - EMBEDDED_SHARE)),
        "the embedded PostgreSQL": (embedded_house, seconds * EMBEDDED_SHARE),
    }
    return max([asyncio.run(_storm(seed, what, build, long, arguments)) for what, (build, long) in parts.items()])


async def _storm(
    seed: int, what: str, build: Callable[[Path, int], Awaitable[House]], seconds: float, arguments: argparse.Namespace
) -> int:
    """0 where all held; the nodes' last words are printed where something did not."""
    with tempfile.TemporaryDirectory(prefix="tallywire-storm-") as folder:
        print(f"seed {seed}: {seconds / 60:.1f} minutes of storm over {what} …", flush=True)
        try:
            house = await build(Path(folder), arguments.crews)
        except NoRedisError as error:
            print(f"left out: {error}", flush=True)
            return 0
        storm = Storm(house, seed, arguments.crews, arguments.readers, arguments.fault, say=_say)
        try:
            await storm.play(seconds)
            print(f"seed {seed}: {storm.told()}", flush=True)
            return 0
        except Exception as error:
            known = isinstance(error, StormMismatchError)
            print(f"MISMATCH, seed {seed}, after {dict(storm.faults_struck)}: {error}", flush=True)
            if not known:
                traceback.print_exception(error)
            for node in house.nodes:
                lines = node.log.read_text(errors="replace").splitlines()
                print(f"--- {node.name}:", *lines[-LOG_LINES:], sep="\n")
            return 1
        finally:
            await asyncio.to_thread(house.close)


def _say(line: str) -> None:
    print(f"  {line}", flush=True)


if __name__ == "__main__":
    raise SystemExit(main())
