"""A follower's own copy in its own database: the same tables, filled from verified public entries alone."""

import base64
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import asyncpg

from counting.sheet_state import standing_state
from counting.vocabulary import TallyCoverage
from db.database import Connection
from db.load import ElectionAlreadyCountedError, load_election
from db.plan import DECIDE, ENTRY_COLUMNS, TALLY_COLUMNS
from db.sheet import UPDATE_SHEETS
from ledger.checkpoint import Head
from ledger.sealing import ADD_HEAD, BEGIN
from ledger.store import grow_bundles, packed_bundles, read_definition_document, write_tiles
from ledger.tiles import TileKey
from tallywire.follow.definition import election_from
from tallywire.follow.refusal import RefusedError
from tallywire.follow.tallies import Leaf, Reported, TallyPlan

# In `election.package_sha256`: what tells a copy from an election of this installation.
FOLLOWED = "follow:"
FOREIGN = "SELECT id FROM election WHERE starts_with(package_sha256, $1) <> $2 LIMIT 1"
READ_STORED = "SELECT id FROM tally WHERE id = ANY($1::text[])"
READ_REPORTED = """
    SELECT l.tally_id, l.recorded_at, l.ruleset
    FROM unnest($2::text[], $3::text[], $4::text[]) AS k (station_id, contest_id, tally_id)
    JOIN log_entry l ON l.station_id = k.station_id AND l.contest_id = k.contest_id AND l.tally_id = k.tally_id
    WHERE l.election_id = $1 AND l.kind = 'HELD' ORDER BY l.sequence DESC
"""
READ_REVISIONS = """
    SELECT station_id, contest_id, revisions FROM station_contest
    WHERE (station_id, contest_id) IN (SELECT * FROM unnest($1::text[], $2::text[]))
"""
# A pseudonym without a token: no digest is of this form.
ADD_REPORTERS = """
    INSERT INTO reporter (id, election_id, role, token_sha256, enrolled_at)
    SELECT id, $2, 'VOLUNTEER', 'followed:' || id, $3 FROM unnest($1::text[]) AS k (id) ON CONFLICT DO NOTHING
"""
STEP_HEAD = "UPDATE log_head SET sequence = $2, last_report_at = $3 WHERE election_id = $1"
GROW = "UPDATE ledger SET size = $2 WHERE election_id = $1"
SET_PHASE = """
    UPDATE election SET phase = $2::text,
        opened_at = CASE WHEN $2 = 'COUNTING' THEN coalesce(opened_at, $3) ELSE opened_at END,
        closed_at = CASE WHEN $2 = 'CLOSED' THEN $3 END
    WHERE id = $1 AND phase <> $2
"""


class OtherDatabaseError(Exception):
    """The database holds what this server must not work on; the message says what."""


async def check_database(connection: asyncpg.Pool, *, follows: bool) -> None:
    """A follower's database holds copies alone, any other none. Raises OtherDatabaseError."""
    found = await connection.fetchval(FOREIGN, FOLLOWED, follows)
    if found is not None and follows:
        raise OtherDatabaseError(
            f"this database has an election of its own ({found}): a follower needs a data folder of its own"
        )
    if found is not None:
        raise OtherDatabaseError(f"this database is a follower's copy ({found}): serve it with --follow")


async def store_definition(connection: Connection, content: bytes, sha256: str, origin: str) -> None:
    """The election as its origin defines it, under its epoch, so that cursors are the same. Raises RefusedError."""
    election, epoch = election_from(content)
    try:
        async with connection.transaction():
            await load_election(connection, election, f"{FOLLOWED}{sha256}")
            await connection.execute("UPDATE election SET epoch = $2 WHERE id = $1", election.id, epoch)
            phase = await connection.fetchval("SELECT phase FROM election WHERE id = $1", election.id)
            await connection.execute(BEGIN, election.id, epoch, origin, sha256, content, phase)
    except ElectionAlreadyCountedError as error:
        raise RefusedError("the election's definition was changed after its log had begun") from error
    except asyncpg.IntegrityConstraintViolationError as error:
        raise RefusedError(f"definition.json contradicts itself: {error.args[0]}") from error


async def stored_definition(connection: asyncpg.Pool, election_id: str) -> tuple[bytes, str] | None:
    """The document and its sha256 (hex); None before it was taken."""
    return await read_definition_document(connection, election_id)


