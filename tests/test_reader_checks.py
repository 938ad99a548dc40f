"""The checker of readers itself: each thing that a reader must never see, planted once, is found."""

from collections.abc import Callable
from typing import Any

import pytest

from feed.position import Position
from tests.reader_checks import Key, PhaseCheck, Published, ReportCheck, ResultCheck

CITY, A, B = "city", "a", "b"
Update = dict[str, Any]


def cursor(sequence: int) -> str:
    return Position("epoch", sequence).encode()


def entry(sequence: int, station: str, votes: int, kind: str = "ACCEPTED", tally: str | None = None) -> Update:
    """One more report of a station, whose first letter is its area."""
    told = {"id": tally or f"tally-{sequence}", "votes": [{"votes": votes, "candidate": {"id": "one"}}]}
    return {
        "sequence": sequence,
        "cursor": cursor(sequence),
        "kind": kind,
        "station": {"id": station, "area": {"id": station[0], "parent": {"id": CITY}}},
        "contest": {"id": "mayor"},
        "tally": None if kind == "HELD" else told,
    }


def result(area: str, sequence: int, votes: int) -> Update:
    rows = [{"candidate": {"id": "one"}, "votes": votes}]
    return {"contest": {"id": "mayor"}, "area": {"id": area}, "cursor": cursor(sequence), "rows": rows}


def update(kind: str, sequence: int, *results: Update, reset: bool = False) -> Update:
    return {"kind": kind, "cursor": cursor(sequence), "reset": reset, "results": [*results]}


# a-1 reports 5 and then 7, b-1 reports 3.
ENTRIES = (entry(1, "a-1", 5), entry(2, "b-1", 3), entry(3, "a-1", 7))
UPDATES = (
    update("SNAPSHOT", 0, result(CITY, 0, 0), result(A, 0, 0), result(B, 0, 0)),
    update("DELTA", 1, result(CITY, 1, 5), result(A, 1, 5)),
    update("DELTA", 2, result(CITY, 2, 8), result(B, 2, 3)),
    update("HEARTBEAT", 2),
    update("DELTA", 3, result(CITY, 3, 10), result(A, 3, 7)),
)
BOARD: dict[Key, Any] = {("mayor", one["area"]["id"]): one for one in (result(CITY, 3, 10), result(A, 3, 7))}
BOARD["mayor", B] = result(B, 2, 3)
PUBLISHED = Published(BOARD, "COUNTING")


def reports(*entries: Update) -> ReportCheck:
    check = ReportCheck("reader")
    for place, one in enumerate(entries):
        check.take(one, place == 0)
    return check


def results(*updates: Update, every: bool = True) -> ResultCheck:
    """All of one connection; held against the entries."""
    check = ResultCheck("reader", every=every)
    for place, one in enumerate(updates):
        check.take(one, place == 0)
    check.hold_against(reports(*ENTRIES).touched)
    return check


def test_who_is_told_everything_is_content() -> None:
    for check in (reports(*ENTRIES), results(*UPDATES), results(*UPDATES, every=False)):
        assert (check.faults, check.other(PUBLISHED)) == ([], None)


def test_what_a_reader_adds_up_follows_withdrawals_and_leaves_doubts_out() -> None:
    check = reports(
        *ENTRIES,
        entry(4, "b-1", 3, "WITHDRAWN", "tally-2"),
        # Of one that waited for an editor, and never counted.
        entry(5, "a-1", 9, "HELD"),
        entry(6, "a-1", 9, "WITHDRAWN", "tally-5"),
    )
    board = {**BOARD, ("mayor", CITY): result(CITY, 4, 7), ("mayor", B): result(B, 4, 0)}
    assert (check.faults, check.other(Published(board, "COUNTING"))) == ([], None)
    assert check.other(PUBLISHED) == "adds up {'one': 7} for ('mayor', 'city'), published are {'one': 10}"


LOSSES: dict[str, tuple[Callable[[], ReportCheck | ResultCheck], str]] = {
    "an entry that is left out": (lambda: reports(ENTRIES[0], ENTRIES[2]), "entry 3 after 1"),
    "an entry told twice": (lambda: reports(*ENTRIES[:2], ENTRIES[1]), "entry 2 after 2"),
    "entries in another order": (lambda: reports(ENTRIES[0], ENTRIES[2], ENTRIES[1]), "entry 3 after 1"),
    "an entry by another's cursor": (
        lambda: reports({**ENTRIES[0], "cursor": cursor(2)}),
        "entry 1 comes by the cursor of 2",
    ),
    "an update that never came": (lambda: results(*UPDATES[:2], UPDATES[4], every=False), "changed are"),
    "an update of EVERY that never came": (lambda: results(*UPDATES[:2], UPDATES[4]), "EVERY steps from 1 to 3"),
    "a result that an update leaves out": (
        lambda: results(*UPDATES[:2], update("DELTA", 2, result(CITY, 2, 8))),
        "changed are",
    ),
    "a result that did not change": (
        lambda: results(*UPDATES[:2], update("DELTA", 2, result(CITY, 2, 8), result(A, 2, 5), result(B, 2, 3))),
        "changed are",
    ),
    "a change passed over by a heartbeat": (lambda: results(*UPDATES[:2], update("HEARTBEAT", 2)), "changed are"),
    "an update told twice": (lambda: results(*UPDATES[:2], UPDATES[1], every=False), "is told again"),
    "an older update after a newer": (
        lambda: results(*UPDATES[:3], UPDATES[1], every=False),
        "goes back from 2 to 1",
    ),
    "a result of an entry yet to come": (
        lambda: results(*UPDATES[:1], update("DELTA", 1, result(CITY, 2, 8), result(A, 1, 5))),
        "of entry 2 is told at 1",
    ),
    "a beginning anew": (lambda: results(*UPDATES, UPDATES[0]), "begins anew at 0, though it stood at 3"),
    "a beginning anew that says so": (
        lambda: results(*UPDATES[:2], update("SNAPSHOT", 2, reset=True)),
        "begins anew at 2",
    ),
}


@pytest.mark.parametrize("loss", LOSSES)
def test_what_a_reader_must_never_see_is_found(loss: str) -> None:
    made, line = LOSSES[loss]
    assert any(line in fault for fault in made().faults), made().faults


def test_who_holds_something_else_in_the_end_is_found() -> None:
    board = {**BOARD, ("mayor", A): result(A, 3, 8)}
    for check in (reports(*ENTRIES), results(*UPDATES)):
        assert "published" in (check.other(Published(board, "COUNTING")) or "")


def test_a_phase_that_is_told_twice_or_never_is_found() -> None:
    check = PhaseCheck("reader")
    for phase, first in (("COUNTING", True), ("CLOSED", False), ("CLOSED", True)):
        check.take({"phase": phase}, first)
    assert check.faults == [] and check.other(Published({}, "CLOSED")) is None
    check.take({"phase": "CLOSED"}, False)
    assert check.faults == ["reader: CLOSED was told twice"]
    assert check.other(PUBLISHED) == "saw CLOSED last, published is COUNTING"
