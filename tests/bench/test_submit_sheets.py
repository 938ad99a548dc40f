"""What the bench of submissions sends is a count that only rises, whole at its end."""

from itertools import pairwise

from bench.submit_sheets import STEPS, rising_sheets
from counting.election import StationCount

COUNTS = [
    StationCount("s-1", "governor", (120, 0, 7), 11, 3),
    StationCount("s-2", "governor", (0, 1, 0), 0, 0),
]


def test_each_station_is_reported_until_its_count_is_whole_and_never_falls() -> None:
    sheets = list(rising_sheets("e", COUNTS))
    first = [sheet for sheet in sheets if sheet["stationId"] == "e/s-1"]
    assert len(first) == STEPS and [sheet["coverage"] for sheet in first] == ["PARTIAL"] * (STEPS - 1) + ["FINAL"]
    assert [row["votes"] for row in first[-1]["votes"]] == [120, 0, 7]
    for before, after in pairwise(first):
        assert all(a["votes"] <= b["votes"] for a, b in zip(before["votes"], after["votes"], strict=True))
        assert before["ballotsCast"] < after["ballotsCast"]


def test_nothing_is_sent_twice() -> None:
    sheets = list(rising_sheets("e", COUNTS))
    assert len({sheet["clientTallyId"] for sheet in sheets}) == len(sheets)
    # The whole of the small one is on its board from the first vote on.
    assert [sheet["coverage"] for sheet in sheets if sheet["stationId"] == "e/s-2"] == ["PARTIAL"]
