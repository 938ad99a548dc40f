"""One election as this process sees it now: its definition, phase, board, and the newest entries of its log."""

import asyncio
import contextlib
import math
from collections import deque
from collections.abc import Coroutine, Iterable, Sequence
from itertools import islice
from typing import Literal

from counting.vocabulary import ElectionPhase
from db.definitions import ElectionDefinition
from db.log import ElectionState, LogEntry
from feed.board import Board, ResultKey, ResultView
from feed.history import History
from feed.kinds import Ending
from feed.position import BEFORE_COUNTING, Position

RECENT_ENTRIES = 5_000
REACH_SECONDS = 2.0
# A node that cannot read the log waits so long for it, before it sends a reader elsewhere.
BEHIND_SECONDS = 4.0
AGAIN_SECONDS = 0.1


class BehindError(TimeoutError):
    """A position may be known in the log, which this node cannot read just now: let the reader try again."""


class ElectionFeed:
    """Changed by the tail alone; readers wait for `changed` and read what stands then."""

    def __init__(self, definition: ElectionDefinition, state: ElectionState) -> None:
        self.definition = definition
        self.state = state
        self.history = History(definition)
        self.board = self.history.zero.copy()
        self._recent: deque[LogEntry] = deque(maxlen=RECENT_ENTRIES)
        self._changed = asyncio.Event()
        # When the newest look at the log began that told how far it goes; nobody need look for a feed in memory.
        self.looked_from = math.inf
        self.ending: Ending | None = None

    @property
    def id(self) -> str:
        return self.definition.id

    @property
    def closed(self) -> bool:
        return self.ending is not None

    @property
    def sequence(self) -> int:
        return self.board.sequence

    @property
    def opened(self) -> bool:
        """Counting has opened: numbers are public."""
        return self.state.phase in (ElectionPhase.COUNTING, ElectionPhase.CLOSED)

    @property
    def position(self) -> Position:
        return self.position_of(self.sequence)

    def position_of(self, sequence: int) -> Position:
        """Before counting opens all positions are one: whoever comes back from there is sent everything."""
        return Position(self.definition.epoch, sequence if self.opened else BEFORE_COUNTING)

    def begin_at(self, board: Board) -> None:
        """Goes on from a board that stood earlier, instead of from the first entry; before any entry is added."""
        self.board = board
        self.history.passed(board)

    def add(self, entry: LogEntry) -> None:
        """The next entry of the log; raises GapError."""
        self.board.add(entry)
        self.history.passed(self.board)
        self._recent.append(entry)

    def enter(self, state: ElectionState) -> bool:
        """Takes over a newer state; True where readers have something to see."""
        moved = (state.phase, state.opened_at, state.closed_at) != (
            self.state.phase,
            self.state.opened_at,
            self.state.closed_at,
        )
        self.state = state
        return moved

    def pulse(self) -> None:
        """Wakes everybody who waits for a change."""
        changed, self._changed = self._changed, asyncio.Event()
        changed.set()

    def close(self, ending: Ending = Ending.ANEW) -> None:
        """Nothing more comes here; readers are told what to do by `ending`."""
        self.ending = ending
        self.pulse()

    def changed(self) -> Coroutine[None, None, Literal[True]]:
        """Waits for the next change after this call, however late it is awaited."""
        return self._changed.wait()

    async def reach(self, sequence: int) -> bool:
        """Waits a moment until this node has caught up with a position that another node gave out.

        False where the log was looked at meanwhile, and does not go so far. Raises BehindError where it was not.
        """
        clock = asyncio.get_running_loop().time
        began = clock()
        while self.sequence < sequence and not self.closed:
            waited = clock() - began
            if waited >= REACH_SECONDS and self.looked_from >= began:
                return False
            if waited >= BEHIND_SECONDS:
                raise BehindError(f"{self.id}: entry {sequence} cannot be looked for at the moment")
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(max(REACH_SECONDS - waited, AGAIN_SECONDS)):
                    await self.changed()
        return self.sequence >= sequence

    def recent_after(self, sequence: int, limit: int) -> Sequence[LogEntry] | None:
        """So many entries after `sequence` from memory; None where it does not reach back so far."""
        if sequence >= self.sequence:
            return ()
        if not self._recent or self._recent[0].sequence > sequence + 1:
            return None
        first = sequence + 1 - self._recent[0].sequence
        return list(islice(self._recent, first, first + limit))

    def views(self, keys: Iterable[ResultKey], *, visible: bool, board: Board | None = None) -> list[ResultView]:
        """Results in the order of `keys`; before counting, zeros for those who may not see more."""
        contests, areas = self.definition.contests, self.definition.areas
        source = (board or self.board) if visible else self.history.zero
        return [source.view(contests[contest], areas[area], opened=self.opened) for contest, area in keys]
