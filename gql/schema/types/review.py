"""Deciding on tallies: the inputs and the answers."""

from typing import Annotated

import strawberry
from strawberry import ID, Private

from gql.context import Info
from gql.schema.types.scalars import Cursor, ReviewDecision
from gql.schema.types.submission import TallyAccepted, TallyRejected
from gql.schema.types.tally import Tally, tally_by_id


@strawberry.input
class ReviewTallyInput:
    tally_id: ID
    decision: ReviewDecision
    reason: str = strawberry.field(description="Public: one line of 1 to 500 characters, without names or numbers.")
    standing_id: ID | None = strawberry.field(
        default=None,
        description=(
            "The tally that you saw counting there. Without it nothing is accepted over a tally newer than the held"
            " one; with it, over this one alone."
        ),
    )


@strawberry.input
class WithdrawTallyInput:
    tally_id: ID
    reason: str = strawberry.field(description="Public: one line of 1 to 500 characters, without names or numbers.")


@strawberry.type(
    description=(
        "Another editor was first, or a newer tally stands. Nothing was recorded; `tally.decision` says who decided,"
        " when and why."
    )
)
class ReviewConflict:
    tally: Tally
    standing_id: Private[str | None]

    @strawberry.field(description="What counts at this station now.")
    async def standing(self, info: Info) -> Tally | None:
        return await tally_by_id(info, self.tally.feed, self.standing_id)


@strawberry.type
class TallyWithdrawn:
    tally: Tally
    cursor: Cursor


ReviewTallyResult = Annotated[
    TallyAccepted | TallyRejected | ReviewConflict, strawberry.union(name="ReviewTallyResult")
]
WithdrawTallyResult = Annotated[TallyWithdrawn | ReviewConflict, strawberry.union(name="WithdrawTallyResult")]
