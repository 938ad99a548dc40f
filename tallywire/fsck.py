"""Derives every published number from the log and compares it with tables, board, ledger, cuts and what is served.

Trusts the log's order and nothing else: a number that was changed in any one place stands against all the others.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

import asyncpg

from counting.result import AreaCount, StationStanding, apply, silent
from counting.sheet_state import standing_state
from counting.vocabulary import StationState, TallyCoverage
from db.database import Connection
from db.definitions import ElectionDefinition, read_definition
from db.log import CountedNumbers, LogEntry, entry_from
from db.sheet import numbers_from, public_from
from feed.board import Board, GapError, ResultKey, zero
from tallywire.fsck_cuts import CutInspection
from tallywire.fsck_fault import Fault
from tallywire.fsck_ledger import inspect_ledger
from tallywire.tally_fold import TallyFold

PAGE = 5_000
COMPARED = (
    *("votes", "disputed_votes", "valid", "invalid", "no_vote", "reporting", "final", "disputed"),
    *("incomplete", "held", "outstanding", "at_most", "registered_reporting"),
)
READ_TALLIES = "SELECT * FROM tally WHERE election_id = $1"
READ_SHEETS = """
    SELECT s.* FROM station_contest s JOIN contest c ON c.id = s.contest_id WHERE c.election_id = $1
"""
READ_BEYOND = "SELECT client_tally_id, sequence FROM submission WHERE election_id = $1 AND sequence > $2"
READ_ANSWERS = """
    SELECT tally_id, min(sequence) AS sequence FROM submission
    WHERE election_id = $1 AND tally_id IS NOT NULL GROUP BY tally_id
"""
# Equal numbers of somebody else make no entry and no tally: what stands is their answer, and counts them.
READ_CONFIRMING = """
    SELECT s.tally_id, count(*) AS number FROM submission s JOIN tally t ON t.id = s.tally_id
    WHERE s.election_id = $1 AND s.outcome = 'ACCEPTED' AND s.reporter_id <> t.reporter_id GROUP BY s.tally_id
"""
# A follower's copy, or a night that was replayed: of what is held, and of who sent what, only the log is known there.
READ_IS_COPY = "SELECT package_sha256 ~ '^(follow|replay):' FROM election WHERE id = $1"
READ_LOG = "SELECT * FROM log_entry WHERE election_id = $1 ORDER BY sequence"


@dataclass(slots=True)
class Folded:
    """What the log says of one sheet."""

    standing: CountedNumbers | None = None
    held: int = 0
    disputed: bool = False

    @property
    def state(self) -> StationState:
        return standing_state(self.standing.coverage if self.standing else None, self.disputed)


@dataclass(slots=True)
class Inspection:
    """Everything that was derived, and every fault that was found. `brought`: a tally's first entry.

    `is_copy`: made from the public log alone, so that tallies which it never showed are not there.
    `heads`, `cuts`: how many of them were held against the log.
    """

    definition: ElectionDefinition
    board: Board
    entries: int = 0
    faults: list[Fault] = field(default_factory=list)
    sheets: dict[ResultKey, Folded] = field(default_factory=dict)
    brought: dict[str, int] = field(default_factory=dict)
    told: TallyFold = field(default_factory=TallyFold)
    is_copy: bool = False
    heads: int = 0
    cuts: int = 0


async def inspect(connection: Connection, election_id: str) -> Inspection | None:
    """None where no such election is loaded. One snapshot, so that it can run while the count goes on."""
    definition = await read_definition(connection, election_id)
    if definition is None:
        return None
    found = Inspection(definition, Board(definition))
    found.is_copy = bool(await connection.fetchval(READ_IS_COPY, election_id))
    async with connection.transaction(isolation="repeatable_read", readonly=True):
        ledger = await inspect_ledger(connection, election_id)
        cuts = await CutInspection.read(connection, definition, ledger)
        await cuts.compare(connection, found.board)
        tallies = {row["id"]: row for row in await connection.fetch(READ_TALLIES, election_id)}
        async for row in connection.cursor(READ_LOG, election_id, prefetch=PAGE):
            _fold(found, entry_from(row), tallies)
            await cuts.compare(connection, found.board)
        cuts.end()
        head = await connection.fetchval("SELECT sequence FROM log_head WHERE election_id = $1", election_id)
        sheets = await connection.fetch(READ_SHEETS, election_id)
        lost = await connection.fetch(READ_BEYOND, election_id, head)
        answers = await connection.fetch(READ_ANSWERS, election_id)
        confirming = await connection.fetch(READ_CONFIRMING, election_id)
    if head != found.entries:
        found.faults.append(Fault("log", f"the head is at {head}, and {found.entries} entries stand in the log"))
    found.faults += [
        Fault("log", f"{row['client_tally_id']} was answered with entry {row['sequence']}, beyond the head {head}")
        for row in lost
    ]
    found.faults += _compare_answers(found, answers)
    found.faults += [Fault("tally", what) for what in found.told.compare(tallies)]
    found.faults += _compare_confirmations(tallies, confirming)
    found.faults += _compare_sheets(found, sheets, tallies)
    found.faults += _compare_results(found, sheets, tallies)
    found.faults += [*ledger.faults, *cuts.faults]
    found.heads, found.cuts = ledger.heads, cuts.cuts
    return found


def _fold(found: Inspection, entry: LogEntry, tallies: dict[str, asyncpg.Record]) -> None:
    """The entry follows the one before it, says truly what stood before, and has the numbers of its tally."""
    found.entries += 1
    where = f"entry {entry.sequence} ({entry.station_id}, {entry.contest_id})"
    sheet = found.sheets.setdefault((entry.contest_id, entry.station_id), Folded())
    if entry.previous != sheet.standing or entry.previous_id != (sheet.standing and sheet.standing.id):
        found.faults.append(Fault("log", f"{where} names other previous numbers than those that stood"))
    if (entry.held_before, entry.disputed_before) != (sheet.held, sheet.disputed):
        found.faults.append(Fault("log", f"{where} names another state before it than the one that stood"))
    found.brought.setdefault(entry.tally_id, entry.sequence)
    row = tallies.get(entry.tally_id)
    # A copy has the rows of those tallies whose numbers the log has told.
    if row is not None or entry.tally is not None or not found.is_copy:
        found.faults += _compare_tally(where, entry, row)
    found.faults += [Fault("log", f"{where} {what}") for what in found.told.add(entry)]
    sheet.standing, sheet.held, sheet.disputed = entry.standing, entry.held, entry.disputed
    try:
        found.board.add(entry)
    except GapError as gap:
        found.faults.append(Fault("log", str(gap)))
        found.board.sequence = entry.sequence


def _compare_tally(where: str, entry: LogEntry, row: asyncpg.Record | None) -> Iterator[Fault]:
    if row is None:
        yield Fault("tally", f"{where}: tally {entry.tally_id} is not there")
        return
    if entry.tally is not None and entry.tally != public_from(row):
        yield Fault("tally", f"{where}: tally {entry.tally_id} has other numbers than the log")


def _compare_answers(found: Inspection, answers: list[asyncpg.Record]) -> Iterator[Fault]:
    """Who sent a tally was told its place in the log, and there it stands."""
    for row in answers:
        brought = found.brought.get(row["tally_id"])
        if brought is None:
            yield Fault("log", f"tally {row['tally_id']} was answered as taken, and no entry brings it")
        elif brought != row["sequence"]:
            yield Fault(
                "log", f"tally {row['tally_id']} was answered with entry {row['sequence']}, and stands in {brought}"
            )


def _compare_confirmations(tallies: dict[str, asyncpg.Record], confirming: list[asyncpg.Record]) -> Iterator[Fault]:
    """Each tally has as many as others were answered with it. Nobody's answers are in a copy."""
    answered = {row["tally_id"]: row["number"] for row in confirming}
    for tally_id, row in tallies.items():
        number = answered.get(tally_id, 0)
        if row["confirmations"] != number:
            yield Fault("tally", f"{tally_id} has {row['confirmations']} confirmations, and {number} were answered so")


