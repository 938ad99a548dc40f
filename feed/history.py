"""Results as they stood at an earlier position: the nearest copy or cut from before it, plus the entries up to it."""

import asyncio
import logging

import asyncpg

from db.cuts import nearest_cut
from db.definitions import ElectionDefinition
from db.log import read_entries
from feed.board import Board, GapError
from feed.results_file import NotOurFormatError, board_of
from feed.stored_results import ChangedCutError, read_results

COPIES_MAX = 48
FIRST_STEP = 500
PAGE = 500
REMEMBERED = 8
# So many entries are folded faster than a cut is read.
CUT_WORTH_ENTRIES = 200
log = logging.getLogger(__name__)


class History:
    """Copies of the board at growing distances: never more than `COPIES_MAX`, however long the night."""

    def __init__(self, definition: ElectionDefinition) -> None:
        self.zero = Board(definition)
        self._copies = [self.zero]
        self._step = FIRST_STEP
        self._remembered: dict[int, Board] = {}

    def passed(self, board: Board) -> None:
        """Keeps a copy now and then; to be called after each entry."""
        if board.sequence - self._copies[-1].sequence < self._step:
            return
        self._copies.append(board.copy())
        if len(self._copies) > COPIES_MAX:
            self._copies = self._copies[::2]
            self._step *= 2

    async def at(self, database: asyncpg.Pool, sequence: int) -> Board:
        """The board as it stood right after this entry; raises GapError where the log ends before it."""
        if sequence in self._remembered:
            return self._remembered[sequence]
        board = await self._nearest(database, sequence)
        while board.sequence < sequence:
            page = min(PAGE, sequence - board.sequence)
            entries = await read_entries(database, board.definition.id, board.sequence, page)
            if not entries:
                raise GapError(f"{board.definition.id}: the log ends at {board.sequence}, before {sequence}")
            for entry in entries:
                board.add(entry)
            await asyncio.sleep(0)
        self._remembered[sequence] = board
        while len(self._remembered) > REMEMBERED:
            self._remembered.pop(next(iter(self._remembered)))
        return board

    async def _nearest(self, database: asyncpg.Pool, sequence: int) -> Board:
        """A board from before or at this position, to be gone on with."""
        copy = max((copy for copy in self._copies if copy.sequence <= sequence), key=lambda copy: copy.sequence)
        if sequence - copy.sequence >= CUT_WORTH_ENTRIES:
            cut = await self._from_cut(database, copy.sequence, sequence)
            if cut is not None:
                return cut
        return copy if copy.sequence == sequence else copy.copy()

    async def _from_cut(self, database: asyncpg.Pool, after: int, sequence: int) -> Board | None:
        return await board_of_cut(database, self.zero.definition, after, sequence)


async def board_of_cut(
    database: asyncpg.Pool, definition: ElectionDefinition, after: int, sequence: int
) -> Board | None:
    """The board of the newest cut beyond entry `after` and not beyond `sequence`; None where none can be read."""
    cut = await nearest_cut(database, definition.id, definition.epoch, sequence)
    if cut is None or cut.sequence <= after:
        return None
    try:
        content = await read_results(database, cut)
        return await asyncio.to_thread(board_of, definition, content)
    except (ChangedCutError, NotOurFormatError) as error:
        log.warning("a cut cannot be gone on from, the log is read instead: %s", error)
        return None
