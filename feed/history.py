"""Results as they stood at an earlier position: a copy of the board from before it, plus the entries up to it."""

import asyncio

import asyncpg

from db.definitions import ElectionDefinition
from db.log import read_entries
from feed.board import Board, GapError

COPIES_MAX = 48
FIRST_STEP = 500
PAGE = 500
REMEMBERED = 8


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
        board = max((copy for copy in self._copies if copy.sequence <= sequence), key=lambda copy: copy.sequence)
        if board.sequence < sequence:
            board = board.copy()
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
