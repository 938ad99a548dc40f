"""Cuts, as all outlets can quote and pin them."""

from datetime import datetime

import strawberry
from strawberry import Private

from db.cuts import Cut as Stored
from feed.cuts import address
from feed.election_feed import ElectionFeed
from gql.schema.types.scalars import Cursor, ElectionPhase


@strawberry.type(
    description=(
        "A numbered state of the whole election that all outlets can quote and pin, taken every minute while anything"
        " changes. `resultsSha256` is the digest of the published results file of this cut."
    )
)
class Cut:
    feed: Private[ElectionFeed]
    cut: Private[Stored]

    @strawberry.field(description="0 is the zero report: counting has opened, and every station is silent.")
    def number(self) -> int:
        return self.cut.number

    @strawberry.field(description="The last entry of the feed that is in it; 0 in the zero report.")
    def sequence(self) -> int:
        return self.cut.sequence

    @strawberry.field(description="A rehearsal: no number of it is real.")
    def is_test(self) -> bool:
        return self.feed.definition.is_test

    @strawberry.field(description="Results `at` it are those of this cut.")
    def cursor(self) -> Cursor:
        return Cursor(self.feed.position_of(self.cut.sequence).encode())

    @strawberry.field
    def taken_at(self) -> datetime:
        return self.cut.taken_at.astimezone(self.feed.definition.zone)

    @strawberry.field(description="COUNTING, or CLOSED from the cut on that was taken when the count was closed.")
    def phase(self) -> ElectionPhase:
        return self.cut.phase

    @strawberry.field(description="Of the ledger over the entries that are in it, in base64.")
    def root_hash(self) -> str:
        return self.cut.root_text

    @strawberry.field(description="In hex; also in the ledger's next head, as `cut NUMBER SEQUENCE SHA256`.")
    def results_sha256(self) -> str:
        return self.cut.results_sha256

    @strawberry.field(description="The results file on this server (docs/results-files.md); `.csv` instead is a table.")
    def url(self) -> str:
        return address(self.cut.election_id, self.cut.number, "json")

    @strawberry.field(description="Of the results file, before it is packed for the way.")
    def bytes(self) -> int:
        return self.cut.results_bytes
