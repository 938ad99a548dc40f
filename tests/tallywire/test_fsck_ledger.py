"""fsck holds what is stored of ledger and cuts against the log: a fault in each place is found, and named."""

import asyncio
import gzip
import hashlib
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import asyncpg
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from counting.vocabulary import ElectionPhase
from db.cuts import packed
from db.database import use_json
from ledger.cosigning import Witness, cosign_newest
from tallywire.fsck import inspect
from tests.gql.conftest import Hall
from tests.served import wait_until
from tests.tallywire.ledger_case import ENTRIES, TABLES, Case, played

NEWEST = "SELECT number FROM cut WHERE election_id = $1 AND phase = 'CLOSED'"
NAMED = "SELECT note FROM ledger_head WHERE election_id = $1 ORDER BY number DESC LIMIT 1"
HEAD = "election_id = '$' AND number = (SELECT max(number) FROM ledger_head WHERE election_id = '$')"
# "#": the last cut.
CUT = "election_id = '$' AND number = #"


@pytest.fixture(scope="module")
def closed(ledger_hall: Hall, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Case]:
    """Ten entries of all kinds, sealed, cut twice, and the newest head cosigned; nobody adds anything any more."""
    case = played(ledger_hall.take(), tmp_path_factory.mktemp("case"))
    case.night.phase(ElectionPhase.CLOSED)
    wait_until(lambda: case.night.sql(NEWEST, case.election), what="the last cut")
    wait_until(lambda: f"\ncut {newest(case)} {ENTRIES} " in case.night.sql(NAMED, case.election)[0]["note"])

    async def cosign() -> None:
        connection = await asyncpg.connect(case.night.database_url)
        async with connection.transaction():
            witness = Witness("outlet.example/witness", Ed25519PrivateKey.generate())
            await cosign_newest(connection, witness, case.election, datetime.now(UTC))
        await connection.close()

    asyncio.run(cosign())
    yield case


def newest(case: Case) -> int:
    """The last cut's number: 1, or 2 where a minute ended meanwhile."""
    return int(case.night.sql(NEWEST, case.election)[0]["number"])


def filled(text: str, case: Case) -> str:
    return text.replace("$", case.election).replace("#", str(newest(case)))


def faults(case: Case, statements: str = "", *, cut: bytes | None = None) -> list[str]:
    """What fsck finds after these changes, which are taken back; `cut`: another results file for the last cut."""

    newest_number = newest(case)
    statements = filled(statements, case)

    async def work() -> list[str]:
        connection = await asyncpg.connect(case.night.database_url)
        await use_json(connection)
        whole = connection.transaction(isolation="repeatable_read")
        await whole.start()
        # Of the connection alone: the shared server's own triggers stay as they are.
        await connection.execute("SET LOCAL session_replication_role = replica")
        if statements:
            await connection.execute(statements)
        if cut is not None:
            change = "UPDATE cut SET results = $2 WHERE election_id = $1 AND number = $3"
            await connection.execute(change, case.election, cut, newest_number)
        found = await inspect(connection, case.election)
        await whole.rollback()
        await connection.close()
        assert found is not None
        return [str(fault) for fault in found.faults]

    return asyncio.run(work())


def test_a_ledger_and_cuts_as_they_were_made_are_sound(closed: Case) -> None:
    assert faults(closed) == []


