"""The groups of this process: equal subscriptions are executed once, encoded once, and sent the same bytes."""

import asyncio
from collections import OrderedDict
from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

from counting.vocabulary import Role
from feed.election_feed import ElectionFeed
from feed.every_group import EveryGroup
from feed.group import FIRST_SECONDS, Group
from feed.kinds import DeliveryMode, Ending
from feed.latest_group import LatestGroup
from feed.phases import Phases
from feed.position import Position
from feed.readers import Reader
from feed.report_group import ReportGroup
from feed.selection import Selection, UnknownSelectionError, selection
from feed.updates import Updates
from gql.access import check_marks
from gql.asked import Asked, Reading
from gql.context import SEES_BEFORE_COUNTING, Context, Services
from gql.errors import ApiError, full
from gql.given import GroupContext, context_of_group
from gql.limits import GROUPS_AN_ADDRESS
from gql.meters import CLOSED, GROUPS, SUBSCRIBERS
from gql.occupancy import FullError
from gql.rendering import Operation, Rendering, compiled
from gql.schema.build import Schema
from gql.selections import Encoder

ENCODERS_MAX = 1_024


@dataclass(frozen=True, slots=True)
class Seat:
    """A subscription that can be served by a group: what it asks, and in whose rights."""

    asked: Asked
    context: Context


Maker = Callable[[Seat, ElectionFeed, Hashable, Encoder | None], Group]


