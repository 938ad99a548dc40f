"""Tallies, what rules found in them, and the photographs beside them."""

from datetime import datetime

import strawberry
from strawberry import ID, Private

from counting.messages import message
from counting.tally import Finding as FindingFacts
from counting.vocabulary import Language as Words
from counting.vocabulary import Role
from db.answers import finding_from_json
from db.definitions import CandidateNode
from db.new_tally import AnyTally
from db.tallies import TallyFilter, count_tallies
from feed.election_feed import ElectionFeed
from gql.context import Info, ReceiptKey
from gql.schema.types.decision import TallyDecision
from gql.schema.types.definition import Candidate, Contest
from gql.schema.types.evidence import Evidence
from gql.schema.types.marks import PROVED, READ, sized
from gql.schema.types.pages import PageInfo
from gql.schema.types.scalars import Language, TallyCoverage, TallyRule, TallyState, Verdict
from gql.schema.types.station import Station
from ledger.reader import TallyKey


@strawberry.type
class CandidateVotes:
    feed: Private[ElectionFeed]
    node: Private[CandidateNode]
    votes: int | None = strawberry.field(description="null: not legible on the sheet (never 0)")

    @strawberry.field
    def candidate(self) -> Candidate:
        return Candidate(feed=self.feed, node=self.node)


@strawberry.type(
    description=(
        "One rule's objection. `field` is a path into the input, such as votes.3.votes; the message shows the numbers"
        " that were compared, so that a person can see what to look at on the sheet. A reporter's message names no"
        " bound that would help a cheat, and nobody else's numbers; an editor's does."
    )
)
class Finding:
    facts: Private[FindingFacts]

    @strawberry.field
    def rule(self) -> TallyRule:
        return self.facts.rule

    @strawberry.field
    def verdict(self) -> Verdict:
        return self.facts.verdict

    @strawberry.field
    def field(self) -> str | None:
        return self.facts.field

    @strawberry.field
    def message(self, info: Info, lang: Language | None = None) -> str:
        oversees = info.context.role in (Role.EDITOR, Role.OPERATOR)
        return message(self.facts, lang or Words.TH, "editor" if oversees else "reporter")


