"""Who was there from the start, who came back at random, and who came late hold the same: over sockets and over SSE."""

import json
import random
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx
import pytest

from counting.vocabulary import Role
from feed.position import Position, decode
from tests.conftest import Databases, Night, _fill_small
from tests.reader_checks import ENTRY
from tests.served import Api, wait_until

UPDATES = """
subscription Updates(
  $election: ID!, $after: Cursor, $mode: DeliveryMode, $contests: [ID!], $areas: [ID!], $level: AreaLevel
) {
  resultUpdates(
    electionId: $election, after: $after, mode: $mode, contestIds: $contests, areaIds: $areas, level: $level
  ) {
    kind cursor reset
    results {
      contest { id } area { id } cursor status stationsReporting stationsFinal ballotsCast
      rows { candidate { id } votes rank leading }
    }
  }
}
"""
REPORTS = (
    "subscription Reports($election: ID!, $after: Cursor) {"
    f" tallyReports(electionId: $election, after: $after) {{ {ENTRY} }} }}"
)
FEED = """
query Feed($election: ID!, $after: Cursor, $first: Int) {
  feed(electionId: $election, after: $after, first: $first) { cursor hasMore reports { sequence cursor kind } }
}
"""
SUBMIT = """
mutation Submit($inputs: [SubmitTallyInput!]!) {
  submitTallies(inputs: $inputs) { __typename ... on TallyAccepted { cursor } }
}
"""
FILTERS: dict[str, dict[str, Any]] = {
    "everything": {},
    "one district": {"areas": ["small/a"]},
    "the council": {"contests": ["small/council"]},
    "districts": {"level": "DISTRICT"},
}
STATIONS = ("a-1", "a-2", "a-3", "b-1", "b-2", "b-3")
ROUNDS = 12


@pytest.fixture(scope="module")
def night(databases: Databases) -> Iterator[Night]:
    night = Night(databases.fresh("template_small", _fill_small), "small").open()
    night.serve(TALLYWIRE_HEARTBEAT_SECONDS="0.4", TALLYWIRE_TICK_SECONDS="0.02")
    yield night
    night.close()


class Reader:
    """Applies what it is sent, and nothing else."""

    def __init__(self, source: Iterator[dict[str, Any]]) -> None:
        self.held: dict[tuple[str, str], Any] = {}
        self.cursor: str | None = None
        self.kinds: list[str] = []
        self.source = source

    @property
    def sequence(self) -> int:
        return decode(self.cursor).sequence if self.cursor else -1

    def read(self, until: int) -> "Reader":
        while self.sequence < until:
            update = next(self.source)["resultUpdates"]
            if update["kind"] == "SNAPSHOT":
                self.held.clear()
            for result in update["results"]:
                self.held[result["contest"]["id"], result["area"]["id"]] = result
            self.cursor = update["cursor"]
            self.kinds.append(update["kind"])
        return self


@contextmanager
def over_socket(api: Api, query: str, **variables: Any) -> Iterator[Iterator[dict[str, Any]]]:
    with api.socket() as socket:
        operation = socket.subscribe(query, **variables)

        def all_of_it() -> Iterator[dict[str, Any]]:
            while True:
                yield socket.next(operation)

        yield all_of_it()


@contextmanager
def over_sse(api: Api, query: str, **variables: Any) -> Iterator[Iterator[dict[str, Any]]]:
    body = {"query": query, "variables": variables}
    headers = {"Accept": "text/event-stream"}
    with httpx.stream("POST", f"{api.url}/graphql", json=body, headers=headers, timeout=30) as answer:
        assert answer.status_code == 200, f"status {answer.status_code}: {answer.read().decode()}"
        assert answer.headers["content-type"].startswith("text/event-stream")

        def all_of_it() -> Iterator[dict[str, Any]]:
            for line in answer.iter_lines():
                assert not line.startswith("event: complete"), "the stream is complete, which it never is"
                if line.startswith("data:") and line.removeprefix("data:").strip():
                    payload = json.loads(line.removeprefix("data:"))
                    assert "errors" not in payload, payload
                    yield payload["data"]

        yield all_of_it()


WAYS = {"graphql-transport-ws": over_socket, "graphql-sse": over_sse}


def _partials(rng: random.Random, number: int) -> list[dict[str, Any]]:
    """Some stations' next partial counts, higher than those before."""
    return [
        {
            "clientTallyId": f"{number}-{station}-{rng.random()}",
            "stationId": f"small/{station}",
            "contestId": "small/mayor",
            "coverage": "PARTIAL",
            "votes": [
                {"candidateId": f"small/mayor/{n}", "votes": number * n + rng.randint(0, n - 1)} for n in (1, 2, 3)
            ],
            "invalidBallots": 0,
            "noVoteBallots": 0,
            "ballotsCast": None,
        }
        for station in rng.sample(STATIONS, rng.randint(1, 3))
    ]


def _play(night: Night, token: str, rng: random.Random, numbers: range) -> int:
    """Sends so many rounds; the log's head after them."""
    for number in numbers:
        answers = night.api.as_(token)(SUBMIT, inputs=_partials(rng, number))["submitTallies"]
        assert {answer["__typename"] for answer in answers} <= {"TallyAccepted", "TallyHeld"}
    return int(night.sql("SELECT sequence FROM log_head")[0]["sequence"])


