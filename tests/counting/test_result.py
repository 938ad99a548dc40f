"""The arithmetic of results, as laws."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scene import COUNCIL, GOVERNOR, numbers

from counting.case import ContestFacts
from counting.result import (
    AreaCount,
    StationStanding,
    apply,
    blank,
    decided,
    leading,
    margin,
    ranking,
    record,
    rows,
    silent,
    status,
    turnout,
)
from counting.tally import Numbers
from counting.vocabulary import ReportKind, ResultsStatus, TallyCoverage, VotingVariation

FINAL, PARTIAL = TallyCoverage.FINAL, TallyCoverage.PARTIAL
DISTRICT_OF = (0, 0, 1, 1, 2)
REGISTERED = (600, 40, 300, 0, 500)
NIGHT = datetime(2022, 5, 22, 13, tzinfo=UTC)

some_votes = st.one_of(st.none(), st.integers(0, 200))
some_numbers = st.builds(
    lambda votes, invalid, no_vote: Numbers(votes, sum(v or 0 for v in votes), invalid, no_vote, None),
    st.tuples(some_votes, some_votes, some_votes),
    some_votes,
    some_votes,
)


@st.composite
def standings(draw: st.DrawFn, registered: int) -> StationStanding:
    held = draw(st.integers(0, 2))
    if draw(st.booleans()):
        return StationStanding(None, None, False, held, registered)
    coverage = draw(st.sampled_from(TallyCoverage))
    disputed = coverage is FINAL and draw(st.booleans())
    return StationStanding(draw(some_numbers), coverage, disputed, held, registered)


@st.composite
def nights(draw: st.DrawFn) -> list[tuple[int, StationStanding]]:
    """What became of stations, in the order of the log: (station, its new standing)."""
    stations = draw(st.lists(st.integers(0, len(REGISTERED) - 1), max_size=12))
    return [(station, draw(standings(REGISTERED[station]))) for station in stations]


def blank_of(stations: Sequence[int]) -> AreaCount:
    return blank(3, len(stations), sum(REGISTERED[station] for station in stations))


def fold(night: list[tuple[int, StationStanding]], stations: Sequence[int]) -> AreaCount:
    count = blank_of(stations)
    now = {station: silent(REGISTERED[station]) for station in stations}
    for station, after in night:
        if station in now:
            apply(count, now[station], after)
            now[station] = after
    return count


def settled_counts(*votes: int) -> AreaCount:
    count = blank(len(votes), 1, 10_000)
    apply(count, silent(10_000), StationStanding(Numbers(votes, sum(votes), 0, 0, None), FINAL, False, 0, 10_000))
    return count


SUMMED = [name for name in AreaCount.__slots__ if name not in ("sequence", "updated_at", "complete_once", "corrected")]


def added(counts: list[AreaCount]) -> dict[str, object]:
    def total(name: str) -> object:
        values = [getattr(count, name) for count in counts]
        return [sum(places) for places in zip(*values, strict=True)] if isinstance(values[0], list) else sum(values)

    return {name: total(name) for name in SUMMED}


@given(nights())
def test_the_city_is_the_sum_of_its_districts_and_of_its_stations(night: list[tuple[int, StationStanding]]) -> None:
    everywhere = range(len(REGISTERED))
    city = {name: getattr(fold(night, everywhere), name) for name in SUMMED}
    districts = [[place for place in everywhere if DISTRICT_OF[place] == district] for district in set(DISTRICT_OF)]
    assert city == added([fold(night, stations) for stations in districts])
    assert city == added([fold(night, [station]) for station in everywhere])


@given(nights(), st.data())
def test_a_correction_and_then_its_reverse_change_nothing(
    night: list[tuple[int, StationStanding]], data: st.DataObject
) -> None:
    count = fold(night, range(len(REGISTERED)))
    before = dict(night).get(0, silent(REGISTERED[0]))
    after = data.draw(standings(REGISTERED[0]))
    untouched = count.copy()
    apply(count, before, after)
    apply(count, after, before)
    assert count == untouched


@given(nights(), st.data())
def test_only_what_stands_in_the_end_matters_not_the_order_of_stations(
    night: list[tuple[int, StationStanding]], data: st.DataObject
) -> None:
    last = list(dict(night).items())
    everywhere = range(len(REGISTERED))
    assert fold(data.draw(st.permutations(last)), everywhere) == fold(night, everywhere)


@given(nights())
def test_a_copy_is_not_changed_by_what_comes_later(night: list[tuple[int, StationStanding]]) -> None:
    count = blank_of(range(len(REGISTERED)))
    kept = count.copy()
    apply(count, silent(600), StationStanding(numbers(1, 2, 3), FINAL, True, 1, 600))
    assert kept == blank_of(range(len(REGISTERED)))
    assert kept != count


def test_a_disputed_station_counts_and_all_its_voters_can_still_come() -> None:
    count = blank(3, 2, 1100)
    apply(count, silent(600), StationStanding(numbers(100, 50, 200), FINAL, True, 1, 600))
    assert (count.votes, count.disputed_votes) == ([100, 50, 200], [100, 50, 200])
    assert (count.reporting, count.final, count.disputed, count.held) == (1, 1, 1, 1)
    assert (count.outstanding, count.at_most, count.registered_reporting) == (2, 1100, 600)
    assert count.ballots_cast == 362


def test_a_partial_leaves_what_is_not_counted_yet_and_a_final_leaves_nothing() -> None:
    count = blank(3, 1, 600)
    before = StationStanding(numbers(100, None, 200), PARTIAL, False, 0, 600)
    apply(count, silent(600), before)
    assert (count.outstanding, count.at_most, count.incomplete, count.final) == (1, 600 - 312, 1, 0)
    apply(count, before, StationStanding(numbers(100, 50, 200), FINAL, False, 0, 600))
    assert (count.outstanding, count.at_most, count.incomplete, count.final) == (0, 0, 0, 1)


def test_a_final_with_a_held_tally_beside_it_is_outstanding() -> None:
    count = blank(3, 1, 600)
    apply(count, silent(600), StationStanding(numbers(100, 50, 200), FINAL, False, 1, 600))
    assert (count.outstanding, count.at_most) == (1, 600 - 362)


def test_more_ballots_than_voters_leave_none_to_come_and_not_fewer() -> None:
    count = blank(3, 1, 300)
    apply(count, silent(300), StationStanding(numbers(100, 50, 200), PARTIAL, False, 0, 300))
    assert (count.outstanding, count.at_most) == (1, 0)


def test_turnout_is_of_stations_that_have_reported_and_none_before_the_first() -> None:
    count = blank(3, 2, 1100)
    assert turnout(count) is None
    apply(count, silent(600), StationStanding(numbers(100, 50, 200), FINAL, False, 0, 600))
    assert turnout(count) == 362 / 600


# Ranks and leaders.


@given(st.lists(st.integers(0, 5), min_size=1, max_size=9))
def test_ranks_are_those_of_a_competition(votes: list[int]) -> None:
    ranked = ranking(votes)
    assert sorted(place for place, _ in ranked) == list(range(len(votes)))
    for place, rank in ranked:
        assert rank == 1 + sum(other > votes[place] for other in votes)
    assert all((r1, p1) < (r2, p2) for (p1, r1), (p2, r2) in pairwise(ranked))


@given(st.lists(st.integers(0, 5), min_size=1, max_size=9), st.integers(1, 4))
def test_who_leads_has_votes_and_a_seat_whatever_happens_at_ties(votes: list[int], seats: int) -> None:
    leaders = leading(votes, seats, VotingVariation.N_OF_M)
    for number, leads in zip(votes, leaders, strict=True):
        as_many = sum(other >= number for other in votes)
        assert leads == ((number > 0 and as_many <= seats) or len(votes) <= seats)


def test_lists_that_share_seats_have_no_leader() -> None:
    assert leading([3, 2, 1], 2, VotingVariation.PROPORTIONAL) == [False, False, False]


def test_rows_come_by_rank_then_ballot_number_with_shares_of_all_votes() -> None:
    found = rows(settled_counts(100, 300, 100), GOVERNOR)
    assert [(row.place, row.votes, row.rank, row.leading) for row in found] == [
        (1, 300, 1, True),
        (0, 100, 2, False),
        (2, 100, 2, False),
    ]
    assert [row.share for row in found] == [0.6, 0.2, 0.2]
    assert [row.share for row in rows(blank(3, 1, 10), GOVERNOR)] == [0.0, 0.0, 0.0]


def test_margin_is_between_the_last_in_and_the_first_out() -> None:
    assert margin(settled_counts(100, 300, 120), GOVERNOR) == 180
    assert margin(settled_counts(100, 300, 120), COUNCIL) == 20
    assert margin(settled_counts(300, 300, 120), GOVERNOR) is None
    assert margin(blank(3, 1, 10), GOVERNOR) is None


# Decided.


@pytest.mark.parametrize(("registered", "is_decided"), [(99, True), (100, False), (101, False)])
def test_decided_needs_one_ballot_more_than_can_come(registered: int, is_decided: bool) -> None:
    count = settled_counts(100, 300, 200)
    count.at_most, count.outstanding = registered, 1
    assert decided(count, GOVERNOR) is is_decided


def test_a_tie_is_never_decided_even_with_all_in() -> None:
    assert not decided(settled_counts(300, 300, 100), GOVERNOR)
    assert decided(settled_counts(300, 300, 100), COUNCIL)


def test_seats_for_all_are_decided_from_the_start() -> None:
    assert decided(blank(3, 5, 100), replace(GOVERNOR, seats=3))


def test_lists_are_decided_when_nothing_is_outstanding() -> None:
    lists = replace(GOVERNOR, voting_variation=VotingVariation.PROPORTIONAL, seats=2)
    assert decided(settled_counts(3, 2, 1), lists)
    assert not decided(blank(3, 1, 0), lists)


def test_a_lead_that_rests_on_a_disputed_station_is_not_decided() -> None:
    count = settled_counts(0, 300, 200)
    count.disputed_votes[1] = 100
    assert not decided(count, GOVERNOR)
    count.disputed_votes[1] = 99
    assert decided(count, GOVERNOR)


@given(nights(), st.sampled_from([GOVERNOR, replace(COUNCIL, seats=2)]), st.data())
def test_what_is_decided_no_completion_within_the_registers_can_change(
    night: list[tuple[int, StationStanding]], contest: ContestFacts, data: st.DataObject
) -> None:
    everywhere = range(len(REGISTERED))
    count = fold(night, everywhere)
    if not decided(count, contest):
        return
    leaders = leading(count.votes, contest.seats, contest.voting_variation)
    # One runner-up gets every ballot, or candidates get any of them; each ballot votes once for a candidate.
    now = {station: silent(REGISTERED[station]) for station in everywhere} | dict(night)
    completed = [votes - disputed for votes, disputed in zip(count.votes, count.disputed_votes, strict=True)]
    for standing in now.values():
        left = data.draw(st.integers(0, standing.at_most))
        for place in range(3):
            gets = data.draw(st.sampled_from([0, left]))
            completed[place] += gets
            left -= gets if contest is GOVERNOR else 0
    assert leading(completed, contest.seats, contest.voting_variation) == leaders


@given(nights(), st.sampled_from([GOVERNOR, COUNCIL]))
def test_what_is_not_decided_some_completion_within_the_bound_changes(
    night: list[tuple[int, StationStanding]], contest: ContestFacts
) -> None:
    count = fold(night, range(len(REGISTERED)))
    if decided(count, contest):
        return
    leaders = leading(count.votes, contest.seats, contest.voting_variation)
    sure = [votes - disputed for votes, disputed in zip(count.votes, count.disputed_votes, strict=True)]
    outsiders = [place for place in range(3) if not leaders[place]]
    best = max(outsiders, key=lambda place: sure[place])
    sure[best] += count.at_most
    assert leading(sure, contest.seats, contest.voting_variation) != leaders or sum(leaders) < contest.seats


# Status.


def test_status_follows_the_count_to_completion_and_correction() -> None:
    count = blank(3, 1, 600)
    assert status(count, counting_has_opened=False) is ResultsStatus.PRE_ELECTION
    assert status(count, counting_has_opened=True) is ResultsStatus.UNOFFICIAL_PARTIAL
    first = StationStanding(numbers(100, 50, 200), FINAL, False, 0, 600)
    apply(count, silent(600), first)
    record(count, ReportKind.ACCEPTED, 1, NIGHT)
    assert status(count, counting_has_opened=True) is ResultsStatus.UNOFFICIAL_COMPLETE
    apply(count, first, replace(first, numbers=numbers(100, 51, 200)))
    record(count, ReportKind.CORRECTED, 2, NIGHT)
    assert status(count, counting_has_opened=True) is ResultsStatus.CORRECTION
    assert (count.sequence, count.updated_at) == (2, NIGHT)


def test_a_withdrawal_after_completion_is_a_correction_once_it_is_complete_again() -> None:
    count = blank(3, 1, 600)
    first = StationStanding(numbers(100, 50, 200), FINAL, False, 0, 600)
    apply(count, silent(600), first)
    record(count, ReportKind.ACCEPTED, 1, NIGHT)
    apply(count, first, silent(600))
    record(count, ReportKind.WITHDRAWN, 2, NIGHT)
    assert status(count, counting_has_opened=True) is ResultsStatus.UNOFFICIAL_PARTIAL
    apply(count, silent(600), first)
    record(count, ReportKind.ACCEPTED, 3, NIGHT)
    assert status(count, counting_has_opened=True) is ResultsStatus.CORRECTION


def test_a_correction_before_completion_is_forgotten_by_the_status() -> None:
    count = blank(3, 1, 600)
    before = StationStanding(numbers(1, 2, 3), PARTIAL, False, 0, 600)
    apply(count, silent(600), before)
    record(count, ReportKind.CORRECTED, 1, NIGHT)
    apply(count, before, StationStanding(numbers(100, 50, 200), FINAL, False, 0, 600))
    record(count, ReportKind.CORRECTED, 2, NIGHT)
    assert status(count, counting_has_opened=True) is ResultsStatus.UNOFFICIAL_COMPLETE


def test_a_disputed_station_keeps_the_count_from_being_complete() -> None:
    count = blank(3, 1, 600)
    apply(count, silent(600), StationStanding(numbers(100, 50, 200), FINAL, True, 1, 600))
    assert status(count, counting_has_opened=True) is ResultsStatus.UNOFFICIAL_PARTIAL
    assert status(blank(3, 0, 0), counting_has_opened=True) is ResultsStatus.UNOFFICIAL_PARTIAL