@strawberry.type
class Tally:
    feed: Private[ElectionFeed]
    row: Private[AnyTally]

    @strawberry.field
    def id(self) -> ID:
        return ID(self.row.id)

    @strawberry.field
    def station(self) -> Station:
        return Station(feed=self.feed, node=self.feed.definition.stations[self.row.station_id])

    @strawberry.field
    def contest(self) -> Contest:
        return Contest(feed=self.feed, node=self.feed.definition.contests[self.row.contest_id])

    @strawberry.field(description="1 for the first tally of this contest at this station, then 2, 3, …")
    def revision(self) -> int:
        return self.row.revision

    @strawberry.field
    def coverage(self) -> TallyCoverage:
        return self.row.coverage

    @strawberry.field
    def state(self) -> TallyState:
        return self.row.state

    @strawberry.field(description="One row a candidate, in ballot order.", directives=[sized(30)])
    def votes(self) -> list[CandidateVotes]:
        candidates = self.feed.definition.contests[self.row.contest_id].candidates
        return [
            CandidateVotes(feed=self.feed, node=candidate, votes=votes)
            for candidate, votes in zip(candidates, self.row.votes, strict=True)
        ]

    @strawberry.field(description="The sum of the legible votes; as sent where a ballot carries several votes.")
    def valid_ballots(self) -> int:
        return self.row.valid_ballots

    @strawberry.field(description="บัตรเสีย; null: not legible, or not announced yet in a PARTIAL")
    def invalid_ballots(self) -> int | None:
        return self.row.invalid_ballots

    @strawberry.field(description="บัตรไม่เลือกผู้สมัครผู้ใด; null likewise")
    def no_vote_ballots(self) -> int | None:
        return self.row.no_vote_ballots

    @strawberry.field(
        description=(
            "Papers in the box as the sheet has it; null likewise. Results always add up their own parts instead."
        )
    )
    def ballots_cast(self) -> int | None:
        return self.row.ballots_cast

    @strawberry.field(
        description=("A pseudonym, the same for one person throughout one election. Never a name or a phone number.")
    )
    def reporter(self) -> str:
        return self.row.reporter_id

    @strawberry.field(description="Further reporters who sent the same numbers.")
    def confirmations(self) -> int:
        return self.row.confirmations

    @strawberry.field(directives=[sized(5)])
    def findings(self, info: Info) -> list[Finding]:
        """Flags and holds are for editors, and for the person who sent the tally."""
        if not self._in_full(info):
            return []
        return [Finding(facts=finding_from_json(value)) for value in self.row.findings]

    @strawberry.field(
        description="Its photographs that are stored; those of a HELD or REJECTED tally for editors and its reporter.",
        directives=[READ, sized(3)],
    )
    async def evidence(self, info: Info) -> list[Evidence]:
        hidden = self.row.state in (TallyState.HELD, TallyState.REJECTED)
        if not self.row.evidence or (hidden and not self._in_full(info)):
            return []
        found = await info.context.loaders.photograph.load_many(self.row.evidence)
        return [Evidence(photograph=photograph) for photograph in found if photograph is not None]

    @strawberry.field
    def note(self, info: Info) -> str | None:
        """What a person wrote may name others: for editors, and for the person."""
        return self.row.note if self._in_full(info) else None

    @strawberry.field(
        description="What was decided on it, or took it out of the count, in the order of the feed.",
        directives=[READ, sized(5)],
    )
    async def decisions(self, info: Info) -> list[TallyDecision]:
        made = await info.context.loaders.decisions.load((self.row.station_id, self.row.contest_id))
        return [TallyDecision(feed=self.feed, made=one) for one in made if one.concerns(self.row.id)]

    @strawberry.field(description="The newest of its decisions: by whom, when and why.", directives=[READ])
    async def decision(self, info: Info) -> TallyDecision | None:
        made = await info.context.loaders.decisions.load((self.row.station_id, self.row.contest_id))
        mine = [one for one in made if one.concerns(self.row.id)]
        return TallyDecision(feed=self.feed, made=mine[-1]) if mine else None

    @strawberry.field(
        description=(
            "Offline proof (C2SP tlog-proof) that this tally stands in the ledger; null until a checkpoint covers it."
        ),
        directives=[PROVED],
    )
    async def receipt(self, info: Info) -> str | None:
        key = TallyKey(self.row.id, self.row.station_id, self.row.contest_id)
        return await info.context.loaders.receipt.load(ReceiptKey(self.feed.id, key))

    @strawberry.field(directives=[READ])
    async def supersedes(self, info: Info) -> "Tally | None":
        return await tally_by_id(info, self.feed, self.row.supersedes_id)

    @strawberry.field(directives=[READ])
    async def superseded_by(self, info: Info) -> "Tally | None":
        return await tally_by_id(info, self.feed, self.row.superseded_by_id)

    @strawberry.field
    def counted_at(self) -> datetime | None:
        return self.feed.definition.local(self.row.counted_at)

    @strawberry.field
    def recorded_at(self) -> datetime:
        return self.row.recorded_at.astimezone(self.feed.definition.zone)

    def _in_full(self, info: Info) -> bool:
        """For those who oversee the count, and for the person who sent it."""
        return info.context.oversees(self.feed) or info.context.is_reporter(self.row.reporter_id)


@strawberry.type
class TallyEdge:
    cursor: str
    node: Tally


@strawberry.type
class TallyConnection:
    edges: list[TallyEdge]
    page_info: PageInfo
    wanted: Private[TallyFilter]

    @strawberry.field
    async def total_count(self, info: Info) -> int:
        feed = info.context.services.tail.feed(self.wanted.election_id)
        if feed is None or not info.context.may_see(feed):
            return 0
        return await count_tallies(info.context.services.database, self.wanted)


async def tally_by_id(info: Info, feed: ElectionFeed, tally_id: str | None) -> Tally | None:
    """None where there is none, or it may not be seen."""
    if tally_id is None or not info.context.may_see(feed):
        return None
    row = await info.context.loaders.tally.load(tally_id)
    return Tally(feed=feed, row=row) if row else None
