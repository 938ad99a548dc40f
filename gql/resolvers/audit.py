"""The audit, for operators."""

from strawberry import ID

from db.audit import AuditAction
from db.audit_reading import AuditFilter, audit_page
from gql.context import Info
from gql.errors import bad_input, forbidden
from gql.resolvers.lookup import feed_of
from gql.schema.types.audit import AuditRecord, AuditRecordConnection, AuditRecordEdge
from gql.schema.types.pages import cursor_to_key, key_to_cursor, page_info, page_size


async def audit_records(
    info: Info,
    election_id: ID | None = None,
    action: AuditAction | None = None,
    subject: str | None = None,
    actor: str | None = None,
    first: int | None = 50,
    after: str | None = None,
) -> AuditRecordConnection:
    """Newest first. Without `electionId`, of everything that is loaded here: for operators of all elections."""
    person, size = info.context.person, page_size(first)
    assert person is not None
    chosen = None if election_id is None else feed_of(info, election_id).id
    if person.election_id is not None and person.election_id != chosen:
        raise forbidden()
    for field, text in (("subject", subject), ("actor", actor)):
        if text is not None and "\0" in text:
            raise bad_input(field, "ไม่ใช่รหัสที่ใช้ได้", "is no id")
    wanted = AuditFilter(chosen, action, subject, actor)
    records = await audit_page(info.context.services.database.pool, wanted, _start(after), size + 1)
    edges = [
        AuditRecordEdge(cursor=key_to_cursor(str(record.id)), node=AuditRecord(facts=record))
        for record in records[:size]
    ]
    page = page_info([edge.cursor for edge in edges], more=len(records) > size, after=after)
    return AuditRecordConnection(edges=edges, page_info=page, wanted=wanted)


def _start(after: str | None) -> int | None:
    """Raises ApiError."""
    if after is None:
        return None
    (key,) = cursor_to_key(after, 1)
    if not (key.isascii() and key.isdigit() and len(key) < 19):
        raise bad_input("after", "ไม่ใช่ cursor ของรายการนี้", "is no cursor of this connection")
    return int(key)
