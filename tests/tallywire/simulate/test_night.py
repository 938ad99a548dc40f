import asyncio
from collections import Counter
from contextlib import AsyncExitStack
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tallywire.simulate import (
    NightPlan,
    NightProgress,
    NightRefusedError,
    RefusedError,
    UnreachableError,
    plan_night,
    run_night,
)
from tallywire.simulate.mishaps import Rates
from tallywire.simulate.pace import Pace

from .fake_server import OPERATOR_TOKEN, FakeServer, free_port, serving
from .synthetic import city

MANY_MISHAPS = Rates(offline=0.6, twice=0.2, give_up=0.2, mistype=0.2)


async def _until_answered(fake: FakeServer, tallies: int) -> None:
    while len(fake.answers) < tallies:  # noqa: ASYNC110 - the fake has no event to wait for
        await asyncio.sleep(0.01)


def _plan(seed: int = 7, rates: Rates = MANY_MISHAPS, stations: int = 15) -> NightPlan:
    election, counts = city(3, stations, seed=seed, ballots=(30, 700))
    return plan_night(election, counts, Pace({}, seed=seed), seed=seed, volunteers=20, rates=rates)


async def _run(plan: NightPlan, fake: FakeServer, **more: Any) -> Any:
    async with serving(fake, free_port()) as url:
        return await run_night(plan, url=url, token=OPERATOR_TOKEN, **{"speed": 0, **more})


async def test_a_night_with_many_mishaps_ends_equal_to_the_truth_and_reports_what_happened() -> None:
    plan = _plan()
    planned = [tally for sending in plan.sendings for tally in sending.tallies]
    mistakes = Counter(tally.mistake for tally in planned if tally.mistake)
    fake = FakeServer(plan.election)
    report = await _run(plan, fake)
    assert report.equal
    assert report.results_compared == 1 + 3 + 6 + 3 * 3
    assert fake.phases == ["VOTING", "COUNTING"]
    assert report.sent == len(planned) + mistakes.total() == len(fake.answers)
    assert report.accepted == len(planned)
    assert report.rejected_by_rule == {
        rule: mistakes[mistake]
        for rule, mistake in (
            ("BALLOTS_DO_NOT_ADD_UP", "WRONG_SUM"),
            ("NEGATIVE_NUMBER", "NEGATIVE_NUMBER"),
            ("MISSING_CANDIDATE", "MISSING_CANDIDATE"),
        )
    }
    assert report.bursts == sum(len(sending.tallies) > 1 for sending in plan.sendings) > 0
    assert max(fake.batches) > 1
    assert report.resent > 0
    assert 0 < report.replayed <= report.resent
    assert len(fake.tokens) == len(plan.volunteers)


async def test_a_lost_answer_is_asked_for_again_under_the_same_client_tally_id() -> None:
    plan = _plan(rates=Rates(0, 0, 0, 0))
    fake = FakeServer(plan.election, drop_every=5)
    report = await _run(plan, fake)
    again = [key for key, times in fake.times_seen.items() if times > 1]
    assert len(again) > 10
    assert report.replayed == len(again)
    assert report.resent == sum(fake.times_seen.values()) - len(fake.times_seen)
    assert report.accepted == report.sent == len(fake.times_seen) == plan.tallies_total
    assert report.equal


async def test_a_corrected_slip_goes_out_under_a_new_client_tally_id() -> None:
    plan = _plan(rates=Rates(0, 0, 0, mistype=1.0))
    fake = FakeServer(plan.election)
    report = await _run(plan, fake)
    assert report.mistyped == plan.tallies_total
    assert len({sent["clientTallyId"] for sent in fake.inputs}) == len(fake.inputs) == 2 * plan.tallies_total
    assert report.equal


async def test_the_night_goes_on_after_the_server_was_away_for_a_while() -> None:
    plan = _plan(rates=Rates(0, 0, 0, 0))
    fake, port = FakeServer(plan.election), free_port()
    seen: list[NightProgress] = []
    async with AsyncExitStack() as first:
        url = await first.enter_async_context(serving(fake, port))
        # Slow enough that most of the night is still to come when the server goes.
        night = asyncio.create_task(run_night(plan, url=url, token=OPERATOR_TOKEN, speed=10_000, progress=seen.append))
        await _until_answered(fake, 20)
    before = len(fake.answers)
    assert before < plan.tallies_total
    await asyncio.sleep(2)
    assert len(fake.answers) == before
    async with serving(fake, port):
        report = await night
    assert report.equal
    assert len(fake.answers) == plan.tallies_total
    assert any(progress.trouble for progress in seen)
    assert seen[-1].done
    assert seen[-1].tallies_sent == seen[-1].tallies_total
    assert seen[-1].stations_final == seen[-1].stations_total == len(plan.election.stations)
    assert seen[-1].clock.isoformat() == "2022-05-23T01:10:00+07:00"


