"""One submission, with a fault at each of its statements: sent again, it is in the log once, and fsck finds nothing."""

import asyncio
import os
import signal
from typing import Any

import pytest

from counting.vocabulary import TallyCoverage
from db.answers import Accepted, Request
from db.intake import Intake, SubmissionUnavailableError
from tests.conftest import Night
from tests.db.desk import Desk, desk
from tests.simulation.faulty import Fault, Plan, PlannedError, faulty_pool

# BEGIN, the locks, what is read under them, what is written, COMMIT.
STATEMENTS_MIN = 10


async def _intake(at: Desk, plan: Plan, url: str) -> Intake:
    await at.database.pool.close()
    at.database.pool = await faulty_pool(url, plan)

    async def definition_of(_election_id: str) -> Any:
        return at.definition

    return Intake(at.database, at.definition.id, definition_of, lambda _election_id: None)


async def _statements(night: Night) -> list[str]:
    """What one submission makes PostgreSQL do, in order."""
    async with desk(night) as at:
        plan, person = Plan(), await at.person("a-1")
        intake = await _intake(at, plan, night.database_url)
        plan.arm(0, Fault.RAISE)
        await intake.submit(at.request(person, "a-1", (1, 1, 1), coverage=TallyCoverage.PARTIAL, call="measured"))
        return plan.seen


def _die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


async def _struck(night: Night, request: Request, at: int, fault: Fault) -> None:
    async with desk(night) as there:
        plan = Plan()
        plan.die = _die
        intake = await _intake(there, plan, night.database_url)
        plan.arm(at, fault)
        try:
            answer = await intake.submit(request)
        except (SubmissionUnavailableError, PlannedError):
            return
        # A fault of one statement does not always take the answer: the batch is tried alone.
        assert isinstance(answer, Accepted)


def _killed(night: Night, request: Request, at: int) -> None:
    """In a process of its own, that is gone at that statement."""
    child = os.fork()
    if child == 0:
        try:
            asyncio.run(_struck(night, request, at, Fault.KILL))
        finally:
            os._exit(3)
    assert os.waitpid(child, 0)[1] == signal.SIGKILL


@pytest.mark.parametrize("fault", list(Fault))
def test_a_fault_at_each_statement_of_a_submission_leaves_all_or_nothing(
    counting: Night, fault: Fault, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("CRITICAL")
    statements = asyncio.run(_statements(counting))
    assert len(statements) >= STATEMENTS_MIN and "COMMIT" in statements[-1], statements

    async def request(number: int) -> Request:
        async with desk(counting) as at:
            count = (number + 1, number + 1, number + 1)
            person = await at.person("a-1")
            return at.request(person, "a-1", count, coverage=TallyCoverage.PARTIAL, call=f"call-{number}")

    async def again(one: Request) -> tuple[Any, list[str]]:
        async with desk(counting) as at:
            (answer,) = await at.write(one)
            return answer, await at.faults()

    for place in range(1, len(statements) + 1):
        one = asyncio.run(request(place))
        if fault is Fault.KILL:
            _killed(counting, one, place)
        else:
            asyncio.run(_struck(counting, one, place, fault))
        answer, faults = asyncio.run(again(one))
        assert isinstance(answer, Accepted) and faults == [], (place, statements[place - 1])
        rows = counting.sql("SELECT sequence FROM log_entry ORDER BY sequence")
        assert [row["sequence"] for row in rows] == [*range(1, place + 2)]
    print(f"{fault}: {len(statements)} statements, each survived")
