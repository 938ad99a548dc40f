"""The origin's cuts: each file's digest is signed in a head, and its results are those that the entries add up to."""

import asyncio
import base64
import hashlib
import zlib
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime

from counting.vocabulary import ElectionPhase
from db.cuts import Cut, add_cut, newest_cut, packed
from db.database import Database
from feed.election_feed import ElectionFeed
from feed.results_file import Heading, results_file
from ledger.cut_line import CutLine
from ledger.strict_json import strict
from tallywire.follow.refusal import RefusedError

Fetch = Callable[[int], Awaitable[bytes | None]]


# A cut a minute for half a year; further back than that nobody follows a chain at once.
CHAIN_MAX = 262_144


@dataclass(frozen=True, slots=True)
class _File:
    """`packed`: a whole night's files wait in memory, as the newest has to be had first."""

    number: int
    sha256: str
    packed: bytes
    previous: str | None

    @property
    def content(self) -> bytes:
        return zlib.decompress(self.packed)


async def take_cuts(database: Database, feed: ElectionFeed, line: CutLine, fetch: Fetch) -> None:
    """All cuts up to the one that a verified head names. Raises SourceError, RefusedError."""
    last = await newest_cut(database.pool, feed.id, feed.definition.epoch)
    if (last is not None and last.number >= line.number) or not await feed.reach(line.sequence):
        return
    for file in reversed(await _chain(line, last, fetch)):
        content = file.content
        cut, heading = _read(feed, file, content)
        if not 0 <= cut.sequence <= line.sequence:
            raise RefusedError(f"cut {cut.number} says that it was taken after entry {cut.sequence}, which cannot be")
        board = await feed.history.at(database.pool, cut.sequence)
        if await asyncio.to_thread(results_file, board, heading) != content:
            raise RefusedError(f"cut {cut.number} is not what the entries up to {cut.sequence} add up to")
        async with database.pool.acquire() as connection:
            await add_cut(connection, cut, packed(content))


async def _chain(line: CutLine, last: Cut | None, fetch: Fetch) -> list[_File]:
    """The newest first: each names the digest of the one before it, down to the last one that is stored here."""
    if line.number - (last.number if last else 0) > CHAIN_MAX:
        raise RefusedError(f"cut {line.number} is signed; no election has so many")
    files: list[_File] = []
    wanted: str | None = line.results_sha256
    for number in range(line.number, last.number if last else -1, -1):
        content = await fetch(number)
        if content is None or hashlib.sha256(content).hexdigest() != wanted:
            raise RefusedError(f"the file of cut {number} is not the one that was signed")
        try:
            previous = strict(content)["previous"]
        except (ValueError, KeyError, TypeError) as error:
            raise RefusedError(f"the file of cut {number} cannot be read: {error!r}") from error
        files.append(_File(number, wanted, zlib.compress(content, 1), previous))
        wanted = previous
    if wanted != (last.results_sha256 if last else None):
        raise RefusedError(f"cut {files[-1].number} does not follow from the one before it")
    return files


def _read(feed: ElectionFeed, file: _File, content: bytes) -> tuple[Cut, Heading]:
    try:
        value = strict(content)
        heading = Heading(
            file.number,
            datetime.fromisoformat(value["takenAt"]),
            ElectionPhase(value["phase"]),
            value["rootHash"],
            value["definition"],
            file.previous,
        )
        cut = Cut(
            feed.id,
            feed.definition.epoch,
            file.number,
            int(value["sequence"]),
            heading.taken_at,
            heading.phase,
            base64.b64decode(heading.root_hash, validate=True),
            file.sha256,
            len(content),
        )
    except (ValueError, KeyError, TypeError) as error:
        raise RefusedError(f"the file of cut {file.number} cannot be read: {error!r}") from error
    return cut, heading
