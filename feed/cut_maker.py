"""Makes every election's cuts: the zero report when counting opens, then one a span while anything changes.

Runs in every serving process; whoever comes first makes it, whole or not at all. What it cuts is what the newest
signed head covers, so that a cut is never of entries that nobody has signed.
"""

import asyncio
import contextlib
import hashlib
import logging
from dataclasses import replace
from datetime import UTC, datetime

from counting.vocabulary import ElectionPhase
from db.cuts import Cut, DueCut, add_cut, packed, read_due, take_turn
from db.database import Connection, Database, is_away
from feed.board import Board, GapError
from feed.election_feed import ElectionFeed
from feed.meters import CUTS
from feed.results_file import Heading, results_file
from feed.tail import Tail
from ledger.merkle import EMPTY_ROOT
from ledger.store import read_head

LOOK_SECONDS = 0.5
COMPLAIN_SECONDS = 60.0
log = logging.getLogger(__name__)


class CutMaker:
    """`every_seconds`: the span, counted from midnight UTC, so that cuts come on the minute."""

    def __init__(self, database: Database, tail: Tail, every_seconds: float) -> None:
        self._database = database
        self._tail = tail
        self._every = every_seconds
        self._task: asyncio.Task[None] | None = None
        self._turn = asyncio.Lock()
        self._quiet_until = 0.0

    def start(self) -> None:
        self._task = asyncio.create_task(self._run(), name="cut maker")

    async def close(self) -> None:
        if self._task is not None:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task

    async def begin(self) -> None:
        """Whoever asks for a cut before the first round has the zero report when this returns, if it can be made."""
        await self.look(wait=True)

    async def cut_all(self, *, wait: bool = False) -> None:
        """Makes whatever is due; `wait`: not even what another node is at is left to it."""
        for due in await read_due(self._database.pool, datetime.now(UTC), self._every):
            async with self._database.pool.acquire() as connection, connection.transaction():
                if await take_turn(connection, due.election_id, wait=wait):
                    await self._cut(connection, due.election_id)

    async def _cut(self, connection: Connection, election_id: str) -> None:
        """After the lock: what another node has cut meanwhile is seen."""
        now = datetime.now(UTC)
        feed = self._tail.feed(election_id)
        due = next(iter(await read_due(connection, now, self._every, election_id)), None)
        if due is None or feed is None or feed.definition.epoch != due.epoch:
            return
        made = await self._zero(feed, due) if due.last is None else await self._next(connection, feed, due, now)
        if made is not None:
            await add_cut(connection, *made)
            CUTS.inc()

    async def _zero(self, feed: ElectionFeed, due: DueCut) -> tuple[Cut, bytes]:
        """Of the moment when counting opened, whatever has been reported since."""
        return await _made(feed.history.zero, due, due.opened_at, ElectionPhase.COUNTING, EMPTY_ROOT)

    async def _next(
        self, connection: Connection, feed: ElectionFeed, due: DueCut, now: datetime
    ) -> tuple[Cut, bytes] | None:
        """At the newest head; None where this node has not come so far yet."""
        head = await read_head(connection, due.election_id)
        if head is None or not await feed.reach(head.size):
            return None
        board = await feed.history.at(self._database.pool, head.size)
        return await _made(board, due, now, due.phase, head.root)

    async def _run(self) -> None:
        while True:
            await self.look()
            await asyncio.sleep(LOOK_SECONDS)

    async def look(self, *, wait: bool = False) -> None:
        """Makes whatever is due; what goes wrong is in the log."""
        try:
            async with self._turn:
                await self.cut_all(wait=wait)
        except GapError as error:
            self._complain(f"no cut can be made: {error}")
        except Exception as error:
            if is_away(error):
                self._complain(f"cuts wait for the database: {error!r}")
            else:
                # A maker that ended would leave the night without cuts in silence.
                log.exception("no cut can be made")
                await asyncio.sleep(1)

    def _complain(self, line: str) -> None:
        """Once a minute: a fault that lasts fills no disk."""
        now = asyncio.get_running_loop().time()
        if now >= self._quiet_until:
            self._quiet_until = now + COMPLAIN_SECONDS
            log.error("%s", line)


async def _made(board: Board, due: DueCut, now: datetime, phase: ElectionPhase, root: bytes) -> tuple[Cut, bytes]:
    return await asyncio.to_thread(_make, board, due, now, phase, root)


def _make(board: Board, due: DueCut, now: datetime, phase: ElectionPhase, root: bytes) -> tuple[Cut, bytes]:
    cut = Cut(
        election_id=due.election_id,
        epoch=due.epoch,
        number=0 if due.last is None else due.last + 1,
        sequence=board.sequence,
        taken_at=now,
        phase=phase,
        root=root,
        results_sha256="",
        results_bytes=0,
    )
    heading = Heading(cut.number, now, phase, cut.root_text, due.definition_sha256, due.last_sha256)
    content = results_file(board, heading)
    digest = hashlib.sha256(content).hexdigest()
    return replace(cut, results_sha256=digest, results_bytes=len(content)), packed(content)
