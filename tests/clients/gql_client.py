"""The PyPI client called gql, run in an environment of its own: subscribes, comes back, and says what it held.

python gql_client.py URL; one line on its input is the cursor at which to end.
"""

import asyncio
import json
import sys
from typing import Any

from gql.transport.exceptions import TransportError
from gql.transport.websockets import WebsocketsTransport

from gql import Client, GraphQLRequest

QUERY = """
subscription Follow($after: Cursor) {
  resultUpdates(electionId: "small", after: $after) {
    kind cursor reset
    results { contest { id } area { id } cursor stationsReporting ballotsCast rows { candidate { id } votes } }
  }
}
"""


class Results:
    def __init__(self) -> None:
        self.held: dict[str, Any] = {}
        self.after: str | None = None
        self.resumed = 0
        self.resets = 0
        # All that it was told, and whether that was the first of a line: tests/reader_checks.py looks through it.
        self.updates: list[dict[str, Any]] = []
        self.moved = asyncio.Event()

    def take(self, update: dict[str, Any], first: bool) -> None:
        self.updates.append({"first": first, **update})
        if update["kind"] == "SNAPSHOT":
            self.resets += self.after is not None
            self.held.clear()
        for result in update["results"]:
            self.held[f"{result['contest']['id']} {result['area']['id']}"] = result
        if self.after is None:
            print("ready", flush=True)
        self.after = update["cursor"]
        self.moved.set()


async def follow(url: str, results: Results) -> None:
    while True:
        lost = results.after is not None
        try:
            async with Client(transport=WebsocketsTransport(url=url)) as session:
                request = GraphQLRequest(QUERY, variable_values={"after": results.after})
                async for answer in session.subscribe(request):
                    if lost:
                        results.resumed += 1
                        print("back", flush=True)
                    results.take(answer["resultUpdates"], lost or results.after is None)
                    lost = False
        except (TransportError, OSError):
            await asyncio.sleep(0.2)


async def main() -> None:
    results = Results()
    following = asyncio.create_task(follow(sys.argv[1].replace("http", "ws", 1), results))
    until = (await asyncio.to_thread(sys.stdin.readline)).strip()
    while results.after != until:
        await results.moved.wait()
        results.moved.clear()
    following.cancel()
    told = {name: getattr(results, name) for name in ("held", "after", "resumed", "resets", "updates")}
    print(json.dumps(told), flush=True)


asyncio.run(main())
