"""The way in: batches under load, a bad one among good ones, callers who go away, a database that does."""

import asyncio
import contextlib
from dataclasses import replace
from typing import Any
from unittest.mock import patch

import asyncpg
import pytest

from counting.vocabulary import ElectionPhase, TallyCoverage
from db.answers import Accepted, Rejected, Request
from db.intake import Intake, SubmissionUnavailableError
from db.phases import set_phase
from db.verdicts import Bench
from tests.conftest import Night
from tests.db.desk import Desk, desk

PARTIAL = TallyCoverage.PARTIAL


def _intake(at: Desk) -> tuple[Intake, list[str]]:
    committed: list[str] = []

    async def definition_of(_election_id: str) -> Any:
        return at.definition

    return Intake(at.database, "small", definition_of, committed.append), committed


async def test_what_waits_together_shares_a_transaction(counting: Night) -> None:
    async with desk(counting) as at:
        person = await at.person("a-1", "a-2", "a-3")
        intake, committed = _intake(at)
        requests = [at.request(person, "a-3", (n, n, n), coverage=PARTIAL) for n in range(1, 61)]
        answers = await asyncio.gather(*(intake.submit(request) for request in requests))
        assert [answer.sequence for answer in answers if isinstance(answer, Accepted)] == [*range(1, 61)]
        assert len(committed) < 5
        assert await at.faults() == []


async def test_one_submission_that_cannot_be_judged_fails_alone(counting: Night) -> None:
    async with desk(counting) as at:
        person = await at.person("a-1")
        intake, _ = _intake(at)
        judge = Bench._judged

        def fails(bench: Bench, request: Any, *more: Any) -> Any:
            if request.submission.client_tally_id == "bad":
                raise ZeroDivisionError
            return judge(bench, request, *more)

        requests = [
            at.request(person, "a-1", (n, n, n), coverage=PARTIAL, call="bad" if n == 3 else None) for n in range(1, 6)
        ]
        with patch.object(Bench, "_judged", fails):
            answers = await asyncio.gather(*(intake.submit(r) for r in requests), return_exceptions=True)
        assert isinstance(answers[2], ZeroDivisionError)
        assert [answer.sequence for answer in answers if isinstance(answer, Accepted)] == [1, 2, 3, 4]
        assert await at.database.pool.fetchval("SELECT count(*) FROM submission WHERE client_tally_id = 'bad'") == 0
        assert await at.faults() == []


async def test_a_batch_that_breaks_a_constraint_is_written_one_by_one(counting: Night) -> None:
    async with desk(counting) as at:
        person = await at.person("a-1", "a-2", "a-3")
        intake, _ = _intake(at)
        copied = asyncpg.Connection.copy_records_to_table

        async def breaks(connection: Any, table: str, **named: Any) -> Any:
            if table == "tally" and any(record[2] == "small/a-2" for record in named["records"]):
                raise asyncpg.UniqueViolationError("somebody was faster")
            return await copied(connection, table, **named)

        requests = [at.request(person, f"a-{n}", (n, n, n)) for n in (1, 2, 3)]
        with patch.object(asyncpg.Connection, "copy_records_to_table", breaks):
            answers = await asyncio.gather(*(intake.submit(r) for r in requests), return_exceptions=True)
        assert [type(answer).__name__ for answer in answers] == ["Accepted", "SubmissionUnavailableError", "Accepted"]
        assert await at.faults() == []
        assert isinstance(await intake.submit(requests[1]), Accepted)


async def test_a_caller_who_goes_away_takes_nothing_back(counting: Night) -> None:
    async with desk(counting) as at:
        person = await at.person("a-1")
        intake, _ = _intake(at)
        request = at.request(person, "a-1", (1, 2, 3))
        caller = asyncio.create_task(intake.submit(request))
        await asyncio.sleep(0)
        caller.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await caller
        await intake.close()
        again = await intake.submit(request)
        assert isinstance(again, Accepted)
        assert (again.sequence, again.replayed) == (1, True)


