"""Laws of whole nights, judged without a database: whatever is sent in whatever order, the log adds up to the board."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any, cast

from hypothesis import given, settings
from hypothesis import strategies as st

from counting.bounds import Bounds
from counting.numbers import same_numbers
from counting.result import AreaCount
from counting.tally import Submission, VotesRow
from counting.vocabulary import ElectionPhase, Role, StationState, TallyCoverage, TallyRule, TallyState
from db.answers import Accepted, Answer, Request
from db.facts import Facts
from db.likeness import Likeness, sheet_digest
from db.log import LogEntry, entry_from
from db.people import Person
from db.plan import Plan
from db.sheet import Sheet
from db.spreads import SpreadBook
from db.verdicts import Bench
from feed.board import Board
from tests.feed.entries import BEGAN, CONTESTS, SHEETS, STATIONS, definition

BOUNDS = Bounds(
    "laws.1",
    third_report_decides=True,
    count_seconds_per_ballot=0.0,
    same_numbers_ballots_min=50,
    verdicts={TallyRule.OFFICES_DISAGREE: None},
)
ELECTION = replace(definition(), bounds=BOUNDS)
PEOPLE = {name: Person(name, Role.EDITOR if name == "e" else Role.VOLUNTEER, "small", None) for name in "abcde"}
COUNTED = tuple(name for name in AreaCount.__slots__ if name not in ("sequence", "updated_at", "complete_once"))


@dataclass(frozen=True)
class Sent:
    """One call. `corrects`: it names what stands at its sheet when its turn comes."""

    sheet: tuple[str, str]
    person: str
    votes: tuple[int | None, ...]
    final: bool
    corrects: bool


@st.composite
def _calls(draw: st.DrawFn) -> Sent:
    # Mostly one sheet and few vectors, so that people agree, disagree and decide, and stations look alike.
    sheet = draw(st.sampled_from([*SHEETS, *[SHEETS[0]] * len(SHEETS)]))
    width = CONTESTS[sheet[0]]
    alike = st.sampled_from([(5, 20, 20)[:width], (5, 20, 21)[:width]])
    any_number = st.sampled_from([None, 0, 5, 20])
    votes = draw(st.one_of(alike, alike, st.tuples(*[any_number] * width)))
    return Sent(sheet, draw(st.sampled_from("abcde")), votes, draw(st.integers(0, 3)) > 0, draw(st.integers(0, 3)) == 0)


nights = st.lists(_calls(), max_size=20)
FIFTY = settings(max_examples=50)


class Desk:
    """The bench of one endless batch, and the sheets that it judges on."""

    def __init__(self) -> None:
        self.sheets = {(s, c): Sheet(s, c, StationState.SILENT, 0, 0, None, None) for c, s in SHEETS}
        self.plan = Plan("small", "laws.1", False)
        self.digests: list[str | None] = []
        election = {"phase": ElectionPhase.COUNTING.value, "closed_at": None}
        # Person d is assigned to half of the stations alone.
        assigned = {name: [*STATIONS][: 2 if name == "d" else 4] for name in "abcd"}
        facts = Facts(
            *(cast(Any, election), {}, self.sheets, assigned, {}, {}, frozenset()),
            likeness=Likeness(ELECTION, self.digests),
            spreads=SpreadBook(),
            rivals={},
            photographs=None,
        )
        self.bench = Bench(ELECTION, facts, self.plan, BEGAN + timedelta(hours=3))

    def send(self, call: Sent) -> Answer:
        contest, station = call.sheet
        standing = self.sheets[station, contest].standing
        place = len(self.digests)
        submission = Submission(
            client_tally_id=f"call-{place}",
            station_id=station,
            contest_id=contest,
            coverage=TallyCoverage.FINAL if call.final else TallyCoverage.PARTIAL,
            votes=tuple(VotesRow(f"{contest}/{n}", votes) for n, votes in enumerate(call.votes, start=1)),
            valid_ballots=None,
            invalid_ballots=2,
            no_vote_ballots=3,
            ballots_cast=None,
            as_written=False,
            replaces=standing.id if call.corrects and standing else None,
            evidence=(),
            counted_at=None,
            note=None,
            reporter=call.person,
        )
        self.digests.append(sheet_digest(submission, ELECTION))
        return self.bench.judge(place, Request(submission, PEOPLE[call.person])).answer

    @property
    def log(self) -> list[LogEntry]:
        return _log(self.plan.entries)


def _log(entries: Sequence[dict[str, Any]]) -> list[LogEntry]:
    return [entry_from(cast(Any, {**entry, "sequence": place})) for place, entry in enumerate(entries, start=1)]


def _board(log: Sequence[LogEntry]) -> Board:
    board = Board(ELECTION)
    for entry in log:
        board.add(entry)
    return board


def _counts(board: Board) -> dict[tuple[str, str], dict[str, Any]]:
    return {key: {name: getattr(count, name) for name in COUNTED} for key, count in board.counts()}


def _played(night: Sequence[Sent]) -> Desk:
    desk = Desk()
    for call in night:
        desk.send(call)
    return desk


def _added(parts: Sequence[Sequence[int]], width: int) -> list[int]:
    return [sum(part[place] for part in parts) for place in range(width)]


@FIFTY
@given(nights)
def test_the_city_is_the_sum_of_its_districts_and_of_its_stations(night: list[Sent]) -> None:
    desk = _played(night)
    counts = _counts(_board(desk.log))
    standing = {key: sheet.standing for key, sheet in desk.sheets.items()}
    for contest, area in counts:
        inside = [station for station in STATIONS if area in ("city", STATIONS[station])]
        votes = [stands.numbers.votes for station in inside if (stands := standing.get((station, contest)))]
        by_station = _added([[number or 0 for number in one] for one in votes], CONTESTS[contest])
        assert counts[contest, area]["votes"] == by_station
        assert counts[contest, area]["reporting"] == len(votes)
    districts = [counts["mayor", district]["votes"] for district in "ab"]
    assert counts["mayor", "city"]["votes"] == _added(districts, CONTESTS["mayor"])


@FIFTY
@given(nights)
def test_each_entry_follows_from_the_one_before_it_at_its_sheet(night: list[Sent]) -> None:
    desk = _played(night)
    last: dict[tuple[str, str], LogEntry] = {}
    for entry in desk.log:
        before = last.get((entry.station_id, entry.contest_id))
        state = (
            (before.standing_id, before.standing, before.held, before.disputed) if before else (None, None, 0, False)
        )
        assert (entry.previous_id, entry.previous, entry.held_before, entry.disputed_before) == state
        last[entry.station_id, entry.contest_id] = entry
    for key, sheet in desk.sheets.items():
        held = [one for one in desk.plan.tallies.values() if (one.station_id, one.contest_id) == key]
        assert sheet.held == sum(one.state is TallyState.HELD for one in held)
        assert [one.id for one in held if one.state is TallyState.ACCEPTED] == (
            [sheet.standing.id] if sheet.standing else []
        )
        entry = last.get(key)
        assert (entry.standing_id if entry else None) == (sheet.standing.id if sheet.standing else None)


@FIFTY
@given(nights, st.data())
def test_the_order_among_stations_changes_no_result(night: list[Sent], data: st.DataObject) -> None:
    entries = _played(night).plan.entries
    turns = data.draw(st.permutations([(entry["station_id"], entry["contest_id"]) for entry in entries]))
    queues = {key: [e for e in entries if (e["station_id"], e["contest_id"]) == key] for key in set(turns)}
    shuffled = [queues[key].pop(0) for key in turns]
    # What counts as a correction depends on when the count was complete; what is counted does not.
    mixed, plain = _counts(_board(_log(shuffled))), _counts(_board(_log(entries)))
    assert [{**one, "corrected": None} for one in mixed.values()] == [
        {**one, "corrected": None} for one in plain.values()
    ]


@FIFTY
@given(nights, st.sampled_from(SHEETS))
def test_a_correction_and_then_its_reverse_change_nothing(night: list[Sent], sheet: tuple[str, str]) -> None:
    desk = _played(night)
    contest, station = sheet
    before = desk.sheets[station, contest].standing
    if before is None or None in before.numbers.votes:
        return
    counts = _counts(_board(desk.log))
    # Beyond every number of the night, so that no other station has them; fewer than the station's voters.
    other = (*range(30, 29 + CONTESTS[contest]), 1)
    final = before.coverage is TallyCoverage.FINAL
    for votes in (other, before.numbers.votes):
        answer = desk.send(Sent(sheet, before.reporter, votes, final, corrects=True))
        if not isinstance(answer, Accepted):
            return
    after = desk.sheets[station, contest].standing
    assert after is not None and after.id != before.id and same_numbers(after.numbers, before.numbers)
    found = _counts(_board(desk.log))
    assert {key: {**one, "corrected": None} for key, one in found.items()} == {
        key: {**one, "corrected": None} for key, one in counts.items()
    }
