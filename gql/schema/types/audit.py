"""The audit, as operators read it."""

from datetime import datetime

import orjson
import strawberry
from strawberry import ID, Private
from strawberry.scalars import JSON

from db.audit import AuditAction
from db.audit_reading import AuditFilter, count_audit
from db.audit_reading import AuditRecord as RecordFacts
from gql.context import Info
from gql.schema.types.pages import PageInfo
from gql.schema.types.scalars import Role

strawberry.enum(AuditAction, description="What somebody did.")


@strawberry.type(description="One change that somebody made. Records are never changed or deleted; addresses may be.")
class AuditRecord:
    facts: Private[RecordFacts]

    @strawberry.field(
        description="1, 2, 3, … in the order in which they were begun; a change that failed leaves a gap."
    )
    def id(self) -> ID:
        return ID(str(self.facts.id))

    @strawberry.field(description="null: of no one election, such as a token for all of them.")
    def election_id(self) -> ID | None:
        return ID(self.facts.election_id) if self.facts.election_id else None

    @strawberry.field(description="Who: a pseudonym, or `command-line` for whoever ran a command beside the database.")
    def actor(self) -> str:
        return self.facts.actor

    @strawberry.field
    def actor_role(self) -> Role | None:
        return self.facts.actor_role

    @strawberry.field
    def action(self) -> AuditAction:
        return AuditAction(self.facts.action)

    @strawberry.field(description="The id of what was changed: an election, a person's pseudonym, a tally.")
    def subject(self) -> str | None:
        return self.facts.subject

    @strawberry.field(
        description="An object; what stands in it depends on the action. Never a name, a token or a code."
    )
    def details(self) -> JSON:
        return JSON(orjson.loads(self.facts.details_json))

    @strawberry.field
    def recorded_at(self) -> datetime:
        return self.facts.recorded_at

    @strawberry.field(description="The network address; null: not known, or deleted by now as personal data.")
    def address(self) -> str | None:
        return self.facts.address


@strawberry.type
class AuditRecordEdge:
    cursor: str
    node: AuditRecord


@strawberry.type
class AuditRecordConnection:
    edges: list[AuditRecordEdge]
    page_info: PageInfo
    wanted: Private[AuditFilter]

    @strawberry.field
    async def total_count(self, info: Info) -> int:
        return await count_audit(info.context.services.database.pool, self.wanted)
