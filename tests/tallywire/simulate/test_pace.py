import csv
from collections import defaultdict
from pathlib import Path

import pytest

from tallywire.package import read_package, read_station_counts
from tallywire.simulate.bangkok_pace import pace_rows
from tallywire.simulate.mishaps import Rates
from tallywire.simulate.pace import COLUMNS, Curve, PaceError, read_pace
from tallywire.simulate.plan import NightPlan, plan_night

from .synthetic import city

BANGKOK = Path(__file__).parents[3] / "data" / "bkk2022"
SNAPSHOT_AT, EARLY_AT = (5 * 60 + 49) * 60, (2 * 60 + 36) * 60


@pytest.fixture(scope="module")
def bangkok() -> NightPlan:
    election = read_package(BANGKOK).election
    counts = read_station_counts(BANGKOK, election)
    return plan_night(election, counts, read_pace(BANGKOK, election), rates=Rates(0, 0, 0, 0))


def _ballots_by(plan: NightPlan, at: float, office: str) -> dict[str, float]:
    """Share of each district's ballots that tallies sent by `at` hold."""
    shown: dict[tuple[str, str], int] = {}
    for sending in plan.sendings:
        for tally in sending.tallies:
            if sending.at <= at and tally.contest.startswith(office):
                votes = sum(vote or 0 for vote in tally.votes)
                shown[tally.station, tally.contest] = (
                    votes + (tally.invalid_ballots or 0) + (tally.no_vote_ballots or 0)
                )
    total, counted = defaultdict(int), defaultdict(int)
    for count in plan.counts:
        if count.contest.startswith(office):
            total[count.station[:4]] += count.ballots_cast
            total["all"] += count.ballots_cast
    for (station, _), ballots in shown.items():
        counted[station[:4]] += ballots
        counted["all"] += ballots
    return {area: counted[area] / total[area] for area in total}


@pytest.mark.parametrize("office", ["governor", "council"])
def test_bangkoks_districts_come_in_as_unevenly_as_the_snapshot_of_2249(bangkok: NightPlan, office: str) -> None:
    path = BANGKOK / "source" / f"partial_{office}_by_district_20220522_2249.csv"
    with path.open(encoding="utf-8-sig", newline="") as file:
        true = {row["district_code"]: float(row["progress_pct"]) / 100 for row in csv.DictReader(file)}
    shares = _ballots_by(bangkok, SNAPSHOT_AT, office)
    apart = sorted(abs(shares[area] - share) for area, share in true.items())
    assert len(apart) == 50
    assert apart[-2] < 0.04
    # Khlong San's snapshot has more of the council than of the governor, which no station here counts first.
    assert apart[-1] < 0.15
    ranks = sorted(true, key=lambda area: (true[area], area)), sorted(true, key=lambda area: (shares[area], area))
    moved = [abs(ranks[0].index(area) - ranks[1].index(area)) for area in true]
    assert 1 - 6 * sum(d * d for d in moved) / (50 * (50**2 - 1)) > 0.97


def test_bangkoks_curve_passes_through_the_two_known_points(bangkok: NightPlan) -> None:
    assert _ballots_by(bangkok, EARLY_AT, "governor")["all"] == pytest.approx(0.118, abs=0.01)
    assert _ballots_by(bangkok, SNAPSHOT_AT, "governor")["all"] == pytest.approx(0.30, abs=0.02)


def test_bangkoks_night_covers_every_station_and_ends_at_ten_past_one(bangkok: NightPlan) -> None:
    finals = [t for s in bangkok.sendings for t in s.tallies if t.is_final]
    assert len({tally.station for tally in finals}) == 6817
    assert len(finals) == len(bangkok.counts) == 2 * 6817
    assert bangkok.sendings[-1].at == bangkok.end == 8 * 3600 + 600
    assert len(bangkok.volunteers) == 2500
    assert sum(sending.at == bangkok.end for sending in bangkok.sendings) == 1


def test_bangkoks_small_stations_finish_early(bangkok: NightPlan) -> None:
    done = {t.station: s.at for s in bangkok.sendings for t in s.tallies if t.is_final and t.contest == "governor"}
    sizes = sorted((count.ballots_cast, done[count.station]) for count in bangkok.counts if count.contest == "governor")
    tenth = len(sizes) // 10
    small, large = (sum(at for _, at in part) / tenth for part in (sizes[:tenth], sizes[-tenth:]))
    assert small + 1800 < large


def test_the_committed_pace_is_what_the_script_derives() -> None:
    with (BANGKOK / "pace.csv").open(encoding="utf-8", newline="") as file:
        header, *rows = csv.reader(file)
    assert tuple(header) == COLUMNS
    assert [tuple(row) for row in rows] == list(pace_rows(BANGKOK / "source"))


def test_a_curve_tells_when_a_share_is_reached() -> None:
    curve = Curve(((0, 0), (100, 0.5), (300, 0.5), (400, 1)))
    assert [curve.time_at(share) for share in (0, 0.25, 0.5, 0.75, 1)] == [0, 50, 100, 350, 400]


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        (["area,at,share"], "line 1: the columns must be"),
        (["area,office,at,share", "9999,governor,2022-05-22T17:00:00+07:00,0"], "line 2: there is no area '9999'"),
        (["area,office,at,share", "10,governor,yesterday,0"], "line 2: "),
        (["area,office,at,share", "10,governor,2022-05-22T17:00:00+07:00,0"], "must rise from 0 to 1"),
        (
            [
                "area,office,at,share",
                "10,governor,2022-05-22T17:00:00+07:00,0",
                "10,governor,2022-05-22T18:00:00+07:00,0.9",
                "10,governor,2022-05-22T19:00:00+07:00,0.8",
            ],
            "must rise from 0 to 1",
        ),
    ],
)
def test_a_pace_file_that_cannot_be_used_is_refused_with_its_line(tmp_path: Path, lines: list[str], said: str) -> None:
    (tmp_path / "pace.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    with pytest.raises(PaceError, match=said):
        read_pace(tmp_path, city()[0])