async def test_a_database_that_is_away_is_unavailable_and_nothing_is_lost_when_it_is_back(counting: Night) -> None:
    async with desk(counting) as at:
        person = await at.person("a-1")
        intake, _ = _intake(at)
        request = at.request(person, "a-1", (1, 2, 3))
        with (
            patch("db.intake.write_batch", side_effect=asyncpg.ConnectionDoesNotExistError("gone")),
            pytest.raises(SubmissionUnavailableError),
        ):
            await intake.submit(request)
        answer = await intake.submit(request)
        assert isinstance(answer, Accepted) and not answer.replayed


@pytest.mark.parametrize("trouble", ["AdminShutdownError", "CrashShutdownError", "CannotConnectNowError"])
async def test_a_database_that_shuts_down_is_unavailable(counting: Night, trouble: str) -> None:
    async with desk(counting) as at:
        person = await at.person("a-1")
        intake, _ = _intake(at)
        failure = getattr(asyncpg, trouble)("terminating connection")
        with patch("db.intake.write_batch", side_effect=failure), pytest.raises(SubmissionUnavailableError):
            await intake.submit(at.request(person, "a-1", (1, 2, 3)))


async def test_more_than_can_wait_is_refused_at_once(counting: Night) -> None:
    async with desk(counting) as at:
        person = await at.person("a-1")
        intake, _ = _intake(at)
        with patch("db.intake.WAITING_MAX", 2):
            calls = [at.request(person, "a-1", (n, n, n), coverage=PARTIAL) for n in (1, 2, 3)]
            answers = await asyncio.gather(*(intake.submit(call) for call in calls), return_exceptions=True)
        assert [type(answer).__name__ for answer in answers] == ["Accepted", "Accepted", "SubmissionUnavailableError"]


async def test_nothing_is_accepted_after_the_count_was_closed(counting: Night) -> None:
    """Whoever closed it waited until nobody sent any more: batches of several nodes shared the row without a pause."""
    async with desk(counting) as at:
        person = await at.person("a-1", "a-2", "a-3")
        intakes = [_intake(at)[0] for _ in range(3)]
        order: list[str] = []

        async def send(number: int) -> None:
            request = at.request(person, f"a-{number % 3 + 1}", (number, number, number), coverage=PARTIAL)
            answer = await intakes[number % 3].submit(request)
            if isinstance(answer, Rejected):
                assert [finding.rule.value for finding in answer.findings] == ["COUNTING_NOT_OPEN"]
            order.append(type(answer).__name__)

        async def close() -> None:
            async with at.database.pool.acquire() as connection:
                await set_phase(connection, "small", ElectionPhase.CLOSED)
                closed_at.append(await connection.fetchval("SELECT sequence FROM log_head"))

        closed_at: list[int] = []
        sending = [asyncio.create_task(send(number)) for number in range(1, 150)]
        await asyncio.wait(sending, return_when=asyncio.FIRST_COMPLETED)
        closing = asyncio.create_task(close())
        async with asyncio.timeout(60):
            while not closing.done():
                sending.append(asyncio.create_task(send(len(sending) + 1)))
                await asyncio.sleep(0.001)
        await asyncio.gather(*sending, closing, send(len(sending) + 1))
        assert order[0] == "Accepted" and order[-1] == "Rejected"
        assert await at.database.pool.fetchval("SELECT sequence FROM log_head") == closed_at[0]
        assert await at.faults() == []


async def test_what_cannot_be_written_fails_alone_and_is_not_taken_for_a_database_that_is_away(
    counting: Night,
) -> None:
    async with desk(counting) as at:
        person = await at.person("a-1", "a-2", "a-3")
        intake, _ = _intake(at)
        bad = at.request(person, "a-2", (4, 5, 6))
        requests = [
            at.request(person, "a-1", (1, 2, 3)),
            Request(replace(bad.submission, note="\ud800"), person),
            at.request(person, "a-3", (7, 8, 9)),
        ]
        answers = await asyncio.gather(*(intake.submit(one) for one in requests), return_exceptions=True)
        assert [type(answer) for answer in answers[::2]] == [Accepted, Accepted]
        assert isinstance(answers[1], Exception) and not isinstance(answers[1], SubmissionUnavailableError)
        assert await at.faults() == []
