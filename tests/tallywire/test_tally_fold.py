"""A fault planted in a decision, in its tally or in what it opened: fsck finds it and names it."""

from dataclasses import dataclass

import asyncpg
import pytest

from counting.vocabulary import ElectionPhase, ReviewDecision, Role
from db.answers import Accepted, Held
from db.audit import Actor
from db.phases import set_phase
from db.review_decisions import review_tally
from db.review_holds import hold_unconfirmed
from db.withdrawal import withdraw_tally
from tests.conftest import Databases, Night, _fill_small
from tests.db.desk import Desk, desk


async def _decisions(at: Desk) -> None:
    """Ten entries, all kinds of decisions: 3 releases what 2 holds over 1, 5 refuses what 4 holds, 7 takes 6 back,

    9 holds 8 again, 10 holds what nobody has decided on yet.
    """
    pool, editor = at.database.pool, await at.person(role=Role.EDITOR)
    reporter, stranger = await at.person("a-1", "a-2", "b-1"), await at.person()
    actor = Actor.of(editor, None)
    await at.write(at.request(reporter, "a-1", (1, 2, 3)))
    for station, verdict in (("a-1", ReviewDecision.ACCEPT), ("b-3", ReviewDecision.REJECT)):
        (held,) = await at.write(at.request(stranger, station, (10, 20, 30)))
        assert isinstance(held, Held)
        await review_tally(pool, held.tally_id, verdict, "As photographed", person=editor, actor=actor)
    (counted,) = await at.write(at.request(reporter, "a-2", (4, 5, 6)))
    assert isinstance(counted, Accepted)
    await withdraw_tally(pool, counted.tally_id, "Wrong station", person=reporter, actor=Actor.of(reporter, None))
    await at.write(at.request(reporter, "b-1", (7, 8, 9)))
    await hold_unconfirmed(pool, reporter.id, "Token revoked", by=editor.id, committed=lambda _id: None)
    await at.write(at.request(stranger, "b-2", (3, 3, 3)))


@pytest.fixture
def decided(databases: Databases) -> Night:
    """The small election with all of these entries, a database of this test's own."""

    async def fill(connection: asyncpg.Connection) -> None:
        await _fill_small(connection)
        for phase in (ElectionPhase.VOTING, ElectionPhase.COUNTING):
            await set_phase(connection, "small", phase)
        async with desk(Night(databases.postgres.url("template_decided"), "small")) as at:
            await _decisions(at)

    return Night(databases.fresh("template_decided", fill), "small")


async def test_a_night_with_all_kinds_of_decisions_is_sound(decided: Night) -> None:
    async with desk(decided) as at:
        kinds = await at.database.pool.fetch("SELECT kind FROM log_entry ORDER BY sequence")
        assert [row["kind"] for row in kinds] == [
            *("ACCEPTED", "HELD", "CORRECTED", "HELD", "REJECTED"),
            *("ACCEPTED", "WITHDRAWN", "ACCEPTED", "WITHDRAWN", "HELD"),
        ]
        assert await at.faults() == []


@dataclass(frozen=True)
class Plant:
    """Statements that change one thing behind everybody's back, and what fsck says of it."""

    sql: str
    says: str


