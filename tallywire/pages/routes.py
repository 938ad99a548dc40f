"""`/` with what stands written into it, and `/card.png`. Made anew at most every few seconds, however often asked."""

import asyncio
import hashlib
import time
from collections.abc import Mapping
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import BaseRoute, Route

from counting.vocabulary import Language
from feed.election_feed import ElectionFeed
from feed.tail import Tail
from tallywire.pages.card import card
from tallywire.pages.places import Subject, code_of, subject_of
from tallywire.pages.standing import standing_of
from tallywire.pages.table import page_with

ANEW_SECONDS = 3.0
CARD_SECONDS = 30
KEPT_MAX = 64
# Addresses name hundreds of areas: drawing all of them takes this part of one core at most.
AREAS_SHARE = 0.25
AREAS_WAITING_MAX = 8


@dataclass(frozen=True)
class Made:
    content: bytes
    position: tuple[object, ...]
    at: float

    @property
    def etag(self) -> str:
        return f'W/"{hashlib.sha256(self.content).hexdigest()[:32]}"'


class Pages:
    """`shell`: the built page, None without a build. Where readers need a token, neither has numbers."""

    def __init__(self, shell: bytes | None, tail: Tail, headers: Mapping[str, str], *, needs_token: bool) -> None:
        self._shell = shell.decode() if shell is not None else None
        self._tail = tail
        self._headers = dict(headers)
        self._needs_token = needs_token
        self._made: dict[tuple[str, ...], Made] = {}
        self._drawing = {inside: asyncio.Lock() for inside in (False, True)}
        self._areas_waiting = 0

    @property
    def routes(self) -> list[BaseRoute]:
        return [Route("/", self._page), Route("/card.png", self._card)]

    async def _page(self, request: Request) -> Response:
        if self._shell is None:
            return PlainTextResponse("The browser apps are not built here: make setup\n", status_code=503)
        feed, language = self._feed(request), _language(request)
        base = str(request.base_url).rstrip("/")
        subject = _subject(feed, request)
        key = ("page", feed.id if feed else "", language.value, base, *_inside(subject))
        made = self._fresh(key, feed)
        if made is None:
            standing = standing_of(feed, subject) if feed and subject else None
            made = self._keep(key, page_with(self._shell, standing, language, base).encode(), feed)
        return _answer(request, made, "text/html", {**self._headers, "Vary": "Accept-Encoding"})

    async def _card(self, request: Request) -> Response:
        feed, language = self._feed(request), _language(request)
        subject = _subject(feed, request)
        if feed is None or subject is None:
            return PlainTextResponse("there is no such election here\n", status_code=404)
        key = ("card", feed.id, language.value, *_inside(subject))
        made = self._fresh(key, feed)
        if made is None and subject.inside and self._areas_waiting >= AREAS_WAITING_MAX:
            busy = {"Retry-After": str(CARD_SECONDS)}
            return PlainTextResponse("too many pictures are asked for at once\n", status_code=503, headers=busy)
        made = made or await self._drawn(key, feed, subject, language)
        headers = {
            "Cache-Control": f"public, max-age={CARD_SECONDS}",
            "X-Content-Type-Options": "nosniff",
            "Access-Control-Allow-Origin": "*",
        }
        return _answer(request, made, "image/png", headers)

    async def _drawn(self, key: tuple[str, ...], feed: ElectionFeed, subject: Subject, language: Language) -> Made:
        """One at a time; those of areas wait in a line of their own, as an address may name any of hundreds."""
        self._areas_waiting += subject.inside
        try:
            async with self._drawing[subject.inside]:
                made = self._fresh(key, feed)
                if made is not None:
                    return made
                began = time.monotonic()
                made = self._keep(key, await asyncio.to_thread(card, standing_of(feed, subject), language), feed)
                if subject.inside:
                    await asyncio.sleep((time.monotonic() - began) * (1 / AREAS_SHARE - 1))
                return made
        finally:
            self._areas_waiting -= subject.inside

    def _feed(self, request: Request) -> ElectionFeed | None:
        """The election that is asked for, else the newest; none where only holders of a token read."""
        if self._needs_token:
            return None
        asked = request.query_params.get("election")
        feeds = self._tail.feeds()
        return next((feed for feed in feeds if feed.id == asked), feeds[0] if feeds else None)

    def _fresh(self, key: tuple[str, ...], feed: ElectionFeed | None) -> Made | None:
        made = self._made.get(key)
        if made is None:
            return None
        young = time.monotonic() - made.at < ANEW_SECONDS
        # A change of phase shows at once: numbers must not be seen before counting, nor be missing after.
        same_phase = made.position[:2] == _position(feed)[:2]
        return made if made.position == _position(feed) or (young and same_phase) else None

    def _keep(self, key: tuple[str, ...], content: bytes, feed: ElectionFeed | None) -> Made:
        while len(self._made) >= KEPT_MAX:
            self._made.pop(next(iter(self._made)))
        made = self._made[key] = Made(content, _position(feed), time.monotonic())
        return made


def _subject(feed: ElectionFeed | None, request: Request) -> Subject | None:
    """A station is told of with the area around it."""
    if feed is None:
        return None
    asked = request.query_params
    station = feed.definition.stations.get(f"{feed.id}/{asked.get('station')}")
    area = code_of(station.area) if station else asked.get("area")
    return subject_of(feed.definition, area, asked.get("office"))


def _inside(subject: Subject | None) -> tuple[str, ...]:
    """What of an address changes what is made of it."""
    return () if subject is None or not subject.inside else (subject.contest.id, subject.area.id)


def _position(feed: ElectionFeed | None) -> tuple[object, ...]:
    return () if feed is None else (feed.definition.epoch, feed.state.phase, feed.sequence)


def _language(request: Request) -> Language:
    return Language.EN if request.query_params.get("lang", "").lower() == "en" else Language.TH


def _answer(request: Request, made: Made, media_type: str, headers: Mapping[str, str]) -> Response:
    tagged = {**headers, "ETag": made.etag}
    asked = request.headers.get("if-none-match", "")
    if made.etag in (tag.strip() for tag in asked.split(",")):
        return Response(status_code=304, headers=tagged)
    return Response(made.content, media_type=media_type, headers=tagged)
