"""What every resolver is given: who asks, the feeds, the way in, and loaders that batch."""

import contextlib
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any, ClassVar

import strawberry
from strawberry.dataloader import DataLoader

from counting.vocabulary import Role
from db.answers import Answer, Request
from db.audit import Actor
from db.database import Database
from db.decision import DecisionMade, read_decisions
from db.evidence import Photograph, photographs
from db.people import Person
from db.reporters import Record, records
from db.stations import assigned, locations, sheets
from db.tables import StationContestRow, TallyRow
from db.tallies import Sight, histories, tallies_by_id
from feed.bell import Bell
from feed.comparison import Comparisons
from feed.cuts import Cuts
from feed.election_feed import ElectionFeed
from feed.observations import Observations
from feed.tail import Tail
from feed.updates import Pace
from gql.attempts import Attempts
from gql.edge import Edge
from gql.following import Followed
from gql.keeping import PageServed
from gql.presence import Presence
from ledger.reader import Ledger, NoHeadError, TallyKey

SEES_BEFORE_COUNTING = frozenset({Role.EDITOR, Role.OPERATOR})


def nothing_followed(_election: str) -> Followed | None:
    """Where elections are this installation's own."""
    return None


@dataclass(frozen=True, slots=True)
class Services:
    """What stands behind the API, one of each a process.

    `origin`: whom a follower follows, who alone takes changes; `followed(election)` says how it stands with it;
    `witness`: the key with which this node cosigns its origin's heads, as verifiers take it.
    """

    database: Database
    tail: Tail
    bell: Bell
    submit: Callable[[str, Request], Awaitable[Answer]]
    pace: Pace
    readers_need_token: bool
    presence: Presence
    attempts: Attempts
    shut_out: Callable[[], Awaitable[None]]
    ledger: Ledger
    cuts: Cuts
    comparisons: Comparisons
    observations: Observations
    edge: Edge = field(default_factory=Edge)
    origin: str | None = None
    followed: Callable[[str], Followed | None] = nothing_followed
    witness: str | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a root field's resolver gave already, or raised."""

    value: Any = None
    error: Exception | None = None

    def result(self) -> Any:
        """Raises what the resolver raised."""
        if self.error is not None:
            raise self.error
        return self.value


@dataclass(slots=True)
class Context:
    """`token_refused`: a token was sent that is none; `connection_params`: Strawberry's name for the init payload.

    `address`: where the request comes from, as far as that is known. `pages`: of the feed, those
    that were read, where that decides how long the answer may be kept.
    """

    # Whether what it is asked with was counted before.
    admitted: ClassVar[bool] = False
    services: Services
    person: Person | None = None
    token_refused: bool = False
    address: str | None = None
    connection_params: dict[str, object] | None = None
    request: Any = None
    response: Any = None
    outcome: Outcome | None = None
    pages: list[PageServed] | None = None
    _loaders: "Loaders | None" = field(default=None, init=False, repr=False)

    @property
    def loaders(self) -> "Loaders":
        """Made when first asked for: most of a night's calls need none."""
        if self._loaders is None:
            self._loaders = Loaders(self)
        return self._loaders

    @property
    def role(self) -> Role | None:
        return self.person.role if self.person else None

    @property
    def actor(self) -> Actor:
        """Who the audit names; only where somebody is known."""
        assert self.person is not None
        return Actor.of(self.person, self.address)

    def may_see(self, feed: ElectionFeed) -> bool:
        """Numbers are public from COUNTING on; before it, only editors and operators see them."""
        return feed.opened or self.oversees(feed)

    def oversees(self, feed: ElectionFeed) -> bool:
        """An editor or operator of this election."""
        person = self.person
        return person is not None and person.role in SEES_BEFORE_COUNTING and person.belongs_to(feed.id)

    def is_reporter(self, reporter_id: str) -> bool:
        return self.person is not None and self.person.id == reporter_id

    @property
    def sight(self) -> Sight:
        if self.person is None:
            return Sight(None, held=False)
        return Sight(self.person.id, held=self.role in SEES_BEFORE_COUNTING, within=self.person.election_id)


@dataclass(frozen=True, slots=True)
class ReceiptKey:
    """Of a tally that this reader may see."""

    election_id: str
    tally: TallyKey


class Loaders:
    """One statement for all the rows that a request asks one by one. Nothing is cached: a socket lives long."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self.tally: DataLoader[str, TallyRow | None] = DataLoader(self._tallies, cache=False)
        self.history: DataLoader[str, list[TallyRow]] = DataLoader(self._histories, cache=False)
        self.location: DataLoader[str, tuple[str, str | None]] = DataLoader(self._locations, cache=False)
        self.sheet: DataLoader[tuple[str, str], StationContestRow | None] = DataLoader(self._sheets, cache=False)
        self.decisions: DataLoader[tuple[str, str], list[DecisionMade]] = DataLoader(self._decisions, cache=False)
        self.assigned: DataLoader[str, list[str]] = DataLoader(self._assigned, cache=False)
        self.photograph: DataLoader[str, Photograph | None] = DataLoader(self._photographs, cache=False)
        self.record: DataLoader[str, Record] = DataLoader(self._records, cache=False)
        self.receipt: DataLoader[ReceiptKey, str | None] = DataLoader(self._receipts, cache=False)

    @property
    def _database(self) -> Database:
        return self._context.services.database

    async def _tallies(self, ids: list[str]) -> list[TallyRow | None]:
        found = await tallies_by_id(self._database, ids, self._context.sight)
        return [found.get(tally_id) for tally_id in ids]

    async def _histories(self, station_ids: list[str]) -> list[list[TallyRow]]:
        found = await histories(self._database, station_ids, self._context.sight)
        return [found[station_id] for station_id in station_ids]

    async def _locations(self, station_ids: list[str]) -> list[tuple[str, str | None]]:
        found = await locations(self._database, station_ids)
        return [found[station_id] for station_id in station_ids]

    async def _sheets(self, keys: list[tuple[str, str]]) -> list[StationContestRow | None]:
        found = await sheets(self._database, keys)
        return [found.get(key) for key in keys]

    async def _decisions(self, keys: list[tuple[str, str]]) -> list[list[DecisionMade]]:
        found = await read_decisions(self._database.pool, keys)
        return [found[key] for key in keys]

    async def _assigned(self, reporter_ids: list[str]) -> list[list[str]]:
        found = await assigned(self._database, reporter_ids)
        return [found[reporter_id] for reporter_id in reporter_ids]

    async def _photographs(self, digests: list[str]) -> list[Photograph | None]:
        found = await photographs(self._database.pool, digests)
        return [found.get(digest) for digest in digests]

    async def _records(self, reporter_ids: list[str]) -> list[Record]:
        found = await records(self._database, reporter_ids)
        return [found[reporter_id] for reporter_id in reporter_ids]

    async def _receipts(self, keys: list[ReceiptKey]) -> list[str | None]:
        """None where no head covers the tally yet."""
        found: dict[str, str] = {}
        for election_id in {key.election_id for key in keys}:
            wanted = [key.tally for key in keys if key.election_id == election_id]
            with contextlib.suppress(NoHeadError):
                found |= await self._context.services.ledger.receipts(election_id, wanted)
        return [found.get(key.tally.tally_id) for key in keys]


Info = strawberry.Info[Context, None]
