"""Exports over HTTP: of a cut, for ever; of the newest cut; of this very moment, where no station has to be read; and
of any earlier position, by its cursor.

/results/{election}/cuts/{number}/{file}    /results/{election}/latest/{file}    /results/{election}/now/{file}
/results/{election}/latest/{file}?at=CURSOR    /results/{election}/now/{file}?at=CURSOR
"""

import time
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from db.cuts import Cut
from db.database import Database
from feed.cuts import Cuts
from feed.election_feed import ElectionFeed
from feed.tail import Tail
from tallywire.formats.catalogue import BY_FILE, Format
from tallywire.formats.making import Making
from tallywire.formats.moment import beyond, entry_at
from tallywire.formats.picture import Picture
from tallywire.formats.selection import ExportRefusedError, Selection, selected
from tallywire.formats.shelf import Shelf, ShelfFullError
from tallywire.formats.writer import write
from tallywire.public_file import YEAR_SECONDS, PublicFiles, busy, told
from tallywire.results_files.guarded import guarded

LATEST_SECONDS = 3
# What is asked for of this moment is made once in so long.
NOW_SECONDS = 1
# Until the first report a package can be loaded anew, and the zero report is made anew with it.
UNCOUNTED_SECONDS = 60
# An earlier position stays as it was; its file tells the election's phase, which may still move.
POSITION_SECONDS = 60
NUMBER_MAX = 2_147_483_647
NOW_KEPT = 256


Look = Callable[[], Awaitable[Picture]]


@dataclass(frozen=True, slots=True)
class Lasting:
    """For how long an answer may be kept, and what it says besides."""

    seconds: int
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Asked:
    """`at`: the cursor of an earlier position."""

    format: Format
    selection: Selection
    at: str | None = None

    def of(self, feed: ElectionFeed, moment: str) -> tuple[str, ...]:
        """What tells this file from all others; `moment`: which of the election's."""
        chosen = self.selection
        words = (chosen.contest or "", chosen.area or "", chosen.level or "", chosen.language)
        return (feed.id, feed.definition.epoch, moment, self.format.file, *words)