def _compare_sheets(
    found: Inspection, rows: list[asyncpg.Record], tallies: dict[str, asyncpg.Record]
) -> Iterator[Fault]:
    """Each station's row is what the log left."""
    taken = Counter((tally["contest_id"], tally["station_id"]) for tally in tallies.values())
    for row in rows:
        sheet = found.sheets.get((row["contest_id"], row["station_id"]), Folded())
        where = f"{row['station_id']}, {row['contest_id']}"
        standing_id = sheet.standing.id if sheet.standing else None
        if row["standing_id"] != standing_id:
            yield Fault("station", f"{where}: {row['standing_id']} stands, by the log {standing_id}")
        if StationState(row["state"]) is not sheet.state:
            yield Fault("station", f"{where}: its state is {row['state']}, which is not the log's")
        if not found.is_copy and row["revisions"] != taken[row["contest_id"], row["station_id"]]:
            yield Fault("station", f"{where}: {row['revisions']} tallies by its row, not as many in the table")
        if row["held"] != sheet.held:
            yield Fault("station", f"{where}: {row['held']} held, by the log {sheet.held}")


def _compare_results(
    found: Inspection, rows: list[asyncpg.Record], tallies: dict[str, asyncpg.Record]
) -> Iterator[Fault]:
    """The board, folded by differences, equals the sums over the tallies that stand in the tables."""
    summed = _summed(found.definition, rows, tallies)
    for key, count in found.board.counts():
        for name in COMPARED:
            folded, added = getattr(count, name), getattr(summed[key], name)
            if folded != added:
                yield Fault("board", f"{key[0]} in {key[1]}: {name} is {folded} by the log, {added} by the tables")


def _summed(
    definition: ElectionDefinition, rows: list[asyncpg.Record], tallies: dict[str, asyncpg.Record]
) -> dict[ResultKey, AreaCount]:
    counts = {
        (contest.id, area.id): zero(contest, area) for contest in definition.contests.values() for area in contest.areas
    }
    for row in rows:
        tally = tallies.get(row["standing_id"] or "")
        standing = StationStanding(
            numbers_from(tally) if tally else None,
            TallyCoverage(tally["coverage"]) if tally else None,
            row["state"] == StationState.DISPUTED,
            row["held"],
            row["registered_voters"],
        )
        for area in definition.stations[row["station_id"]].area.path():
            if (count := counts.get((row["contest_id"], area.id))) is not None:
                apply(count, silent(row["registered_voters"]), standing)
    return counts
