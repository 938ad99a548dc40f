"""New documents are read in another process: the same comes of it, in turns, whatever becomes of that process."""

import asyncio
import os
import signal
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import psutil
import pytest
from graphql import GraphQLError, get_introspection_query

from bench.abuse_documents import DOCUMENTS
from gql.context import Context
from gql.edge import Edge
from gql.frames import BadShapeError, check_request
from gql.frames import parse as parse_json
from gql.guard import LIGHT_CHARACTERS, Guard
from gql.limits import DOCUMENTS_WAITING_AN_ADDRESS, Limits
from gql.occupancy import FullError, Occupancy
from gql.proof import Proof, proofread
from gql.proofreader import Proofreader, ProofreaderLostError
from gql.schema.build import build_schema
from tests.conftest import Night
from tests.served import wait_until

SCHEMA = build_schema()._schema
LONG = get_introspection_query()
PUBLIC = Context(None, address="203.0.113.1")  # type: ignore[arg-type]


def _hostile() -> list[str]:
    """Of each kind that is a document at all, several."""
    found = []
    for make in DOCUMENTS.values():
        for body in (make() for _ in range(8)):
            try:
                found.append(str(check_request(parse_json(body))["query"]))
            except BadShapeError:
                continue
    return found


def _told(proof: Proof) -> list[Any]:
    return [error.formatted for error in proof.faults]


@asynccontextmanager
async def _reader(read: Any, most: int = 50) -> AsyncIterator[Proofreader]:
    occupancy = Occupancy(Limits({DOCUMENTS_WAITING_AN_ADDRESS.name: most}))
    async with Proofreader(read, occupancy).working() as reader:
        yield reader


async def test_the_same_comes_of_it_wherever_it_is_read() -> None:
    here = Guard(SCHEMA, Edge())
    there = Guard(SCHEMA, Edge())
    async with there.reading_apart():
        for text in (LONG, *_hostile(), "{ a " * 200, "{ ไม่มี } #" + "ก" * LIGHT_CHARACTERS):
            proof = await there.proof(text, None)
            assert _told(proof) == _told(await here.proof(text, None))
            assert (proof.document is None) is bool(proof.faults)


async def test_what_is_long_is_not_checked_in_this_process(monkeypatch: pytest.MonkeyPatch) -> None:
    guard = Guard(SCHEMA, Edge())
    async with guard.reading_apart():
        # The other process is there, with all that it needs, once it has read something.
        assert (await guard.proof(LONG, PUBLIC)).document is not None

        def never(*_arguments: Any, **_named: Any) -> None:
            raise AssertionError("checked here")

        monkeypatch.setattr("gql.proof.validate", never)
        assert (await guard.proof(LONG + "#", PUBLIC)).document is not None
        assert _told(await guard.proof("{ nothing } #" + "x" * LIGHT_CHARACTERS, PUBLIC))
        with pytest.raises(AssertionError, match="checked here"):
            await guard.proof("{ __typename }", PUBLIC)


def test_what_is_too_large_is_refused_before_it_is_checked(monkeypatch: pytest.MonkeyPatch) -> None:
    """GraphQL's rules take longest on just that."""
    monkeypatch.setattr("gql.proof.validate", lambda *_arguments, **_named: pytest.fail("checked"))
    guard = Guard(SCHEMA, Edge())
    for kind in ("deep documents", "wide documents", "doubling fragments", "documents never met before"):
        for body in (DOCUMENTS[kind]() for _ in range(4)):
            (fault,) = guard.read(parse_json(body)["query"]).faults
            assert (fault.extensions or {})["code"] in ("LIMIT_EXCEEDED", "GRAPHQL_PARSE_FAILED")


async def test_addresses_take_turns() -> None:
    """Who sends many waits for their own; who sends one is next."""
    done: list[str] = []
    async with _reader(lambda _: Proof()) as reader:
        asked = {f"many {number}": reader.ask(f"{number}", "203.0.113.1") for number in range(20)}
        asked["one"] = reader.ask("a", "203.0.113.2")
        for name, answer in asked.items():
            answer.add_done_callback(lambda _, name=name: done.append(name))  # type: ignore[misc]
        await asyncio.gather(*asked.values())
    assert done.index("one") <= 2 and [name for name in done if name != "one"] == [f"many {n}" for n in range(20)]


async def test_so_many_of_one_address_wait_and_no_more() -> None:
    async with _reader(lambda _: Proof(), most=3) as reader:
        waiting = [reader.ask(f"{number}", "203.0.113.1") for number in range(3)]
        with pytest.raises(FullError, match=DOCUMENTS_WAITING_AN_ADDRESS.name):
            reader.ask("one too many", "203.0.113.1")
        reader.ask("of another", "203.0.113.2")
        await asyncio.gather(*waiting)
        await reader.ask("room again", "203.0.113.1")


