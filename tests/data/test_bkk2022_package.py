"""The Bangkok package: it reads well, and says of the city what is known."""

import time
from collections import Counter
from datetime import timedelta
from pathlib import Path

import pytest
from bkk2022_folder import FOLDER, run

from counting.election import Area, Candidate, Election, Text
from counting.vocabulary import AreaLevel
from tallywire.package import PackageReading, read_package


@pytest.fixture(scope="module")
def reading() -> PackageReading:
    return read_package(FOLDER)


@pytest.fixture(scope="module")
def election(reading: PackageReading) -> Election:
    return reading.election


def test_it_is_the_election_of_22_may_2022_and_says_that_it_is_reconstructed(election: Election) -> None:
    assert (election.id, election.is_test, election.time_zone) == ("bkk-2022", False, "Asia/Bangkok")
    assert election.polls_close_at.isoformat() == "2022-05-22T17:00:00+07:00"
    assert election.polls_close_at.utcoffset() == timedelta(hours=7)
    assert election.notice is not None
    assert election.notice.th.startswith("ข้อมูลจำลองย้อนหลัง ไม่ใช่ผลสด")
    assert (election.notice.en or "").startswith("Reconstructed data, not a live result")
    assert "WeVis" in election.notice.th


def test_areas_contests_and_candidates_are_all_there(election: Election) -> None:
    assert Counter(area.level for area in election.areas) == {
        AreaLevel.CITY: 1,
        AreaLevel.DISTRICT: 50,
        AreaLevel.SUBDISTRICT: 180,
    }
    assert election.areas[0] == Area("10", AreaLevel.CITY, None, Text("กรุงเทพมหานคร", "Bangkok"))
    assert Counter(contest.office for contest in election.contests) == {"governor": 1, "council": 50}
    assert all(contest.area in (contest.code.removeprefix("council-"), "10") for contest in election.contests)
    offices = Counter(candidate.contest.split("-")[0] for candidate in election.candidates)
    assert offices == {"governor": 31, "council": 382}
    assert {area.code for area in election.areas if area.level is AreaLevel.SUBDISTRICT} == {
        station.area for station in election.stations
    }


def test_candidate_8_stands_as_the_pages_show_him(election: Election) -> None:
    assert election.candidates[7] == Candidate(
        contest="governor",
        ballot_number=8,
        name=Text("ชัชชาติ สิทธิพันธุ์", "Chadchart Sittipunt"),
        short_name=Text("ชัชชาติ", "Chadchart"),
        party=None,
        color="#0a7d4f",
    )


def test_parties_lose_their_prefix_and_groups_are_kept(election: Election) -> None:
    parties = {candidate.party for candidate in election.candidates if candidate.party}
    assert Text("ก้าวไกล", "Move Forward") in parties
    assert Text("กลุ่มรักษ์กรุงเทพ", "Rak Krungthep group") in parties
    assert not [party for party in parties if party.th.startswith(("พรรค", "อิสระ"))]
    assert sum(candidate.party is None for candidate in election.candidates[31:]) == 30
    assert election.candidates[5].party == Text("กลุ่มรักษ์กรุงเทพ", "Rak Krungthep group")


def test_no_name_keeps_a_title_and_each_begins_with_its_short_one(election: Election) -> None:
    for candidate in election.candidates:
        assert candidate.name.th.startswith(candidate.short_name.th)
        assert " " in candidate.name.th
        assert "." not in candidate.name.th
    titled = [
        c.name.th for c in election.candidates if c.name.th.startswith(("นาย", "นางสาว", "พันตำรวจ", "ร้อยตำรวจ", "ว่าที่"))
    ]
    assert titled == []


def test_one_party_has_one_colour_in_the_council(election: Election) -> None:
    colors: dict[str, set[str]] = {}
    for candidate in election.candidates[31:]:
        colors.setdefault(candidate.party.th if candidate.party else "", set()).add(candidate.color)
    assert all(len(found) == 1 for found in colors.values())
    assert len(set().union(*colors.values())) == len(colors)


def test_the_only_warnings_are_the_published_sums_that_miss(reading: PackageReading) -> None:
    assert [str(warning) for warning in reading.warnings] == [
        "official.csv: governor, area 10: invalid ballots 40,017, but the areas in it sum to 40,022",
        "official.csv: governor, area 1004: ballots cast 18,799, but valid, invalid and no-vote sum to 18,800",
        "official.csv: governor, area 1014: ballots cast 32,970, but valid, invalid and no-vote sum to 32,971",
        "official.csv: council-1006, area 1006: ballots cast 68,286, but valid, invalid and no-vote sum to 69,286",
    ]


def test_the_package_is_read_in_seconds_on_a_busy_machine() -> None:
    begun = time.process_time()
    read_package(FOLDER)
    assert time.process_time() - begun < 3  # 0.4 s alone; a quadratic check would take minutes


def test_the_script_writes_the_committed_files_byte_for_byte(tmp_path: Path) -> None:
    run("build_package.py", "--into", str(tmp_path))
    written = sorted(path.name for path in tmp_path.iterdir())
    assert written == ["areas.csv", "candidates.csv", "contests.csv", "official.csv"]
    for name in written:
        assert (tmp_path / name).read_bytes() == (FOLDER / name).read_bytes(), name
