"""A fault of one vote, planted in each place: found, and named."""

import asyncio
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from unittest.mock import patch

import pytest
from typer.testing import CliRunner

from counting.vocabulary import Role, TallyCoverage
from db.answers import Accepted, Held
from db.database import Database
from db.intake import Intake
from feed.tail import Tail
from tallywire.app import build_app
from tallywire.cli import build_cli
from tallywire.server import address, listen, serving
from tallywire.settings import Settings
from tests.conftest import Databases, Night, _fill_small
from tests.db.desk import Desk, desk

PARTIAL = TallyCoverage.PARTIAL


async def _activity(at: Desk) -> tuple[Accepted, Accepted, Held]:
    """Seven entries: partial counts, a final, a correction, a hold, another contest."""
    one, other = await at.person("a-1", "a-2"), await at.person("b-1")
    await at.write(at.request(one, "a-1", (1, 1, 1), coverage=PARTIAL))
    await at.write(at.request(other, "b-1", (7, 8, 9)))
    (final,) = await at.write(at.request(one, "a-1", (10, 20, 30)))
    assert isinstance(final, Accepted)
    (corrected,) = await at.write(at.request(one, "a-1", (10, 20, 31), replaces=final.tally_id))
    (held,) = await at.write(at.request(await at.person(), "a-1", (9, 9, 9)))
    assert isinstance(corrected, Accepted) and isinstance(held, Held)
    await at.write(at.request(one, "a-2", (4, 4, 4)), at.request(one, "a-2", (5, 5, 5, 5), contest="council"))
    await at.write(at.request(await at.person("a-2"), "a-2", (4, 4, 4)))
    return final, corrected, held


async def test_a_night_with_all_kinds_of_entries_is_sound(counting: Night) -> None:
    async with desk(counting) as at:
        await _activity(at)
        assert await at.database.pool.fetchval("SELECT sequence FROM log_head") == 7
        assert await at.faults() == []


@dataclass(frozen=True)
class Plant:
    """Statements that change one thing behind everybody's back, and what fsck says of it."""

    sql: str
    says: str