WHERE = "log: entry {} (small/{}, small/mayor) "
BURIED = "does not open the commitment to its tally"
VOTES_UP = "jsonb_set(tally, '{votes,0}', to_jsonb(1 + (tally->'votes'->>0)::int))"
PLANTS = {
    "the salt of a release": Plant(
        "UPDATE log_entry SET salt = 'x' WHERE sequence = 3", WHERE.format(3, "a-1") + BURIED
    ),
    "a release that keeps its salt to itself": Plant(
        "UPDATE log_entry SET salt = NULL WHERE sequence = 3", WHERE.format(3, "a-1") + BURIED
    ),
    "one vote more in a refusal": Plant(
        f"UPDATE log_entry SET tally = {VOTES_UP} WHERE sequence = 5", WHERE.format(5, "b-3") + BURIED
    ),
    "one vote more in a refusal and its tally": Plant(
        f"UPDATE log_entry SET tally = {VOTES_UP} WHERE sequence = 5;"
        " UPDATE tally SET votes[1] = votes[1] + 1 WHERE station_id = 'small/b-3'",
        WHERE.format(5, "b-3") + BURIED,
    ),
    "a refusal without its numbers": Plant(
        "UPDATE log_entry SET tally = NULL WHERE sequence = 5", WHERE.format(5, "b-3") + BURIED
    ),
    "a salt where nothing was hidden": Plant(
        "UPDATE log_entry SET salt = 'x' WHERE sequence = 7",
        WHERE.format(7, "a-2") + "tells a salt, and nothing was committed to",
    ),
    "a refusal made a withdrawal": Plant(
        "UPDATE log_entry SET kind = 'WITHDRAWN' WHERE sequence = 5",
        WHERE.format(5, "b-3") + "is WITHDRAWN, and does something else to what counts",
    ),
    "a refusal after which as many are held": Plant(
        "UPDATE log_entry SET held = 1 WHERE sequence = 5",
        WHERE.format(5, "b-3") + "counts another number of held tallies than it leaves",
    ),
    "a second release of the same tally": Plant(
        "UPDATE log_entry SET kind = 'ACCEPTED', standing_id = tally_id, held = 0 WHERE sequence = 7",
        WHERE.format(7, "a-2") + "makes ACCEPTED into ACCEPTED",
    ),
    "a decision without its reason": Plant(
        "UPDATE log_entry SET reason = NULL WHERE sequence = 7", WHERE.format(7, "a-2") + "decides without a reason"
    ),
    "a refused tally that waits again": Plant(
        "UPDATE tally SET state = 'HELD' WHERE station_id = 'small/b-3'",
        "is HELD, which is not what the log says of it",
    ),
    "a tally held again that was withdrawn in its row": Plant(
        "UPDATE tally SET state = 'WITHDRAWN' WHERE station_id = 'small/b-1'",
        "is WITHDRAWN, which is not what the log says of it",
    ),
    "a superseded tally's successor": Plant(
        "UPDATE tally SET superseded_by_id = NULL WHERE state = 'SUPERSEDED'", "is superseded by None, by the log "
    ),
    "a salt that is no secret any more": Plant(
        "UPDATE tally SET salt = 'x' WHERE station_id = 'small/b-1'", "keeps a salt, and the log commits to nothing"
    ),
    "a held tally's numbers": Plant(
        "UPDATE tally SET votes[1] = votes[1] + 1 WHERE station_id = 'small/b-2'",
        "is not the one that the log commits to",
    ),
    "a decision taken out, those behind it moved up": Plant(
        "DELETE FROM log_entry WHERE sequence = 5; UPDATE log_entry SET sequence = sequence - 1 WHERE sequence > 5;"
        " UPDATE log_head SET sequence = 9; UPDATE submission SET sequence = sequence - 1 WHERE sequence > 5",
        "is REJECTED, which is not what the log says of it",
    ),
}


@pytest.mark.parametrize("place", PLANTS)
async def test_a_fault_in_a_decision_is_found_and_named(decided: Night, place: str) -> None:
    plant = PLANTS[place]
    async with desk(decided) as at:
        async with at.database.pool.acquire() as connection:
            # As a superuser can: neither triggers nor foreign keys stand in the way, and checks are no longer there.
            await connection.execute(
                "ALTER TABLE log_entry DROP CONSTRAINT decisions_say_why, DROP CONSTRAINT withdrawn_leaves_nothing"
            )
            await connection.execute(f"SET session_replication_role = replica; {plant.sql}")
        faults = await at.faults()
        assert [fault for fault in faults if plant.says in fault], faults
