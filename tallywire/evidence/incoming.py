"""Taking a body in: to a file, digested as it comes, with an end to its size and to waiting for it."""

import asyncio
import contextlib
import errno
import hashlib
import os
import tempfile
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path

from starlette.requests import Request

from tallywire.evidence import refusal
from tallywire.evidence.allowance import Allowance

STALL_SECONDS = 30
FULL = frozenset({errno.ENOSPC, errno.EDQUOT})
# What a client sends on after it was too much is thrown away, so that it hears why; but not for ever.
THROWN_AWAY_BYTES_MAX = 100_000_000
# So much is gathered before it is written, away from the event loop.
WRITE_BYTES = 512 * 1024


@dataclass(frozen=True, slots=True)
class Incoming:
    """A body that arrived whole: where it lies for now, how long it is, and its sha256 (hex)."""

    path: Path
    bytes: int
    sha256: str


@contextlib.asynccontextmanager
async def incoming(
    request: Request, folder: Path, bytes_max: int, allowance: Allowance, person_id: str
) -> AsyncIterator[Incoming]:
    """The body in a file that is gone afterwards. Raises RefusedError, ClientDisconnect."""
    await _check_length(request, bytes_max)
    with _file_in(folder) as (descriptor, path):
        digest, size = hashlib.sha256(), 0
        waiting: list[bytes] = []
        async for piece in _pieces(request):
            size += len(piece)
            if size > bytes_max:
                await _throw_away(request)
                raise refusal.too_large(bytes_max)
            await allowance.count_bytes(person_id, len(piece))
            digest.update(piece)
            waiting.append(piece)
            if sum(map(len, waiting)) >= WRITE_BYTES:
                await asyncio.to_thread(_write, descriptor, b"".join(waiting))
                waiting.clear()
        await asyncio.to_thread(_write, descriptor, b"".join(waiting))
        if size == 0:
            raise refusal.empty()
        yield Incoming(path, size, digest.hexdigest())


async def digest_only(request: Request, bytes_max: int) -> str:
    """The sha256 (hex) of a body that need not be kept. Raises RefusedError, ClientDisconnect."""
    await _check_length(request, bytes_max)
    digest, size = hashlib.sha256(), 0
    async for piece in _pieces(request):
        size += len(piece)
        if size > bytes_max:
            await _throw_away(request)
            raise refusal.too_large(bytes_max)
        digest.update(piece)
    return digest.hexdigest()


async def _check_length(request: Request, bytes_max: int) -> None:
    """Told before it is sent, where the client waits to hear; else as soon as it has been."""
    length = request.headers.get("content-length", "")
    if length.isdigit() and int(length) > bytes_max:
        if request.headers.get("expect", "").lower() != "100-continue" and int(length) <= THROWN_AWAY_BYTES_MAX:
            await _throw_away(request)
        raise refusal.too_large(bytes_max)


async def _pieces(request: Request) -> AsyncIterator[bytes]:
    stream = request.stream()
    while True:
        try:
            async with asyncio.timeout(STALL_SECONDS):
                piece = await anext(stream, None)
        except TimeoutError:
            raise refusal.too_slow(STALL_SECONDS) from None
        if piece is None:
            return
        yield piece


async def hear_out(request: Request, bytes_max: int) -> None:
    """Lets a client that was refused before its body was read send it all: else it would never read the answer."""
    length = request.headers.get("content-length", "0")
    waits = request.headers.get("expect", "").lower() == "100-continue"
    if not waits and (not length.isdigit() or int(length) <= bytes_max):
        await _throw_away(request)


async def _throw_away(request: Request) -> None:
    thrown = 0
    # Starlette's word for "there is nothing more".
    with contextlib.suppress(RuntimeError):
        async for piece in _pieces(request):
            thrown += len(piece)
            if thrown > THROWN_AWAY_BYTES_MAX:
                return


@contextlib.contextmanager
def _file_in(folder: Path) -> Iterator[tuple[int, Path]]:
    """A new file's descriptor and path; raises RefusedError where the disk is full or not there."""
    descriptor, path = -1, None
    try:
        folder.mkdir(parents=True, exist_ok=True)
        descriptor, name = tempfile.mkstemp(dir=folder, prefix="incoming-")
        path = Path(name)
        yield descriptor, path
    except OSError as error:
        raise (refusal.store_full() if error.errno in FULL else refusal.unavailable()) from error
    finally:
        if descriptor >= 0:
            os.close(descriptor)
        if path is not None:
            path.unlink(missing_ok=True)


def _write(descriptor: int, content: bytes) -> None:
    with memoryview(content) as rest:
        written = 0
        while written < len(rest):
            written += os.write(descriptor, rest[written:])