VOTES_UP = "votes[1] = votes[1] + 1, valid_ballots = valid_ballots + 1"
ENTRY_UP = "{0} = jsonb_set({0}, '{{votes,0}}', to_jsonb(1 + ({0}->'votes'->>0)::int))"  # one vote more for the first
PLANTS = {
    "an entry's numbers": Plant(
        f"UPDATE log_entry SET {ENTRY_UP.format('tally')} WHERE sequence = 2", "tally: entry 2 (small/b-1, small/mayor)"
    ),
    "an entry's previous numbers": Plant(
        f"UPDATE log_entry SET {ENTRY_UP.format('previous')} WHERE sequence = 4",
        "log: entry 4 (small/a-1, small/mayor) names other previous numbers than those that stood",
    ),
    "an entry taken out": Plant("DELETE FROM log_entry WHERE sequence = 2", "log: small: entry 3 after 1"),
    "the last entry taken out": Plant(
        "DELETE FROM log_entry WHERE sequence = 7", "log: the head is at 7, and 6 entries stand in the log"
    ),
    "the last entry taken out, the head with it": Plant(
        "DELETE FROM log_entry WHERE sequence = 7; UPDATE log_head SET sequence = 6",
        "was answered with entry 7, beyond the head 6",
    ),
    "an entry taken out, those behind it moved up": Plant(
        "DELETE FROM log_entry WHERE sequence = 2; UPDATE log_entry SET sequence = sequence - 1 WHERE sequence > 2;"
        " UPDATE log_head SET sequence = 6; UPDATE submission SET sequence = sequence - 1 WHERE sequence > 2",
        "was answered as taken, and no entry brings it",
    ),
    "two entries of two stations swapped": Plant(
        "UPDATE log_entry SET sequence = 99 WHERE sequence = 2; UPDATE log_entry SET sequence = 2 WHERE sequence = 3;"
        " UPDATE log_entry SET sequence = 3 WHERE sequence = 99",
        "was answered with entry 2, and stands in 3",
    ),
    "two entries of one station swapped": Plant(
        "UPDATE log_entry SET sequence = 99 WHERE sequence = 3; UPDATE log_entry SET sequence = 3 WHERE sequence = 4;"
        " UPDATE log_entry SET sequence = 4 WHERE sequence = 99",
        "log: entry 3 (small/a-1, small/mayor) names other previous numbers than those that stood",
    ),
    "an entry's state before it": Plant(
        "UPDATE log_entry SET held_before = 1 WHERE sequence = 5",
        "log: entry 5 (small/a-1, small/mayor) names another state before it than the one that stood",
    ),
    "an entry's state after it": Plant(
        "UPDATE log_entry SET held = 2 WHERE sequence = 5", "station: small/a-1, small/mayor: 1 held, by the log 2"
    ),
    "a standing tally": Plant(
        f"UPDATE tally SET {VOTES_UP} WHERE station_id = 'small/b-1'",
        "board: small/mayor in small/city: votes is [21, 32, 44] by the log, [22, 32, 44] by the tables",
    ),
    "a superseded tally": Plant(
        f"UPDATE tally SET {VOTES_UP} WHERE revision = 1 AND station_id = 'small/a-1'",
        "tally: entry 1 (small/a-1, small/mayor)",
    ),
    "a held tally": Plant(
        f"UPDATE tally SET {VOTES_UP} WHERE state = 'HELD'", "is not the one that the log commits to"
    ),
    "a held tally's salt": Plant("UPDATE tally SET salt = 'x' WHERE state = 'HELD'", "is not the one that the log"),
    "a commitment": Plant(
        "UPDATE log_entry SET commitment = repeat('0', 64) WHERE kind = 'HELD'",
        "is not the one that the log commits to",
    ),
    "a tally's state": Plant(
        "UPDATE tally SET state = 'WITHDRAWN' WHERE station_id = 'small/b-1'",
        "is WITHDRAWN, which is not what the log says of it",
    ),
    "a confirmation too many": Plant(
        "UPDATE tally SET confirmations = confirmations + 1 WHERE confirmations > 0",
        "has 2 confirmations, and 1 were answered so",
    ),
    "a confirmation that nobody gave": Plant(
        "UPDATE tally SET confirmations = 1 WHERE station_id = 'small/b-1'",
        "has 1 confirmations, and 0 were answered so",
    ),
    "a confirmation taken away": Plant(
        "UPDATE tally SET confirmations = 0", "has 0 confirmations, and 1 were answered so"
    ),
    "a tally taken out": Plant("DELETE FROM tally WHERE station_id = 'small/b-1'", "is not there"),
    "a station's standing tally": Plant(
        "UPDATE station_contest SET standing_id = (SELECT id FROM tally WHERE station_id = 'small/a-2'"
        " AND contest_id = 'small/mayor') WHERE station_id = 'small/b-1'",
        "station: small/b-1, small/mayor: ",
    ),
    "a station's standing tally, forgotten": Plant(
        "UPDATE station_contest SET standing_id = NULL, state = 'SILENT' WHERE station_id = 'small/b-1'",
        "station: small/b-1, small/mayor: None stands, by the log",
    ),
    "a station's state": Plant(
        "UPDATE station_contest SET state = 'PARTIAL' WHERE station_id = 'small/b-1'",
        "station: small/b-1, small/mayor: its state is PARTIAL, which is not the log's",
    ),
    "a station's held tallies": Plant(
        "UPDATE station_contest SET held = held + 1 WHERE station_id = 'small/b-1'",
        "station: small/b-1, small/mayor: 1 held, by the log 0",
    ),
    "a station's revisions": Plant(
        "UPDATE station_contest SET revisions = 5 WHERE station_id = 'small/b-1'",
        "station: small/b-1, small/mayor: 5 tallies by its row, not as many in the table",
    ),
    "the head": Plant("UPDATE log_head SET sequence = 8", "log: the head is at 8, and 7 entries stand in the log"),
    "an answer's place": Plant(
        "UPDATE submission SET sequence = 12 WHERE sequence = 2", "was answered with entry 12, beyond the head 7"
    ),
}


@pytest.mark.parametrize("place", PLANTS)
async def test_a_fault_is_found_and_named_where_it_was_planted(counting: Night, place: str) -> None:
    plant = PLANTS[place]
    async with desk(counting) as at:
        await _activity(at)
        async with at.database.pool.acquire() as connection:
            # As a superuser can: neither triggers nor foreign keys stand in the way.
            await connection.execute(f"SET session_replication_role = replica; {plant.sql}")
        faults = await at.faults()
        assert [fault for fault in faults if plant.says in fault], faults


def _filled(night: Night) -> None:
    async def work() -> None:
        async with desk(night) as at:
            await _activity(at)

    asyncio.run(work())


def _fsck(night: Night, *arguments: str) -> tuple[int, str, str]:
    ended = CliRunner().invoke(build_cli(), ["fsck", "--database-url", night.database_url, *arguments])
    return ended.exit_code, ended.stdout, ended.stderr


