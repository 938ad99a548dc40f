"""Two elections that share nothing in shape, each imported, played and served; what holds of one holds of the other."""

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import asyncpg
import pytest
from typer.testing import CliRunner

from counting.election import Election, StationCount
from counting.vocabulary import Role
from tallywire.cli import build_cli
from tallywire.package import read_package, read_station_counts
from tallywire.packaged import bangkok, meridia
from tallywire.simulate import NightReport, plan_night, run_night
from tallywire.simulate.pace import Pace
from tests.conftest import Databases, Night

# Its tests are those of test_any_election.py too: a night is played once for both.
pytest.register_assert_rewrite("tests.any_election.exported_files", "tests.any_election.exported_positions")
SEED = 11


@dataclass(frozen=True)
class Subject:
    """An election, how much of it is played, and what stands in it for what examples name of Bangkok."""

    folder: Path
    stations: int | None
    ids: dict[str, str] = field(default_factory=dict)


SUBJECTS = {
    "bkk-2022": Subject(bangkok(), 8),
    "meridia-2019": Subject(
        meridia(),
        None,
        {
            "bkk-2022/governor": "meridia-2019/list",
            "bkk-2022/council-1033": "meridia-2019/seat-west-1a",
            "bkk-2022/1033": "meridia-2019/west-1a",
            "bkk-2022/1001": "meridia-2019/south-3b",
            "bkk-2022/103301": "meridia-2019/west-1a",
            "bkk-2022/10": "meridia-2019/mer",
            "bkk-2022/103301-001": "meridia-2019/west-1a.01",
            "bkk-2022": "meridia-2019",
        },
    ),
}


@dataclass(frozen=True)
class Played:
    """An election after its night."""

    subject: Subject
    election: Election
    counts: tuple[StationCount, ...]
    night: Night
    report: NightReport

    def ran(self, *arguments: str) -> tuple[int, str]:
        """A command on its database: the exit code, and all that it said."""
        ended = CliRunner().invoke(build_cli(arguments[0]), list(arguments))
        return ended.exit_code, ended.output

    @property
    def database(self) -> tuple[str, str]:
        return "--database-url", self.night.database_url


async def _nothing(_connection: asyncpg.Connection) -> None:
    """Tables without an election."""


@pytest.fixture(scope="module", params=SUBJECTS)
def played(request: pytest.FixtureRequest, databases: Databases) -> Iterator[Played]:
    """Imported by the command, served, and played by few phones with doubts and editors; FINALs alone."""
    subject = SUBJECTS[request.param]
    night = Night(databases.fresh("template_empty", _nothing), request.param)
    imported = CliRunner().invoke(
        build_cli("import"), ["import", str(subject.folder), "--database-url", night.database_url]
    )
    assert imported.exit_code == 0, imported.output
    election = read_package(subject.folder).election
    wanted = {station.code for station in election.stations[: subject.stations]}
    counts = tuple(count for count in read_station_counts(subject.folder, election) if count.station in wanted)
    night.serve(TALLYWIRE_CUT_SECONDS="1")
    plan = plan_night(
        election, counts, Pace({}, seed=SEED), seed=SEED, volunteers=12, doubts=0.2, photographs=0.02, partials=False
    )
    token = night.token(Role.OPERATOR)
    report = asyncio.run(run_night(plan, url=night.url, token=token, speed=0, connections=8, real=True))
    yield Played(subject, election, counts, night, report)
    night.close()
