"""Equal subscriptions share what is sent, over both ways out; who is too slow, gone or broken off is dealt with."""

import asyncio
import json
import re
from collections.abc import Iterator
from contextlib import ExitStack
from itertools import islice
from typing import Any

import asyncpg
import httpx
import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import connect

from counting.vocabulary import Role
from db.database import use_json
from db.load import load_election
from feed.position import Position, decode
from tests.conftest import Databases, Night, _fill_small
from tests.elections import small_election
from tests.gql.documents import sheet
from tests.gql.shared_streams import (
    CHECKED,
    ELECTION,
    FAILS,
    LARGE,
    PHASE,
    REPORTS,
    SUBMIT,
    UPDATES,
    answers_no_ping,
    events_of,
    narrow,
    next_update,
    published,
    slow_readers,
)
from tests.reader_checks import ResultCheck
from tests.served import Api, ServerProcess, Socket, wait_until

WAYS = ("direct", "asgi")
BUFFER_BYTES = 100_000
ROUNDS = 20


@pytest.fixture(scope="module")
def night(databases: Databases) -> Iterator[Night]:
    night = Night(databases.fresh("template_small", _fill_small), "small").open()
    for way, tick in zip(WAYS, ("0", "0.02"), strict=True):
        night.serve(
            *("--ws", way),
            # 0: every change at once.
            TALLYWIRE_TICK_SECONDS=tick,
            TALLYWIRE_HEARTBEAT_SECONDS="1",
            TALLYWIRE_WS_PING_SECONDS="600",
            TALLYWIRE_READER_BUFFER_BYTES=str(BUFFER_BYTES),
            TALLYWIRE_ALLOWED_ORIGINS='["https://news.example"]',
            # Answers large enough to fill a line.
            TALLYWIRE_LIMITS='{"depth_max": null, "cost_public": null}',
        )
    yield night
    night.close()


@pytest.fixture(params=WAYS)
def server(night: Night, request: pytest.FixtureRequest) -> ServerProcess:
    return night.servers[WAYS.index(request.param)]


@pytest.fixture(scope="module")
def editor(night: Night) -> str:
    return night.token(Role.EDITOR)


def _sheets() -> Iterator[tuple[str, list[int]]]:
    """Partial counts that go up by one vote, as far as the voters of each station reach."""
    for station, voters in (("b-3", 600), ("b-2", 500), ("b-1", 400), ("a-3", 300)):
        for votes in range(1, voters - 20):
            yield station, [votes, 0, 0]


SHEETS = _sheets()


def _play(night: Night, token: str, entries: int, server: ServerProcess | None = None) -> int:
    """So many entries; the log's head after them. Readers at another server than this are told at its next look."""
    api = (server or night).api.as_(token)
    while entries > 0:
        inputs = [
            sheet(night, station, votes, id=f"{station}-{votes[0]}", coverage="PARTIAL", ballotsCast=None)
            for station, votes in islice(SHEETS, min(entries, 50))
        ]
        answers = api(SUBMIT, inputs=inputs)["submitTallies"]
        assert {answer["__typename"] for answer in answers} == {"TallyAccepted"}
        entries -= len(inputs)
    return int(night.sql("SELECT sequence FROM log_head WHERE election_id = 'small'")[0]["sequence"])


def _position(night: Night, sequence: int) -> str:
    epoch = night.sql("SELECT epoch FROM election WHERE id = 'small'")[0]["epoch"]
    return Position(str(epoch), sequence).encode()


def _executions(server: ServerProcess) -> float:
    text = httpx.get(f"{server.url}/metrics", timeout=60).text
    return sum(float(number) for number in re.findall(r"^tallywire_executions_total\{.*\} (.*)$", text, re.M))


def test_equal_subscriptions_are_sent_the_same_bytes_under_ids_of_their_own(
    night: Night, server: ServerProcess, editor: str
) -> None:
    with ExitStack() as stack:
        sockets = [stack.enter_context(server.api.socket()) for _ in range(3)]
        for number, one in enumerate(sockets):
            for name in (f"{number}", f'"{number}" ünï'):
                payload = {"query": UPDATES, "variables": {"e": "small"}}
                one.send({"id": name, "type": "subscribe", "payload": payload})
        told = [_payloads(one, 2) for one in sockets]
        assert {tuple(sorted(names)) for names in told} == {(f'"{n}" ünï', f"{n}") for n in range(3)}
        head = _play(night, editor, 1)
        for one in sockets:
            changed = list(_payloads(one, 2, "DELTA", head).values())
            assert len(set(changed)) == 1
            update = json.loads(changed[0])["data"]["resultUpdates"]
            assert decode(update["cursor"]).sequence == head


