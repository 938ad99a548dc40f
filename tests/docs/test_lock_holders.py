"""The statement of docs/operations.md that says whose session holds others up."""

import asyncio

import asyncpg

from tests.conftest import Night
from tests.docs.blocks import blocks


async def test_who_holds_others_up_is_found_and_can_be_ended(counting: Night) -> None:
    (found,) = [one for one in blocks() if one.page == "docs/operations.md" and one.language == "sql"]
    holder, waiter, operator = [await asyncpg.connect(counting.database_url) for _ in range(3)]
    assert await operator.fetch(found.text) == []
    await holder.execute("BEGIN; SELECT * FROM log_head FOR UPDATE")
    waiting = asyncio.create_task(waiter.execute("UPDATE log_head SET sequence = sequence"))
    async with asyncio.timeout(60):
        while not (rows := await operator.fetch(found.text)):  # noqa: ASYNC110 - it tells nobody
            await asyncio.sleep(0.01)
    (told,) = rows
    assert (told["pid"], told["state"]) == (holder.get_server_pid(), "idle in transaction")
    assert "FOR UPDATE" in told["asked"] and not waiting.done()
    assert await operator.fetchval("SELECT pg_terminate_backend($1)", told["pid"])
    assert await waiting == "UPDATE 1"
    await waiter.close()
    await operator.close()
