"""Results files out of the database, held against their digests."""

import asyncio
import gzip
import hashlib
import zlib

import asyncpg

from db.cuts import Cut, read_packed_results


class ChangedCutError(Exception):
    """A stored file is not the one that was cut."""


async def read_results(database: asyncpg.Pool, cut: Cut) -> bytes:
    """The file as it was cut. Raises ChangedCutError."""
    return await asyncio.to_thread(_unpacked, cut, await read_packed_results(database, cut))


def _unpacked(cut: Cut, packed: bytes) -> bytes:
    try:
        content = gzip.decompress(packed)
    except (OSError, EOFError, zlib.error) as error:
        raise ChangedCutError(f"cut {cut.number} of {cut.election_id}: {error}") from error
    if hashlib.sha256(content).hexdigest() != cut.results_sha256:
        raise ChangedCutError(f"cut {cut.number} of {cut.election_id} has another digest")
    return content
