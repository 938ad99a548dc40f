"""The tree grows as the log grows, by whoever comes first, and no head ever says two things of one size."""

import asyncio
import base64
from datetime import UTC, datetime, timedelta

import asyncpg
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from counting.vocabulary import ElectionPhase
from db.load import load_election
from db.phases import set_phase
from ledger.checkpoint import checked_head
from ledger.key_file import public_text
from ledger.keys import OtherKeySignsError, read_keys, rotate, successions
from ledger.merkle import EMPTY_ROOT, check_consistency, check_inclusion, root_of
from ledger.sealer import Sealer
from ledger.sealing import BrokenLogError, NotOurKeyError, Signer, seal
from ledger.store import leaves_of, read_head, read_rows, read_sealed, read_sealed_entries, read_tiles
from ledger.succession import trusted
from ledger.tiles import grow, tile_paths
from tests.elections import small_election
from tests.ledger.conftest import NAME, Sealed
from tests.ledger.test_note import KEY, independent_check


async def test_an_empty_log_has_a_head_and_proofs(sealed: Sealed) -> None:
    await sealed.seal()
    head = await sealed.ledger.head(sealed.election)
    assert (head.size, head.root, head.origin) == (0, EMPTY_ROOT, f"{NAME}/log/small")
    assert (await sealed.ledger.consistency(sealed.election, 0, 0)).hashes == []
    assert independent_check(head.note, head.origin, KEY.public_key().public_bytes_raw()).split("\n")[1] == "0"


async def test_the_tree_grown_step_by_step_is_the_one_over_the_whole_log(sealed: Sealed) -> None:
    sizes = []
    for more in (0, 1, 2, 250, 3, 1, 300):
        await sealed.reports(more)
        await sealed.seal()
        sizes.append((await sealed.ledger.head(sealed.election)).size)
    assert sizes == [0, 1, 3, 253, 256, 257, 557]
    pool = sealed.database.pool
    definition = (await sealed.ledger.definition(sealed.election))[1]
    hashes = [leaf[1] for leaf in leaves_of(await read_rows(pool, sealed.election, 0, 557), definition)]
    keys = [(path.level or 0, path.number) for path in tile_paths(557)]
    assert await read_tiles(pool, sealed.election, keys) == grow({}, 0, hashes)
    for row in await pool.fetch("SELECT size, root, note FROM ledger_head ORDER BY number"):
        head, _ = checked_head(row["note"], [sealed.key])
        assert (head.size, head.root) == (row["size"], root_of(hashes[: row["size"]]))


async def test_every_two_heads_are_proved_to_be_of_one_log_and_every_entry_to_be_in_it(sealed: Sealed) -> None:
    roots = {}
    for more in (0, 1, 4, 300):
        await sealed.reports(more)
        await sealed.seal()
        head = await sealed.ledger.head(sealed.election)
        roots[head.size] = head.root
    for new in roots:
        for old in (size for size in roots if size <= new):
            proof = await sealed.ledger.consistency(sealed.election, old, new)
            check_consistency(old, new, proof.hashes, roots[old], roots[new])
    for index in (0, 4, 255, 256, 304):
        proof = await sealed.ledger.inclusion(sealed.election, index, 305)
        assert proof.leaf is not None
        check_inclusion(proof.leaf, index, 305, proof.hashes, roots[305])


async def test_what_was_sealed_is_kept_as_it_was(sealed: Sealed) -> None:
    for more in (3, 300, 10):
        await sealed.reports(more)
        await sealed.seal()
    pool = sealed.database.pool
    definition = (await sealed.ledger.definition(sealed.election))[1]
    leaves = [leaf[0] for leaf in leaves_of(await read_rows(pool, sealed.election, 0, 313), definition)]
    assert await read_sealed_entries(pool, sealed.election, 0) == leaves[:256]
    assert await read_sealed_entries(pool, sealed.election, 1) == leaves[256:]


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE ledger_head SET note = 'x'",
        "DELETE FROM ledger_head",
        "UPDATE ledger_tile SET hashes = decode(repeat('00', 64), 'hex')",
        "UPDATE ledger_tile SET hashes = substr(hashes, 1, 32)",
        "DELETE FROM ledger_tile",
        "UPDATE ledger_bundle SET entries = '\\x00', width = 3",
        "DELETE FROM ledger_bundle",
    ],
)
async def test_the_database_itself_refuses_to_take_back_what_is_sealed(sealed: Sealed, statement: str) -> None:
    await sealed.reports(3)
    await sealed.seal()
    with pytest.raises(asyncpg.RestrictViolationError):
        await sealed.database.pool.execute(statement)


async def test_nodes_that_seal_at_once_take_turns_and_lose_nothing(sealed: Sealed) -> None:
    await sealed.reports(20)

    async def node() -> None:
        for _ in range(10):
            async with sealed.database.pool.acquire() as connection:
                await seal(connection, sealed.signer, sealed.election, datetime.now(UTC))

    await asyncio.gather(*(node() for _ in range(4)), sealed.reports(200))
    await sealed.seal()
    rows = await sealed.database.pool.fetch("SELECT number, size, root FROM ledger_head ORDER BY number")
    assert [row["number"] for row in rows] == list(range(1, len(rows) + 1)) and rows[-1]["size"] == 220
    assert [row["size"] for row in rows] == sorted({row["size"] for row in rows})


