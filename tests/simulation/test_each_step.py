"""One submission, with a fault at each of its statements: sent again, it is in the log once, and fsck finds nothing."""

import asyncio
import os
import signal
from typing import Any

import pytest

from counting.vocabulary import TallyCoverage
from db.answers import Accepted, Request
from db.database import Database
from db.definitions import ElectionDefinition
from db.intake import Intake, SubmissionUnavailableError
from tests.conftest import Night
from tests.db.desk import Desk
from tests.simulation.faulty import Fault, Plan, PlannedError, failing, standing_desk

# BEGIN, the locks, what is read under them, what is written, COMMIT.
STATEMENTS_MIN = 10


def _intake(database: Database, definition: ElectionDefinition) -> Intake:
    async def definition_of(_election_id: str) -> Any:
        return definition

    return Intake(database, definition.id, definition_of, lambda _election_id: None)


async def _statements(at: Desk) -> list[str]:
    """What one submission makes PostgreSQL do, in order."""
    plan, person = Plan(), await at.person("a-1")
    async with failing(at, plan) as database:
        plan.arm(0, Fault.RAISE)
        request = at.request(person, "a-1", (1, 1, 1), coverage=TallyCoverage.PARTIAL, call="measured")
        await _intake(database, at.definition).submit(request)
    return plan.seen


def _die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


async def _struck(at: Desk, request: Request, place: int, fault: Fault) -> None:
    plan = Plan()
    plan.die = _die
    async with failing(at, plan) as database:
        plan.arm(place, fault)
        try:
            answer = await _intake(database, at.definition).submit(request)
        except (SubmissionUnavailableError, PlannedError):
            return
        # A fault of one statement does not always take the answer: the batch is tried alone.
        assert isinstance(answer, Accepted)


def _killed(at: Desk, request: Request, place: int) -> None:
    """In a process of its own, that is gone at that statement."""
    child = os.fork()
    if child == 0:
        try:
            asyncio.run(_struck(at, request, place, Fault.KILL))
        finally:
            os._exit(3)
    assert os.waitpid(child, 0)[1] == signal.SIGKILL


@pytest.mark.parametrize("fault", list(Fault))
def test_a_fault_at_each_statement_of_a_submission_leaves_all_or_nothing(
    counting: Night, fault: Fault, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("CRITICAL")

    async def request(number: int) -> Request:
        count = (number + 1, number + 1, number + 1)
        person = await at.person("a-1")
        return at.request(person, "a-1", count, coverage=TallyCoverage.PARTIAL, call=f"call-{number}")

    async def again(one: Request) -> tuple[Any, list[str], list[int]]:
        (answer,) = await at.write(one)
        rows = await at.database.pool.fetch("SELECT sequence FROM log_entry ORDER BY sequence")
        return answer, await at.faults(), [row["sequence"] for row in rows]

    with standing_desk(counting) as (runner, at):
        statements = runner.run(_statements(at))
        assert len(statements) >= STATEMENTS_MIN and "COMMIT" in statements[-1], statements
        for place in range(1, len(statements) + 1):
            one = runner.run(request(place))
            if fault is Fault.KILL:
                _killed(at, one, place)
            else:
                runner.run(_struck(at, one, place, fault))
            answer, faults, sequences = runner.run(again(one))
            assert isinstance(answer, Accepted) and faults == [], (place, statements[place - 1])
            assert sequences == [*range(1, place + 2)]
    print(f"{fault}: {len(statements)} statements, each survived")
