"""Going on with a night that another run began: what stands FINAL is done, what stands PARTIAL lacks its FINAL."""

from dataclasses import replace

from tallywire.client import StationState
from tallywire.simulate.operator import Operator
from tallywire.simulate.plan import NightPlan
from tallywire.simulate.sending import PlannedTally, Sending


async def without_what_stands(plan: NightPlan, operator: Operator, election_id: str) -> NightPlan:
    """The plan less the counts that stand FINAL at the server, and less partial tallies where one stands."""
    final: set[tuple[str, str]] = set()
    partial: set[tuple[str, str]] = set()
    for contest in plan.election.contests:
        for found, state in ((final, StationState.FINAL), (partial, StationState.PARTIAL)):
            ids = await operator.stations_in_state(f"{election_id}/{contest.code}", state)
            found.update((served.removeprefix(f"{election_id}/"), contest.code) for served in ids)

    def is_open(tally: PlannedTally) -> bool:
        key = tally.station, tally.contest
        return key not in final and (tally.is_final or key not in partial)

    left = (_with_only(sending, tuple(filter(is_open, sending.tallies))) for sending in plan.sendings)
    doubts = tuple(sending for sending in plan.doubts if sending.tallies[0].sheet not in final)
    return replace(plan, sendings=tuple(sending for sending in left if sending.tallies), doubts=doubts)


def _with_only(sending: Sending, tallies: tuple[PlannedTally, ...]) -> Sending:
    return sending if len(tallies) == len(sending.tallies) else replace(sending, tallies=tallies)
