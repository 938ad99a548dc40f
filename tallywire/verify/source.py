"""Where a log is read from: a server, or a folder with the same files under the same names."""

import asyncio
import contextlib
from pathlib import Path
from typing import Protocol

import httpx

TIMEOUT_SECONDS = 60.0
ATTEMPTS = 3


class SourceError(Exception):
    """What is needed cannot be had from there; the message says what, and why."""


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
        try:
            return await asyncio.to_thread((self._root / path).read_bytes)
        except (FileNotFoundError, NotADirectoryError):
            return None
        except OSError as error:
            raise SourceError(f"{self._root / path}: {error.strerror}") from error


class Address:
    """One log of a server; `client` has the server's address and the reader's token."""

    def __init__(self, client: httpx.AsyncClient, election: str) -> None:
        self._client = client
        self._path = f"/log/{election}/"
        self.name = f"{client.base_url}".rstrip("/") + self._path

    async def get(self, path: str) -> bytes | None:
        answer = await asked(self._client, self._path + path)
        return None if answer.status_code == 404 else answer.content


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
        target = self._root / path

        def write() -> None:
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(content)

        try:
            await asyncio.to_thread(write)
        except OSError as error:
            raise SourceError(f"{target}: {error.strerror}") from error


async def asked(client: httpx.AsyncClient, path: str) -> httpx.Response:
    """200 or 404; asks again where the network fails. Raises SourceError."""
    where = f"{client.base_url}".rstrip("/") + path
    for attempt in range(ATTEMPTS):
        with contextlib.suppress(httpx.TransportError):
            answer = await client.get(path)
            if answer.status_code in (200, 404):
                return answer
            if answer.status_code < 500:
                raise SourceError(f"{where} answers {answer.status_code}: {answer.text.strip()[:200]}")
        if attempt + 1 < ATTEMPTS:
            await asyncio.sleep(attempt)
    raise SourceError(f"{where} cannot be reached")