PLANTS = {
    "a tile": (
        "UPDATE ledger_tile SET hashes = set_byte(hashes, 40, 255 - get_byte(hashes, 40)) WHERE election_id = '$'",
        "ledger: tile 0/0 is not the one over the log's entries",
    ),
    "a tile taken out": ("DELETE FROM ledger_tile WHERE election_id = '$'", "ledger: tile 0/0 is not there"),
    "a tile too many": (
        "INSERT INTO ledger_tile SELECT election_id, 1, 0, substr(hashes, 1, 32) FROM ledger_tile"
        " WHERE election_id = '$'",
        "ledger: tile 1/0 lies beyond the tree",
    ),
    "a sealed entry": (
        "UPDATE ledger_bundle SET entries = '\\x00' WHERE election_id = '$'",
        "ledger: bundle 0 of the sealed entries cannot be read",
    ),
    "the sealed entries taken out": (
        "DELETE FROM ledger_bundle WHERE election_id = '$'",
        "ledger: bundle 0 of the sealed entries is not there",
    ),
    "an entry of the log": (
        "UPDATE log_entry SET reason = 'another' WHERE election_id = '$' AND sequence = 9",
        "ledger: entry 9 ($/b-3) is not what was sealed",
    ),
    "a head's root": (
        f"UPDATE ledger_head SET root = set_byte(root, 0, 255 - get_byte(root, 0)) WHERE {HEAD}",
        f"was signed over {ENTRIES} entries with another root than the log's have",
    ),
    "a head's text": (
        f"UPDATE ledger_head SET note = replace(note, E'\\n{ENTRIES}\\n', E'\\n9\\n') WHERE {HEAD}",
        "is not signed by the key it names: the signature of localhost/log/$ does not verify",
    ),
    "a head taken out": (
        "DELETE FROM ledger_cosignature WHERE election_id = '$';"
        f" DELETE FROM ledger_head WHERE election_id = '$' AND size = {ENTRIES}",
        f"ledger: {ENTRIES} entries are sealed, and the newest head has",
    ),
    "the first head taken out": (
        "DELETE FROM ledger_head WHERE election_id = '$' AND number = 1",
        "ledger: head 2 is the 1th that is there",
    ),
    "the tree's size": ("UPDATE ledger SET size = 9 WHERE election_id = '$'", "entries, and 9 are sealed"),
    "the definition": (
        "UPDATE ledger SET definition = '{}' WHERE election_id = '$'",
        "ledger: definition.json has another digest than the entries name",
    ),
    "a cosignature": (
        "UPDATE ledger_cosignature SET line = (SELECT regexp_replace(note, '.*\\n\\n', '') FROM ledger_head"
        f" WHERE {HEAD}) WHERE election_id = '$'",
        "ledger: the cosignature of outlet.example/witness under head",
    ),
    "a cut's digest": (
        f"UPDATE cut SET results_sha256 = repeat('0', 64) WHERE {CUT}",
        "cut: # has a results file with the digest",
    ),
    "a cut's digest, in the head": (
        f"UPDATE cut SET results_sha256 = repeat('0', 64) WHERE {CUT}",
        "names cut #, which is not the one that is stored",
    ),
    # By its root; or by its order, where a minute ended meanwhile and another cut has all entries already.
    "a cut's position": (f"UPDATE cut SET sequence = 9 WHERE {CUT}", "cut: # "),
    "a cut beyond the log": (
        f"UPDATE cut SET sequence = 12 WHERE {CUT}",
        "cut: # was taken after entry 12, which is not there",
    ),
    "a cut's root": (
        f"UPDATE cut SET root = set_byte(root, 0, 255 - get_byte(root, 0)) WHERE {CUT}",
        f"cut: # has another root than the log's first {ENTRIES} entries",
    ),
    "the zero report taken out": (
        "DELETE FROM cut WHERE election_id = '$' AND number = 0",
        "cut: 1 is the 0th that is there, counted from 0",
    ),
    "a cut's length": (f"UPDATE cut SET results_bytes = 7 WHERE {CUT}", "bytes, not 7"),
    "a cut's time": (
        f"UPDATE cut SET taken_at = taken_at + interval '1 hour' WHERE {CUT}",
        "cut: # has another takenAt in its results file than by the log",
    ),
}


@pytest.mark.parametrize("place", PLANTS)
def test_a_fault_in_what_is_stored_is_found_and_named(closed: Case, place: str) -> None:
    statements, says = PLANTS[place]
    found = faults(closed, statements)
    assert any(filled(says, closed) in one for one in found), found


def test_one_vote_more_in_a_cuts_file_is_found_though_its_digest_was_made_to_fit(closed: Case) -> None:
    number = newest(closed)
    query = "SELECT results FROM cut WHERE election_id = $1 AND number = $2"
    (row,) = closed.night.sql(query, closed.election, number)
    content = gzip.decompress(row["results"])
    changed = content.replace(b'"ballotsCast":281', b'"ballotsCast":282', 1)
    assert changed != content
    fits = f"UPDATE cut SET results_sha256 = '{hashlib.sha256(changed).hexdigest()}' WHERE {CUT}"
    found = faults(closed, fits, cut=packed(changed))
    mayor = f"cut: {number} {closed.election}/mayor in {closed.election}/city: ballotsCast is 282, by the log 281"
    assert mayor in found, found
    assert any("has a results file that cannot be read" in one for one in faults(closed, cut=b"\x1f\x8bnothing"))
    # Damaged in the middle, where gzip itself has no name for it.
    damaged = bytearray(packed(content))
    damaged[len(damaged) // 2 : len(damaged) // 2 + 8] = bytes(8)
    assert any(one.startswith(f"cut: {number} has a results file") for one in faults(closed, cut=bytes(damaged)))


def test_triggers_stand_in_the_way_of_all_this(closed: Case, tmp_path: Path) -> None:
    for table in TABLES:
        if table.startswith("ledger"):
            with pytest.raises(asyncpg.RestrictViolationError):
                closed.night.sql(f"DELETE FROM {table} WHERE election_id = $1", closed.election)
