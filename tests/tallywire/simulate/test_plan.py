from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from counting.vocabulary import TallyCoverage
from tallywire.simulate.mishaps import Rates
from tallywire.simulate.pace import Pace
from tallywire.simulate.plan import NightPlan, assign_stations, plan_night

from .synthetic import city

NO_MISHAPS = Rates(offline=0, twice=0, give_up=0, mistype=0)


def _plan(seed: int, *, districts: int = 2, stations: int = 4, rates: Rates | None = None, **more: int) -> NightPlan:
    election, counts = city(districts, stations, seed=seed)
    return plan_night(election, counts, Pace({}, seed=seed), seed=seed, rates=rates, **more)


plans = st.builds(
    _plan,
    st.integers(0, 10_000),
    districts=st.integers(1, 3),
    stations=st.integers(1, 7),
    volunteers=st.integers(1, 12),
    rates=st.sampled_from([None, NO_MISHAPS, Rates(offline=1.0, twice=0.5, give_up=0.5, mistype=0.5)]),
)


@settings(max_examples=60, deadline=None)
@given(plans)
def test_a_count_never_falls_and_its_last_tally_is_the_truth(plan: NightPlan) -> None:
    sent: dict[tuple[str, str], list] = {}
    for sending in plan.sendings:
        for tally in sending.tallies:
            sent.setdefault((tally.station, tally.contest), []).append(tally)
    assert set(sent) == {(count.station, count.contest) for count in plan.counts}
    for count in plan.counts:
        *partials, final = sent[count.station, count.contest]
        assert final.coverage is TallyCoverage.FINAL
        assert (final.votes, final.invalid_ballots, final.no_vote_ballots, final.ballots_cast) == (
            count.votes,
            count.invalid_ballots,
            count.no_vote_ballots,
            count.ballots_cast,
        )
        assert all(partial.coverage is TallyCoverage.PARTIAL for partial in partials)
        for before, after in pairwise((*partials, final)):
            assert all((a or 0) <= (b or 0) for a, b in zip(before.votes, after.votes, strict=True))
            assert (before.invalid_ballots or 0) <= (after.invalid_ballots or 0)
            assert (before.no_vote_ballots or 0) <= (after.no_vote_ballots or 0)
            assert before.counted_at < after.counted_at


@settings(max_examples=60, deadline=None)
@given(plans)
def test_a_partial_shows_some_vote_and_its_parts_add_up_where_it_names_a_total(plan: NightPlan) -> None:
    for sending in plan.sendings:
        for tally in sending.tallies:
            votes = sum(vote or 0 for vote in tally.votes)
            if tally.coverage is TallyCoverage.PARTIAL:
                assert votes > 0
            if tally.ballots_cast is not None:
                assert tally.invalid_ballots is not None and tally.no_vote_ballots is not None
                assert tally.ballots_cast == votes + tally.invalid_ballots + tally.no_vote_ballots


@settings(max_examples=60, deadline=None)
@given(plans)
def test_each_station_counts_the_governor_before_the_council_and_no_faster_than_hands_can(plan: NightPlan) -> None:
    done: dict[str, float] = {}
    ballots = {(count.station, count.contest): count.ballots_cast for count in plan.counts}
    for sending in plan.sendings:
        for tally in sending.tallies:
            if tally.contest != "governor":
                assert tally.counted_at > done[tally.station]
            elif tally.is_final:
                done[tally.station] = tally.counted_at
            if tally.is_final:
                assert tally.counted_at > ballots[tally.station, tally.contest] * 0.5


@settings(max_examples=60, deadline=None)
@given(plans)
def test_sendings_are_in_order_of_time_by_the_stations_volunteer_after_it_was_counted(plan: NightPlan) -> None:
    assert [s.at for s in plan.sendings] == sorted(s.at for s in plan.sendings)
    for sending in plan.sendings:
        for tally in sending.tallies:
            assert tally.station in plan.volunteers[sending.volunteer]
            assert 0 < tally.counted_at <= sending.at <= plan.end
    last = plan.sendings[-1]
    assert last.at == last.tallies[-1].counted_at == plan.end
    assert last.tallies[-1].is_final


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 1000))
def test_the_same_seed_plans_the_same_night_and_another_seed_another(seed: int) -> None:
    election, counts = city()
    first, again, other = (plan_night(election, counts, Pace({}, seed=s), seed=s) for s in (seed, seed, seed + 1))
    assert first == again
    assert first.sendings != other.sendings


@given(st.integers(1, 300), st.integers(1, 300))
def test_stations_are_shared_out_once_each_to_neighbours_and_evenly(stations: int, volunteers: int) -> None:
    codes = [str(number) for number in range(stations)]
    crew = assign_stations(codes, volunteers)
    assert [code for own in crew for code in own] == codes
    assert len(crew) == min(stations, volunteers)
    assert max(map(len, crew)) - min(map(len, crew)) <= 1
    assert min(map(len, crew)) >= 1
