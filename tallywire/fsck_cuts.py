"""Holds the stored cuts against the log: numbers, digests, chain, roots, and every number in every results file."""

import gzip
import hashlib
import json
import zlib
from collections.abc import Iterator
from typing import Any

from db.cuts import COLUMNS, Cut, cut_from, read_packed_results
from db.database import Connection
from db.definitions import ElectionDefinition
from feed.board import Board
from feed.results_file import Heading, results_file
from tallywire.fsck_fault import Fault
from tallywire.fsck_ledger import LedgerInspection

READ_ALL = f"SELECT {COLUMNS} FROM cut WHERE election_id = $1 AND epoch = $2 ORDER BY number"


class CutInspection:
    """Goes along with the fold of the log: `compare` takes the board as it stands at each cut's position."""

    def __init__(self, cuts: list[Cut], ledger: LedgerInspection) -> None:
        self._ledger = ledger
        self._waiting = list(cuts)
        self._before: str | None = None
        self.cuts = len(cuts)
        self.faults: list[Fault] = []
        for place, cut in enumerate(cuts):
            if cut.number != place:
                self._say(cut, f"is the {place}th that is there, counted from 0")
            if place and cut.sequence < cuts[place - 1].sequence:
                self._say(cut, "was taken before the one of the number before it")

    @classmethod
    async def read(
        cls, connection: Connection, definition: ElectionDefinition, ledger: LedgerInspection
    ) -> "CutInspection":
        rows = await connection.fetch(READ_ALL, definition.id, definition.epoch)
        return cls([cut_from(row) for row in rows], ledger)

    async def compare(self, connection: Connection, board: Board) -> None:
        """Those cuts that were taken right after the board's last entry."""
        while self._waiting and self._waiting[0].sequence <= board.sequence:
            cut = self._waiting.pop(0)
            if cut.sequence == board.sequence:
                for what in self._file_faults(cut, board, await read_packed_results(connection, cut)):
                    self._say(cut, what)
            self._before = cut.results_sha256

    def end(self) -> None:
        """The log ends here."""
        for cut in self._waiting:
            self._say(cut, f"was taken after entry {cut.sequence}, which is not there")

    def _say(self, cut: Cut, what: str) -> None:
        self.faults.append(Fault("cut", f"{cut.number} {what}"))

    def _file_faults(self, cut: Cut, board: Board, packed: bytes) -> Iterator[str]:
        sealed = self._ledger.sealed
        if sealed is None or cut.sequence > sealed.size:
            yield "was taken of entries that are not sealed"
            return
        if cut.root != self._ledger.root(cut.sequence):
            yield f"has another root than the log's first {cut.sequence} entries"
        try:
            content = gzip.decompress(packed)
        except (OSError, EOFError, zlib.error) as error:
            yield f"has a results file that cannot be read: {error}"
            return
        digest = hashlib.sha256(content).hexdigest()
        if digest != cut.results_sha256:
            yield f"has a results file with the digest {digest}, not {cut.results_sha256}"
        if len(content) != cut.results_bytes:
            yield f"has a results file of {len(content)} bytes, not {cut.results_bytes}"
        root = self._ledger.root(cut.sequence)
        heading = Heading(
            cut.number, cut.taken_at, cut.phase, cut.root_of(root), sealed.definition_sha256, self._before
        )
        made = results_file(board, heading)
        if made != content:
            yield from _differences(content, made)


def _differences(content: bytes, made: bytes) -> Iterator[str]:
    """What stands in the file, and what the log says."""
    ours = json.loads(made)
    try:
        stored = json.loads(content)
        for name in sorted(ours.keys() | stored.keys()):
            if name != "results" and stored.get(name) != ours.get(name):
                yield f"has another {name} in its results file than by the log"
        theirs = {(one["contest"], one["area"]): one for one in stored["results"]}
        for one in ours["results"]:
            yield from _result_differences(theirs.get((one["contest"], one["area"]), {}), one)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        yield f"has no results file that can be read: {error!r}"


def _result_differences(stored: dict[str, Any], ours: dict[str, Any]) -> Iterator[str]:
    for name, value in ours.items():
        if stored.get(name) != value:
            yield f"{ours['contest']} in {ours['area']}: {name} is {stored.get(name)}, by the log {value}"
