"""A fault at each statement of all else that is written: decisions, withdrawals, revocations, phases, heads, cuts.

Whatever the fault, done again it is there once: one entry, one audit record, one head, one cut; and fsck finds nothing.
Here each statement has one of the faults, each COMMIT all; with EVERY_FAULT in the environment, as in `make soak`, all.
"""

import asyncio
import os
import signal
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pytest

from counting.vocabulary import ElectionPhase, ReviewDecision, Role, TallyCoverage
from db.answers import Accepted, Held
from db.audit import Actor
from db.database import Database, is_away
from db.people import Person
from db.phases import set_phase
from db.review_case import Decided
from db.review_decisions import review_tally
from db.revocation import hold_tallies_of, revoke
from db.withdrawal import withdraw_tally
from feed.cut_maker import CutMaker
from feed.tail import Tail
from ledger.keys import register_first
from ledger.sealing import Signer, seal
from tests.conftest import Night
from tests.db.desk import Desk
from tests.ledger.test_note import KEY
from tests.simulation.faulty import Fault, Plan, PlannedError, failing, standing_desk

PARTIAL = TallyCoverage.PARTIAL
ALWAYS = 0.000001
SIGNER = Signer(KEY, "wire.example")
BY = Actor("the-operator")
Given = dict[str, Any]


@dataclass
class Operation:
    """`ready` makes what it is about; `do` is what fails, and is done again; `there` says what is not as it must be.

    `statements_min`: fewer, and it is not what it was.
    """

    ready: Callable[[Desk], Awaitable[Given]]
    do: Callable[[Database, Given], Awaitable[Any]]
    there: Callable[[Desk, Given, Any], Awaitable[list[str]]]
    statements_min: int


async def _tally(at: Desk, person: Person, station: str, kind: type[Accepted] | type[Held]) -> str:
    """One vote more for everybody than anybody had there."""
    votes = 1 + int(await at.database.pool.fetchval("SELECT count(*) FROM tally"))
    (answer,) = await at.write(at.request(person, station, (votes, 1, 1), coverage=PARTIAL))
    assert isinstance(answer, kind), answer
    return answer.tally_id


async def _kinds(at: Desk, tally_id: str) -> list[str]:
    rows = await at.database.pool.fetch("SELECT kind FROM log_entry WHERE tally_id = $1 ORDER BY sequence", tally_id)
    return [row["kind"] for row in rows]


async def _held(at: Desk) -> Given:
    outsider = await at.person("b-1")
    editor = await at.person(role=Role.EDITOR)
    return {"tally": await _tally(at, outsider, "a-1", Held), "editor": editor}


def _reviewing(verdict: ReviewDecision) -> Operation:
    async def do(database: Database, given: Given) -> Any:
        standing = await database.pool.fetchval(
            "SELECT standing_id FROM station_contest WHERE station_id = 'small/a-1' AND contest_id = 'small/mayor'"
        )
        return await review_tally(
            *(database.pool, given["tally"], verdict, "looked"),
            person=given["editor"],
            actor=BY,
            standing_id=standing if verdict is ReviewDecision.ACCEPT else None,
        )

    async def there(at: Desk, given: Given, outcome: Any) -> list[str]:
        first, *rest = await _kinds(at, given["tally"])
        wanted = ("ACCEPTED", "CORRECTED") if verdict is ReviewDecision.ACCEPT else ("REJECTED",)
        right = first == "HELD" and len(rest) == 1 and rest[0] in wanted and isinstance(outcome, Decided)
        return [] if right else [f"{first} {rest} {outcome}"]

    return Operation(_held, do, there, 8)


async def _standing(at: Desk) -> Given:
    person = await at.person("a-2")
    return {"tally": await _tally(at, person, "a-2", Accepted), "person": person}


async def _withdraw(database: Database, given: Given) -> Any:
    return await withdraw_tally(database.pool, given["tally"], "a slip", person=given["person"], actor=BY)


async def _withdrawn(at: Desk, given: Given, outcome: Any) -> list[str]:
    kinds = await _kinds(at, given["tally"])
    right = len(kinds) == 2 and kinds[1] == "WITHDRAWN" and isinstance(outcome, Decided)
    return [] if right else [f"{kinds} {outcome}"]


async def _reporter(at: Desk) -> Given:
    """Somebody whose two tallies stand."""
    person = await at.person("b-1", "b-2")
    return {"person": person, "tallies": [await _tally(at, person, one, Accepted) for one in ("b-1", "b-2")]}


async def _revoke(database: Database, given: Given) -> Any:
    who = given["person"].id
    async with database.pool.acquire() as connection:
        await revoke(connection, who, BY)
    await hold_tallies_of(database, who, BY, reason="revoked", committed=lambda _id: None)


async def _revoked(at: Desk, given: Given, _outcome: Any) -> list[str]:
    who = given["person"].id
    kinds = [await _kinds(at, tally) for tally in given["tallies"]]
    times = await at.database.pool.fetchval(
        "SELECT count(*) FROM audit_record WHERE subject = $1 AND action = 'REPORTER_REVOKED'", who
    )
    return [] if kinds == [["ACCEPTED", "WITHDRAWN"]] * 2 and times == 1 else [f"{kinds}, {times} records"]


async def _phase_before(at: Desk) -> Given:
    phase = ElectionPhase(await at.database.pool.fetchval("SELECT phase FROM election"))
    after = ElectionPhase.CLOSED if phase is ElectionPhase.COUNTING else ElectionPhase.COUNTING
    return {"after": after, "records": await _changes(at)}


async def _changes(at: Desk) -> int:
    return int(await at.database.pool.fetchval("SELECT count(*) FROM audit_record WHERE action = 'PHASE_CHANGED'"))


