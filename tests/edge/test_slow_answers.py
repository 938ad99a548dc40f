"""An answer that takes too long is given up, by every way in, and the next one is given as ever."""

import asyncio
import json

import asyncpg
import httpx

from counting.vocabulary import Role
from tests.conftest import Night
from tests.served import Api

QUERY = '{ tallies(electionId: "small") { totalCount edges { node { id } } } }'


async def _while_locked(url: str, api: Api) -> list[str]:
    """Codes of answers for which the server would have to wait for somebody else's lock."""
    connection = await asyncpg.connect(url)
    try:
        async with connection.transaction():
            await connection.execute("LOCK TABLE tally IN ACCESS EXCLUSIVE MODE")
            return list(await asyncio.gather(*(asyncio.to_thread(ask, api) for ask in (_by_post, _by_get, _by_socket))))
    finally:
        await connection.close()


def _by_post(api: Api) -> str:
    return api.code(QUERY)


def _by_get(api: Api) -> str:
    answer = httpx.get(f"{api.url}/graphql", params={"query": QUERY}, headers=api.headers, timeout=60)
    return str(answer.json()["errors"][0]["extensions"]["code"])


def _by_socket(api: Api) -> str:
    with api.socket() as socket:
        socket.subscribe(QUERY)
        payload = socket.receive()["payload"]
        errors = payload if isinstance(payload, list) else payload["errors"]
        return str(errors[0]["extensions"]["code"])


def test_an_answer_that_takes_too_long_is_given_up(counting: Night) -> None:
    counting.serve(TALLYWIRE_LIMITS=json.dumps({"execution_seconds": 1}))
    api = counting.api.as_(counting.token(Role.EDITOR))
    assert asyncio.run(_while_locked(counting.database_url, api)) == ["TIMED_OUT"] * 3
    assert api(QUERY) == {"tallies": {"totalCount": 0, "edges": []}}
