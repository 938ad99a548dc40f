"""`PUT /evidence/{sha256}`: take it in, check it whole, make the public copy, store both, register it."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path

from starlette.requests import Request

from counting.vocabulary import Role
from db.database import Database
from db.evidence import Photograph, add_photograph, photographs
from db.people import Person
from tallywire.evidence import refusal
from tallywire.evidence.allowance import Allowance
from tallywire.evidence.darkroom import Darkroom
from tallywire.evidence.development import Developed
from tallywire.evidence.incoming import Incoming, digest_only, incoming
from tallywire.evidence.store import Store, smaller
from tallywire.settings import Settings

MAY_SEND = frozenset({Role.VOLUNTEER, Role.EDITOR, Role.OPERATOR})
# Told of each photograph that arrived: a tally may wait for it.
Arrived = Callable[[str], Awaitable[None]]


class Uploading:
    """Safe to repeat: the register is written last, and what is stored has its digest for a name."""

    def __init__(self, database: Database, store: Store, settings: Settings, arrived: Arrived) -> None:
        self._database = database
        self._store = store
        self._folder: Path = incoming_folder(settings)
        self._bytes_max = settings.evidence_bytes_max
        self._allowance = Allowance(settings.evidence_uploads_per_hour, settings.evidence_bytes_per_hour)
        self._darkroom = Darkroom(settings.evidence_pixels_max)
        self._arrived = arrived

    async def take(self, request: Request, sha256: str, person: Person) -> tuple[Photograph, bool]:
        """The photograph, and whether it is new. Raises RefusedError, StoreUnavailableError, ClientDisconnect."""
        if person.role not in MAY_SEND:
            raise refusal.forbidden()
        with self._allowance.turn(person.id):
            await self._allowance.count_upload(person.id)
            if known := await self._known(sha256):
                _check_digest(sha256, await digest_only(request, self._bytes_max))
                return known, False
            return await self._take_new(request, sha256, person)

    async def _take_new(self, request: Request, sha256: str, person: Person) -> tuple[Photograph, bool]:
        async with incoming(request, self._folder, self._bytes_max, self._allowance, person.id) as body:
            _check_digest(sha256, body.sha256)
            developed = await self._darkroom.develop(body.path)
            photograph = _photograph(body, developed)
            await self._keep(body, developed, photograph)
        new = await add_photograph(self._database.pool, photograph, person.id, datetime.now(UTC))
        await self._arrived(sha256)
        # Somebody else may have sent the same just now: what is registered is what is served.
        return (photograph if new else await self._known(sha256) or photograph), new

    async def _known(self, sha256: str) -> Photograph | None:
        return (await photographs(self._database.pool, [sha256])).get(sha256)

    async def _keep(self, body: Incoming, developed: Developed, photograph: Photograph) -> None:
        await self._store.put(photograph.sha256, body.path)
        if developed.public is not None:
            await self._store.put(photograph.public_sha256, developed.public)
        for width, content in developed.smaller.items():
            await self._store.put(smaller(photograph.public_sha256, width), content)


def incoming_folder(settings: Settings) -> Path:
    """Where bodies lie while they are received and checked, whatever the store is."""
    return settings.data_dir / "evidence" / "incoming"


def _check_digest(named: str, found: str) -> None:
    if named != found:
        raise refusal.digest_mismatch(found)


def _photograph(body: Incoming, developed: Developed) -> Photograph:
    return Photograph(
        sha256=body.sha256,
        media_type=developed.media_type,
        bytes=body.bytes,
        public_sha256=developed.public_sha256 or body.sha256,
        public_media_type=developed.public_media_type,
        public_bytes=body.bytes if developed.public is None else len(developed.public),
        width=developed.width,
        height=developed.height,
    )
