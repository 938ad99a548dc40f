"""One election as this process sees it now: its definition, phase, board, and the newest entries of its log."""

import asyncio
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


class ElectionFeed:
    """Changed by the tail alone; readers wait for `changed` and read what stands then."""

    def __init__(self, definition: ElectionDefinition, state: ElectionState) -> None:
        self.definition = definition
        self.state = state
        self.history = History(definition)
        self.board = self.history.zero.copy()
        self._recent: deque[LogEntry] = deque(maxlen=RECENT_ENTRIES)
        self._changed = asyncio.Event()
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
        """Waits a moment until this node has caught up with a position that another node gave out."""
        deadline = asyncio.get_running_loop().time() + REACH_SECONDS
        while self.sequence < sequence and not self.closed:
            remaining = deadline - asyncio.get_running_loop().time()
            if remaining <= 0:
                return False
            try:
                async with asyncio.timeout(remaining):
                    await self.changed()
            except TimeoutError:
                return self.sequence >= sequence
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
