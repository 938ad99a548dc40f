"""Follows every election of one origin. Of several workers on one database one does it, the others read how it goes."""

import asyncio
import contextlib
import logging
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import asyncpg

from db.database import Database, is_away
from feed.election_feed import ElectionFeed
from gql.following import Followed, FollowState
from ledger.checkpoint import parse_head
from ledger.cosigning import Witness
from ledger.key_file import create_key
from ledger.keys import read_keys
from ledger.note import SignedNote, VerifierKey, parse_key
from tallywire.follow.accusing import evidence_against
from tallywire.follow.log import FollowedLog
from tallywire.follow.origin import Origin, Shown
from tallywire.follow.status import Status, StatusFiles
from tallywire.follow.witness import Submissions
from tallywire.settings import Settings
from tallywire.verify.source import SourceError

LOOK_SECONDS = 1.0
FOLDER = "following"
TAKE_TURN = "SELECT pg_try_advisory_lock(hashtext('tallywire follower'))"
log = logging.getLogger(__name__)


def follower_by(
    settings: Settings,
    database: Database,
    ring: Callable[[str], None],
    feed: Callable[[str], ElectionFeed | None],
) -> "Follower | None":
    """None where this is no follower. Raises BadKeyError, BadPrivateKeyError."""
    if settings.follow is None:
        return None
    token = settings.follow_token.get_secret_value() if settings.follow_token else None
    named = [parse_key(text) for text in settings.follow_keys]
    folder, witness = settings.data_dir / FOLDER, witness_by(settings)
    return Follower(database, Origin(settings.follow, token), named, folder, ring, feed, witness)


def witness_by(settings: Settings) -> Witness | None:
    """Who cosigns here; the key is made at the first start. None: nobody does. Raises BadPrivateKeyError."""
    if settings.witness_key_file is None:
        return None
    return Witness(f"{settings.ledger_name}/witness", create_key(settings.witness_key_file))


class Follower:
    """`folder`: where it is written down how each election stands; `ring(election)`: there is more to see.

    `feed(election)`: this node's, once it serves it.
    """

    def __init__(
        self,
        database: Database,
        origin: Origin,
        named: Sequence[VerifierKey],
        folder: Path,
        ring: Callable[[str], None],
        feed: Callable[[str], ElectionFeed | None],
        witness: Witness | None = None,
    ) -> None:
        self.files = StatusFiles(folder)
        self.witness = witness
        self._database = database
        self._origin = origin
        self._named = named
        self._ring = ring
        self._feed = feed
        self._statuses: dict[str, Status] = {}
        self._logs: dict[str, tuple[FollowedLog, asyncio.Task[None]]] = {}
        self._task: asyncio.Task[None] | None = None
        self._silent = False

    @property
    def url(self) -> str:
        return self._origin.url

    def followed(self, election: str) -> Followed | None:
        """None where the election was never met at the origin."""
        status = self._statuses.get(election)
        return status.followed if status else None

    def submissions(self, witness: Witness) -> Submissions:
        """Where logs ask for cosignatures."""
        return Submissions(
            self._database, witness, self._ring, self._accuse, lambda name: self.files.fork(name) is not None
        )

    async def _accuse(self, election: str, note: SignedNote) -> None:
        """Somebody shows a head of the origin that contradicts those taken: whoever follows reads it from the file."""
        if self.files.fork(election) is None:
            keys = [key.under(parse_head(note).origin) for key in await read_keys(self._database.pool)]
            log_of = self._origin.log(election)
            document, _, heads = await evidence_against(self._database, election, keys, note, log_of)
            log.error("%s: its origin signed two logs, as somebody shows:\n%s", election, "\n".join(heads))
            if document is not None:
                self.files.write_fork(election, document)

    @property
    def refused(self) -> bool:
        return any(status.state is FollowState.REFUSED for status in self._statuses.values())

    def statuses(self) -> list[Status]:
        return list(self._statuses.values())

    def shown(self) -> dict[str, object]:
        return {
            "origin": self.url,
            "witness": str(self.witness.verifier) if self.witness else None,
            "elections": {name: status.shown for name, status in sorted(self._statuses.items())},
        }

    def start(self) -> None:
        self._read_files()
        self._task = asyncio.create_task(self._run(), name="follower")

    async def close(self) -> None:
        if self._task is not None:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task
        await self._origin.close()

    async def _run(self) -> None:
        while True:
            try:
                await self._lead()
            except Exception as error:
                if not is_away(error):
                    # A follower that ended would serve old numbers in silence.
                    log.exception("the origin cannot be followed")
            self._read_files()
            await asyncio.sleep(LOOK_SECONDS)

    async def _lead(self) -> None:
        """As long as this process holds the turn; returns at once where another has it."""
        turn = await self._database.connect()
        try:
            if await turn.fetchval(TAKE_TURN):
                self._read_files()
                for status in self._statuses.values():
                    if status.state is FollowState.FOLLOWING:
                        self._tell(replace(status, state=FollowState.AWAY, reason="not asked yet"))
                await self._follow(turn)
        finally:
            await self._let_go()
            await turn.close()

    async def _follow(self, turn: asyncpg.Connection) -> None:
        while True:
            # The lock is lost with its connection; another process may have it then.
            await turn.execute("SELECT 1")
            try:
                for shown in await self._origin.elections():
                    self._meet(shown)
                self._silent = False
            except SourceError as error:
                if not self._silent:
                    log.warning("the origin is away: %s", error)
                self._silent = True
            await asyncio.sleep(LOOK_SECONDS)

    def _meet(self, shown: Shown) -> None:
        known = self._logs.get(shown.id)
        if known is not None:
            known[0].shown = shown
            return
        status = self._statuses.get(shown.id) or Status(shown.id, self.url)
        if status.forked:
            log.error("%s REFUSED for good: %s", shown.id, status.reason)
        status = replace(status, origin=self.url)
        self._tell(status)
        one = FollowedLog(
            *(self._database, self._origin, shown, self._named, status, self._tell, self._ring, self._feed),
            *(self.files, self.witness),
        )
        self._logs[shown.id] = one, asyncio.create_task(one.run(), name=f"follower of {shown.id}")

    async def _let_go(self) -> None:
        logs, self._logs = self._logs, {}
        for _, task in logs.values():
            task.cancel()
        await asyncio.gather(*(task for _, task in logs.values()), return_exceptions=True)

    def _tell(self, status: Status) -> None:
        self._statuses[status.election] = status
        self.files.write(status)

    def _read_files(self) -> None:
        for status in self.files.read_all():
            self._statuses[status.election] = status
