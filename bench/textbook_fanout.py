"""The server that fan-out is compared with: Strawberry's subscriptions and broadcaster, as their documentation shows.

To its favour: the update is made once and shared by all subscribers, nothing is parsed from the message, nothing is
compressed, and it is the same uvicorn on uvloop with its cheapest WebSocket protocol.
"""

import asyncio
import contextlib
from collections.abc import AsyncGenerator, AsyncIterator
from typing import Any

import strawberry
from broadcaster import Broadcast
from starlette.applications import Starlette
from starlette.routing import WebSocketRoute
from strawberry.asgi import GraphQL

from bench.synthetic_election import definition, state
from db.log import LogEntry
from feed.election_feed import ElectionFeed
from tallywire.settings import Settings

broadcast = Broadcast("memory://")
feed = ElectionFeed(definition(), state())


@strawberry.type
class Thing:
    id: strawberry.ID


@strawberry.type
class Row:
    votes: int
    share: float
    rank: int
    leading: bool
    candidate: Thing


@strawberry.type
class Result:
    contest: Thing
    area: Thing
    stations_reporting: int
    rows: list[Row]


@strawberry.type
class ResultUpdate:
    last_report_at: str | None
    results: list[Result]


def update(area_id: str) -> ResultUpdate:
    """As it stands now."""
    (contest,) = feed.definition.contests.values()
    (view,) = feed.views([(contest.id, area_id)], visible=True)
    rows = [
        Row(
            votes=row.votes,
            share=row.share,
            rank=row.rank,
            leading=row.leading,
            candidate=Thing(id=strawberry.ID(contest.candidates[row.place].id)),
        )
        for row in view.rows
    ]
    result = Result(
        contest=Thing(id=strawberry.ID(contest.id)),
        area=Thing(id=strawberry.ID(area_id)),
        stations_reporting=view.count.reporting,
        rows=rows,
    )
    last = feed.board.last_report_at
    return ResultUpdate(last_report_at=last.isoformat() if last else None, results=[result])


@strawberry.type
class Query:
    hello: str = "world"


@strawberry.type
class Subscription:
    @strawberry.subscription
    async def result_updates(
        self, election_id: strawberry.ID, area_ids: list[strawberry.ID]
    ) -> AsyncGenerator[ResultUpdate, None]:
        async with broadcast.subscribe(channel=area_ids[0]) as subscriber:
            yield update(area_ids[0])
            async for event in subscriber:
                yield event.message


def server() -> tuple[Any, Settings, Any]:
    app = GraphQL[Any, None](strawberry.Schema(query=Query, subscription=Subscription))
    queue = _Publishing()
    routes = [WebSocketRoute("/graphql", app)]
    return Starlette(routes=routes, lifespan=queue.lifespan), Settings(port=0, ws="asgi"), queue.told


class _Publishing:
    """Publishes to the channels of the city and of each district."""

    def __init__(self) -> None:
        self._tasks: set[Any] = set()

    @contextlib.asynccontextmanager
    async def lifespan(self, _app: Starlette) -> AsyncIterator[None]:
        async with broadcast:
            yield

    def told(self, batch: list[LogEntry]) -> None:
        for entry in batch:
            feed.add(entry)
        task = asyncio.get_running_loop().create_task(self._publish([entry.station_id for entry in batch]))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _publish(self, station_ids: list[str]) -> None:
        changed = {area.id for station_id in station_ids for area in feed.definition.stations[station_id].area.path()}
        for area_id in sorted(changed):
            await broadcast.publish(area_id, update(area_id))