def _payloads(one: Socket, count: int, kind: str = "SNAPSHOT", reached: int = -1) -> dict[str, str]:
    """The payload of the next update of this kind, as text, by operation; heartbeats and others are passed over.

    `reached`: so are those of earlier entries, which another server may only just have seen.
    """
    found: dict[str, str] = {}
    while len(found) < count:
        text = str(one.raw.recv(timeout=60))
        message = json.loads(text)
        update = message["payload"]["data"]["resultUpdates"]
        if update["kind"] == kind and decode(update["cursor"]).sequence >= reached:
            start = f'{{"id":{json.dumps(message["id"], ensure_ascii=False)},"type":"next","payload":'
            assert text.startswith(start) and text.endswith("}")
            found[message["id"]] = text.removeprefix(start)[:-1]
    return found


def test_one_execution_answers_all_who_come_and_one_more_tells_them_all(
    night: Night, server: ServerProcess, editor: str
) -> None:
    with ExitStack() as stack:
        sockets = [stack.enter_context(server.api.socket()) for _ in range(2)]
        before = _executions(server)
        operations = [[one.subscribe(ELECTION, e="small") for _ in range(90)] for one in sockets]
        for one, names in zip(sockets, operations, strict=True):
            assert {one.next(name, 60)["electionChanged"]["phase"] for name in names} == {"COUNTING"}
        assert _executions(server) - before <= 6


def test_who_answers_no_ping_is_closed_and_a_storm_after_a_kill_costs_few_executions(night: Night, editor: str) -> None:
    server = night.serve(TALLYWIRE_WS_PING_SECONDS="0.5")
    answers_no_ping(server)
    with ExitStack() as stack:
        snapshots = []
        for _ in range(3):
            one = stack.enter_context(server.api.socket())
            snapshots.append(one.next(one.subscribe(CHECKED, e="small"), 60)["resultUpdates"])
        server.kill()
    head = _play(night, editor, 2)
    server.start()
    with ExitStack() as stack:
        sockets = [stack.enter_context(server.api.socket()) for _ in range(3)]
        readers = [
            (one, one.subscribe(CHECKED, e="small", after=snapshot["cursor"]), _reader_of(snapshot))
            for one, snapshot in zip(sockets, snapshots, strict=True)
            for _ in range(80)
        ]
        for one, name, check in readers:
            check.take(one.next(name, 60)["resultUpdates"], True)
            assert (check.kinds[-1], check.sequence) == ("DELTA", head)
        assert _executions(server) <= 12
        last = _play(night, editor, 1)
        for one, name, check in readers:
            while check.sequence < last:
                check.take(one.next(name, 60)["resultUpdates"], False)
        board = published(server)
        assert {str(check.faults or check.other(board)) for _, _, check in readers} == {"None"}
    server.stop()
    night.servers.remove(server)


def _reader_of(snapshot: dict[str, Any]) -> ResultCheck:
    check = ResultCheck("reader")
    check.take(snapshot, True)
    return check


def test_a_browsers_event_source_goes_on_behind_the_last_id_that_it_saw(night: Night, editor: str) -> None:
    (server, _) = night.servers
    with events_of(server, UPDATES, {}, e="small") as events:
        name, answer = next(events)
        update = answer["data"]["resultUpdates"]
        assert (update["kind"], update["cursor"]) == ("SNAPSHOT", name)
    head = _play(night, editor, 2)
    # Its address still says what it said at first; the header is newer.
    with events_of(server, UPDATES, {"Last-Event-ID": name}, e="small", after=None) as events:
        name, answer = next(events)
        update = answer["data"]["resultUpdates"]
        assert (update["kind"], update["reset"], decode(name).sequence) == ("DELTA", False, head)


def test_a_browsers_stream_of_reports_goes_on_behind_the_last_id_that_it_saw(night: Night, editor: str) -> None:
    (server, _) = night.servers
    head = _play(night, editor, 3)
    with events_of(server, REPORTS, {"Last-Event-ID": _position(night, head - 2)}, e="small") as events:
        for wanted in (head - 1, head):
            name, answer = next(events)
            assert (decode(name).sequence, answer["data"]["tallyReports"]["sequence"]) == (wanted, wanted)