class Exports:
    def __init__(self, database: Database, cuts: Cuts, tail: Tail, files: PublicFiles, shelf: Shelf) -> None:
        self._database = database
        self._cuts = cuts
        self._tail = tail
        self._files = files
        self._shelf = shelf
        # The picture of this moment by what is asked for, and until when it is this moment's.
        self._now: dict[tuple[str, ...], tuple[float, Picture]] = {}

    @property
    def routes(self) -> list[BaseRoute]:
        return [
            Route("/results/{election}/cuts/{number:int}/{file}", guarded(self._of_cut, self._tail, self._files)),
            Route("/results/{election}/latest/{file}", guarded(self._of_latest, self._tail, self._files)),
            Route("/results/{election}/now/{file}", guarded(self._of_now, self._tail, self._files)),
        ]

    async def _of_cut(self, request: Request, feed: ElectionFeed) -> Response:
        number = request.path_params["number"]
        cut = await self._cuts.cut(feed, number) if number <= NUMBER_MAX else None
        # One way to write an address: copies in between would keep the others apart.
        if cut is None or request.url.path.split("/")[4] != str(number):
            return told(f"there is no cut {number} / ไม่มีผลรอบที่ {number}", 404)
        return await self._cut(request, feed, cut, Lasting(YEAR_SECONDS if feed.sequence else UNCOUNTED_SECONDS))

    async def _of_latest(self, request: Request, feed: ElectionFeed) -> Response:
        if "at" in request.query_params:
            return await self._of_position(request, feed)
        cut = await self._cuts.newest(feed)
        if cut is None:
            return told("there is no cut yet: ask again in a moment / ยังไม่มีผลรอบใด ลองใหม่ในอีกสักครู่", 404)
        here = f"/results/{quote(feed.id, safe='')}/cuts/{cut.number}/{request.path_params['file']}"
        query = f"?{request.url.query}" if request.url.query else ""
        return await self._cut(request, feed, cut, Lasting(LATEST_SECONDS, {"Content-Location": here + query}))

    async def _cut(self, request: Request, feed: ElectionFeed, cut: Cut, lasting: Lasting) -> Response:
        try:
            asked = _asked(request, feed)

            async def picture() -> Picture:
                board = await feed.history.at(self._database.pool, cut.sequence)
                return Picture(board.copy(), cut.phase, cut.number, cut.taken_at, asked.selection)

            return await self._send(request, feed, asked, f"cut {cut.number}", picture, lasting)
        except ExportRefusedError as error:
            return _refused(error)

    async def _of_position(self, request: Request, feed: ElectionFeed) -> Response:
        try:
            asked = _asked(request, feed, positions=True)
            sequence = entry_at(feed.definition, asked.at or "")
            if not await feed.reach(sequence):
                raise beyond(feed.sequence)
            phase = feed.state.phase

            async def picture() -> Picture:
                board = (await feed.history.at(self._database.pool, sequence)).copy()
                return Picture(board, phase, None, board.last_report_at, asked.selection)

            moment = f"{phase.value} {sequence}"
            return await self._send(request, feed, asked, moment, picture, Lasting(POSITION_SECONDS))
        except ExportRefusedError as error:
            return _refused(error)

    async def _of_now(self, request: Request, feed: ElectionFeed) -> Response:
        if "at" in request.query_params:
            return await self._of_position(request, feed)
        try:
            asked = _asked(request, feed)
            if asked.format.stations:
                raise ExportRefusedError(
                    f"{asked.format.file} มีรายหน่วย จึงมีเฉพาะของรอบผลหรือของ ?at= ใช้ latest/{asked.format.file}",
                    f"{asked.format.file} is by station, so there is one of each cut, and of ?at=:"
                    f" latest/{asked.format.file}",
                )
            shown = self._shown(feed, asked)

            async def picture() -> Picture:
                return shown

            moment = f"{shown.phase.value} {shown.board.sequence}"
            return await self._send(request, feed, asked, moment, picture, Lasting(NOW_SECONDS))
        except ExportRefusedError as error:
            return _refused(error)

    def _shown(self, feed: ElectionFeed, asked: Asked) -> Picture:
        """As the board stands, or stood a moment ago."""
        key, now = asked.of(feed, ""), time.monotonic()
        until, shown = self._now.get(key, (0.0, None))
        if shown is None or now >= until:
            board = feed.board.copy()
            shown = Picture(board, feed.state.phase, None, board.last_report_at, asked.selection)
            if len(self._now) >= NOW_KEPT:
                self._now.clear()
            self._now[key] = (now + NOW_SECONDS, shown)
        return shown

    async def _send(
        self, request: Request, feed: ElectionFeed, asked: Asked, moment: str, picture: Look, lasting: Lasting
    ) -> Response:
        """Raises ExportRefusedError."""

        async def fill(making: Making) -> None:
            await write(asked.format.writer(await picture(), making), self._database.pool)

        try:
            made = await self._shelf.file(asked.of(feed, moment), fill, packed=asked.format.packs)
            headers = {"Content-Disposition": _disposition(feed.id, asked.format, moment), **lasting.headers}
            return self._files.send_made(request, made, asked.format.media_type, lasting.seconds, headers)
        except (ShelfFullError, FileNotFoundError):
            return busy()


def _asked(request: Request, feed: ElectionFeed, *, positions: bool = False) -> Asked:
    """`positions`: whether one may be named. Raises ExportRefusedError."""
    form = BY_FILE.get(request.path_params["file"])
    if form is None:
        raise ExportRefusedError(
            f"ไม่มีไฟล์นี้ มี {', '.join(BY_FILE)}", f"there is no such file; there are {', '.join(BY_FILE)}"
        )
    words = _once_each(request)
    at = words.pop("at", None) if positions else None
    return Asked(form, selected(feed.definition, words), at)


def _once_each(request: Request) -> dict[str, str]:
    """Raises ExportRefusedError where a name stands twice: whoever asks for two contests is not given one of them."""
    given = request.query_params.multi_items()
    for name, many in Counter(name for name, _ in given).items():
        if many > 1:
            raise ExportRefusedError(f"{name}: ระบุได้ครั้งเดียว", f"{name} stands here {many} times, and may stand once")
    return dict(given)


def _refused(error: ExportRefusedError) -> Response:
    missing = "pyarrow" in error.english
    return told(f"{error.english}\n{error.thai}", 501 if missing else 404)


def _disposition(election_id: str, form: Format, moment: str) -> str:
    """Under a name that says which election and which cut, so that a folder of them stays in order."""
    kind = "attachment" if form.attached else "inline"
    name = f"{election_id}-{moment.replace(' ', '-').lower()}-{form.file}"
    plain = "".join(letter if letter.isascii() and (letter.isalnum() or letter in "-._") else "_" for letter in name)
    return f"{kind}; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"
