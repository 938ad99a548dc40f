"""Files of a server: the published results, photographs, the schema, and whatever else has an address there."""

from dataclasses import dataclass
from typing import Any

import orjson

from .wire import Wire


@dataclass(frozen=True, slots=True)
class File:
    """`etag`: to ask again with. `cacheable`: what the server says of how long it may be kept."""

    content: bytes
    media_type: str
    etag: str | None
    cacheable: str

    def json(self) -> Any:
        return orjson.loads(self.content)

    def text(self) -> str:
        return self.content.decode()


class Files:
    """By path below the server's address. Each raises RefusedError (HTTP_404, …) and UnreachableError."""

    def __init__(self, wire: Wire, token: str | None) -> None:
        self._wire = wire
        self._token = token

    async def get(self, path: str, *, etag: str | None = None) -> File | None:
        """`path`: begins with a slash. None: it has not changed since it had this `etag`."""
        status, headers, content = await self._wire.get(path, self._token, etag)
        if status == 304:
            return None
        kind = headers.get("Content-Type", "application/octet-stream")
        return File(content, kind, headers.get("ETag"), headers.get("Cache-Control", ""))

    async def latest(self, election_id: str, *, etag: str | None = None) -> File | None:
        """The pointer to the newest cut (docs/results-files.md); its `url` is a file that never changes."""
        return await self.get(f"/results/{election_id}/latest.json", etag=etag)

    async def cut(self, election_id: str, number: int, shape: str = "json") -> File:
        """Every result as cut `number` has it; `shape`: json or csv."""
        return await self._whole(f"/results/{election_id}/cuts/{number}.{shape}")

    async def photograph(self, sha256: str, width: int | None = None) -> File:
        """As the public may see it. `width`: in pixels, 320 or 1280; None: as large as it is."""
        return await self._whole(f"/evidence/{sha256}" + (f"?width={width}" if width else ""))

    async def send_photograph(self, sha256: str, photograph: bytes) -> int:
        """The status: 201 taken, 200 it was there. `sha256`: of the file, as the tally names it."""
        return await self._wire.put(f"/evidence/{sha256}", photograph, self._token)

    async def schema(self) -> str:
        """The server's SDL."""
        return (await self._whole("/schema.graphql")).text()

    async def _whole(self, path: str) -> File:
        file = await self.get(path)
        assert file is not None, "asked without an ETag, so that 304 is no answer"
        return file