def test_an_event_id_that_is_none_of_ours_is_refused(night: Night) -> None:
    headers = {"Accept": "text/event-stream", "Last-Event-ID": "5"}
    asked = {"query": UPDATES, "variables": json.dumps({"e": "small"})}
    answer = httpx.get(f"{night.url}/graphql", params=asked, headers=headers, timeout=60)
    assert (answer.status_code, answer.text) == (400, "Last-Event-ID must be the id of an event of this stream")


def test_an_unknown_position_is_told_in_the_same_words_to_sockets_and_streams(night: Night) -> None:
    after = Position("another", 5).encode()
    with night.api.socket() as one:
        one.subscribe(REPORTS, e="small", after=after)
        message = one.receive(60)
        assert one.receive(60)["type"] == "complete"
    with events_of(night.servers[0], REPORTS, {}, e="small", after=after) as events:
        _, answer = next(events)
    assert message["payload"] == answer
    assert answer["errors"][0]["extensions"]["code"] == "UNKNOWN_POSITION"


def test_one_who_does_not_read_every_update_is_closed_with_1013(
    night: Night, server: ServerProcess, editor: str
) -> None:
    before = slow_readers(server, "closed")
    with narrow(server) as raw, server.api.socket() as lively:
        variables = {"e": "small", "mode": "EVERY"}
        raw.send(json.dumps({"id": "1", "type": "subscribe", "payload": {"query": LARGE, "variables": variables}}))
        next_update(raw)
        operation = lively.subscribe(UPDATES, e="small")
        head = _play(night, editor, 40, server)
        while decode(lively.next(operation, 60)["resultUpdates"]["cursor"]).sequence < head:
            pass
        read = []
        with pytest.raises(ConnectionClosed) as closing:
            while True:
                read.append(decode(next_update(raw)["cursor"]).sequence)
        assert closing.value.rcvd is not None and closing.value.rcvd.code == 1013
        # What it got has no hole: it resumes behind the last.
        assert [*dict.fromkeys(read)] == [*range(read[0], read[-1] + 1)]
        assert read[-1] < head
    assert slow_readers(server, "closed") == before + 1


def test_one_who_does_not_read_the_latest_skips_to_the_newest_and_is_told(
    night: Night, server: ServerProcess, editor: str
) -> None:
    before = slow_readers(server, "conflated")
    with server.api.socket() as quick, narrow(server) as raw:
        operation = quick.subscribe(LARGE, e="small")
        quick.next(operation)
        raw.send(json.dumps({"id": "1", "type": "subscribe", "payload": {"query": LARGE, "variables": {"e": "small"}}}))
        first = next_update(raw)
        # More than the buffers of two systems and a server hold, each an update of its own: a quick reader has had it.
        for _ in range(ROUNDS):
            head = _play(night, editor, 1, server)
            while decode(quick.next(operation, 60)["resultUpdates"]["cursor"]).sequence < head:
                pass
        # It is stalled still, and an operator sees that somebody is.
        assert slow_readers(server, "conflated") > before
        taken = [first]
        while decode(taken[-1]["cursor"]).sequence < head:
            taken.append(next_update(raw))
        assert any(update["conflated"] for update in taken)
        assert sum(update["kind"] == "DELTA" for update in taken) < ROUNDS


@pytest.mark.parametrize(("origin", "welcome"), [("https://news.example", True), ("https://other.example", False)])
def test_pages_of_other_origins_are_let_in_as_the_operator_says(night: Night, origin: str, welcome: bool) -> None:
    address = night.url.replace("http", "ws", 1) + "/graphql"
    protocols: Any = ["graphql-transport-ws"]
    status = 101
    try:
        with connect(address, origin=origin, subprotocols=protocols, open_timeout=60):  # type: ignore[arg-type]
            pass
    except InvalidStatus as refused:
        status = refused.response.status_code
    assert status == (101 if welcome else 403)


def _second(night: Night, *statements: str, load: str | None = None) -> None:
    """Does something to an election of its own, behind the server's back."""

    async def work() -> None:
        connection = await asyncpg.connect(night.database_url)
        await use_json(connection)
        if load is not None:
            await load_election(connection, small_election("second"), load)
        for statement in statements:
            await connection.execute(statement)
        await connection.close()

    asyncio.run(work())