COUNTER = iter(range(0, 10_000, ROUNDS))


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("mode", ["LATEST", "EVERY"])
@pytest.mark.parametrize("narrowed", ["everything", "one district"])
def test_three_readers_hold_the_same_in_the_end(night: Night, way: str, mode: str, narrowed: str) -> None:
    seed = f"{way} {mode} {narrowed}"
    rng = random.Random(seed)
    token = night.token(Role.EDITOR)
    first = next(COUNTER) // 4 + 1
    variables = {"election": "small", "mode": mode, **FILTERS[narrowed]}
    follow = WAYS[way]
    with follow(night.api, UPDATES, **variables) as updates:
        always, broken_cursor, broken_held = Reader(updates), None, {}
        for number in range(first, first + 3):
            head = _play(night, token, rng, range(number, number + 1))
            if rng.random() < 0.7 or number == first + 2:
                with follow(night.api, UPDATES, **variables, after=broken_cursor) as again:
                    broken = Reader(again)
                    broken.held, broken.cursor = broken_held, broken_cursor
                    broken.read(rng.randint(0, head))
                    broken_cursor, broken_held = broken.cursor, broken.held
        with follow(night.api, UPDATES, **variables, after=broken_cursor) as again:
            broken = Reader(again)
            broken.held, broken.cursor = broken_held, broken_cursor
            broken.read(head)
        always.read(head)
    with follow(night.api, UPDATES, **variables) as updates:
        late = Reader(updates).read(head)
    assert late.kinds == ["SNAPSHOT"]
    assert always.held == broken.held == late.held
    assert late.held


@pytest.mark.parametrize("narrowed", FILTERS)
def test_a_snapshot_holds_just_what_was_asked_for(night: Night, narrowed: str) -> None:
    with over_socket(night.api, UPDATES, election="small", **FILTERS[narrowed]) as updates:
        found = {(r["contest"]["id"], r["area"]["id"]) for r in next(updates)["resultUpdates"]["results"]}
    assert (
        found
        == {
            "everything": {
                ("small/mayor", "small/city"),
                ("small/mayor", "small/a"),
                ("small/mayor", "small/b"),
                ("small/council", "small/a"),
            },
            "one district": {("small/mayor", "small/a"), ("small/council", "small/a")},
            "the council": {("small/council", "small/a")},
            "districts": {("small/mayor", "small/a"), ("small/mayor", "small/b"), ("small/council", "small/a")},
        }[narrowed]
    )


@pytest.mark.parametrize("way", WAYS)
def test_a_quiet_line_has_heartbeats(night: Night, way: str) -> None:
    with WAYS[way](night.api, UPDATES, election="small") as updates:
        taken = [next(updates)["resultUpdates"] for _ in range(3)]
    assert [update["kind"] for update in taken] == ["SNAPSHOT", "HEARTBEAT", "HEARTBEAT"]
    assert [update["results"] for update in taken[1:]] == [[], []]
    assert len({update["cursor"] for update in taken}) == 1


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("place", ["another epoch", "beyond the end"])
def test_a_cursor_that_cannot_be_continued_begins_anew_and_says_so(night: Night, way: str, place: str) -> None:
    epoch = str(night.sql("SELECT epoch FROM election")[0]["epoch"])
    after = Position("another", 1) if place == "another epoch" else Position(epoch, 1_000_000)
    with WAYS[way](night.api, UPDATES, election="small", after=after.encode()) as updates:
        update = next(updates)["resultUpdates"]
    assert (update["kind"], update["reset"], len(update["results"])) == ("SNAPSHOT", True, 4)


def test_every_sends_an_update_an_entry(night: Night) -> None:
    token, rng = night.token(Role.EDITOR), random.Random(1)
    with over_socket(night.api, UPDATES, election="small", mode="EVERY") as updates:
        before = decode(next(updates)["resultUpdates"]["cursor"]).sequence
        head = _play(night, token, rng, range(70, 75))
        taken = []
        while not taken or taken[-1]["cursor"] != Position(_epoch(night), head).encode():
            update = next(updates)["resultUpdates"]
            taken += [update] if update["kind"] == "DELTA" else []
    assert [decode(update["cursor"]).sequence for update in taken] == [*range(before + 1, head + 1)]


def _epoch(night: Night) -> str:
    return str(night.sql("SELECT epoch FROM election")[0]["epoch"])


@pytest.mark.parametrize("size", [1, 3, 7, 500])
def test_pages_of_the_feed_put_together_are_the_log(night: Night, size: int) -> None:
    _play(night, night.token(Role.EDITOR), random.Random(size), range(80 + size % 5, 82 + size % 5))
    head = night.sql("SELECT sequence FROM log_head")[0]["sequence"]
    wait_until(lambda: night.api(FEED, election="small", first=1000)["feed"]["reports"][-1]["sequence"] == head)
    read, after, more = [], None, True
    while more:
        page = night.api(FEED, election="small", after=after, first=size)["feed"]
        assert len(page["reports"]) <= size
        read += [report["sequence"] for report in page["reports"]]
        after, more = page["cursor"], page["hasMore"]
    assert read == [*range(1, head + 1)]


@pytest.mark.parametrize("way", WAYS)
def test_the_stream_of_reports_cut_at_random_is_the_log(night: Night, way: str) -> None:
    rng = random.Random(way)
    token = night.token(Role.EDITOR)
    sending = threading.Thread(target=_play, args=(night, token, rng, range(90, 112)))
    sending.start()
    read: list[int] = []
    after = None
    for _ in range(5):
        with WAYS[way](night.api, REPORTS, election="small", after=after) as reports:
            for _ in range(rng.randint(1, 4)):
                report = next(reports)["tallyReports"]
                read.append(report["sequence"])
                after = report["cursor"]
    sending.join()
    assert read == [*range(1, len(read) + 1)]
