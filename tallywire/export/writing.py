"""Writing a whole installation: one snapshot of every table, and the photographs that it names."""

import base64
import secrets
from collections.abc import Callable
from datetime import UTC, datetime
from importlib.metadata import version

import asyncpg

from db.database import Connection, Database
from db.whole import AS_WRITTEN, count_rows, read_lines, read_revision, tables
from tallywire.evidence.development import WIDTHS
from tallywire.evidence.store import Store, smaller
from tallywire.export.archive import MANIFEST, Archive, Exported, Hashed, Manifest

READ_ELECTIONS = """
    SELECT e.id, e.epoch, e.is_test, h.sequence, coalesce(l.size, 0) AS size, last.root,
        coalesce(last.number, 0) AS heads
    FROM election e JOIN log_head h ON h.election_id = e.id LEFT JOIN ledger l ON l.election_id = e.id
    LEFT JOIN LATERAL (
        SELECT root, number FROM ledger_head WHERE election_id = e.id ORDER BY number DESC LIMIT 1
    ) AS last ON true
    ORDER BY e.id
"""
READ_PHOTOGRAPHS = "SELECT sha256, public_sha256, width FROM evidence ORDER BY sha256"

# What is written, how much of it, out of how much.
Progress = Callable[[str, int, int], None]


def member_of(table: str) -> str:
    return f"tables/{table}.ndjson"


def photograph_member(name: str) -> str:
    return f"evidence/{name[:2]}/{name}"


async def write_whole(
    database: Database, archive: Archive, store: Store | None, *, tokens: bool, progress: Progress
) -> Manifest:
    """Everything as it stood at one moment. `store` None: photographs are named, and not taken along.

    Rows pass one page at a time. Raises OSError, StoreUnavailableError.
    """
    connection = await database.connect()
    try:
        async with connection.transaction(isolation="repeatable_read", readonly=True):
            await connection.execute(AS_WRITTEN)
            manifest = Manifest(
                revision=await read_revision(connection),
                version=version("tallywire"),
                made_at=datetime.now(UTC).isoformat(timespec="seconds"),
                tokens=tokens,
                photographs=store is not None,
                elections=[_exported(row) for row in await connection.fetch(READ_ELECTIONS)],
            )
            salt = None if tokens else secrets.token_hex(16)
            for name in tables():
                await _write_table(connection, archive, manifest, name, salt, progress)
            if store is not None:
                await _write_photographs(connection, archive, manifest, store, progress)
    finally:
        await connection.close()
    with archive.write(MANIFEST) as file:
        file.write(manifest.as_json())
    return manifest


def _exported(row: asyncpg.Record) -> Exported:
    root = base64.b64encode(row["root"]).decode() if row["root"] is not None else None
    return Exported(row["id"], row["epoch"], row["is_test"], row["sequence"], row["size"], row["heads"], root)


async def _write_table(
    connection: Connection, archive: Archive, manifest: Manifest, name: str, salt: str | None, progress: Progress
) -> None:
    total, done = await count_rows(connection, name), 0
    with archive.write(member_of(name)) as file:
        member = Hashed(file)
        async for line in read_lines(connection, name, salt):
            member.write(line.encode() + b"\n")
            done += 1
            progress(name, done, total)
    manifest.members[member_of(name)] = {"rows": done, "sha256": member.sha256}


async def _write_photographs(
    connection: Connection, archive: Archive, manifest: Manifest, store: Store, progress: Progress
) -> None:
    """As they were sent, and as they are shown, the narrower ones too."""
    total, done = await count_rows(connection, "evidence"), 0
    async for row in connection.cursor(READ_PHOTOGRAPHS):
        narrower = {smaller(row["public_sha256"], width) for width in WIDTHS if width < row["width"]}
        for name in sorted({row["sha256"], row["public_sha256"]} | narrower):
            # Two photographs may be shown as one picture.
            if photograph_member(name) not in manifest.members:
                await _write_photograph(archive, manifest, store, name)
        done += 1
        progress("photographs", done, total)


async def _write_photograph(archive: Archive, manifest: Manifest, store: Store, name: str) -> None:
    size, pieces = await store.get(name)
    with archive.write(photograph_member(name)) as file:
        member = Hashed(file)
        async for piece in pieces:
            member.write(piece)
    manifest.members[photograph_member(name)] = {"bytes": size, "sha256": member.sha256}
