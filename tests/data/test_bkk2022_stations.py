"""The reconstructed stations: every district sum is the real one, and no station stands out."""

import csv
from collections import Counter, defaultdict
from dataclasses import dataclass
from pathlib import Path

import pytest
from bkk2022_folder import FOLDER, run

from counting.election import Election, StationCount
from counting.spread import district_spreads, outside
from counting.tally import Numbers
from tallywire.package import read_package, read_station_counts

CITY = "10"


@dataclass(frozen=True)
class Night:
    """The package with its counts; `sums` by (contest, area, item, ballot number), districts and the city."""

    election: Election
    counts: tuple[StationCount, ...]
    registered: dict[tuple[str, str], int]
    sums: Counter[tuple[str, str, str, int | None]]

    def by_district(self) -> dict[tuple[str, str], list[StationCount]]:
        found = defaultdict(list)
        for count in self.counts:
            found[count.contest, count.station[:4]].append(count)
        return found


@pytest.fixture(scope="module")
def night() -> Night:
    election = read_package(FOLDER).election
    counts = read_station_counts(FOLDER, election)
    registered = {(row.station, row.contest): row.registered_voters for row in election.registers}
    sums: Counter[tuple[str, str, str, int | None]] = Counter()
    for count in counts:
        for area in (CITY, count.station[:4]):
            sums[count.contest, area, "registered_voters", None] += registered[count.station, count.contest]
            sums[count.contest, area, "ballots_cast", None] += count.ballots_cast
            sums[count.contest, area, "valid_ballots", None] += sum(count.votes)
            sums[count.contest, area, "invalid_ballots", None] += count.invalid_ballots
            sums[count.contest, area, "no_vote_ballots", None] += count.no_vote_ballots
            for number, votes in enumerate(count.votes, start=1):
                sums[count.contest, area, "votes", number] += votes
    return Night(election, counts, registered, sums)


def source(name: str) -> list[dict[str, str]]:
    with (FOLDER / "source" / name).open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def test_6817_stations_count_two_contests_each(night: Night) -> None:
    assert len(night.election.stations) == 6_817
    assert len(night.counts) == 2 * 6_817
    assert len({(count.station, count.contest) for count in night.counts}) == 2 * 6_817


def test_the_city_sums_are_those_of_sources_md(night: Night) -> None:
    def city(item: str, number: int | None = None) -> int:
        return night.sums["governor", CITY, item, number]

    assert city("registered_voters") == 4_402_948
    assert city("valid_ballots") == 2_561_449
    assert city("invalid_ballots") == 40_022
    assert city("no_vote_ballots") == 72_227
    assert city("votes", 8) == 1_386_215
    council = [key for key in night.sums if key[0] != "governor" and key[1] == CITY]
    assert sum(night.sums[key] for key in council if key[2] == "registered_voters") == 4_357_098


@pytest.mark.parametrize("office", ["governor", "council"])
def test_every_district_sum_is_the_reconciled_one(night: Night, office: str) -> None:
    suffix = "" if office == "governor" else "_published"
    checked = 0
    for row in source(f"results_{office}_by_district.csv"):
        contest = office if office == "governor" else f"council-{row['district_code']}"
        key = (contest, row["district_code"], "votes", int(row["candidate_number"]))
        assert night.sums[key] == int(row["votes_reconciled"]), key
        checked += 1
    assert checked == {"governor": 50 * 31, "council": 382}[office]
    for row in source(f"summary_{office}_by_district.csv"):
        code = row["district_code"]
        contest = office if office == "governor" else f"council-{code}"
        no_vote = 5_248 if (office, code) == ("council", "1027") else int(row[f"no_vote{suffix}"])
        assert night.sums[contest, code, "registered_voters", None] == int(row["eligible"])
        assert night.sums[contest, code, "invalid_ballots", None] == int(row[f"invalid{suffix}"])
        assert night.sums[contest, code, "no_vote_ballots", None] == no_vote


def test_official_figures_differ_where_sources_md_says_and_nowhere_else(night: Night) -> None:
    differences = {}
    for figure in night.election.official:
        key = (figure.contest, figure.area, figure.item, figure.ballot_number)
        assert key in night.sums
        if night.sums[key] != figure.value:
            differences[key] = night.sums[key] - figure.value
    assert differences == {
        ("governor", "1004", "ballots_cast", None): 1,
        ("governor", "1014", "ballots_cast", None): 1,
        ("council-1006", "1006", "ballots_cast", None): 1_000,
        ("governor", CITY, "valid_ballots", None): 2,
        ("governor", CITY, "invalid_ballots", None): 5,
    }


