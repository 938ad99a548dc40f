"""A package is read whole or refused with everything that is wrong in it."""

from datetime import timedelta
from pathlib import Path

import pytest
from small_package import SmallPackage

from counting.election import Register, Text
from counting.vocabulary import AreaLevel, VotingVariation
from tallywire.package import PackageFaults, read_package
from tallywire.package.reading import FILES


def test_a_sound_package_is_read_as_it_stands(small: SmallPackage) -> None:
    reading = read_package(small.folder)
    election = reading.election
    assert reading.warnings == ()
    assert (election.id, election.is_test, election.time_zone) == ("small-1", True, "Asia/Bangkok")
    assert election.name == Text("เลือกตั้งเล็ก", "A small election")
    assert election.notice is None
    assert election.polls_close_at.utcoffset() == timedelta(hours=7)
    assert [(area.code, area.level, area.parent) for area in election.areas] == [
        ("10", AreaLevel.CITY, None),
        ("1001", AreaLevel.DISTRICT, "10"),
        ("1002", AreaLevel.DISTRICT, "10"),
    ]
    assert election.areas[1].name == Text("เขตหนึ่ง", None)
    assert election.contests[1].voting_variation is VotingVariation.N_OF_M
    assert election.registers[2] == Register("s2", "mayor", 600)
    assert [(figure.ballot_number, figure.value) for figure in election.official] == [(1, 300), (2, 200)]


def test_candidates_come_in_ballot_order_whatever_the_order_of_the_file(small: SmallPackage) -> None:
    candidates = read_package(small.folder).election.candidates
    assert [candidate.code for candidate in candidates] == ["mayor/1", "mayor/2", "council-1001/1", "council-1001/2"]
    first, second = candidates[:2]
    assert (first.short_name, first.party) == (Text("หนึ่ง"), None)
    assert (second.short_name, second.party, second.color) == (Text("ส.", "T."), Text("พรรค", "Party"), "#0a7d4f")


def test_a_folder_that_is_not_there_is_one_fault(tmp_path: Path) -> None:
    with pytest.raises(PackageFaults, match="there is no such folder"):
        read_package(tmp_path / "nowhere")


@pytest.mark.parametrize("file", ["election.toml", "areas.csv", "contests.csv", "candidates.csv"])
def test_a_missing_file_is_named_and_brings_no_faults_elsewhere(small: SmallPackage, file: str) -> None:
    (small.folder / file).unlink()
    assert small.faults() == [f"{file}: the file is missing"]


@pytest.mark.parametrize("file", ["stations.csv", "registers.csv"])
def test_a_missing_station_file_is_named(small: SmallPackage, file: str) -> None:
    (small.folder / file).unlink()
    assert small.faults() == [f"{file}: the file is missing"]


def test_official_figures_may_be_left_out(small: SmallPackage) -> None:
    (small.folder / "official.csv").unlink()
    assert read_package(small.folder).election.official == ()


def test_missing_sources_are_a_warning(small: SmallPackage) -> None:
    (small.folder / "SOURCES.md").unlink()
    warnings = read_package(small.folder).warnings
    assert [str(warning) for warning in warnings] == [
        "SOURCES.md: the file is missing: say where the figures come from"
    ]


def test_every_fault_of_every_file_is_told_at_once_and_in_order(small: SmallPackage) -> None:
    small.change("stations.csv", "s2,1002,1", "s2,1099,one")
    small.change("areas.csv", "1002,DISTRICT", "1002,VILLAGE")
    small.change("candidates.csv", "#0A7D4F", "green")
    faults = small.faults()
    assert [fault.split(" ")[0] for fault in faults] == [
        "areas.csv:4:2",
        "candidates.csv:2:9",
        "stations.csv:3:2",
        "stations.csv:3:3",
    ]


def test_progress_names_each_file_once(small: SmallPackage) -> None:
    seen: list[tuple[str, int, int]] = []
    read_package(small.folder, lambda file, begun, files: seen.append((file, begun, files)))
    assert seen == [(file, place, len(FILES)) for place, file in enumerate(FILES, start=1)]