async def test_thousands_who_send_the_same_wait_for_one_reading() -> None:
    """As after a restart; the limit of one address would not let so many wait."""
    guard = Guard(SCHEMA, Edge(occupancy=Occupancy(Limits({DOCUMENTS_WAITING_AN_ADDRESS.name: 1}))))
    async with guard.reading_apart():
        proofs = await asyncio.gather(*(guard.proof(LONG, PUBLIC) for _ in range(1_000)))
        assert all(proof.document is proofs[0].document is not None for proof in proofs)
        several = await asyncio.gather(*(guard.proof(LONG + "#" * n, PUBLIC) for n in range(1, 4)))
    codes = [(error.extensions or {})["code"] for proof in several for error in proof.faults]
    assert codes == ["TOO_MANY_AT_ONCE"] * 2


async def test_a_process_that_ends_over_a_document_is_followed_by_another() -> None:
    def read(text: str) -> Proof:
        if text == "die":
            os._exit(1)
        return Proof((GraphQLError(str(os.getpid())),))

    async with _reader(read) as reader:
        before, died, after = (reader.ask(text, None) for text in ("before", "die", "after"))
        (first,), (second,) = await before, await after
        with pytest.raises(ProofreaderLostError):
            await died
    assert len({first.message, second.message, str(os.getpid())}) == 3
    assert not any(psutil.pid_exists(int(one.message)) for one in (first, second))


async def test_on_a_full_machine_documents_are_read_by_one_who_has_some_processor_in_any_case(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Beside three busy programs on two cores a short document took half a minute, and was then refused."""

    def read(text: str) -> Proof:
        policy = os.sched_getscheduler(0)
        if policy == os.SCHED_IDLE and text == "held":
            signal.pause()
        return Proof((GraphQLError(f"policy {policy}, niceness {os.nice(0)}"),))

    hurried, patient = f"policy {os.SCHED_OTHER}, niceness 10", f"policy {os.SCHED_IDLE}, niceness 0"
    async with _reader(read) as reader:

        async def told(text: str, patience: float = 60) -> str:
            monkeypatch.setattr("gql.proofreader.PATIENCE_SECONDS", patience)
            (fault,) = await reader.ask(text, None)
            return fault.message

        assert await told("before") == patient
        assert [await told("held", 0.1), await told("after")] == [hurried, hurried]
        # Half a minute later.
        reader._hurry_until = 0.0
        assert [await told("the last"), await told("as ever")] == [hurried, patient]


async def test_where_no_process_can_be_had_documents_are_read_here(monkeypatch: pytest.MonkeyPatch) -> None:
    def refused() -> int:
        raise BlockingIOError("no more processes")

    monkeypatch.setattr(os, "fork", refused)
    guard = Guard(SCHEMA, Edge())
    async with guard.reading_apart():
        assert (await guard.proof(LONG, PUBLIC)).document is not None


async def test_who_waits_is_let_go_when_reading_ends() -> None:
    async with _reader(lambda _: Proof()) as reader:
        waiting = [reader.ask(f"{number}", None) for number in range(5)]
    assert all(one.done() for one in waiting)


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGINT])
def test_it_ends_with_the_server_however_that_ends(guarded: Night, number: signal.Signals) -> None:
    server = guarded.serve()
    assert server.process is not None
    assert server.api(LONG)["__schema"]
    children = psutil.Process(server.process.pid).children()
    assert children, "the process that reads"
    os.kill(server.process.pid, number)
    server.process.wait(30)
    wait_until(lambda: not any(child.is_running() and child.status() != "zombie" for child in children))


async def test_a_document_that_took_too_long_once_is_read_when_it_comes_again(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    guard, free = Guard(SCHEMA, Edge()), tmp_path / "free"

    def held_up(*arguments: Any, **named: Any) -> Proof:
        while not free.exists():
            time.sleep(0.01)
        return proofread(*arguments, **named)

    monkeypatch.setattr("gql.guard.proofread", held_up)
    monkeypatch.setattr("gql.proofreader.PATIENCE_SECONDS", 0.1)
    monkeypatch.setattr("gql.proofreader.SECONDS_MAX", 1)
    async with guard.reading_apart():
        (fault,) = (await guard.proof(LONG, PUBLIC)).faults
        assert (fault.extensions or {})["code"] == "TIMED_OUT"
        free.touch()
        monkeypatch.setattr("gql.proofreader.SECONDS_MAX", 60)
        assert (await guard.proof(LONG, PUBLIC)).document is not None