class Groups:
    def __init__(self, schema: Schema, services: Services) -> None:
        self._schema = schema
        self._services = services
        self._reading = Reading(schema)
        self._marks = check_marks(schema)
        self._groups: dict[Hashable, Group] = {}
        self._openers: dict[Hashable, str | None] = {}
        self._encoders: OrderedDict[Hashable, Encoder | None] = OrderedDict()
        self._closing: set[asyncio.Task[None]] = set()
        self._makers: Mapping[str, Maker] = {
            "resultUpdates": self._updates,
            "tallyReports": self._reports,
            "electionChanged": self._election,
        }

    async def ask(
        self, query: str | None, variables: Mapping[str, Any] | None, operation_name: str | None, context: Context
    ) -> Seat | None:
        """None for whatever Strawberry serves itself: other operations, and all that is refused."""
        if not query or (await self._schema.guard.proof(query, context)).faults:
            return None
        asked = await self._reading.read(query, variables, operation_name)
        if asked is None or asked.field not in self._makers or not self._allowed(asked, context):
            return None
        if self._schema.guard.cost(asked.query, asked.document, operation_name, asked.variables, context):
            return None
        feed = self._services.tail.feed(asked.arguments["electionId"])
        try:
            if feed is None:
                return None
            _chosen(asked).check(feed.definition)
        except UnknownSelectionError:
            return None
        return Seat(asked, context)

    async def sit(self, seat: Seat, reader: Reader, after: Position | None) -> Ending:
        """Serves the reader until its election is gone or its task ends; goes on where the election is loaded anew.

        Raises ApiError where there is no room for what it asks.
        """
        SUBSCRIBERS.inc()
        try:
            while True:
                feed = self._services.tail.feed(seat.asked.arguments["electionId"])
                if feed is None or feed.closed:
                    return Ending.AWAY
                try:
                    _chosen(seat.asked).check(feed.definition)
                except UnknownSelectionError:
                    return Ending.GONE
                ending = await self._group(seat, feed).sit(reader, after)
                if ending is not Ending.ANEW:
                    CLOSED.labels(ending.value).inc()
                    return ending
                after = reader.position or after
        finally:
            SUBSCRIBERS.dec()

    def _allowed(self, asked: Asked, context: Context) -> bool:
        """By the field's own access mark; Strawberry tells the refused why."""
        mark = self._marks[f"Subscription.{asked.field}"]()
        try:
            return mark.has_permission(None, SimpleNamespace(context=context))  # type: ignore[arg-type]
        except ApiError:
            return False

    def _group(self, seat: Seat, feed: ElectionFeed) -> Group:
        encode = self._encoder(seat.asked, feed)
        # Errors name places in the text, so that only equal texts share what may hold some.
        text = seat.asked.text if encode is None else None
        key = (feed.definition.epoch, seat.asked.key, text, _rights(seat.context, feed, impersonal=encode is not None))
        group = self._groups.get(key)
        if group is None or group.feed is not feed:
            self._take(key, seat.context)
            group = self._groups[key] = self._makers[seat.asked.field](seat, feed, key, encode)
            GROUPS.set(len(self._groups))
        return group

    def _take(self, key: Hashable, context: Context) -> None:
        """Room for one more group, on whoever is its first; raises ApiError."""
        self._give_back(key)
        edge = self._services.edge
        whose = edge.addresses.counted(context.address)
        try:
            edge.occupancy.enter(GROUPS_AN_ADDRESS, whose)
        except FullError as error:
            raise full(error.limit, error.most) from error
        self._openers[key] = whose

    def _give_back(self, key: Hashable) -> None:
        self._services.edge.occupancy.leave(GROUPS_AN_ADDRESS, self._openers.pop(key, None))

    def _encoder(self, asked: Asked, feed: ElectionFeed) -> Encoder | None:
        """Compiled once for all groups that ask the same; kept while there is such a group."""
        key = (feed.definition.epoch, asked.key)
        if key not in self._encoders:
            encode = compiled(asked, feed.definition) if asked.field == "resultUpdates" else None
            while len(self._encoders) >= ENCODERS_MAX:
                self._encoders.popitem(last=False)
            self._encoders[key] = encode
        return self._encoders[key]

    def _updates(self, seat: Seat, feed: ElectionFeed, key: Hashable, encode: Encoder | None) -> Group:
        context, rendering, emptied = self._parts(seat, feed, key, encode)
        database, pace = self._services.database.pool, self._services.pace
        updates = Updates(feed, database, _chosen(seat.asked), pace, context.may_see)
        if seat.asked.arguments.get("mode") == DeliveryMode.EVERY:
            return EveryGroup(feed, database, updates, pace, rendering, emptied)
        seconds = FIRST_SECONDS if encode is None or encode.dated else None
        return LatestGroup(feed, updates, pace, rendering, emptied, first_seconds=seconds)

    def _reports(self, seat: Seat, feed: ElectionFeed, key: Hashable, encode: Encoder | None) -> Group:
        context, rendering, emptied = self._parts(seat, feed, key, encode)
        late = Rendering(self._operation(seat, context_of_group(self._services, feed, context), None), None)
        pool = self._services.database.pool

        def all_emptied() -> None:
            self._close(late)
            emptied()

        return ReportGroup(feed, pool, _chosen(seat.asked), context.may_see, rendering, late, all_emptied)

    def _election(self, seat: Seat, feed: ElectionFeed, key: Hashable, encode: Encoder | None) -> Group:
        _, rendering, emptied = self._parts(seat, feed, key, encode)
        return LatestGroup(feed, Phases(feed), self._services.pace, rendering, emptied)

    def _parts(
        self, seat: Seat, feed: ElectionFeed, key: Hashable, encode: Encoder | None
    ) -> tuple[GroupContext, Rendering, Callable[[], None]]:
        context = context_of_group(self._services, feed, seat.context)
        rendering = Rendering(self._operation(seat, context, encode), encode)

        def emptied() -> None:
            group = self._groups.get(key)
            if group is not None and group.feed is feed and not len(group):
                del self._groups[key]
                self._give_back(key)
                GROUPS.set(len(self._groups))
            self._close(rendering)

        return context, rendering, emptied

    def _operation(self, seat: Seat, context: GroupContext, encode: Encoder | None) -> Operation:
        located = encode is None and seat.asked.text is not None
        return Operation(self._schema, seat.asked, context, located=located)

    def _close(self, rendering: Rendering) -> None:
        task = asyncio.create_task(rendering.close())
        self._closing.add(task)
        task.add_done_callback(self._closing.discard)


def _chosen(asked: Asked) -> Selection:
    given = asked.arguments
    return selection(given.get("contestIds"), given.get("areaIds"), given.get("level"))


def _rights(context: Context, feed: ElectionFeed, *, impersonal: bool) -> Hashable:
    """Equal for those who are answered the same. What is volunteers' own is shown to no one else."""
    person = context.person
    if person is None:
        return None
    overseeing = person.role in SEES_BEFORE_COUNTING and person.belongs_to(feed.id)
    if impersonal:
        return "overseeing" if overseeing else None
    return person.id if person.role is Role.VOLUNTEER else (person.role, person.election_id)
