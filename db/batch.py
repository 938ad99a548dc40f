"""Many submissions, one transaction: lock the sheets, judge each on what stands then, step the head once, write.

The order inside is what the guarantees rest on: rows are locked before anything is judged; the log's numbers are
taken last, so that commit order is sequence order; nothing is answered before the commit.
"""

from collections.abc import Sequence
from datetime import UTC, datetime

from db.answers import Answer, Request
from db.database import Connection
from db.definitions import ElectionDefinition
from db.facts import DefinitionOutdatedError, read_facts
from db.plan import Plan
from db.spreads import SpreadBook
from db.verdicts import Bench, Draft

__all__ = ["DefinitionOutdatedError", "write_batch"]


async def write_batch(
    connection: Connection,
    definition: ElectionDefinition,
    requests: Sequence[Request],
    spreads: SpreadBook | None = None,
) -> list[Answer | Exception]:
    """One answer a request, in order; what one of them raises is its own answer, and the others stand.

    `spreads`: what the caller keeps from batch to batch; read anew without it.
    Raises DefinitionOutdatedError and whatever the database raises; then nothing of the batch was written.
    """
    book = spreads or SpreadBook()
    async with connection.transaction():
        facts = await read_facts(connection, definition, requests, book)
        now = datetime.now(UTC)
        plan = Plan(definition.id, facts.election["ruleset"], facts.election["is_test"])
        bench = Bench(definition, facts, plan, now)
        drafts = [_judge(bench, place, request) for place, request in enumerate(requests)]
        first = await plan.write(connection, [sheet for sheet in facts.sheets.values() if sheet.changed], now)
    book.wrote(definition, first, plan.entries)
    return [draft if isinstance(draft, Exception) else draft.after(first) for draft in drafts]


def _judge(bench: Bench, place: int, request: Request) -> Draft | Exception:
    try:
        return bench.judge(place, request)
    except Exception as error:
        return error
