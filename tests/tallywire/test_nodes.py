"""Two serving processes on one database, hundreds of phones at once: one log, no gap, one standing tally a sheet."""

import asyncio
import json
import random
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from counting.vocabulary import ElectionPhase, Role
from db.load import load_election
from tests.conftest import Databases, Night, _fill_small
from tests.db.desk import desk
from tests.elections import small_election
from tests.served import wait_until

SUBMIT = """
mutation Submit($input: SubmitTallyInput!) {
  submitTally(input: $input) {
    __typename
    ... on TallyAccepted { tally { id } cursor replayed }
    ... on TallyHeld { tally { id } findings { rule } }
    ... on TallyRejected { findings { rule } }
  }
}
"""
STATIONS = ("a-1", "a-2", "a-3", "b-1", "b-2", "b-3")
SEED = 11


@pytest.fixture(scope="module")
def night(databases: Databases) -> Iterator[Night]:
    night = Night(databases.fresh("template_small", _fill_small), "small").open()
    night.serve()
    night.serve()
    yield night
    night.close()


def _call(rng: random.Random, number: int) -> dict[str, Any]:
    votes = [rng.randint(0, 20) for _ in range(3)]
    return {
        "clientTallyId": f"call-{number}",
        "stationId": f"small/{rng.choice(STATIONS)}",
        "contestId": "small/mayor",
        "coverage": rng.choice(["PARTIAL", "PARTIAL", "FINAL"]),
        "votes": [{"candidateId": f"small/mayor/{n}", "votes": count} for n, count in enumerate(votes, start=1)],
        "invalidBallots": 0,
        "noVoteBallots": 0,
        "ballotsCast": sum(votes),
    }


async def _send_all(night: Night, tokens: list[str], seed: int, calls: int) -> dict[tuple[str, str], list[Any]]:
    """Every call once or twice, at either node, by a few phones; all answers by phone and call."""
    rng = random.Random(seed)
    answers: dict[tuple[str, str], list[Any]] = {}
    async with httpx.AsyncClient(timeout=60, limits=httpx.Limits(max_connections=40)) as client:

        async def send(url: str, token: str, call: dict[str, Any], patience: float) -> None:
            request = client.post(
                f"{url}/graphql",
                json={"query": SUBMIT, "variables": {"input": call}},
                headers={"Authorization": f"Bearer {token}"},
            )
            try:
                answer = (await asyncio.wait_for(request, patience)).json()
            except TimeoutError:
                return
            assert "errors" not in answer, answer
            answers.setdefault((token, call["clientTallyId"]), []).append(answer["data"]["submitTally"])

        sending = []
        for number in range(calls):
            token, call = rng.choice(tokens), {**_call(rng, number), "clientTallyId": f"call-{seed}-{number}"}
            # A phone that loses its line hears nothing, and sends again; another is answered by both nodes.
            sending.append(send(rng.choice(night.servers).url, token, call, rng.choice([0.02, 60, 60])))
            if rng.random() < 0.4:
                sending.append(send(rng.choice(night.servers).url, token, call, 60))
        await asyncio.gather(*sending)
        return answers


def test_hundreds_of_submissions_at_two_nodes_make_one_log_without_a_gap(night: Night) -> None:
    tokens = [night.token(Role.VOLUNTEER, *STATIONS) for _ in range(4)] + [night.token(Role.VOLUNTEER)]
    answers = asyncio.run(_send_all(night, tokens, SEED, 300))

    async def look() -> tuple[list[str], list[int], int]:
        async with desk(night) as at:
            rows = await at.database.pool.fetch("SELECT sequence FROM log_entry ORDER BY sequence")
            doubles = await at.database.pool.fetchval(
                "SELECT count(*) FROM (SELECT 1 FROM tally WHERE state = 'ACCEPTED'"
                " GROUP BY station_id, contest_id HAVING count(*) > 1) AS twice"
            )
            return await at.faults(), [row["sequence"] for row in rows], doubles

    faults, sequences, doubles = asyncio.run(look())
    assert (faults, doubles) == ([], 0)
    assert sequences == [*range(1, len(sequences) + 1)]
    assert len(sequences) > 20
    several = [given for given in answers.values() if len(given) > 1]
    assert len(several) > 20
    for first, *others in several:
        for other in others:
            assert other["__typename"] == first["__typename"]
            assert other.get("tally") == first.get("tally")
            assert other.get("cursor") == first.get("cursor")


def test_a_call_that_nobody_waited_for_was_written_all_the_same(night: Night) -> None:
    stations = small_election().stations
    token = night.token(Role.EDITOR)
    call = {**_call(random.Random(5), 9_999), "stationId": f"small/{stations[0].code}", "clientTallyId": "left"}

    async def leave() -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", night.servers[0].port)
        body = json.dumps({"query": SUBMIT, "variables": {"input": call}}).encode()
        head = (
            f"POST /graphql HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nAuthorization: Bearer {token}\r\n"
            f"Content-Length: {len(body)}\r\n\r\n"
        )
        writer.write(head.encode() + body)
        await writer.drain()
        writer.transport.abort()
        del reader

    asyncio.run(leave())
    wait_until(lambda: night.sql("SELECT 1 FROM submission WHERE client_tally_id = 'left'"), 60, "the submission")


def test_both_nodes_show_the_same_results_a_moment_later(night: Night) -> None:
    query = 'query { results(electionId: "small") { cursor stationsReporting rows { votes candidate { id } } } }'

    def equal() -> bool:
        one, other = (server.api(query)["results"] for server in night.servers)
        return bool(one == other and any(result["stationsReporting"] for result in one))

    wait_until(equal, 60, "the same on both nodes")


def test_after_the_count_was_closed_no_node_accepts(night: Night) -> None:
    tokens = [night.token(Role.VOLUNTEER, *STATIONS) for _ in range(3)]

    async def close_in_the_middle() -> dict[tuple[str, str], list[Any]]:
        sending = asyncio.create_task(_send_all(night, tokens, SEED + 1, 200))
        await asyncio.sleep(0.3)
        await asyncio.to_thread(night.phase, ElectionPhase.CLOSED)
        heads.append((await asyncio.to_thread(night.sql, "SELECT sequence FROM log_head"))[0]["sequence"])
        return await sending

    heads: list[int] = []
    answers = asyncio.run(close_in_the_middle())
    assert night.sql("SELECT sequence FROM log_head")[0]["sequence"] == heads[0]
    late = asyncio.run(_send_all(night, tokens, SEED + 2, 5))
    assert answers
    for given in late.values():
        assert [answer["__typename"] for answer in given] == ["TallyRejected"] * len(given)
        assert given[0]["findings"] == [{"rule": "COUNTING_NOT_OPEN"}]


def test_a_new_election_is_found_by_both_nodes_without_a_restart(night: Night) -> None:
    async def load() -> None:
        async with desk(night) as at, at.database.pool.acquire() as connection:
            await load_election(connection, small_election("second"), "second")

    asyncio.run(load())
    for server in night.servers:
        wait_until(
            lambda server=server: server.api('query { election(id: "second") { phase } }')["election"],
            60,
            "the new election",
        )
