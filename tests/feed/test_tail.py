"""The tail: follows every log, asserts +1, and lets one broken log silence no other."""

from counting.vocabulary import TallyCoverage
from db.load import load_election
from feed.tail import Tail
from tests.conftest import Night
from tests.db.desk import desk
from tests.elections import small_election


async def test_a_log_with_a_gap_is_taken_off_the_air_and_the_other_elections_go_on(counting: Night) -> None:
    """The gap ended the tail's task, and every reader of every election was left with old numbers in silence."""
    async with desk(counting) as at, at.database.pool.acquire() as connection:
        person = await at.person("a-1")
        for votes in (1, 2):
            await at.write(at.request(person, "a-1", (votes, 0, 0), coverage=TallyCoverage.PARTIAL))
        await load_election(connection, small_election("second"), "second")
        await connection.execute("SET session_replication_role = replica")
        await connection.execute("DELETE FROM log_entry WHERE sequence = 1")
        await connection.execute("SET session_replication_role = origin")
        tail = Tail(at.database)
        await tail.start()
        assert [feed.id for feed in tail.feeds()] == ["second"]
        await tail.look()
        assert tail.lag_seconds < 60
        await tail.close()


async def test_a_package_that_is_loaded_anew_is_followed_under_its_new_epoch(small: Night) -> None:
    async with desk(small) as at, at.database.pool.acquire() as connection:
        tail = Tail(at.database)
        await tail.look()
        before = tail.feed("small")
        await load_election(connection, small_election(), "changed")
        await tail.look()
        after = tail.feed("small")
        assert before is not None and after is not None
        assert before.closed and not after.closed
        assert before.definition.epoch != after.definition.epoch
