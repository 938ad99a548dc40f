#!/usr/bin/env python3
"""Live results with tallywire.client: python live_typed.py http://127.0.0.1:8000 bkk-2022

It comes back by itself, behind the last cursor; with streams=True over server-sent events.
"""

import asyncio
import sys

from tallywire.client import connect


async def main(server: str, election: str) -> None:
    async with connect(server) as client:
        async for update in client.result_updates(election):
            for result in update.results:
                votes = (row.votes for row in result.rows)
                print(update.kind, result.contest.id, result.area.id, result.stations_reporting, *votes, flush=True)


asyncio.run(main(*sys.argv[1:3]))