SERVED = 'query { election(id: "second") { phase } }'


def test_an_election_loaded_anew_goes_on_with_a_snapshot_and_one_whose_log_breaks_closes_with_1012(
    night: Night, server: ServerProcess
) -> None:
    _second(night, load=f"{server.port} first")
    api: Api = server.api
    wait_until(lambda: api(SERVED)["election"], 60, "the second election")
    with api.socket() as one:
        operation = one.subscribe(UPDATES, e="second")
        assert one.next(operation, 60)["resultUpdates"]["kind"] == "SNAPSHOT"
        _second(night, load=f"{server.port} again")
        update = one.next(operation, 60)["resultUpdates"]
        while update["kind"] == "HEARTBEAT":
            update = one.next(operation, 60)["resultUpdates"]
        assert (update["kind"], update["reset"]) == ("SNAPSHOT", True)
        _second(
            night,
            "SET session_replication_role = replica",
            "UPDATE log_head SET sequence = 1 WHERE election_id = 'second'",
            'INSERT INTO log_entry SELECT (jsonb_populate_record(e, \'{"election_id": "second", "sequence": 2}\')).*'
            " FROM log_entry e WHERE election_id = 'small' ORDER BY sequence LIMIT 1",
        )
        with pytest.raises(ConnectionClosed) as closing:
            while True:
                one.raw.recv(timeout=60)
        assert closing.value.rcvd is not None and closing.value.rcvd.code == 1012
    _second(
        night,
        "SET session_replication_role = replica",
        "DELETE FROM log_entry WHERE election_id = 'second'",
        "UPDATE log_head SET sequence = 0 WHERE election_id = 'second'",
    )


def _first_answer(one: Socket, query: str) -> dict[str, Any]:
    operation = one.subscribe(query, e="small")
    while (message := one.receive(60))["id"] != operation:
        """Heartbeats of others."""
    payload: dict[str, Any] = message["payload"]
    return payload


def test_an_error_names_the_place_in_the_text_of_whoever_reads_it(night: Night, server: ServerProcess) -> None:
    query = FAILS % ""
    further = "\n\n  " + query
    with server.api.socket() as one, server.api.socket() as other:
        before = _executions(server)
        answers = [_first_answer(reader, text) for reader, text in ((one, query), (other, query), (other, further))]
        places = [
            {(place["line"], place["column"]) for error in answer["errors"] for place in error["locations"]}
            for answer in answers
        ]
        # Who sent the same text shares the answer still.
        assert _executions(server) - before == 2
    assert places == [{(2, 60)}, {(2, 60)}, {(4, 60)}]


def test_an_error_names_no_place_where_readers_of_one_answer_sent_other_texts(
    night: Night, server: ServerProcess, editor: str
) -> None:
    after = _position(night, _play(night, editor, 1, server) - 1)
    with server.api.socket() as one:
        answer = _first_answer(one, FAILS % f', after: "{after}"')
    assert answer["errors"] and all("locations" not in error and error["path"] for error in answer["errors"])


def test_who_breaks_off_in_the_middle_of_a_snapshot_goes_on_with_another_on_the_same_line(
    night: Night, server: ServerProcess
) -> None:
    with narrow(server) as raw:
        for number in range(3):
            asked = {"query": LARGE, "variables": {"e": "small"}}
            # The same id again: it is free once it was completed, however much of its answer still waits.
            raw.send(json.dumps({"id": "1", "type": "subscribe", "payload": asked}))
            raw.send(json.dumps({"id": "1", "type": "complete"}))
            raw.send(json.dumps({"id": f"p{number}", "type": "subscribe", "payload": {"query": PHASE}}))
        told = [json.loads(raw.recv(timeout=60)) for _ in range(2)]
        while sum(message["type"] == "complete" for message in told) < 3:
            told.append(json.loads(raw.recv(timeout=60)))
    answers = [message for message in told if message["id"] != "1"]
    assert sorted((message["id"], message["type"]) for message in answers) == [
        (f"p{number}", kind) for number in range(3) for kind in ("complete", "next")
    ]
    # Of what was broken off at most what was under way came, each whole.
    broken = [message for message in told if message["id"] == "1"]
    assert len(broken) <= 3 and all(message["payload"]["data"]["resultUpdates"]["results"] for message in broken)
