"""One transaction: what it locks, what it judges on, and where it stands in the log."""

import asyncio

import pytest

from counting.vocabulary import Role, TallyCoverage
from db.answers import Accepted, Held, Rejected
from db.batch import DefinitionOutdatedError
from tests.conftest import Night
from tests.db.desk import Desk, desk

PARTIAL = TallyCoverage.PARTIAL


async def _race(at: Desk, first: object, second: object) -> tuple[object, object]:
    """`second` waits for the rows that `first` holds, and goes on the moment that `first` is on disk."""
    async with at.database.pool.acquire() as one, at.database.pool.acquire() as other:
        outer = one.transaction()
        await outer.start()
        (answer,) = await at.write(first, connection=one)  # type: ignore[arg-type]
        waiting = asyncio.create_task(at.write(second, connection=other))  # type: ignore[arg-type]
        await asyncio.sleep(0.3)
        assert not waiting.done(), "the second writer did not wait for the first"
        await outer.commit()
        (late,) = await waiting
    return answer, late


async def test_a_held_report_that_waited_for_an_accepted_one_leaves_it_standing(counting: Night) -> None:
    """The locked row came back without the tally that had come to stand meanwhile, and the hold wiped it out."""
    async with desk(counting) as at:
        assigned, stranger = await at.person("a-1"), await at.person()
        answer, late = await _race(
            at, at.request(assigned, "a-1", (10, 20, 30)), at.request(stranger, "a-1", (11, 20, 30))
        )
        assert isinstance(answer, Accepted) and isinstance(late, Held)
        row = await at.database.pool.fetchrow(
            "SELECT * FROM station_contest WHERE station_id = 'small/a-1' AND contest_id = 'small/mayor'"
        )
        assert (row["standing_id"], row["held"]) == (answer.tally_id, 1)
        assert await at.faults() == []


async def test_a_report_that_waited_is_judged_on_what_stands_by_then(counting: Night) -> None:
    async with desk(counting) as at:
        one, other = await at.person("a-1"), await at.person("a-1")
        answer, late = await _race(at, at.request(one, "a-1", (10, 20, 30)), at.request(other, "a-1", (10, 20, 30)))
        assert isinstance(answer, Accepted) and isinstance(late, Accepted)
        assert late.tally_id == answer.tally_id
        assert await at.database.pool.fetchval("SELECT confirmations FROM tally") == 1
        assert await at.faults() == []


async def test_a_partial_that_waited_supersedes_the_one_that_came_first(counting: Night) -> None:
    async with desk(counting) as at:
        one, other = await at.person("a-1"), await at.person("a-1")
        await at.write(at.request(one, "a-1", (1, 1, 1), coverage=PARTIAL))
        answer, late = await _race(
            at,
            at.request(one, "a-1", (2, 2, 2), coverage=PARTIAL),
            at.request(other, "a-1", (3, 3, 3), coverage=PARTIAL),
        )
        assert isinstance(late, Accepted) and isinstance(answer, Accepted)
        states = await at.database.pool.fetch("SELECT state, votes FROM tally ORDER BY revision")
        assert [(row["state"], row["votes"]) for row in states] == [
            ("SUPERSEDED", [1, 1, 1]),
            ("SUPERSEDED", [2, 2, 2]),
            ("ACCEPTED", [3, 3, 3]),
        ]
        assert await at.faults() == []


async def test_sequences_follow_the_order_inside_a_batch_and_go_on_in_the_next(counting: Night) -> None:
    async with desk(counting) as at:
        person = await at.person("a-1", "a-2", "a-3")
        first = await at.write(*(at.request(person, f"a-{n}", (n, n, n)) for n in (1, 2, 3)))
        (later,) = await at.write(at.request(await at.person(), "b-1", (1, 1, 1)))
        assert [answer.sequence for answer in first if isinstance(answer, Accepted)] == [1, 2, 3]
        assert isinstance(later, Held)
        assert [row["sequence"] for row in await at.database.pool.fetch("SELECT sequence FROM log_entry")] == [
            1,
            2,
            3,
            4,
        ]
        assert await at.database.pool.fetchval("SELECT sequence FROM log_head") == 4


