"""PostgreSQL is full, only reads, is slow, stands still or is cut off: tallies are kept by who sends them, results are
read on, and all is well again without anybody starting anything anew. Readers of each kind are checked all the time."""

import asyncio
import contextlib
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import asyncpg
import httpx
import pytest
from websockets.exceptions import ConnectionClosed

from counting.vocabulary import Role
from db.database import use_json
from db.load import load_election
from db.migrate import create_database, migrate
from feed.position import Position
from tests.conftest import Night
from tests.db.desk import desk
from tests.elections import small_election
from tests.postgres_server import PostgresServer
from tests.served import wait_until
from tests.tallywire.audience import Audience
from tests.tallywire.follower import PAGES
from tests.tallywire.test_resume import UPDATES
from tests.tcp_proxy import TcpProxy

SUBMIT = """
mutation Send($input: SubmitTallyInput!) { submitTally(input: $input) {
  __typename ... on TallyAccepted { replayed } ... on TallyRejected { findings { rule } } } }
"""
CODES = "mutation C($input: CreateEnrolmentCodesInput!) { createEnrolmentCodes(input: $input) { code } }"
RESULT = '{ result(contestId: "small/mayor") { stationsTotal } }'
PATIENCE = "1"


class Trouble:
    """A server over a PostgreSQL that it reaches through a proxy, and a phone."""

    def __init__(self, folder: Path | None = None) -> None:
        self.postgres = PostgresServer(folder).create().start()
        self.proxy = TcpProxy(self.postgres.port)
        asyncio.run(_fill(self.postgres))
        direct = Night(self.postgres.url("small"), "small").open()
        self.direct = direct
        self.token = direct.token(Role.VOLUNTEER, "a-1")
        self.operator = direct.token(Role.OPERATOR)
        self.night = Night(self.postgres.url("small", self.proxy.port), "small")
        self.server = self.night.serve(TALLYWIRE_DATABASE_PATIENCE_SECONDS=PATIENCE)
        self.audience = Audience([self.server.url])
        self._sent = 0
        assert self.send(self.next()).status_code == 200

    def next(self) -> dict[str, Any]:
        """One more vote for everybody at a-1."""
        self._sent += 1
        votes = [{"candidateId": f"small/mayor/{number}", "votes": self._sent} for number in (1, 2, 3)]
        call = {"clientTallyId": f"call-{self._sent}", "stationId": "small/a-1", "contestId": "small/mayor"}
        return call | {"coverage": "PARTIAL", "votes": votes}

    def send(self, call: dict[str, Any]) -> httpx.Response:
        body = {"query": SUBMIT, "variables": {"input": call}}
        headers = {"Authorization": f"Bearer {self.token}"}
        return httpx.post(f"{self.night.url}/graphql", json=body, headers=headers, timeout=60)

    def is_kept(self, call: dict[str, Any]) -> httpx.Response | None:
        """The answer that tells a phone to keep it; None while there is another."""
        answer = self.send(call)
        if answer.status_code != 503:
            return None
        (error,) = answer.json()["errors"]
        assert error["extensions"]["code"] == "UNAVAILABLE"
        assert set(error["extensions"]["messages"]) == {"TH", "EN"}
        assert "เก็บไว้" in error["extensions"]["messages"]["TH"] and "Keep it" in error["message"]
        assert answer.headers["retry-after"] == str(error["extensions"]["retryAfterSeconds"])
        return answer

    def is_taken(self, call: dict[str, Any]) -> bool:
        answer = self.send(call).json()
        return not answer.get("errors") and answer["data"]["submitTally"]["__typename"] == "TallyAccepted"

    def report_elsewhere(self) -> str:
        """One more entry, by a node whose line is whole; its cursor."""

        async def report() -> Any:
            async with desk(self.direct) as at:
                person = await at.person("b-1")
                return (await at.write(at.request(person, "b-1", (1, 1, 1))))[0], at.definition.epoch

        answer, epoch = asyncio.run(report())
        return Position(epoch, answer.sequence).encode()

    def codes_wait_too(self) -> None:
        """What operators write is not written either, and nobody speaks of an incident."""
        wanted = {"electionId": "small", "role": "VOLUNTEER", "count": 1, "stationIds": ["small/a-1"]}
        assert self.night.api.as_(self.operator).code(CODES, input=wanted) == "UNAVAILABLE"

    def reads_on(self) -> None:
        """Everybody, and who shows a token that was good a moment ago."""
        for token in (None, self.token):
            assert self.night.api.as_(token)(RESULT)["result"]["stationsTotal"] == 6

    def everybody_has_it(self) -> None:
        """What was taken since: each reader was told it, over the line that it had all the time."""
        head = int(self.direct.sql("SELECT sequence FROM log_head")[0]["sequence"])
        self.audience.settle(head, self.server.url)
        assert set(self.audience.cuts.values()) == {0}

    def close(self) -> None:
        self.audience.end()
        self.proxy.go()
        self.proxy.mend()
        self.night.close()
        self.proxy.close()
        self.postgres.close()


async def _fill(postgres: PostgresServer) -> None:
    await create_database(postgres.url(), "small")
    await migrate(postgres.url("small"))
    connection = await asyncpg.connect(postgres.url("small"))
    await use_json(connection)
    await load_election(connection, small_election(), "small")
    await connection.close()


