"""Decisions on tallies: each one entry, with numbers, salt and reason, and a log that fsck finds sound."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest

from counting.vocabulary import ElectionPhase, ReviewDecision, Role, TallyCoverage
from db.answers import Accepted, Held
from db.audit import Actor
from db.decision import BadReasonError
from db.people import Person
from db.plan import commitment
from db.review_case import Conflict, CountNotOpenError, Decided, Outcome, UnknownTallyError
from db.review_decisions import OwnTallyError, review_tally
from db.review_holds import HELD_AT_ONCE, hold_unconfirmed
from db.verdicts import ReporterRevokedError
from db.withdrawal import withdraw_tally
from tests.conftest import Night
from tests.db.desk import Desk, desk

PARTIAL = TallyCoverage.PARTIAL
ACCEPT, REJECT = ReviewDecision.ACCEPT, ReviewDecision.REJECT
WHY = "ตรงกับรูปถ่าย · Matches the photograph"


@pytest.fixture
async def at(counting: Night) -> AsyncIterator[Desk]:
    async with desk(counting) as opened:
        yield opened
        assert await opened.faults() == []


async def _counted(at: Desk, station: str, votes: tuple[int, ...], **more: Any) -> str:
    """A tally by somebody assigned, which counts."""
    person = more.pop("person", None) or await at.person(station)
    (answer,) = await at.write(at.request(person, station, votes, **more))
    assert isinstance(answer, Accepted), answer
    return answer.tally_id


async def _held(at: Desk, station: str, votes: tuple[int, ...], **more: Any) -> str:
    """A tally by somebody who is assigned nowhere, which is held."""
    person = more.pop("person", None) or await at.person()
    (answer,) = await at.write(at.request(person, station, votes, **more))
    assert isinstance(answer, Held), answer
    return answer.tally_id


async def _review(
    at: Desk,
    tally_id: str,
    verdict: ReviewDecision = ACCEPT,
    *,
    by: Person | None = None,
    reason: str = WHY,
    standing_id: str | None = None,
) -> Outcome:
    editor = by or await at.person(role=Role.EDITOR)
    return await review_tally(
        at.database.pool,
        tally_id,
        verdict,
        reason,
        person=editor,
        actor=Actor.of(editor, None),
        standing_id=standing_id,
    )


async def _withdraw(at: Desk, tally_id: str, by: Person, reason: str = "ผิดหน่วย · Wrong station") -> Outcome:
    return await withdraw_tally(at.database.pool, tally_id, reason, person=by, actor=Actor.of(by, None))


async def _tally(at: Desk, tally_id: str) -> Any:
    return await at.database.pool.fetchrow("SELECT * FROM tally WHERE id = $1", tally_id)


async def _entries(at: Desk) -> list[Any]:
    return list(await at.database.pool.fetch("SELECT * FROM log_entry ORDER BY sequence"))


async def _sheet(at: Desk, station: str) -> tuple[str, int, str | None]:
    row = await at.database.pool.fetchrow(
        "SELECT state, held, standing_id FROM station_contest WHERE station_id = $1 AND contest_id = 'small/mayor'",
        f"small/{station}",
    )
    assert row is not None
    return row["state"], row["held"], row["standing_id"]


async def test_an_accepted_tally_counts_by_one_entry_that_opens_what_the_hold_committed_to(at: Desk) -> None:
    held, editor = await _held(at, "b-1", (10, 20, 30)), await at.person(role=Role.EDITOR)
    assert (await _tally(at, held))["salt"] is not None
    assert await _review(at, held, by=editor) == Decided(held, 2)
    first, decision = await _entries(at)
    assert (decision["kind"], decision["reason"], decision["decided_by"]) == ("ACCEPTED", WHY, editor.id)
    assert commitment(decision["salt"], decision["tally"]) == first["commitment"]
    assert (decision["tally_id"], decision["standing_id"], decision["previous_id"]) == (held, held, None)
    assert await _sheet(at, "b-1") == ("FINAL", 0, held)
    row = await _tally(at, held)
    assert (row["state"], row["salt"], row["supersedes_id"]) == ("ACCEPTED", None, None)


async def test_a_rejected_tally_is_told_with_its_numbers_and_changes_nothing_else(at: Desk) -> None:
    standing = await _counted(at, "b-1", (1, 2, 3))
    held = await _held(at, "b-1", (10, 20, 30))
    assert await _sheet(at, "b-1") == ("DISPUTED", 1, standing)
    await _review(at, held, REJECT, reason="Another station's sheet")
    *_, hold, decision = await _entries(at)
    assert (decision["kind"], decision["reason"]) == ("REJECTED", "Another station's sheet")
    assert commitment(decision["salt"], decision["tally"]) == hold["commitment"]
    assert (decision["previous_id"], decision["standing_id"]) == (standing, standing)
    assert await _sheet(at, "b-1") == ("FINAL", 0, standing)
    assert (await _tally(at, held))["state"] == "REJECTED"


async def test_what_is_accepted_supersedes_what_stood_as_a_correction(at: Desk) -> None:
    standing = await _counted(at, "b-1", (1, 2, 3))
    held = await _held(at, "b-1", (10, 20, 30))
    await _review(at, held)
    decision = (await _entries(at))[-1]
    assert (decision["kind"], decision["previous_id"], decision["previous"]["votes"]) == (
        "CORRECTED",
        standing,
        [1, 2, 3],
    )
    assert await _sheet(at, "b-1") == ("FINAL", 0, held)
    old, new = await _tally(at, standing), await _tally(at, held)
    assert (old["state"], old["superseded_by_id"], new["supersedes_id"]) == ("SUPERSEDED", held, standing)


async def test_a_dispute_lasts_until_its_last_rival_is_decided(at: Desk) -> None:
    standing = await _counted(at, "b-1", (1, 2, 3))
    one, other = await _held(at, "b-1", (10, 20, 30)), await _held(at, "b-1", (11, 20, 30))
    await _review(at, one)
    assert await _sheet(at, "b-1") == ("DISPUTED", 1, one)
    await _review(at, other, REJECT)
    assert await _sheet(at, "b-1") == ("FINAL", 0, one)
    assert (await _tally(at, standing))["state"] == "SUPERSEDED"


async def test_a_held_tally_is_not_accepted_over_a_newer_one_unless_the_editor_names_it(at: Desk) -> None:
    held = await _held(at, "b-1", (1, 1, 1), coverage=PARTIAL)
    standing = await _counted(at, "b-1", (10, 20, 30))
    assert await _review(at, held) == Conflict(held, standing)
    assert await _review(at, held, standing_id="another") == Conflict(held, standing)
    assert len(await _entries(at)) == 2
    assert isinstance(await _review(at, held, standing_id=standing), Decided)
    assert await _sheet(at, "b-1") == ("PARTIAL", 0, held)
    assert (await _entries(at))[-1]["kind"] == "CORRECTED"


async def test_a_held_tally_is_not_accepted_in_place_of_one_that_stands_no_more(at: Desk) -> None:
    person = await at.person("b-1")
    standing = await _counted(at, "b-1", (1, 2, 3), person=person)
    held = await _held(at, "b-1", (10, 20, 30))
    await _withdraw(at, standing, person)
    assert await _review(at, held, standing_id=standing) == Conflict(held, None)
    assert await _review(at, held) == Decided(held, 4)


async def test_a_newer_one_that_stands_is_no_reason_to_keep_a_held_tally(at: Desk) -> None:
    held = await _held(at, "b-1", (1, 1, 1), coverage=PARTIAL)
    standing = await _counted(at, "b-1", (10, 20, 30))
    assert await _review(at, held, REJECT) == Decided(held, 3)
    assert await _sheet(at, "b-1") == ("FINAL", 0, standing)


async def test_of_two_editors_at_once_one_decides_and_the_other_is_told(at: Desk) -> None:
    held = await _held(at, "b-1", (10, 20, 30))
    editors = [await at.person(role=Role.EDITOR) for _ in range(4)]
    verdicts = [ACCEPT, REJECT, ACCEPT, REJECT]
    outcomes = await asyncio.gather(
        *(_review(at, held, verdict, by=editor) for editor, verdict in zip(editors, verdicts, strict=True))
    )
    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["Conflict"] * 3 + ["Decided"]
    assert len(await _entries(at)) == 2


async def test_the_same_decision_sent_again_is_answered_as_the_first_time(at: Desk) -> None:
    held, editor = await _held(at, "b-1", (10, 20, 30)), await at.person(role=Role.EDITOR)
    await _review(at, held, by=editor)
    assert await _review(at, held, by=editor) == Decided(held, 2, replayed=True)
    for changed in (
        _review(at, held, REJECT, by=editor),
        _review(at, held, by=editor, reason="Something else"),
        _review(at, held),
    ):
        assert await changed == Conflict(held, held)
    assert len(await _entries(at)) == 2


async def test_nobody_reviews_a_tally_of_their_own(at: Desk) -> None:
    editor = await at.person(role=Role.EDITOR)
    await _counted(at, "b-1", (1, 2, 3))
    held = await _held(at, "b-1", (10, 20, 30), person=editor)
    for verdict in ReviewDecision:
        with pytest.raises(OwnTallyError):
            await _review(at, held, verdict, by=editor)
    assert len(await _entries(at)) == 2


async def test_a_closed_count_is_still_decided_on_and_one_that_has_not_opened_is_not(at: Desk, counting: Night) -> None:
    one, other = await _held(at, "b-1", (1, 1, 1)), await _held(at, "b-2", (1, 1, 1))
    await asyncio.to_thread(counting.phase, ElectionPhase.CLOSED)
    assert await _review(at, one) == Decided(one, 3)
    await at.database.pool.execute("UPDATE election SET phase = 'VOTING'")
    with pytest.raises(CountNotOpenError):
        await _review(at, other)


@pytest.mark.parametrize("reason", ["", "  ", "…", "a\nb", "a\0b", "ab\u202ec", "x" * 501, "\ud800"])
async def test_a_reason_is_one_line_of_words_that_everybody_reads_alike(at: Desk, reason: str) -> None:
    held = await _held(at, "b-1", (10, 20, 30))
    with pytest.raises(BadReasonError):
        await _review(at, held, reason=reason)
    assert len(await _entries(at)) == 1


async def test_whoever_was_revoked_and_whoever_is_of_another_election_decides_nothing(at: Desk) -> None:
    held, editor = await _held(at, "b-1", (10, 20, 30)), await at.person(role=Role.EDITOR)
    with pytest.raises(UnknownTallyError):
        await _review(at, held, by=Person(editor.id, Role.EDITOR, "another"))
    with pytest.raises(UnknownTallyError):
        await _review(at, "no such tally", by=editor)
    await at.database.pool.execute("UPDATE reporter SET revoked_at = now() WHERE id = $1", editor.id)
    with pytest.raises(ReporterRevokedError):
        await _review(at, held, by=editor)


async def test_a_withdrawn_tally_leaves_nothing_and_what_stood_before_it_stays_superseded(at: Desk) -> None:
    person = await at.person("b-1")
    first = await _counted(at, "b-1", (1, 2, 3), person=person, coverage=PARTIAL)
    second = await _counted(at, "b-1", (10, 20, 30), person=person)
    assert await _withdraw(at, second, person) == Decided(second, 3)
    assert await _withdraw(at, second, person) == Decided(second, 3, replayed=True)
    entry = (await _entries(at))[-1]
    assert (entry["kind"], entry["decided_by"], entry["standing_id"]) == ("WITHDRAWN", person.id, None)
    assert await _sheet(at, "b-1") == ("SILENT", 0, None)
    assert (await _tally(at, first))["state"] == "SUPERSEDED"
    assert await _withdraw(at, first, person) == Conflict(first, None)
    assert await _counted(at, "b-1", (4, 5, 6), person=person)


async def test_a_withdrawn_held_tally_is_told_and_changes_no_result(at: Desk) -> None:
    standing, person = await _counted(at, "b-1", (1, 2, 3)), await at.person()
    held = await _held(at, "b-1", (10, 20, 30), person=person)
    await _withdraw(at, held, person)
    hold, entry = (await _entries(at))[-2:]
    assert entry["kind"] == "REJECTED"
    assert commitment(entry["salt"], entry["tally"]) == hold["commitment"]
    assert await _sheet(at, "b-1") == ("FINAL", 0, standing)
    assert (await _tally(at, held))["state"] == "WITHDRAWN"
    assert await _review(at, held) == Conflict(held, standing)


async def test_a_tally_is_withdrawn_by_who_sent_it_or_an_editor_and_once_closed_by_editors(
    at: Desk, counting: Night
) -> None:
    person, operator = await at.person("b-1", "b-2"), await at.person(role=Role.OPERATOR)
    one = await _counted(at, "b-1", (1, 2, 3), person=person)
    other = await _counted(at, "b-2", (1, 2, 3), person=person)
    for stranger in (await at.person("b-1"), operator):
        with pytest.raises(UnknownTallyError):
            await _withdraw(at, one, stranger)
    assert isinstance(await _withdraw(at, one, await at.person(role=Role.EDITOR)), Decided)
    await asyncio.to_thread(counting.phase, ElectionPhase.CLOSED)
    with pytest.raises(CountNotOpenError):
        await _withdraw(at, other, person)
    assert isinstance(await _withdraw(at, other, await at.person(role=Role.EDITOR)), Decided)


async def test_a_reporters_unconfirmed_tallies_go_back_before_an_editor_and_results_fall(at: Desk) -> None:
    person, editor = await at.person("a-1", "a-2", "b-1"), await at.person(role=Role.EDITOR)
    partial = await _counted(at, "b-1", (1, 1, 1), coverage=PARTIAL)
    doubted = await _counted(at, "b-1", (10, 20, 30), person=person)
    council = await _counted(at, "a-1", (4, 4, 4, 4), person=person, contest="council")
    confirmed = await _counted(at, "a-2", (4, 5, 6), person=person)
    assert await _counted(at, "a-2", (4, 5, 6)) == confirmed
    told: list[str] = []
    held = await hold_unconfirmed(at.database.pool, person.id, "Token revoked", by=editor.id, committed=told.append)
    assert (held, told) == (2, ["small"])
    entries = (await _entries(at))[-2:]
    assert {entry["tally_id"] for entry in entries} == {doubted, council}
    for entry in entries:
        assert (entry["kind"], entry["reason"], entry["decided_by"]) == ("WITHDRAWN", "Token revoked", editor.id)
        assert (entry["standing_id"], entry["held"], entry["tally"]["id"]) == (None, 1, entry["previous"]["id"])
    assert await _sheet(at, "b-1") == ("SILENT", 1, None)
    assert await _sheet(at, "a-2") == ("FINAL", 0, confirmed)
    assert (await _tally(at, partial))["state"] == "SUPERSEDED"
    assert await hold_unconfirmed(at.database.pool, person.id, "Again", by=editor.id, committed=told.append) == 0


async def test_a_tally_that_was_held_again_can_be_accepted_and_rejected_and_disputes_what_comes_after(at: Desk) -> None:
    person, editor = await at.person("b-1", "b-2"), await at.person(role=Role.EDITOR)
    one = await _counted(at, "b-1", (10, 20, 30), person=person)
    other = await _counted(at, "b-2", (10, 20, 31), person=person)
    await hold_unconfirmed(at.database.pool, person.id, "Token revoked", by=editor.id, committed=lambda _id: None)
    newer = await _counted(at, "b-1", (10, 20, 29))
    assert await _sheet(at, "b-1") == ("DISPUTED", 1, newer)
    await _review(at, one, REJECT)
    await _review(at, other)
    assert await _sheet(at, "b-1") == ("FINAL", 0, newer)
    assert await _sheet(at, "b-2") == ("FINAL", 0, other)
    assert [entry["salt"] for entry in await _entries(at)] == [None] * 7


async def test_many_tallies_of_one_reporter_go_back_in_steps(at: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    assert HELD_AT_ONCE >= 2
    monkeypatch.setattr("db.review_holds.HELD_AT_ONCE", 2)
    stations = ("a-1", "a-2", "a-3", "b-1", "b-2")
    person = await at.person(*stations)
    for station in stations:
        await _counted(at, station, (1, 2, 3), person=person)
    told: list[str] = []
    assert await hold_unconfirmed(at.database.pool, person.id, "Revoked", by="e-1", committed=told.append) == 5
    assert told == ["small"] * 3


async def test_a_decision_waits_for_the_report_that_is_on_its_way_to_the_same_sheet(at: Desk) -> None:
    """The held tally was judged newer than nothing, while a newer one was already being written."""
    held, person = await _held(at, "b-1", (1, 1, 1)), await at.person("b-1")
    async with at.database.pool.acquire() as connection:
        writing = connection.transaction()
        await writing.start()
        (newer,) = await at.write(at.request(person, "b-1", (10, 20, 30)), connection=connection)
        assert isinstance(newer, Accepted)
        deciding = asyncio.create_task(_review(at, held))
        await asyncio.sleep(0.2)
        assert not deciding.done(), "the decision did not wait for the writer"
        await writing.commit()
        assert await deciding == Conflict(held, newer.tally_id)


async def test_each_decision_leaves_a_record_for_the_audit(at: Desk) -> None:
    editor, person = await at.person(role=Role.EDITOR), await at.person("b-3")
    one, other = await _held(at, "b-1", (1, 1, 1)), await _held(at, "b-2", (1, 1, 1))
    third = await _counted(at, "b-3", (1, 2, 3), person=person)
    await _review(at, one, by=editor)
    await _review(at, other, REJECT, by=editor)
    await _withdraw(at, third, person)
    rows = await at.database.pool.fetch("SELECT actor, action, subject, election_id FROM audit_record ORDER BY id")
    assert [tuple(row) for row in rows if row["action"].startswith("TALLY_")] == [
        (editor.id, "TALLY_ACCEPTED", one, "small"),
        (editor.id, "TALLY_REJECTED", other, "small"),
        (person.id, "TALLY_WITHDRAWN", third, "small"),
    ]