async def _set_phase(database: Database, given: Given) -> Any:
    async with database.pool.acquire() as connection:
        await set_phase(connection, "small", given["after"], BY)


async def _phase_set(at: Desk, given: Given, _outcome: Any) -> list[str]:
    phase = await at.database.pool.fetchval("SELECT phase FROM election")
    records = await _changes(at)
    right = phase == given["after"].value and records == given["records"] + 1
    return [] if right else [f"{phase}, {records} records after {given}"]


async def _unsealed(at: Desk) -> Given:
    async with at.database.pool.acquire() as connection:
        await register_first(connection, KEY, datetime.now(UTC))
    await _tally(at, await at.person("a-3"), "a-3", Accepted)
    return {}


async def _seal(database: Database, _given: Given) -> Any:
    async with database.pool.acquire() as connection:
        await seal(connection, SIGNER, "small", datetime.now(UTC), wait=True)


async def _sealed(at: Desk, _given: Given, _outcome: Any) -> list[str]:
    """As many heads as entries, each of one more: none was signed twice, and none is missing."""
    sizes = [row["size"] for row in await at.database.pool.fetch("SELECT size FROM ledger_head ORDER BY number")]
    head = await at.database.pool.fetchval("SELECT sequence FROM log_head")
    return [] if sizes == [*range(1, head + 1)] else [f"heads of {sizes}, {head} entries"]


async def _uncut(at: Desk) -> Given:
    given = await _unsealed(at)
    await _seal(at.database, given)
    return given


async def _cut(database: Database, _given: Given) -> Any:
    """The board beside it is read over lines of its own."""
    reading = await Database.open(database.url)
    tail = Tail(reading)
    await tail.start()
    try:
        await CutMaker(database, tail, ALWAYS).cut_all(wait=True)
    finally:
        await tail.close()
        await reading.close()


async def _cut_made(at: Desk, _given: Given, _outcome: Any) -> list[str]:
    rows = await at.database.pool.fetch("SELECT number, sequence FROM cut ORDER BY number")
    head = await at.database.pool.fetchval("SELECT sequence FROM log_head")
    numbers = [row["number"] for row in rows]
    sequences = [row["sequence"] for row in rows]
    right = numbers == [*range(len(rows))] and sequences == sorted(set(sequences)) and sequences[-1] in (head, 0)
    return [] if right else [f"cuts {numbers} of {sequences}, {head} entries"]


OPERATIONS = {
    "a decision that accepts": _reviewing(ReviewDecision.ACCEPT),
    "a decision that refuses": _reviewing(ReviewDecision.REJECT),
    "a withdrawal": Operation(_standing, _withdraw, _withdrawn, 8),
    "a revocation that holds": Operation(_reporter, _revoke, _revoked, 15),
    "a change of phase": Operation(_phase_before, _set_phase, _phase_set, 6),
    "a signed head": Operation(_unsealed, _seal, _sealed, 10),
    "a cut": Operation(_uncut, _cut, _cut_made, 5),
}


async def _measured(at: Desk, operation: Operation) -> list[str]:
    """Its statements in order, where nothing fails."""
    plan = Plan()
    async with failing(at, plan) as database:
        given = await operation.ready(at)
        plan.arm(0, Fault.RAISE)
        outcome = await operation.do(database, given)
        assert await operation.there(at, given, outcome) == []
    return plan.seen


async def _struck(at: Desk, operation: Operation, given: Given, place: int, fault: Fault) -> bool:
    """Whether there was a statement so far on for it to strike at."""
    plan = Plan()
    plan.die = _die
    async with failing(at, plan) as database:
        plan.arm(place, fault)
        try:
            await operation.do(database, given)
        except PlannedError:
            assert fault is Fault.RAISE
        except Exception as error:
            # What is told to whoever asked: keep it, try again.
            assert is_away(error), repr(error)
        return plan.disarm()


async def _again(at: Desk, operation: Operation, given: Given) -> list[str]:
    """Done again, with nothing in its way; what is not as it must be."""
    outcome = await operation.do(at.database, given)
    return [*await operation.there(at, given, outcome), *await at.faults()]


def _die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def _killed(at: Desk, operation: Operation, given: Given, place: int) -> bool:
    """The same in a process of its own, that is gone at that statement."""
    child = os.fork()
    if child == 0:
        try:
            os._exit(int(asyncio.run(_struck(at, operation, given, place, Fault.KILL))))
        finally:
            os._exit(3)
    ended = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    assert ended in (0, -signal.SIGKILL)
    return ended != 0


@pytest.mark.parametrize("name", OPERATIONS)
def test_a_fault_at_each_statement_leaves_all_or_nothing(
    counting: Night, name: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("CRITICAL")
    operation = OPERATIONS[name]
    with standing_desk(counting) as (runner, at):
        # The first of all may be longer: it begins the ledger, or makes the zero report.
        _, statements = (runner.run(_measured(at, operation)) for _ in range(2))
        assert len(statements) >= operation.statements_min and any("COMMIT" in one for one in statements), statements
        survived = 0
        for place, statement in enumerate(statements, start=1):
            for fault in _faults(place, statement):
                given = runner.run(operation.ready(at))
                if fault is Fault.KILL:
                    struck = _killed(at, operation, given, place)
                else:
                    struck = runner.run(_struck(at, operation, given, place, fault))
                assert struck and runner.run(_again(at, operation, given)) == [], (place, fault)
                survived += 1
    print(f"{name}: {len(statements)} statements, {survived} faults survived")


def _faults(place: int, statement: str) -> list[Fault]:
    everything = list(Fault)
    return everything if "COMMIT" in statement or os.environ.get("EVERY_FAULT") else [everything[place % 4]]
