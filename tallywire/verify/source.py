"""Where a log is read from: a server, or a folder with the same files under the same names."""

import asyncio
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Protocol

from ledger.note import NOTE_BYTES_MAX
from ledger.tiles import ENTRY_BYTES_MAX, WIDTH
from tallywire.verify.fetching import DOCUMENT_BYTES_MAX, MIB, Fetcher, SourceError, UnsoundError

__all__ = ["Address", "Folder", "Saved", "Source", "SourceError", "UnsoundError", "side_by_side"]

KEYS_BYTES_MAX = MIB
TILE_BYTES_MAX = 32 * WIDTH
BUNDLE_BYTES_MAX = (2 + ENTRY_BYTES_MAX) * WIDTH
# By the beginning of the path under the log's address.
BYTES_MAX = {
    "checkpoint": NOTE_BYTES_MAX,
    "witnessed/": NOTE_BYTES_MAX,
    "keys": KEYS_BYTES_MAX,
    "tile/entries/": BUNDLE_BYTES_MAX,
    "sealed/entries/": BUNDLE_BYTES_MAX,
    "tile/": TILE_BYTES_MAX,
}


async def side_by_side(worker: Callable[[], Coroutine[None, None, None]], at_once: int) -> None:
    """So many workers at once, to their end. Raises what the first of them raised."""
    try:
        async with asyncio.TaskGroup() as group:
            for _ in range(at_once):
                group.create_task(worker())
    except ExceptionGroup as several:
        raise several.exceptions[0] from several


class Source(Protocol):
    name: str

    async def get(self, path: str) -> bytes | None:
        """The file, by its path under the log's address; None where there is none. Raises SourceError."""


class Folder:
    """A copy that `--save` wrote, or the files of any mirror."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self.name = str(root)

    async def get(self, path: str) -> bytes | None:
        target = inside(self._root, path)

        def read() -> bytes:
            if target.stat().st_size > DOCUMENT_BYTES_MAX:
                raise SourceError(f"{target} has more than {DOCUMENT_BYTES_MAX:,} bytes")
            return target.read_bytes()

        try:
            return await asyncio.to_thread(read)
        except (FileNotFoundError, NotADirectoryError):
            return None
        except OSError as error:
            raise SourceError(f"{target}: {error.strerror}") from error


class Address:
    """One log of a server."""

    def __init__(self, fetcher: Fetcher, election: str) -> None:
        self._fetcher = fetcher
        self._path = f"/log/{election}/"
        self.name = fetcher.name + self._path

    async def get(self, path: str) -> bytes | None:
        most = next((most for start, most in BYTES_MAX.items() if path.startswith(start)), DOCUMENT_BYTES_MAX)
        return await self._fetcher.get(self._path + path, most)


class Files:
    """A server's files under any other path; `bytes_max` for each."""

    def __init__(self, fetcher: Fetcher, path: str, bytes_max: int = DOCUMENT_BYTES_MAX) -> None:
        self._fetcher = fetcher
        self._path = path
        self._bytes_max = bytes_max
        self.name = fetcher.name + path

    async def get(self, path: str) -> bytes | None:
        return await self._fetcher.get(self._path + path, self._bytes_max)


class Saved:
    """What another source gives, written into a folder on the way."""

    def __init__(self, source: Source, root: Path) -> None:
        self._source = source
        self._root = root
        self.name = source.name

    async def get(self, path: str) -> bytes | None:
        content = await self._source.get(path)
        if content is not None:
            await self.keep(path, content)
        return content

    async def keep(self, path: str, content: bytes) -> None:
        """Raises SourceError."""
        target = inside(self._root, path)

        def write() -> None:
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(content)

        try:
            await asyncio.to_thread(write)
        except OSError as error:
            raise SourceError(f"{target}: {error.strerror}") from error


def inside(root: Path, path: str) -> Path:
    """The file in this folder; raises SourceError on a path that leads out of it."""
    parts = Path(path).parts
    if Path(path).is_absolute() or ".." in parts or "\0" in path:
        raise SourceError(f"{path!r} is no path of a log's file")
    return root / path
