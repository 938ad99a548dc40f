#!/usr/bin/env python3
"""Live results with the PyPI client gql: python live_gql.py http://127.0.0.1:8000 bkk-2022

pip install "gql[websockets]"
"""

import asyncio
import random
import sys

from gql.transport.exceptions import TransportError
from gql.transport.websockets import WebsocketsTransport

from gql import Client, GraphQLRequest

QUERY = """
subscription Live($electionId: ID!, $after: Cursor) {
  resultUpdates(electionId: $electionId, after: $after) {
    kind cursor
    results { contest { id } area { id } stationsReporting rows { votes } }
  }
}
"""


async def main(server: str, election: str) -> None:
    after = None
    while True:
        try:
            line = WebsocketsTransport(url=server.replace("http", "ws", 1) + "/graphql")
            async with Client(transport=line) as session:
                variables = {"electionId": election, "after": after}
                async for data in session.subscribe(GraphQLRequest(QUERY, variable_values=variables)):
                    update = data["resultUpdates"]
                    show(update)
                    after = update["cursor"]
        except (TransportError, OSError):
            # Some time, at random: thousands come back after a cut.
            await asyncio.sleep(random.uniform(0.2, 1))


def show(update: dict) -> None:
    for result in update["results"]:
        votes = (row["votes"] for row in result["rows"])
        print(
            update["kind"],
            result["contest"]["id"],
            result["area"]["id"],
            result["stationsReporting"],
            *votes,
            flush=True,
        )


asyncio.run(main(*sys.argv[1:3]))
