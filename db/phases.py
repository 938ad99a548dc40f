"""The life of an election: SETUP, VOTING, COUNTING, CLOSED, one step at a time; back only where no vote was taken."""

from datetime import UTC, datetime

from counting.vocabulary import ElectionPhase
from db.audit import COMMAND_LINE, Actor, AuditAction, record
from db.database import Connection

ORDER = (ElectionPhase.SETUP, ElectionPhase.VOTING, ElectionPhase.COUNTING, ElectionPhase.CLOSED)


class UnknownElectionError(Exception):
    """No election with this id is loaded."""


class PhaseNotAllowedError(Exception):
    """The election does not go from the one phase to the other; both are named."""

    def __init__(self, before: ElectionPhase, after: ElectionPhase) -> None:
        super().__init__(f"{before.value} → {after.value}")
        self.before = before
        self.after = after


def allowed(before: ElectionPhase, after: ElectionPhase, *, counted: bool) -> bool:
    """Forwards by one; from CLOSED the count can be opened again; further back only while the log is empty."""
    step = ORDER.index(after) - ORDER.index(before)
    return step in (0, 1) or (before is ElectionPhase.CLOSED and step == -1) or (step < 0 and not counted)


async def set_phase(connection: Connection, election_id: str, phase: ElectionPhase, by: Actor = COMMAND_LINE) -> None:
    """Waits for the batches on their way; after it, no tally is taken under the old phase.

    Raises UnknownElectionError, PhaseNotAllowedError.
    """
    async with connection.transaction():
        # Later batches queue behind this one (see db.batch.READ_ELECTION).
        await connection.execute("SELECT pg_advisory_xact_lock(hashtext($1))", election_id)
        row = await connection.fetchrow("SELECT phase FROM election WHERE id = $1 FOR UPDATE", election_id)
        if row is None:
            raise UnknownElectionError(election_id)
        counted = await connection.fetchval("SELECT sequence FROM log_head WHERE election_id = $1", election_id)
        before = ElectionPhase(row["phase"])
        if not allowed(before, phase, counted=bool(counted)):
            raise PhaseNotAllowedError(before, phase)
        await connection.execute(
            "UPDATE election SET phase = $2::text,"
            " opened_at = CASE WHEN $2::text = 'COUNTING' THEN coalesce(opened_at, $3) ELSE opened_at END,"
            " closed_at = CASE WHEN $2::text = 'CLOSED' THEN $3 END WHERE id = $1",
            election_id,
            phase.value,
            datetime.now(UTC),
        )
        if phase is not before:
            change = {"before": before.value, "after": phase.value}
            await record(
                connection,
                by,
                AuditAction.PHASE_CHANGED,
                election_id=election_id,
                subject=election_id,
                details=change,
            )
