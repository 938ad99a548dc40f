"""Sending tallies: the input, and the three answers."""

from datetime import datetime
from typing import Annotated

import strawberry
from strawberry import ID

from counting.vocabulary import TallyCoverage as Coverage
from gql.schema.types.scalars import Cursor, TallyCoverage
from gql.schema.types.tally import Finding, Tally


@strawberry.input
class CandidateVotesInput:
    candidate_id: ID
    votes: int | None = strawberry.field(default=None, description="null: not legible on the sheet (never 0)")


@strawberry.input
class SubmitTallyInput:
    client_tally_id: ID = strawberry.field(
        description="Made by the client, a UUID: sending it again returns the first answer and changes nothing."
    )
    station_id: ID
    contest_id: ID
    coverage: TallyCoverage = Coverage.FINAL
    votes: list[CandidateVotesInput] = strawberry.field(
        description="Every candidate of the contest, once, in any order."
    )
    valid_ballots: int | None = strawberry.field(
        default=None,
        description="Only where a ballot carries several votes; elsewhere it is the sum of the votes.",
    )
    invalid_ballots: int | None = strawberry.field(
        default=None, description="These three: null means not legible, or in a PARTIAL not announced yet."
    )
    no_vote_ballots: int | None = None
    ballots_cast: int | None = None
    as_written: bool = strawberry.field(
        default=False,
        description=(
            "The sheet itself does not add up, and these are its numbers: held for an editor instead of rejected."
        ),
    )
    replaces: ID | None = strawberry.field(
        default=None,
        description=(
            "The tally that this one corrects: to change a FINAL of one's own, or to lower a PARTIAL."
            " Further PARTIALs, and the FINAL after them, follow without it."
        ),
    )
    evidence: list[str] = strawberry.field(
        default_factory=list, description="sha256 of photographs uploaded before or after this call."
    )
    counted_at: datetime | None = None
    note: str | None = None


@strawberry.type
class TallyAccepted:
    tally: Tally
    cursor: Cursor
    replayed: bool = strawberry.field(description="True where this answers a call sent before.")


@strawberry.type
class TallyHeld:
    tally: Tally
    findings: list[Finding]
    replayed: bool


@strawberry.type
class TallyRejected:
    client_tally_id: ID | None
    findings: list[Finding]
    replayed: bool
    refused: Tally | None = strawberry.field(default=None, description="The held tally that an editor refused by this.")


SubmitTallyResult = Annotated[TallyAccepted | TallyHeld | TallyRejected, strawberry.union(name="SubmitTallyResult")]