async def test_a_log_with_a_gap_or_one_that_was_cut_short_is_not_signed(sealed: Sealed) -> None:
    await sealed.reports(3)
    await sealed.seal()
    await sealed.reports(3)
    pool = sealed.database.pool
    await pool.execute("ALTER TABLE log_entry DISABLE TRIGGER log_is_append_only")
    await pool.execute("DELETE FROM log_entry WHERE sequence = 5")
    with pytest.raises(BrokenLogError, match="gap behind entry 3"):
        await sealed.seal()
    await pool.execute("UPDATE log_head SET sequence = 2")
    with pytest.raises(BrokenLogError, match="3 entries are sealed, and the log ends at 2"):
        await sealed.seal()
    assert (await sealed.ledger.head(sealed.election)).size == 3


async def test_a_key_that_is_not_the_ledgers_signs_nothing(sealed: Sealed) -> None:
    stranger = Signer(Ed25519PrivateKey.generate(), NAME)
    async with sealed.database.pool.acquire() as connection:
        with pytest.raises(NotOurKeyError):
            await seal(connection, stranger, sealed.election, datetime.now(UTC))
        assert await read_head(connection, sealed.election) is None


async def test_a_rotated_key_is_named_by_the_one_before_it_and_signs_the_next_head(sealed: Sealed) -> None:
    await sealed.reports(1)
    await sealed.seal()
    new = Ed25519PrivateKey.generate()
    async with sealed.database.pool.acquire() as connection:
        await rotate(connection, KEY, new, datetime.now(UTC))
        with pytest.raises(OtherKeySignsError):
            await rotate(connection, KEY, Ed25519PrivateKey.generate(), datetime.now(UTC))
    with pytest.raises(NotOurKeyError):
        await sealed.seal()
    old_key = sealed.key
    sealed.signer = Signer(new, NAME)
    await sealed.seal()
    keys = await read_keys(sealed.database.pool)
    assert [(key.public_key, key.retired_at is None) for key in keys] == [
        (public_text(KEY), False),
        (public_text(new), True),
    ]
    known = trusted([old_key], successions(keys))
    assert checked_head((await sealed.ledger.head(sealed.election)).note, known)[0].size == 1
    assert known == [old_key, sealed.key]
    forged = [type(one)(one.old, bytes(32), one.signature) for one in successions(keys)]
    assert trusted([old_key], forged) == [old_key]


async def test_a_package_that_is_loaded_anew_before_the_count_is_another_definition(sealed: Sealed) -> None:
    await sealed.seal()
    first = await read_sealed(sealed.database.pool, sealed.election)
    async with sealed.database.pool.acquire() as connection:
        await load_election(connection, small_election(), "another package")
    await sealed.seal()
    second = await read_sealed(sealed.database.pool, sealed.election)
    assert first and second and first.epoch != second.epoch and first.definition_sha256 != second.definition_sha256


def sealer(sealed: Sealed, every_seconds: float, key: Ed25519PrivateKey | None = KEY) -> Sealer:
    return Sealer(sealed.database, lambda _create: key, NAME, every_seconds)


async def test_a_sealer_waits_its_time_while_the_log_grows_and_not_when_the_phase_changes(sealed: Sealed) -> None:
    slow = sealer(sealed, 3_600)
    await slow.seal_all()
    await sealed.reports(2)
    await slow.seal_all()
    assert (await sealed.ledger.head(sealed.election)).size == 0
    async with sealed.database.pool.acquire() as connection:
        await set_phase(connection, sealed.election, ElectionPhase.CLOSED)
    await slow.seal_all()
    assert (await sealed.ledger.head(sealed.election)).size == 2
    await slow.seal_all()
    assert await sealed.database.pool.fetchval("SELECT count(*) FROM ledger_head") == 2


async def test_a_sealer_signs_again_when_its_time_has_come(sealed: Sealed) -> None:
    await sealer(sealed, 3_600).seal_all()
    await sealed.reports(2)
    await sealer(sealed, 0.001).seal_all()
    head = await sealed.ledger.head(sealed.election)
    assert head.size == 2 and head.issued_at > datetime.now(UTC) - timedelta(minutes=1)
    assert base64.b64decode(head.root_text) == head.root


async def test_a_sealer_without_a_key_says_so_and_harms_nothing(
    sealed: Sealed, caplog: pytest.LogCaptureFixture
) -> None:
    keyless = sealer(sealed, 0.001, None)
    await keyless.look()
    await keyless.look()
    assert [record.message for record in caplog.records if "no key" in record.message] == [
        "this node has no key to sign the ledger with: give it the other nodes' key"
    ]
    await sealer(sealed, 0.001, Ed25519PrivateKey.generate()).look()
    assert "signed by another key" in caplog.text
    assert await read_head(sealed.database.pool, sealed.election) is None
