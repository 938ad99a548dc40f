"""What the ledger costs the way in: CPU of sealing a night's log, per entry: python -m bench.sealing

Seals as the server does, some entries at a time, in a process that does nothing else; PostgreSQL's share beside it.
"""

import argparse
import asyncio
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

import psutil
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from bench.verify import write_log
from db.database import Connection, Database
from ledger.keys import register_first
from ledger.sealing import Signer, seal
from tallywire.loading import checked_package, load_package
from tallywire.packaged import bangkok
from tallywire.settings import Settings
from tallywire.storage import open_storage

ELECTION = "bkk-2022"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--entries", type=int, default=45_790)
    parser.add_argument("--at-a-time", type=int, default=500, help="what comes in between two heads")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="tallywire-sealing-") as folder:
        asyncio.run(measure(Path(folder), arguments.entries, arguments.at_a_time))
    return 0


async def measure(folder: Path, entries: int, at_a_time: int) -> None:
    settings = Settings(data_dir=folder)
    async with open_storage(settings) as database:
        await load_package(database, bangkok(), checked_package(bangkok())[0])
    await write_log(folder, entries)
    async with open_storage(settings) as database:
        await seal_all(database, entries, at_a_time)


async def seal_all(database: Database, entries: int, at_a_time: int) -> None:
    signer = Signer(Ed25519PrivateKey.generate(), "bench.example")
    async with database.pool.acquire() as connection:
        await register_first(connection, signer.key, datetime.now(UTC))
        await connection.execute("UPDATE log_head SET sequence = 0")
        await seal(connection, signer, ELECTION, datetime.now(UTC))
        server = psutil.Process(await connection.fetchval("SELECT pg_backend_pid()"))
        before, began = (time.process_time(), sum(server.cpu_times()[:2])), time.monotonic()
        await step(connection, signer, entries, at_a_time)
        here, there = time.process_time() - before[0], sum(server.cpu_times()[:2]) - before[1]
    heads = -(-entries // at_a_time)
    print(f"{entries:,} entries, {heads} heads, {time.monotonic() - began:.1f} s")
    print(f"CPU an entry: {here / entries * 1e6:.0f} µs here, {there / entries * 1e6:.0f} µs in PostgreSQL")


async def step(connection: Connection, signer: Signer, entries: int, at_a_time: int) -> None:
    for head in range(at_a_time, entries + at_a_time, at_a_time):
        await connection.execute("UPDATE log_head SET sequence = $1", min(head, entries))
        while await seal(connection, signer, ELECTION, datetime.now(UTC)):
            """Until it has caught up."""


if __name__ == "__main__":
    sys.exit(main())