async def test_one_vote_too_few_at_the_server_is_found() -> None:
    plan = _plan(stations=4)
    report = await _run(plan, FakeServer(plan.election, steal=1))
    assert not report.equal
    (cell,) = report.differing
    assert (cell.contest, cell.area) == ("governor", "10")
    assert int(cell.expected) == int(cell.served) + 1


async def test_held_tallies_are_named_by_rule_and_leave_the_results_unequal() -> None:
    plan = _plan(stations=4)
    report = await _run(plan, FakeServer(plan.election, hold=True))
    assert report.held_by_rule == {"TOO_EARLY": len(plan.counts)}
    assert not report.equal


async def test_an_election_with_foreign_tallies_is_refused_and_continued_on_demand() -> None:
    plan = _plan()
    fake = FakeServer(plan.election)
    half = replace(plan, sendings=plan.sendings[: len(plan.sendings) // 2])
    assert not (await _run(half, fake)).equal
    with pytest.raises(NightRefusedError, match="--continue"):
        await _run(plan, fake)
    final = sum(sent["coverage"] == "FINAL" for sent in fake.standing.values())
    report = await _run(plan, fake, go_on=True)
    assert report.equal
    assert report.accepted <= plan.tallies_total - final


@pytest.mark.parametrize("days", [-1, 2])
async def test_a_night_that_may_be_counted_in_earnest_is_played_into_only_if_forced(days: int) -> None:
    plan = _plan(stations=1)
    closes = datetime.now(UTC) - timedelta(days=days)
    fake = FakeServer(replace(plan.election, is_test=False, polls_close_at=closes))
    with pytest.raises(NightRefusedError, match="--rehearsal"):
        await _run(plan, fake)
    assert not fake.answers
    assert (await _run(plan, fake, real=True)).equal


async def test_a_night_long_past_is_played_again() -> None:
    plan = _plan(stations=1)
    assert (await _run(plan, FakeServer(replace(plan.election, is_test=False)))).equal


@pytest.mark.parametrize(
    ("changes", "error", "said"),
    [
        ({"token": "wrong"}, RefusedError, "UNAUTHENTICATED"),
        ({"election_id": "elsewhere"}, NightRefusedError, "no election 'elsewhere'"),
    ],
)
async def test_what_cannot_be_simulated_ends_with_one_clear_line(
    changes: dict[str, str], error: type[Exception], said: str
) -> None:
    plan = _plan(stations=1)
    fake = FakeServer(plan.election)
    async with serving(fake, free_port()) as url:
        with pytest.raises(error, match=said) as raised:
            await run_night(plan, **{"url": url, "token": OPERATOR_TOKEN, "speed": 0, **changes})
    assert "\n" not in str(raised.value)
    assert not fake.answers


async def test_a_volunteer_whose_token_is_refused_ends_the_night() -> None:
    plan = _plan()
    fake = FakeServer(plan.election)
    async with serving(fake, free_port()) as url:
        night = asyncio.create_task(run_night(plan, url=url, token=OPERATOR_TOKEN, speed=10_000))
        await _until_answered(fake, 20)
        fake.tokens.clear()
        with pytest.raises(RefusedError, match="UNAUTHENTICATED"):
            await night


async def test_a_server_that_never_comes_back_ends_the_night() -> None:
    plan = _plan()
    fake = FakeServer(plan.election)
    async with serving(fake, free_port()) as url:
        night = asyncio.create_task(run_night(plan, url=url, token=OPERATOR_TOKEN, speed=1_000, patience_seconds=0.5))
        await _until_answered(fake, 20)
    with pytest.raises(UnreachableError, match="no answer from"):
        await night


async def test_a_cancelled_night_stops_at_once() -> None:
    plan = _plan()
    fake = FakeServer(plan.election)
    async with serving(fake, free_port()) as url:
        night = asyncio.create_task(run_night(plan, url=url, token=OPERATOR_TOKEN, speed=1))
        while not fake.phases:  # noqa: ASYNC110 - as above
            await asyncio.sleep(0.01)
        night.cancel()
        with pytest.raises(asyncio.CancelledError):
            await asyncio.wait_for(night, 60)


async def test_at_speed_the_night_takes_its_share_of_real_time() -> None:
    plan = _plan(stations=2)
    report = await _run(plan, FakeServer(plan.election), speed=plan.end)
    assert report.seconds >= 1.0