@pytest.fixture(scope="module")
def nights(databases: Databases) -> Iterator[dict[str, Night]]:
    """One election that is sound and one with a fault, each with the same history."""
    made = {}
    for name in ("sound", "faulty"):
        made[name] = Night(databases.fresh("template_small", _fill_small), "small").open()
        _filled(made[name])
    made["faulty"].sql("ALTER TABLE tally DISABLE TRIGGER ALL")
    made["faulty"].sql(f"UPDATE tally SET {VOTES_UP} WHERE station_id = 'small/b-1'")
    yield made


def test_the_command_says_sound_and_ends_with_0(nights: dict[str, Night]) -> None:
    code, out, _ = _fsck(nights["sound"])
    assert (code, out) == (0, "small: sound. 7 entries agree with tables and board\n")


def test_the_command_prints_each_fault_on_a_line_and_ends_with_1(nights: dict[str, Night]) -> None:
    code, out, errors = _fsck(nights["faulty"], "--election", "small")
    assert code == 1
    assert all(line.startswith("small: ") for line in out.splitlines())
    assert "small: board: small/mayor in small/b: votes is [7, 8, 9] by the log, [8, 8, 9] by the tables" in out
    assert f"small: {len(out.splitlines())} faults in 7 entries" in errors


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        (["--election", "other"], "tallywire: no election other is loaded; there is: small"),
        (["--url", "http://127.0.0.1:9"], "tallywire: http://127.0.0.1:9 does not serve small"),
    ],
)
def test_bad_input_is_one_line_and_exit_code_2(nights: dict[str, Night], arguments: list[str], line: str) -> None:
    code, out, errors = _fsck(nights["sound"], *arguments)
    assert (code, out, errors.strip().splitlines()[-1].strip()) == (2, "", line)


@contextmanager
def _served_in_this_process(night: Night, tamper: Any) -> Iterator[str]:
    """A server whose board a test can reach into."""
    ready, end, told = threading.Event(), asyncio.Event(), {}

    async def work() -> None:
        told["loop"] = asyncio.get_running_loop()
        settings = Settings(database_url=night.database_url, port=0)
        database = await Database.open(night.database_url)
        listener = listen(settings)
        async with serving(build_app(database, settings), listener, settings):
            told["url"] = address(listener)
            ready.set()
            await end.wait()
        await database.close()

    async def start(tail: Tail) -> None:
        await begin(tail)
        tamper(tail.feed("small").board)  # type: ignore[union-attr]

    begin = Tail.start
    with patch.object(Tail, "start", start):
        thread = threading.Thread(target=lambda: asyncio.run(work()))
        thread.start()
        assert ready.wait(30)
        yield told["url"]
        told["loop"].call_soon_threadsafe(end.set)
        thread.join(30)


def _one_vote_more(board: Any) -> None:
    board.count("small/mayor", "small/b").votes[1] += 1


def test_what_a_server_publishes_is_compared_too(nights: dict[str, Night]) -> None:
    with _served_in_this_process(nights["sound"], lambda board: None) as url:
        code, out, _ = _fsck(nights["sound"], "--url", url)
    # Heads and a cut are there once this server has made them, which nobody waits for here.
    assert code == 0 and re.fullmatch(
        rf"small: sound\. 7 entries agree with tables and board(, .+ cuts)? and {url}\n", out
    )


def test_a_vote_too_many_on_a_servers_board_is_found(nights: dict[str, Night]) -> None:
    with _served_in_this_process(nights["sound"], _one_vote_more) as url:
        code, out, _ = _fsck(nights["sound"], "--url", url)
    assert code == 1
    assert out == "small: served: small/mayor in small/b: votes of small/mayor/2 is 9, by the log 8\n"


async def test_a_submission_that_is_taken_while_fsck_reads_is_no_fault(counting: Night) -> None:
    async with desk(counting) as at:
        person = await at.person("a-1")

        async def definition_of(_election_id: str) -> Any:
            return at.definition

        intake = Intake(at.database, "small", definition_of, lambda _id: None)

        async def busy() -> None:
            for votes in range(1, 40):
                await intake.submit(at.request(person, "a-1", (votes, votes, votes), coverage=PARTIAL))

        writing = asyncio.create_task(busy())
        while not writing.done():
            assert await at.faults() == []
        await writing
        await intake.close()
        assert await at.database.pool.fetchval("SELECT sequence FROM log_head") == 39


def test_an_outlet_reads_no_more_than_the_public(nights: dict[str, Night]) -> None:
    """fsck over the wire works with any token that may read."""
    token = nights["sound"].token(Role.OUTLET)
    with _served_in_this_process(nights["sound"], lambda board: None) as url:
        assert _fsck(nights["sound"], "--url", url, "--token", token)[0] == 0
