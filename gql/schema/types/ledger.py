"""The ledger over the log: its signed head, and proofs against it."""

import base64
from datetime import UTC, datetime

import strawberry
from strawberry import Private

from feed.election_feed import ElectionFeed
from gql.schema.types.scalars import Cursor
from ledger.checkpoint import cosigned_seconds
from ledger.note import parse_signatures
from ledger.reader import Proof
from ledger.store import StoredHead


@strawberry.type(description="The ledger's signed head (C2SP tlog-checkpoint).")
class Checkpoint:
    feed: Private[ElectionFeed]
    head: Private[StoredHead]

    @strawberry.field
    def origin(self) -> str:
        return self.head.origin

    @strawberry.field
    def size(self) -> int:
        return self.head.size

    @strawberry.field
    def root_hash(self) -> str:
        return self.head.root_text

    @strawberry.field
    def issued_at(self) -> datetime:
        return self.head.issued_at.astimezone(self.feed.definition.zone)

    @strawberry.field
    def note(self) -> str:
        return self.head.cosigned_note

    @strawberry.field(description="Those of the note's signature lines by which witnesses say that they checked it.")
    def cosignatures(self) -> list["Cosignature"]:
        return [Cosignature(line=line) for line in self.head.cosignatures]

    @strawberry.field(description="The position up to which it covers the feed: results `at` it are the tree's.")
    def cursor(self) -> Cursor:
        return Cursor(self.feed.position_of(self.head.size).encode())


@strawberry.type(description="A witness's signature over a head and a time (C2SP tlog-cosignature).")
class Cosignature:
    line: Private[str]

    @strawberry.field(description="The name under which the witness cosigns.")
    def witness(self) -> str:
        return parse_signatures(self.line)[0].name

    @strawberry.field(description="By the witness's clock.")
    def cosigned_at(self) -> datetime:
        return datetime.fromtimestamp(cosigned_seconds(parse_signatures(self.line)[0]), UTC)


@strawberry.type(description="RFC 6962 proofs; hashes in base64, leaf first.")
class InclusionProof:
    proof: Private[Proof]
    sequence: int
    tree_size: int

    @strawberry.field
    def leaf_hash(self) -> str:
        return base64.b64encode(self.proof.leaf or b"").decode()

    @strawberry.field
    def hashes(self) -> list[str]:
        return [base64.b64encode(one).decode() for one in self.proof.hashes]


@strawberry.type
class ConsistencyProof:
    proof: Private[Proof]
    from_size: int
    to_size: int

    @strawberry.field
    def hashes(self) -> list[str]:
        return [base64.b64encode(one).decode() for one in self.proof.hashes]
