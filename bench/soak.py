"""Ten thousand seeded steps against a model of a hundred lines, with faults between them; ends with 1 at a mismatch.

make soak                                        three evenings, each of a seed that is printed
python -m bench.soak --seed 7 --steps 100000     one of them again, or a longer one
"""

import argparse
import asyncio
import random
import tempfile
from pathlib import Path

from db.embedded import EmbeddedPostgres
from db.migrate import create_database, migrate
from tests.simulation.simulation import MismatchError, Simulation

SEEDS_MAX = 1_000_000


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seed", type=int, default=None, help="one evening; else three of seeds drawn now")
    parser.add_argument("--steps", type=int, default=10_000)
    arguments = parser.parse_args()
    seeds = [arguments.seed] if arguments.seed is not None else random.sample(range(SEEDS_MAX), 3)
    with tempfile.TemporaryDirectory(prefix="tallywire-soak-") as folder:
        postgres = EmbeddedPostgres.start(Path(folder) / "postgres")
        try:
            return max(asyncio.run(evening(postgres, seed, arguments.steps)) for seed in seeds)
        finally:
            postgres.stop()


async def evening(postgres: EmbeddedPostgres, seed: int, steps: int) -> int:
    """0 where every step was as the model says; the counts of operations and faults are printed."""
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


if __name__ == "__main__":
    raise SystemExit(main())
