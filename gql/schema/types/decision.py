"""Who decided what on a tally, and why, as the log has it for everybody."""

from datetime import datetime

import strawberry
from strawberry import Private

from db.decision import DecisionMade
from feed.election_feed import ElectionFeed
from gql.schema.types.scalars import Cursor, ReportKind


@strawberry.type(description="One decision on a tally: an entry of the feed, kept for ever.")
class TallyDecision:
    feed: Private[ElectionFeed]
    made: Private[DecisionMade]

    @strawberry.field(
        description=(
            "ACCEPTED or CORRECTED: released by an editor, or a correction of an earlier tally. REJECTED: refused, or a"
            " held tally taken back. WITHDRAWN: counts no more; its tally is WITHDRAWN, or HELD again."
        )
    )
    def kind(self) -> ReportKind:
        return self.made.kind

    @strawberry.field(description="A pseudonym; null where a rule of the election decided.")
    def by(self) -> str | None:
        return self.made.by

    @strawberry.field
    def reason(self) -> str | None:
        return self.made.reason

    @strawberry.field
    def at(self) -> datetime:
        return self.made.at.astimezone(self.feed.definition.zone)

    @strawberry.field(description="The entry of the feed.")
    def sequence(self) -> int:
        return self.made.sequence

    @strawberry.field
    def cursor(self) -> Cursor:
        return Cursor(self.feed.position_of(self.made.sequence).encode())
