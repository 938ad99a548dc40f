"""The origin as a follower reads it: which elections it has, and their logs."""

from dataclasses import dataclass

import httpx

from counting.vocabulary import ElectionPhase
from feed.cuts import address
from feed.position import BadCursorError, decode
from ledger.strict_json import strict
from tallywire.verify.fetching import DOCUMENT_BYTES_MAX, MIB, Fetcher, SourceError
from tallywire.verify.source import Address, Source

# A head that is waited for comes back after so long at the latest, so that an origin that went away is noticed.
WAIT_SECONDS = 2.0
# Silence, and a whole file.
TIMEOUT_SECONDS = 10.0
FILE_SECONDS = 60.0
ELECTIONS_MAX = 1_000
# `phase` is not in the log: it is the origin's word.
ELECTIONS = "query Followed { elections { id phase cursor } }"


@dataclass(frozen=True, slots=True)
class Shown:
    """An election as the origin shows it."""

    id: str
    phase: str
    epoch: str


class Origin:
    """`url`: its address, without a path. `token`: to read there, where it wants one."""

    def __init__(self, url: str, token: str | None) -> None:
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        self.url = url.rstrip("/")
        self._client = httpx.AsyncClient(base_url=self.url, headers=headers, timeout=TIMEOUT_SECONDS)
        self._fetcher = Fetcher(self._client, FILE_SECONDS)

    async def close(self) -> None:
        await self._client.aclose()

    def log(self, election: str) -> Source:
        return Address(self._fetcher, election)

    async def head_beyond(self, election: str, size: int) -> bytes | None:
        """The newest head; where it is of `size` entries, the next one, for a moment. None where there is none.

        Raises SourceError.
        """
        return await self.log(election).get(f"checkpoint?after={size}&wait={WAIT_SECONDS}")

    async def cut(self, election: str, number: int) -> bytes | None:
        """The results file of a cut. Raises SourceError."""
        return await self._fetcher.get(address(election, number, "json"), DOCUMENT_BYTES_MAX)

    async def elections(self) -> list[Shown]:
        """Raises SourceError."""
        content = await self._fetcher.post("/graphql", {"query": ELECTIONS}, MIB)
        try:
            answer = strict(content)
            if answer.get("errors"):
                raise SourceError(f"{self.url}: {answer['errors'][0]['message']}")
            found = answer["data"]["elections"][:ELECTIONS_MAX]
            return [Shown(str(one["id"]), ElectionPhase(one["phase"]), decode(one["cursor"]).epoch) for one in found]
        except (ValueError, KeyError, TypeError, AttributeError, IndexError, BadCursorError) as error:
            raise SourceError(f"{self.url} does not answer as tallywire does") from error
