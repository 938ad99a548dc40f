from collections import Counter

from hypothesis import given, settings
from hypothesis import strategies as st

from tallywire.simulate.pace import Pace
from tallywire.simulate.plan import NightPlan, plan_night
from tallywire.simulate.sending import Doubt

from .synthetic import city


def _plan(seed: int, doubts: float, photographs: float = 0.5, volunteers: int = 6) -> NightPlan:
    election, counts = city(2, 4, seed=seed)
    pace = Pace({}, seed=seed)
    return plan_night(election, counts, pace, seed=seed, volunteers=volunteers, doubts=doubts, photographs=photographs)


plans = st.builds(
    _plan, st.integers(0, 10_000), st.sampled_from([0.3, 1.0]), st.sampled_from([0.0, 0.5, 1.0]), st.integers(1, 9)
)


@settings(max_examples=40, deadline=None)
@given(plans)
def test_doubts_come_on_top_of_the_truth_one_a_sheet_by_people_who_may_send_them(plan: NightPlan) -> None:
    doubted = [(sending, tally) for sending in plan.doubts for tally in sending.tallies]
    assert max(Counter(tally.sheet for _, tally in doubted).values(), default=0) <= 1
    assert [sending.at for sending in plan.doubts] == sorted(sending.at for sending in plan.doubts)
    keys = [tally.key for sending in (*plan.sendings, *plan.doubts) for tally in sending.tallies]
    assert len(keys) == len(set(keys))
    for sending, tally in doubted:
        assert 0 <= sending.at <= plan.end
        assert (tally.station in plan.volunteers[sending.volunteer]) == (tally.doubt is not Doubt.NOT_ASSIGNED)
        assert tally.mistake is None and all(vote is None or vote >= 0 for vote in tally.votes)


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 1_000))
def test_the_same_seed_doubts_the_same_and_what_is_true_is_sent_as_without(seed: int) -> None:
    plan, again, without = _plan(seed, 1.0), _plan(seed, 1.0), _plan(seed, 0.0)
    assert plan == again
    assert plan.sendings == without.sendings
    assert without.doubts == () and plan.doubts


def test_every_kind_comes_up_sooner_or_later() -> None:
    kinds = {tally.doubt for seed in range(40) for one in _plan(seed, 1.0).doubts for tally in one.tallies}
    assert kinds == set(Doubt)
