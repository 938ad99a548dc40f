"""Where the bytes are: a folder, or any store that obstore knows by its URL. Objects are named by their digest."""

import asyncio
import contextlib
import os
from collections.abc import AsyncIterator, Iterable
from datetime import timedelta
from pathlib import Path
from urllib.parse import unquote, urlsplit

import obstore
from obstore.exceptions import BaseError, NotFoundError
from obstore.store import LocalStore, MemoryStore, ObjectStore, from_url

from tallywire.settings import Settings

CHUNK_BYTES = 256 * 1024
# A phone waits for the answer: what does not come about in this time is tried again by it, not by us.
RETRY = {"max_retries": 2, "retry_timeout": timedelta(seconds=20)}
CLIENT = {"connect_timeout": "5s", "timeout": "60s"}
NO_SPACE = ("No space left on device", "Disk quota exceeded", "QuotaExceeded", "InsufficientStorage")
SCHEMES = ("file", "memory", "s3", "s3a", "gs", "az", "azure", "abfs", "abfss")


class StoreUrlError(ValueError):
    """The URL names no store; the message says so in one line."""


class StoreUnavailableError(Exception):
    """The store did not take or give an object just now."""


class StoreFullError(StoreUnavailableError):
    """There is no room left."""


class Store:
    """Raises StoreUnavailableError from all that it does. Writing an object twice changes nothing."""

    def __init__(self, objects: ObjectStore | None, folder: Path | None = None) -> None:
        self._opened = objects
        self._folder = folder

    @classmethod
    def by(cls, settings: Settings) -> "Store":
        """The one that settings name: by default a folder beside the database. Raises StoreUrlError."""
        url = settings.evidence_url
        if url is None:
            return cls(None, settings.data_dir / "evidence" / "store")
        if urlsplit(url).scheme not in SCHEMES:
            raise StoreUrlError(f"the store of photographs must be one of {', '.join(SCHEMES)}, not {url}")
        if url.startswith("file:"):
            return cls(None, Path(unquote(urlsplit(url).path)))
        try:
            if url.startswith("memory:"):
                return cls(MemoryStore())
            return cls(from_url(url, client_options=CLIENT, retry_config=RETRY))  # type: ignore[call-overload]
        except (BaseError, ValueError, TypeError) as error:
            raise StoreUrlError(f"{url} names no store of photographs: {first_line(error)}") from error

    @property
    def _objects(self) -> ObjectStore:
        """A folder is made at the first photograph: serving without any leaves nothing behind."""
        if self._opened is None:
            assert self._folder is not None
            self._opened = LocalStore(self._folder, automatic_cleanup=True, mkdir=True)
        return self._opened

    async def put(self, name: str, content: bytes | Path) -> None:
        """On disk when this returns, or wherever the store keeps what it has acknowledged."""
        try:
            await obstore.put_async(self._objects, place(name), content)
            if self._folder is not None:
                await asyncio.to_thread(_sync, self._folder / place(name))
        except (BaseError, OSError) as error:
            words = str(error)
            kind = StoreFullError if any(sign in words for sign in NO_SPACE) else StoreUnavailableError
            raise kind(first_line(error)) from error

    async def get(self, name: str) -> tuple[int, AsyncIterator[bytes]]:
        """The object's size and its pieces; where there is none, raises before the first one."""
        try:
            found = await obstore.get_async(self._objects, place(name))
        except (BaseError, OSError) as error:
            raise StoreUnavailableError(first_line(error)) from error

        async def pieces() -> AsyncIterator[bytes]:
            async for piece in found.stream(min_chunk_size=CHUNK_BYTES):
                yield bytes(piece)

        return int(found.meta["size"]), pieces()

    async def delete(self, names: Iterable[str]) -> None:
        for name in names:
            try:
                with contextlib.suppress(NotFoundError, FileNotFoundError):
                    await obstore.delete_async(self._objects, place(name))
            except (BaseError, OSError) as error:
                raise StoreUnavailableError(first_line(error)) from error


def place(name: str) -> str:
    """Not all in one folder: some file systems mind."""
    return f"{name[:2]}/{name}"


def smaller(digest: str, width: int) -> str:
    """The name of a public copy made narrower."""
    return f"{digest}.{width}"


def first_line(error: BaseException) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0]


def _sync(path: Path) -> None:
    """The file and the folder that names it, through to the disk."""
    for target in (path, path.parent):
        descriptor = os.open(target, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