def test_official_figures_cover_every_candidate_of_every_district(night: Night) -> None:
    items = Counter(figure.item for figure in night.election.official)
    assert items == {
        "votes": 50 * 31 + 382 + 29,
        "ballots_cast": 100,
        "registered_voters": 101,
        "invalid_ballots": 101,
        "no_vote_ballots": 101,
        "valid_ballots": 1,
    }


def test_stations_have_plausible_sizes_in_proportion_to_their_district(night: Night) -> None:
    sizes = [night.registered[station.code, "governor"] for station in night.election.stations]
    assert min(sizes) > 300 and max(sizes) < 1_000
    assert round(sum(sizes) / len(sizes)) == 646
    stations = Counter(station.code[:4] for station in night.election.stations)
    for row in source("summary_governor_by_district.csv"):
        share = int(row["eligible"]) / 4_402_948 * 6_817
        assert abs(stations[row["district_code"]] - share) < 1


def test_no_station_is_empty_and_no_two_count_the_same(night: Night) -> None:
    assert all(sum(count.votes) > 100 for count in night.counts)
    vectors = Counter((count.contest, count.votes) for count in night.counts)
    assert max(vectors.values()) == 1


def test_the_two_contests_part_by_more_than_allowed_at_220_stations_and_only_where_they_must(night: Night) -> None:
    cast = {(count.station, count.contest.split("-")[0]): count.ballots_cast for count in night.counts}
    apart: Counter[str] = Counter()
    room: Counter[str] = Counter()
    less: Counter[str] = Counter()
    for station in night.election.stations:
        governor, council = cast[station.code, "governor"], cast[station.code, "council"]
        bound = max(3, min(governor, council) // 100)
        apart[station.code[:4]] += abs(governor - council) > bound
        room[station.code[:4]] += max(3, governor // 100)
        less[station.code[:4]] += governor - council
        assert abs(governor - council) <= 0.15 * governor
    assert sum(apart.values()) == 220
    assert all(abs(less[district]) > 0.9 * room[district] for district, stations in apart.items() if stations)


def test_no_station_lies_outside_the_range_of_its_district(night: Night) -> None:
    bounds = night.election.bounds
    for counts in night.by_district().values():
        finals = [
            (
                Numbers(
                    count.votes, sum(count.votes), count.invalid_ballots, count.no_vote_ballots, count.ballots_cast
                ),
                night.registered[count.station, count.contest],
            )
            for count in counts
        ]
        spreads = district_spreads(finals, bounds)
        assert spreads.turnout and spreads.invalid and spreads.no_vote
        for numbers, registered in finals:
            assert not outside(numbers.counted, registered, spreads.turnout, bounds)
            assert not outside(numbers.invalid_ballots or 0, numbers.counted, spreads.invalid, bounds)
            assert not outside(numbers.no_vote_ballots or 0, numbers.counted, spreads.no_vote, bounds)
            for votes, spread in zip(numbers.votes, spreads.shares, strict=True):
                assert spread and not outside(votes or 0, numbers.valid_ballots, spread, bounds)


def test_candidates_do_better_here_and_worse_there(night: Night) -> None:
    shares = [count.votes[7] / sum(count.votes) for count in night.counts if count.contest == "governor"]
    assert min(shares) < 0.42 and max(shares) > 0.65
    upset = 0
    for (contest, district), counts in night.by_district().items():
        winner = max(range(len(counts[0].votes)), key=lambda n: night.sums[contest, district, "votes", n + 1])
        upset += sum(count.votes[winner] < max(count.votes) for count in counts)
    assert 500 < upset < 3_000  # of 13,634 counts: close districts are close in their stations too


def test_every_location_says_that_it_is_reconstructed(night: Night) -> None:
    names = {area.code: area.name for area in night.election.areas}
    for station in night.election.stations:
        name = names[station.area]
        assert station.location.th == f"หน่วยเลือกตั้งที่ {station.number} แขวง{name.th} (สร้างย้อนหลัง)"
        assert station.location.en == f"Polling station {station.number}, {name.en} (reconstructed)"


def test_the_script_writes_the_committed_stations_byte_for_byte(tmp_path: Path) -> None:
    printed = run("reconstruct_stations.py", "--into", str(tmp_path))
    assert printed == "6,817 stations; at 220 the two contests' ballots differ by more than max(3, 1 %)\n"
    written = sorted(path.name for path in tmp_path.iterdir())
    assert written == ["registers.csv", "station_counts.csv", "stations.csv"]
    for name in written:
        assert (tmp_path / name).read_bytes() == (FOLDER / name).read_bytes(), name