async def test_a_confirmation_alone_in_its_batch_is_answered_again_with_the_same_place_in_the_log(
    counting: Night,
) -> None:
    """Without an entry of its own it was stored without its place, and the second answer had none."""
    async with desk(counting) as at:
        await at.write(at.request(await at.person("a-1"), "a-1", (10, 20, 30)))
        call = at.request(await at.person("a-1"), "a-1", (10, 20, 30))
        (first,), (again,) = await at.write(call), await at.write(call)
        assert isinstance(first, Accepted) and isinstance(again, Accepted)
        assert (first.sequence, again.sequence, again.replayed) == (1, 1, True)


async def test_a_batch_of_refusals_writes_no_entry_and_takes_no_number(counting: Night) -> None:
    async with desk(counting) as at:
        person = await at.person("a-1")
        (answer,) = await at.write(at.request(person, "nowhere", (1, 2, 3)))
        assert isinstance(answer, Rejected)
        assert [finding.rule.value for finding in answer.findings] == ["UNKNOWN_STATION"]
        assert await at.database.pool.fetchval("SELECT sequence FROM log_head") == 0
        assert await at.database.pool.fetchval("SELECT outcome FROM submission") == "REJECTED"


async def test_a_confirmation_in_the_same_batch_rests_on_the_entry_that_it_confirms(counting: Night) -> None:
    """Its cursor named the position before the batch, where the confirmed tally did not stand yet."""
    async with desk(counting) as at:
        one, other = await at.person("a-1"), await at.person("a-1")
        first, second = await at.write(
            at.request(one, "a-1", (10, 20, 30)), at.request(other, "a-1", (10, 20, 30), call="second")
        )
        assert isinstance(first, Accepted) and isinstance(second, Accepted)
        assert (first.sequence, second.sequence) == (1, 1)
        assert second.tally_id == first.tally_id
        rows = await at.database.pool.fetch("SELECT sequence FROM submission")
        assert [row["sequence"] for row in rows] == [1, 1]


async def test_the_same_call_twice_in_one_batch_is_one_tally(counting: Night) -> None:
    async with desk(counting) as at:
        person = await at.person("a-1")
        call = at.request(person, "a-1", (10, 20, 30))
        first, second = await at.write(call, call)
        assert isinstance(first, Accepted) and isinstance(second, Accepted)
        assert (second.tally_id, second.sequence, first.replayed, second.replayed) == (first.tally_id, 1, False, True)
        assert await at.database.pool.fetchval("SELECT count(*) FROM tally") == 1
        assert await at.faults() == []


async def test_another_content_under_the_same_call_is_refused_in_and_after_the_batch(counting: Night) -> None:
    async with desk(counting) as at:
        person = await at.person("a-1")
        first, second = await at.write(
            at.request(person, "a-1", (10, 20, 30), call="x"), at.request(person, "a-1", (10, 20, 31), call="x")
        )
        (third,) = await at.write(at.request(person, "a-1", (10, 20, 32), call="x"))
        assert isinstance(first, Accepted)
        for answer in (second, third):
            assert isinstance(answer, Rejected)
            assert [finding.rule.value for finding in answer.findings] == ["CLIENT_TALLY_ID_REUSED"]
        assert await at.database.pool.fetchval("SELECT count(*) FROM submission") == 1


async def test_a_definition_of_another_epoch_writes_nothing(counting: Night) -> None:
    async with desk(counting) as at:
        person = await at.person("a-1")
        await at.database.pool.execute("UPDATE election SET epoch = 'other'")
        with pytest.raises(DefinitionOutdatedError):
            await at.write(at.request(person, "a-1", (10, 20, 30)))
        assert await at.database.pool.fetchval("SELECT count(*) FROM submission") == 0


async def test_a_hold_shows_no_number_in_the_log(counting: Night) -> None:
    async with desk(counting) as at:
        (answer,) = await at.write(at.request(await at.person(), "a-1", (10, 20, 30)))
        assert isinstance(answer, Held)
        row = await at.database.pool.fetchrow("SELECT kind, tally, previous, salt, commitment FROM log_entry")
        assert (row["kind"], row["tally"], row["previous"], row["salt"]) == ("HELD", None, None, None)
        assert len(row["commitment"]) == 64


async def test_an_editor_needs_no_assignment(counting: Night) -> None:
    async with desk(counting) as at:
        (answer,) = await at.write(at.request(await at.person(role=Role.EDITOR), "a-1", (10, 20, 30)))
        assert isinstance(answer, Accepted)
