"""What is fetched from somebody who may wish us ill: each file within a length and a time, from the server named.

A body is read as it comes and unpacked by the piece, so that neither one without end nor one that unpacks to more than
memory holds costs more than its limit.
"""

import asyncio
import sys
import zlib
from dataclasses import dataclass, field
from typing import Any

import httpx

SECONDS = 60.0
ATTEMPTS = 3
AGAIN_SECONDS = 0.4
REDIRECTS_MAX = 3
# Of everything that one check fetches: a national election of a million entries has some 2 GB.
TOTAL_BYTES_MAX = 8 * 1024**3
MIB = 1024**2
# definition.json of a nation has 40 MB, a results file of all of it less.
DOCUMENT_BYTES_MAX = 256 * MIB
ANSWER_BYTES_MAX = 64 * MIB
SHOWN_BYTES = 200
GZIP = 31
REDIRECTS = frozenset({301, 302, 303, 307, 308})


class SourceError(Exception):
    """What is needed cannot be had from there, so it cannot be checked; the message says what, and why."""


class UnsoundError(SourceError):
    """What is served is nothing that a log serves: that was checked, and it is wrong."""


@dataclass(frozen=True, slots=True)
class Answer:
    """`content` is None where there is no such file."""

    content: bytes | None


@dataclass(slots=True)
class Fetcher:
    """`client` has the server's address and the reader's token; `seconds` for each file, from the first byte asked.

    `elsewhere`: a redirect may lead to another server, which never gets the token. `fetched`: bytes so far, of
    `total_max`.
    """

    client: httpx.AsyncClient
    seconds: float = SECONDS
    elsewhere: bool = False
    total_max: int = sys.maxsize
    fetched: int = field(default=0)

    @property
    def name(self) -> str:
        return f"{self.client.base_url}".rstrip("/")

    async def get(self, path: str, bytes_max: int) -> bytes | None:
        """The file; None where there is none. Asks again where the network fails. Raises SourceError."""
        try:
            request = self.client.build_request("GET", path, headers=_ACCEPTED)
        except httpx.InvalidURL as error:
            raise SourceError(f"{path!r} is no path: {error}") from error
        return await self._until_answered(request, bytes_max)

    async def post(self, path: str, body: Any, bytes_max: int = ANSWER_BYTES_MAX) -> bytes:
        """What a question is answered with. Raises SourceError."""
        request = self.client.build_request("POST", path, json=body, headers=_ACCEPTED)
        content = await self._until_answered(request, bytes_max)
        if content is None:
            raise SourceError(f"{request.url} is not there")
        return content

    async def _until_answered(self, request: httpx.Request, bytes_max: int) -> bytes | None:
        failed: list[str] = []
        try:
            async with asyncio.timeout(self.seconds):
                while len(failed) < ATTEMPTS:
                    try:
                        answer = await self._redirected(request, bytes_max)
                        if answer is not None:
                            return answer.content
                        failed.append("it is in trouble")
                    except httpx.HTTPError as error:
                        failed.append(type(error).__name__)
                    await asyncio.sleep(AGAIN_SECONDS * (len(failed) - 1) if len(failed) < ATTEMPTS else 0)
        except TimeoutError as error:
            if not failed:
                raise SourceError(f"{request.url} takes longer than {self.seconds:g} s") from error
        raise SourceError(f"{request.url} cannot be reached: {failed[-1]}")

    async def _redirected(self, request: httpx.Request, bytes_max: int) -> Answer | None:
        """None: the server is in trouble, and may be asked again."""
        for _ in range(REDIRECTS_MAX + 1):
            answer = await self.client.send(request, stream=True, follow_redirects=False)
            try:
                if answer.status_code not in REDIRECTS or answer.next_request is None:
                    return await self._answer(answer, bytes_max)
                following = answer.next_request
                if not self.elsewhere and not _same_server(request.url, following.url):
                    raise SourceError(f"{request.url} leads to {_shown(str(following.url))}: name that address itself")
                request = following
            finally:
                await answer.aclose()
        raise SourceError(f"{request.url} leads on and on")

    async def _answer(self, answer: httpx.Response, bytes_max: int) -> Answer | None:
        where, status = answer.url, answer.status_code
        if status == 404:
            return Answer(None)
        if status >= 500:
            return None
        if status != 200:
            said = _shown((await self._body(answer, ANSWER_BYTES_MAX)).decode(errors="replace"))
            raise SourceError(f"{where} answers {status}: {said}")
        return Answer(await self._body(answer, bytes_max))

    async def _body(self, answer: httpx.Response, bytes_max: int) -> bytes:
        """Raises UnsoundError where it is longer than any such file, or not packed as it says."""
        packing = answer.headers.get("content-encoding", "identity").strip().lower()
        if packing not in ("identity", "gzip"):
            raise UnsoundError(f"{answer.url} comes packed as {_shown(packing)}, which was not asked for")
        unpack = zlib.decompressobj(GZIP) if packing == "gzip" else None
        body = bytearray()
        try:
            async for raw in answer.aiter_raw():
                piece = raw if unpack is None else unpack.decompress(raw, bytes_max + 1 - len(body))
                body += piece
                self.fetched += len(piece)
                if len(body) > bytes_max:
                    raise UnsoundError(f"{answer.url} has more than {bytes_max:,} bytes, the most that it may have")
                if self.fetched > self.total_max:
                    raise SourceError(f"{answer.url}: more than {self.total_max:,} bytes were fetched by now")
        except zlib.error as error:
            raise UnsoundError(f"{answer.url} is not packed as it says: {error}") from error
        if unpack is not None and not unpack.eof:
            raise UnsoundError(f"{answer.url} is not packed as it says: it is cut off")
        return bytes(body)


_ACCEPTED = {"Accept-Encoding": "gzip"}


def _same_server(one: httpx.URL, other: httpx.URL) -> bool:
    """The same address, or the same host by https instead of http."""
    if (one.scheme, one.netloc) == (other.scheme, other.netloc):
        return True
    return one.host == other.host and (one.scheme, other.scheme) == ("http", "https") and other.port is None


def _shown(text: str) -> str:
    """The beginning of what a stranger says, in one line."""
    return "".join(sign if sign.isprintable() else " " for sign in text[:SHOWN_BYTES]).strip()
