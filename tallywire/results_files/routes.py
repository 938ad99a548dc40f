"""Everything under `/results/{election}/`. See docs/results-files.md."""

import asyncio

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from db.cuts import Cut
from feed.cuts import Cuts, address
from feed.election_feed import ElectionFeed
from feed.results_table import results_table
from feed.stored_results import ChangedCutError
from feed.tail import Tail
from ledger.leaf import canonical, instant
from tallywire.formats.making import Making
from tallywire.formats.shelf import Shelf, ShelfFullError
from tallywire.public_file import CSV, JSON, YEAR_SECONDS, PublicFiles, busy, told
from tallywire.results_files.guarded import guarded

LATEST_SECONDS = 3
# Until the first report a package can be loaded anew, and the zero report is made anew with it.
UNCOUNTED_SECONDS = 60
NUMBER_MAX = 2_147_483_647
MEDIA_TYPES: dict[str, str] = {"json": JSON, "csv": CSV}
FORMAT = "tallywire-latest/1"


class ResultsFiles:
    """`shelf`: where tables lie once they are made."""

    def __init__(self, cuts: Cuts, tail: Tail, files: PublicFiles, shelf: Shelf) -> None:
        self._cuts = cuts
        self._tail = tail
        self._files = files
        self._shelf = shelf

    @property
    def routes(self) -> list[BaseRoute]:
        return [
            Route("/results/{election}/latest.json", guarded(self._latest, self._tail, self._files)),
            Route("/results/{election}/cuts/{number:int}.{shape}", guarded(self._file, self._tail, self._files)),
        ]

    async def _latest(self, request: Request, feed: ElectionFeed) -> Response:
        cut = await self._cuts.newest(feed)
        if cut is None:
            return told("there is no cut yet: ask again in a moment / ยังไม่มีผลรอบใด ลองใหม่ในอีกสักครู่", 404)
        return await self._files.send(request, canonical(_pointer(feed, cut)), JSON, LATEST_SECONDS)

    async def _file(self, request: Request, feed: ElectionFeed) -> Response:
        number, shape = request.path_params["number"], request.path_params["shape"]
        cut = None
        if shape in MEDIA_TYPES and number <= NUMBER_MAX:
            cut = await self._cuts.cut(feed, number)
        # One way to write an address: copies in between would keep the others apart.
        if cut is None or request.url.path != address(cut.election_id, number, shape):
            return told("there is no such cut / ไม่มีผลรอบนี้", 404)
        seconds = YEAR_SECONDS if feed.sequence else UNCOUNTED_SECONDS
        if shape == "csv":
            return await self._table(request, cut, seconds)
        packed = await self._cuts.packed_file(cut)
        return await self._files.send_packed(
            request, packed, f"{cut.results_sha256}.{shape}", MEDIA_TYPES[shape], seconds
        )

    async def _table(self, request: Request, cut: Cut, seconds: int) -> Response:
        async def fill(making: Making) -> None:
            content = await self._cuts.content(cut)
            await asyncio.to_thread(lambda: [making.write(piece) for piece in results_table(content)])

        try:
            made = await self._shelf.file((cut.election_id, cut.epoch, cut.number, "csv"), fill, packed=True)
            return self._files.send_made(request, made, CSV, seconds)
        except ChangedCutError:
            return told("what is stored is not what was cut: it is not given out", 500)
        except ShelfFullError:
            return busy()


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
