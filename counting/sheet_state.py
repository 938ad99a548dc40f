"""The state of one contest at one station, as it follows from what stands there."""

from counting.vocabulary import StationState, TallyCoverage


def standing_state(coverage: TallyCoverage | None, disputed: bool) -> StationState:
    """`coverage` of the tally that counts; None: nothing does."""
    if disputed:
        return StationState.DISPUTED
    return StationState.SILENT if coverage is None else StationState(coverage.value)
