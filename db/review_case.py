"""A tally before somebody who decides: opened under the lock of its sheet, closed by writing the decision's entry."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from counting.vocabulary import ElectionPhase
from db.audit import Actor, AuditAction, record
from db.database import Connection
from db.decision import Decision, DecisionMade, read_decisions
from db.facts import READ_ELECTION, SEE_REPORTERS
from db.people import Person
from db.plan import Plan
from db.review import KnownTally, read_known
from db.sheet import Sheet, SheetKey, lock_sheets
from db.verdicts import ReporterRevokedError

FIND = "SELECT election_id, station_id, contest_id FROM tally WHERE id = $1"


class UnknownTallyError(Exception):
    """No such tally, or none that this person may decide on."""


class CountNotOpenError(Exception):
    """Nothing is decided in this phase, or not by this person."""

    def __init__(self, phase: ElectionPhase) -> None:
        super().__init__(phase.value)
        self.phase = phase


@dataclass(frozen=True, slots=True)
class Decided:
    """The decision is on disk as entry `sequence`; `replayed`: it was before this call came."""

    tally_id: str
    sequence: int
    replayed: bool = False


@dataclass(frozen=True, slots=True)
class Conflict:
    """Nothing was written: the tally is decided already, or `standing_id` counts and was not foreseen."""

    tally_id: str
    standing_id: str | None


Outcome = Decided | Conflict


@dataclass(slots=True)
class Case:
    """`plan` and `sheet` are changed by the decision; `at` is its instant."""

    election_id: str
    phase: ElectionPhase
    plan: Plan
    sheet: Sheet
    tally: KnownTally
    at: datetime

    async def write(
        self, connection: Connection, place: int, decision: Decision, actor: Actor, action: AuditAction
    ) -> Decided:
        """Writes the entry at this place of the plan, and who did it for the audit."""
        sequence = await self.plan.write(connection, [self.sheet], self.at) + place + 1
        details = {"reason": decision.reason, "sequence": sequence, "revision": self.tally.revision}
        await record(connection, actor, action, election_id=self.election_id, subject=self.tally.id, details=details)
        return Decided(self.tally.id, sequence)

    async def last_decision(self, connection: Connection) -> DecisionMade | None:
        """The newest one that was made on this tally."""
        key = (self.sheet.station_id, self.sheet.contest_id)
        made = (await read_decisions(connection, [key]))[key]
        return next((one for one in reversed(made) if one.tally_id == self.tally.id), None)

    def decided_before(self, made: DecisionMade) -> Decided:
        return Decided(self.tally.id, made.sequence, replayed=True)

    @property
    def conflict(self) -> Conflict:
        return Conflict(self.tally.id, self.sheet.standing.id if self.sheet.standing else None)


async def open_case(connection: Connection, tally_id: str, person: Person) -> Case:
    """Inside a transaction. Raises UnknownTallyError, ReporterRevokedError."""
    found = await connection.fetchrow(FIND, tally_id)
    if found is None or not person.belongs_to(found["election_id"]):
        raise UnknownTallyError(tally_id)
    key = (found["station_id"], found["contest_id"])
    phase, plan, sheets = await lock_election(connection, found["election_id"], [key])
    at = datetime.now(UTC)
    for row in await connection.fetch(SEE_REPORTERS, [person.id], at):
        if row["revoked_at"] is not None:
            raise ReporterRevokedError(person.id)
    tally = (await read_known(connection, [tally_id]))[tally_id]
    return Case(found["election_id"], phase, plan, sheets[key], tally, at)


async def lock_election(
    connection: Connection, election_id: str, keys: Sequence[SheetKey]
) -> tuple[ElectionPhase, Plan, dict[SheetKey, Sheet]]:
    """The phase, which stays while this transaction lasts; an empty plan; the sheets, locked as writers lock them."""
    election = await connection.fetchrow(READ_ELECTION, election_id)
    if election is None:
        raise UnknownTallyError(election_id)
    plan = Plan(election_id, election["ruleset"], election["is_test"])
    return ElectionPhase(election["phase"]), plan, await lock_sheets(connection, keys)