@pytest.fixture(scope="module")
def trouble() -> Iterator[Trouble]:
    trouble = Trouble()
    yield trouble
    trouble.close()


def test_a_line_that_is_cut(trouble: Trouble) -> None:
    """Whoever comes from a node that knows more is sent elsewhere: here nobody can say that there is no such entry."""
    call = trouble.next()
    trouble.proxy.cut()
    assert wait_until(lambda: trouble.is_kept(call), what="that it is to be kept")
    ahead = trouble.report_elsewhere()
    with trouble.night.api.socket() as reader:
        reader.subscribe(UPDATES, election="small", after=ahead)
        assert trouble.night.api.code(PAGES, election="small", after=ahead) == "UNAVAILABLE"
        with pytest.raises(ConnectionClosed) as closed:
            reader.receive(60)
    assert closed.value.rcvd is not None and closed.value.rcvd.code == 1012
    trouble.reads_on()
    trouble.proxy.mend()
    assert wait_until(lambda: trouble.is_taken(call), what="that it is taken")
    trouble.everybody_has_it()


def test_a_line_on_which_nothing_comes_back(trouble: Trouble) -> None:
    call = trouble.next()
    trouble.proxy.stop()
    assert wait_until(lambda: trouble.is_kept(call), what="that it is to be kept")
    trouble.reads_on()
    trouble.proxy.go()
    assert wait_until(lambda: trouble.is_taken(call), what="that it is taken")
    trouble.everybody_has_it()


def test_a_line_on_which_everything_takes_long(trouble: Trouble) -> None:
    call = trouble.next()
    trouble.proxy.delay_seconds = 1.0
    assert wait_until(lambda: trouble.is_kept(call), 60, what="that it is to be kept")
    trouble.reads_on()
    trouble.proxy.delay_seconds = 0.0
    assert wait_until(lambda: trouble.is_taken(call), what="that it is taken")
    trouble.everybody_has_it()


def test_somebody_who_holds_a_lock(trouble: Trouble) -> None:
    call = trouble.next()

    async def hold() -> None:
        other = await asyncpg.connect(trouble.postgres.url("small"))
        async with other.transaction():
            await other.execute("SELECT 1 FROM election FOR UPDATE")
            assert await asyncio.to_thread(wait_until, lambda: trouble.is_kept(call), 30, "that it is to be kept")
            await other.execute("LOCK TABLE enrolment_code")
            await asyncio.to_thread(trouble.codes_wait_too)
        await other.close()

    asyncio.run(hold())
    trouble.reads_on()
    assert wait_until(lambda: trouble.is_taken(call), what="that it is taken")
    trouble.everybody_has_it()


def test_a_database_that_only_reads(trouble: Trouble) -> None:
    call, elsewhere = trouble.next(), Night(trouble.postgres.url(), "")

    def turn(read_only: str) -> None:
        elsewhere.sql(f"ALTER DATABASE small SET default_transaction_read_only = {read_only}")
        elsewhere.sql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = 'small'")

    turn("on")
    assert wait_until(lambda: trouble.is_kept(call), what="that it is to be kept")
    trouble.codes_wait_too()
    trouble.reads_on()
    turn("off")
    assert wait_until(lambda: trouble.is_taken(call), what="that it is taken")
    trouble.everybody_has_it()


def test_a_postgresql_that_is_killed_and_started_again(trouble: Trouble) -> None:
    call = trouble.next()
    trouble.postgres.kill()
    assert wait_until(lambda: trouble.is_kept(call), what="that it is to be kept")
    trouble.reads_on()
    trouble.postgres.start()
    assert wait_until(lambda: trouble.is_taken(call), what="that it is taken")
    trouble.everybody_has_it()


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of its own, on which there is soon no room."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mount = ("mount", "-t", "tmpfs", "-o", "size=100m,mode=0755", "tallywire-test", str(folder))
    if os.geteuid() != 0 or subprocess.run(mount, check=False, capture_output=True).returncode != 0:
        pytest.skip("only root can make a small disk here")
    for parent in (tmp_path, *tmp_path.parents):
        # PostgreSQL runs as another user, who must get there.
        if parent.stat().st_uid == 0 and parent != Path("/"):
            parent.chmod(parent.stat().st_mode | 0o011)
    yield folder
    subprocess.run(("umount", "-l", str(folder)), check=True)


def _fill_up(path: Path) -> None:
    with contextlib.suppress(OSError), path.open("wb", buffering=0) as file:
        while True:
            file.write(b"\0" * 65_536)


def test_a_disk_that_is_full(small_disk: Path) -> None:
    trouble = Trouble(small_disk)
    filler = small_disk / "filler"
    try:
        _fill_up(filler)
        # What PostgreSQL has set aside in its own files is used up first.
        call = trouble.next()
        while not trouble.is_kept(call):
            assert len(trouble.direct.sql("SELECT 1 FROM tally")) < 5_000
            call = trouble.next()
        trouble.reads_on()
        filler.unlink()
        assert trouble.postgres.process is not None
        if trouble.postgres.process.poll() is not None:
            # Without room for its own log PostgreSQL ends; whoever looks after it starts it again.
            trouble.postgres.start()
        assert wait_until(lambda: trouble.is_taken(call), 60, "that it is taken")
        trouble.everybody_has_it()
    finally:
        trouble.close()
