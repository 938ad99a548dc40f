"""Everything under `/results/{election}/`. See docs/results-files.md."""

from collections.abc import Awaitable, Callable
from typing import cast

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from db.cuts import Cut
from db.database import is_away
from feed.cuts import Cuts, Shape, address
from feed.election_feed import ElectionFeed
from feed.stored_results import ChangedCutError
from feed.tail import Tail
from ledger.leaf import canonical, instant
from tallywire.public_file import CSV, JSON, YEAR_SECONDS, PublicFiles, told

LATEST_SECONDS = 3
# Until the first report a package can be loaded anew, and the zero report is made anew with it.
UNCOUNTED_SECONDS = 60
NUMBER_MAX = 2_147_483_647
MEDIA_TYPES: dict[str, str] = {"json": JSON, "csv": CSV}
FORMAT = "tallywire-latest/1"


class ResultsFiles:
    def __init__(self, cuts: Cuts, tail: Tail, files: PublicFiles) -> None:
        self._cuts = cuts
        self._tail = tail
        self._files = files

    @property
    def routes(self) -> list[BaseRoute]:
        return [
            Route("/results/{election}/latest.json", self._guarded(self._latest)),
            Route("/results/{election}/cuts/{number:int}.{shape}", self._guarded(self._file)),
        ]

    def _guarded(
        self, answer: Callable[[Request, ElectionFeed], Awaitable[Response]]
    ) -> Callable[[Request], Awaitable[Response]]:
        async def endpoint(request: Request) -> Response:
            try:
                if not await self._files.may_read(request):
                    return told("a valid token is needed, as Authorization: Bearer …", 401)
                feed = self._tail.feed(request.path_params["election"])
                if feed is None or not feed.opened:
                    return told("there are no results here, or counting has not opened yet", 404)
                return await answer(request, feed)
            except Exception as error:
                if not is_away(error):
                    raise
                return told("this cannot be answered right now", 503)

        return endpoint

    async def _latest(self, request: Request, feed: ElectionFeed) -> Response:
        cut = await self._cuts.newest(feed)
        if cut is None:
            return told("there is no cut yet: ask again in a moment", 404)
        return await self._files.send(request, canonical(_pointer(feed, cut)), JSON, LATEST_SECONDS)

    async def _file(self, request: Request, feed: ElectionFeed) -> Response:
        number, shape = request.path_params["number"], request.path_params["shape"]
        cut = None
        if shape in MEDIA_TYPES and number <= NUMBER_MAX:
            cut = await self._cuts.cut(feed, number)
        # One way to write an address: copies in between would keep the others apart.
        if cut is None or request.url.path != address(cut.election_id, number, shape):
            return told("there is no such cut", 404)
        try:
            packed = await self._cuts.packed_file(feed, cut, cast(Shape, shape))
        except ChangedCutError:
            return told("what is stored is not what was cut: it is not given out", 500)
        seconds = YEAR_SECONDS if feed.sequence else UNCOUNTED_SECONDS
        return await self._files.send_packed(
            request, packed, f"{cut.results_sha256}.{shape}", MEDIA_TYPES[shape], seconds
        )


def _pointer(feed: ElectionFeed, cut: Cut) -> dict[str, object]:
    return {
        "format": FORMAT,
        "election": feed.id,
        "isTest": feed.definition.is_test,
        "cut": cut.number,
        "sequence": cut.sequence,
        "cursor": feed.position_of(cut.sequence).encode(),
        "takenAt": instant(cut.taken_at),
        "phase": cut.phase.value,
        "rootHash": cut.root_text,
        "resultsSha256": cut.results_sha256,
        "bytes": cut.results_bytes,
        "url": address(feed.id, cut.number, "json"),
        "csv": address(feed.id, cut.number, "csv"),
    }
