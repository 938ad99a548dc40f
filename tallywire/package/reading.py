"""A package read whole: every fault in it is found before anything is loaded."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from counting.election import Election
from tallywire.package.area_rows import read_areas
from tallywire.package.contest_rows import read_candidates, read_contests
from tallywire.package.fault import Fault, PackageFaults
from tallywire.package.manifest import manifest_warnings, read_manifest
from tallywire.package.official_rows import official_warnings, read_official
from tallywire.package.station_rows import read_registers, read_stations

SOURCES_FILE = "SOURCES.md"
FILES = (
    "election.toml",
    "areas.csv",
    "contests.csv",
    "candidates.csv",
    "stations.csv",
    "registers.csv",
    "official.csv",
)

# Called with a file's name, how many files were begun, and how many there are.
Progress = Callable[[str, int, int], None]


@dataclass(frozen=True, slots=True)
class PackageReading:
    """`warnings` are worth a person's look and keep nothing from loading."""

    election: Election
    warnings: tuple[Fault, ...]


def read_package(folder: Path, progress: Progress | None = None) -> PackageReading:
    """The election that a folder defines. Raises PackageFaults with everything that is wrong in it."""
    if not folder.is_dir():
        raise PackageFaults([Fault(str(folder), None, None, None, "there is no such folder")])
    faults: list[Fault] = []

    def begin(file: str) -> None:
        if progress is not None:
            progress(file, FILES.index(file) + 1, len(FILES))

    begin("election.toml")
    manifest = read_manifest(folder, faults)
    begin("areas.csv")
    areas, tree = read_areas(folder, faults)
    begin("contests.csv")
    contests = read_contests(folder, tree, faults)
    begin("candidates.csv")
    candidates = read_candidates(folder, contests, faults)
    begin("stations.csv")
    stations, station_table = read_stations(folder, tree, faults)
    begin("registers.csv")
    registers = read_registers(folder, tree, contests, station_table, faults)
    begin("official.csv")
    official = read_official(folder, tree, contests, candidates, faults)
    if faults or manifest is None:
        raise PackageFaults(faults)
    election = Election(
        id=manifest.id,
        name=manifest.name,
        is_test=manifest.is_test,
        polls_close_at=manifest.polls_close_at,
        time_zone=manifest.time_zone,
        notice=manifest.notice,
        help_contact=manifest.help_contact,
        bounds=manifest.bounds,
        areas=areas,
        contests=contests.contests,
        candidates=candidates,
        stations=stations,
        registers=registers,
        official=official,
    )
    return PackageReading(election, _warnings(folder, election))


def _warnings(folder: Path, election: Election) -> tuple[Fault, ...]:
    found = list(manifest_warnings(election.polls_close_at, election.time_zone))
    if not (folder / SOURCES_FILE).is_file():
        found.append(Fault(SOURCES_FILE, None, None, None, "the file is missing: say where the figures come from"))
    return (*found, *_official_warnings(election))


def _official_warnings(election: Election) -> tuple[Fault, ...]:
    return official_warnings(election.official, election.areas, election.contests, election.candidates)
