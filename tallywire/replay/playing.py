"""Plays entries into an election's log, each when it is due: whoever reads there sees the night again."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from counting.vocabulary import ElectionPhase
from db.database import Connection, Database
from db.definitions import ElectionDefinition, read_definition
from db.phases import set_phase
from db.plan import ENTRY_COLUMNS
from tallywire.follow.storing import entry_record, store_sheets, store_tallies
from tallywire.replay.recording import Leaf, Recording, moment
from tallywire.replay.rewriting import Rewriting

# What is due within so long is written together: readers see no difference, and PostgreSQL does.
TOGETHER_SECONDS = 0.05
BATCH_MAX = 256
# No batch of reports and no change of phase comes in between (db.facts.READ_ELECTION).
TAKE_TURN = "SELECT pg_advisory_xact_lock_shared(hashtext($1))"
STEP = "UPDATE log_head SET sequence = $2, last_report_at = $3 WHERE election_id = $1 AND sequence = $4"
TO_COUNTING = {
    ElectionPhase.SETUP: (ElectionPhase.VOTING, ElectionPhase.COUNTING),
    ElectionPhase.VOTING: (ElectionPhase.COUNTING,),
}

# How many entries were played, of how many; how many seconds of the night have passed.
Progress = Callable[[int, int, float], None]


class NotPlayableError(Exception):
    """The night cannot be played into this election; the message says why, and what helps."""


@dataclass(frozen=True, slots=True)
class Pace:
    """`speed`: seconds of the night a second; 0: as fast as it goes. `original_times`: entries keep theirs."""

    speed: float
    original_times: bool = False


async def open_count(connection: Connection, election_id: str, recording: Recording) -> None:
    """Brings the rehearsal to COUNTING, where it is one of the same places. Raises NotPlayableError."""
    definition = await read_definition(connection, election_id)
    if definition is None:
        raise NotPlayableError(f"no election {election_id} is loaded")
    if not definition.is_test:
        raise NotPlayableError(f"{election_id} is no rehearsal: tallywire import --rehearsal loads one")
    if missing := _missing(definition, recording):
        raise NotPlayableError(f"{election_id} is another election than {recording.name}: it has no {missing}")
    row = await connection.fetchrow(
        "SELECT e.phase, h.sequence FROM election e JOIN log_head h ON h.election_id = e.id WHERE e.id = $1",
        election_id,
    )
    assert row is not None
    if row["sequence"]:
        raise NotPlayableError(f"{election_id} has {row['sequence']:,} entries already: load another rehearsal")
    phase = ElectionPhase(row["phase"])
    if phase is ElectionPhase.CLOSED:
        raise NotPlayableError(f"{election_id} is CLOSED")
    for step in TO_COUNTING.get(phase, ()):
        await set_phase(connection, election_id, step)


def _missing(definition: ElectionDefinition, recording: Recording) -> str | None:
    """A place or a name of the recording that the rehearsal does not know."""
    counted = {(r.contest, r.station) for r in recording.election.registers}
    for contest in recording.election.contests:
        node = definition.contests.get(f"{definition.id}/{contest.code}")
        if node is None:
            return f"contest {contest.code}"
        numbers = {one.ballot_number for one in recording.election.candidates if one.contest == contest.code}
        if {one.ballot_number for one in node.candidates} != numbers:
            return f"such candidates of {contest.code}"
    for contest_code, station in sorted(counted):
        found = definition.stations.get(f"{definition.id}/{station}")
        if found is None or found.registered(f"{definition.id}/{contest_code}") is None:
            return f"station {station} that counts {contest_code}"
    return None


class Player:
    """One run. `ring(election)`: there is more to see."""

    def __init__(self, database: Database, election_id: str, recording: Recording, ring: Callable[[str], None]) -> None:
        self._database = database
        self._id = election_id
        self._entries = recording.entries
        self._rewriting = Rewriting(recording.election.id, election_id).learn(recording.entries)
        self._ring = ring

    async def play(self, pace: Pace, progress: Progress) -> None:
        """From the first entry to the last; cancelled, it ends between two batches. Raises NotPlayableError."""
        if not self._entries:
            return
        clock = asyncio.get_running_loop().time
        began, first, done = clock(), moment(self._entries[0]), 0
        while done < len(self._entries):
            night = (moment(self._entries[done]) - first).total_seconds()
            if pace.speed and (wait := began + night / pace.speed - clock()) > 0:
                await asyncio.sleep(wait)
            until = (clock() - began + TOGETHER_SECONDS) * pace.speed if pace.speed else float("inf")
            batch = [self._entries[done]]
            for entry in self._entries[done + 1 : done + BATCH_MAX]:
                if (moment(entry) - first).total_seconds() > until:
                    break
                batch.append(entry)
            await asyncio.shield(self._write(batch, done, pace))
            done += len(batch)
            self._ring(self._id)
            progress(done, len(self._entries), (moment(batch[-1]) - first).total_seconds())

    async def _write(self, batch: list[Leaf], done: int, pace: Pace) -> None:
        now = datetime.now(UTC)
        leaves = [
            self._rewriting.entry(entry, done + place, None if pace.original_times else now)
            for place, entry in enumerate(batch, start=1)
        ]
        async with self._database.pool.acquire() as connection, connection.transaction():
            await connection.execute(TAKE_TURN, self._id)
            await store_tallies(connection, self._id, leaves)
            await store_sheets(connection, leaves)
            last = datetime.fromisoformat(leaves[-1]["recordedAt"])
            if await connection.execute(STEP, self._id, done + len(leaves), last, done) != "UPDATE 1":
                raise NotPlayableError(
                    f"somebody else reports into {self._id}: its log is not at entry {done} any more"
                )
            records = [entry_record(leaf) for leaf in leaves]
            await connection.copy_records_to_table("log_entry", columns=ENTRY_COLUMNS, records=records)
