"""The package of Meridia: it reads well, is marked as made up, and shares nothing with Bangkok in shape."""

import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from counting.election import Election
from counting.vocabulary import AreaLevel, VotingVariation
from tallywire.package import PackageReading, read_package, read_station_counts
from tallywire.packaged import meridia

THAI = range(0x0E00, 0x0E80)


@pytest.fixture(scope="module")
def reading() -> PackageReading:
    return read_package(meridia())


@pytest.fixture(scope="module")
def election(reading: PackageReading) -> Election:
    return reading.election


def test_it_says_that_it_never_was(election: Election) -> None:
    assert election.is_test
    assert election.notice is not None and "fictional" in (election.notice.en or "")
    assert "fictional" in (election.name.en or "")


def test_its_shape_is_another_than_bangkoks(election: Election) -> None:
    assert Counter(area.level for area in election.areas) == {
        AreaLevel.COUNTRY: 1,
        AreaLevel.REGION: 3,
        AreaLevel.PROVINCE: 10,
        AreaLevel.CONSTITUENCY: 18,
    }
    assert {contest.voting_variation for contest in election.contests} == set(VotingVariation)
    assert {contest.votes_per_ballot for contest in election.contests} == {1, 2}
    assert {contest.seats for contest in election.contests} == {1, 2, 3, 40}
    contests_at = Counter(register.station for register in election.registers)
    assert set(contests_at.values()) == {1, 2, 3}
    asked = [register for register in election.registers if register.contest == "harbour"]
    assert len(asked) == 24 and len(election.stations) == 168


def test_no_name_is_thai_and_each_has_an_english_one(election: Election) -> None:
    names = [thing.name for group in (election.areas, election.contests, election.candidates) for thing in group]
    assert all(name.en for name in names)
    assert not [name.th for name in names if any(ord(letter) in THAI for letter in name.th)]
    letters = "".join(name.th for name in names)
    assert all(any(letter in letters for letter in some) for some in ("ãéõç", "αλώ", "نور", "האי"))


def test_nobody_votes_for_nobody_and_several_votes_lie_on_one_paper(election: Election) -> None:
    counts = read_station_counts(meridia(), election)
    assert {count.no_vote_ballots for count in counts} == {0}
    seats = [count for count in counts if count.contest.startswith("seat-")]
    assert all(count.valid_ballots < sum(count.votes) <= 2 * count.valid_ballots for count in seats)


def test_its_published_sums_hold(reading: PackageReading) -> None:
    assert reading.warnings == ()


def test_the_script_writes_the_committed_tables_byte_for_byte(tmp_path: Path) -> None:
    subprocess.run([sys.executable, str(meridia() / "build_package.py"), "--into", str(tmp_path)], check=True)
    written = sorted(path.name for path in tmp_path.iterdir())
    assert written == sorted(path.name for path in meridia().glob("*.csv"))
    for name in written:
        assert (tmp_path / name).read_bytes() == (meridia() / name).read_bytes(), name