async def store_entries(
    connection: Connection,
    election_id: str,
    first: int,
    leaves: Sequence[tuple[bytes, Leaf]],
    tiles: dict[TileKey, bytes],
) -> None:
    """Entries `first` + 1, … and the tree as far as they reach: all, or none. Raises RefusedError."""
    entries = [leaf for _, leaf in leaves]
    try:
        async with connection.transaction():
            await store_tallies(connection, election_id, entries)
            await store_sheets(connection, entries)
            records = [entry_record(leaf) for leaf in entries]
            await connection.copy_records_to_table("log_entry", columns=ENTRY_COLUMNS, records=records)
            last = datetime.fromisoformat(entries[-1]["recordedAt"])
            await connection.execute(STEP_HEAD, election_id, first + len(entries), last)
            await write_tiles(connection, election_id, tiles)
            await grow_bundles(connection, election_id, packed_bundles(first, [leaf for leaf, _ in leaves]))
            await connection.execute(GROW, election_id, first + len(entries))
    except (asyncpg.IntegrityConstraintViolationError, asyncpg.DataError) as error:
        raise RefusedError(f"entries {first + 1} to {first + len(entries)} cannot be what happened: {error}") from error


async def store_head(connection: Connection, election_id: str, head: Head, note: str, public_key: bytes) -> None:
    """A head that was verified; `issued_at` is when."""
    key = base64.b64encode(public_key).decode()
    await connection.execute(ADD_HEAD, election_id, head.size, head.root, key, note, datetime.now(UTC))


async def store_phase(connection: asyncpg.Pool, election_id: str, phase: str) -> bool:
    """True where it is another than before."""
    changed: str = await connection.execute(SET_PHASE, election_id, phase, datetime.now(UTC))
    return changed != "UPDATE 0"


async def store_tallies(connection: Connection, election_id: str, leaves: Sequence[Leaf]) -> None:
    """The rows that entries show, and what they make of earlier ones."""
    ids = sorted({leaf["tallyId"] for leaf in leaves})
    stored = {row["id"] for row in await connection.fetch(READ_STORED, ids)}
    opened = [leaf for leaf in leaves if leaf["salt"] is not None]
    columns = [[leaf[name] for leaf in opened] for name in ("station", "contest", "tallyId")]
    rows = await connection.fetch(READ_REPORTED, election_id, *columns) if opened else []
    reported = {row["tally_id"]: Reported(row["recorded_at"], row["ruleset"]) for row in rows}
    plan = TallyPlan(stored, reported).add_all(leaves)
    for step in plan.steps:
        await connection.execute(DECIDE, step.tally_id, step.state.value, step.superseded_by_id, step.supersedes_id)
    if plan.rows:
        pseudonyms = sorted({row["reporter_id"] for row in plan.rows.values()})
        await connection.execute(ADD_REPORTERS, pseudonyms, election_id, datetime.now(UTC))
        records = [tuple(row[name] for name in TALLY_COLUMNS) for row in plan.rows.values()]
        await connection.copy_records_to_table("tally", columns=TALLY_COLUMNS, records=records)


async def store_sheets(connection: Connection, leaves: Sequence[Leaf]) -> None:
    """Each sheet as the last entry about it leaves it."""
    last = {(leaf["station"], leaf["contest"]): leaf for leaf in leaves}
    stations, contests = [key[0] for key in last], [key[1] for key in last]
    rows = await connection.fetch(READ_REVISIONS, stations, contests)
    revisions = {(row["station_id"], row["contest_id"]): row["revisions"] for row in rows}
    for leaf in leaves:
        if leaf["tally"] is not None:
            key = (leaf["station"], leaf["contest"])
            revisions[key] = max(revisions[key], leaf["tally"]["revision"])
    await connection.execute(
        UPDATE_SHEETS,
        stations,
        contests,
        [standing_state(_coverage(leaf), leaf["disputed"]).value for leaf in last.values()],
        [revisions[key] for key in last],
        [leaf["held"] for leaf in last.values()],
        [leaf["standingId"] for leaf in last.values()],
    )


def _coverage(leaf: Leaf) -> TallyCoverage | None:
    """Of the tally that counts after this entry."""
    if leaf["standingId"] is None:
        return None
    brings = leaf["standingId"] == leaf["tallyId"] and leaf["tally"] is not None
    return TallyCoverage((leaf["tally"] if brings else leaf["previous"])["coverage"])


def entry_record(leaf: Leaf) -> tuple[Any, ...]:
    """The columns of `log_entry`: of them the very same leaf is made again."""
    values = {
        "election_id": leaf["election"],
        "sequence": leaf["sequence"],
        "kind": leaf["kind"],
        "station_id": leaf["station"],
        "contest_id": leaf["contest"],
        "tally_id": leaf["tallyId"],
        "previous_id": leaf["previousId"],
        "standing_id": leaf["standingId"],
        "tally": leaf["tally"],
        "previous": leaf["previous"],
        "held": leaf["held"],
        "held_before": leaf["heldBefore"],
        "disputed": leaf["disputed"],
        "disputed_before": leaf["disputedBefore"],
        "commitment": leaf["commitment"],
        "salt": leaf["salt"],
        "reason": leaf["reason"],
        "decided_by": leaf["decidedBy"],
        "ruleset": leaf["ruleset"],
        "is_test": leaf["isTest"],
        "recorded_at": datetime.fromisoformat(leaf["recordedAt"]),
    }
    return tuple(values[name] for name in ENTRY_COLUMNS)
