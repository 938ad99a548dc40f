"""Bangkok 2022, replayed whole: the differences from what was published are those of SOURCES.md, and planted ones."""

import functools
import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect
from typer.testing import CliRunner

from counting.election import StationCount
from counting.tally import Submission, VotesRow
from counting.vocabulary import Role, TallyCoverage
from db.answers import Accepted, Request
from db.batch import write_batch
from db.definitions import ElectionDefinition
from db.people import Person, add_person, assign
from db.spreads import SpreadBook
from tallywire.cli import build_cli
from tallywire.package import read_station_counts
from tallywire.packaged import bangkok
from tests.conftest import Databases, Night, _fill_bangkok, bangkok_election
from tests.db.desk import desk
from tests.own_thread import apart, complete

ELECTION = "bkk-2022"
DIFFERENCES = """
query Differences($election: ID!, $after: String) {
  differences(electionId: $election, first: 3, after: $after) {
    totalCount version { number } pageInfo { hasNextPage endCursor }
    edges { node { contest { id } area { id } station { id } item candidate { ballotNumber } reported official complete
      amount changesLeader } }
  }
}
"""
SUBMIT = """
mutation Correct($input: SubmitTallyInput!) { submitTally(input: $input) {
  __typename ... on TallyRejected { findings { message(lang: EN) } } } }
"""
STANDING = """
query Standing($station: ID!, $contest: ID!) { station(id: $station) { tally(contestId: $contest) {
  id votes { votes candidate { id } } invalidBallots noVoteBallots ballotsCast } } }
"""
Row = tuple[str, str, str, int, int]


@pytest.fixture(scope="module")
def night(databases: Databases) -> Iterator[Night]:
    """Every station's FINAL of both contests, written by the real way in; served when all of them stand."""
    night = Night(databases.fresh("template_bangkok", _fill_bangkok), ELECTION).open()
    assert complete(_replay(night)) == 2 * 6_817
    night.serve()
    yield night
    night.close()


@pytest.fixture(scope="module")
def reporter(night: Night) -> None:
    """Everything was reported."""


async def _replay(night: Night) -> int:
    """District by district; how many were accepted."""
    districts = defaultdict(list)
    for count in every_count():
        districts[count.station[:4]].append(count)
    accepted, spreads = 0, SpreadBook()
    async with desk(night) as at, at.database.pool.acquire() as connection:
        for counts in districts.values():
            person, _ = await add_person(connection, Role.VOLUNTEER, ELECTION, None)
            await assign(connection, person.id, sorted({f"{ELECTION}/{count.station}" for count in counts}))
            requests = [_final(at.definition, person, count) for count in counts]
            answers = await write_batch(connection, at.definition, requests, spreads)
            accepted += sum(isinstance(answer, Accepted) for answer in answers)
    return accepted


def _final(definition: ElectionDefinition, person: Person, count: StationCount) -> Request:
    contest = definition.contests[f"{ELECTION}/{count.contest}"]
    rows = zip(contest.candidates, count.votes, strict=True)
    return Request(
        Submission(
            client_tally_id=f"{count.station} {count.contest}",
            station_id=f"{ELECTION}/{count.station}",
            contest_id=contest.id,
            coverage=TallyCoverage.FINAL,
            votes=tuple(VotesRow(candidate.id, votes) for candidate, votes in rows),
            valid_ballots=None,
            invalid_ballots=count.invalid_ballots,
            no_vote_ballots=count.no_vote_ballots,
            ballots_cast=sum(count.votes) + count.invalid_ballots + count.no_vote_ballots,
            as_written=False,
            replaces=None,
            evidence=(),
            counted_at=None,
            note=None,
            reporter=person.id,
        ),
        person,
    )


@functools.cache
def every_count() -> tuple[StationCount, ...]:
    return read_station_counts(bangkok(), bangkok_election())


def counts_of(contest: str, area: str = "") -> list[StationCount]:
    return [count for count in every_count() if count.contest == contest and count.station.startswith(area)]


def documented() -> list[Row]:
    """The table of SOURCES.md: contest, area, figure, replayed, official."""
    text = (bangkok() / "SOURCES.md").read_text("utf-8")
    shape = r"^\| (\S+) \| (\d+) [^|]+ \| (\S+) \| ([\d,]+) \| ([\d,]+) \|$"
    return [
        (contest, area, item, int(replayed.replace(",", "")), int(official.replace(",", "")))
        for contest, area, item, replayed, official in re.findall(shape, text, re.MULTILINE)
    ]


def shown(night: Night) -> list[Row]:
    """What `differences` lists, page by page, in its order."""
    rows, after = [], None
    while True:
        found = night.api(DIFFERENCES, election=ELECTION, after=after)["differences"]
        rows += [_row(edge["node"]) for edge in found["edges"]]
        after = found["pageInfo"]["endCursor"]
        if not found["pageInfo"]["hasNextPage"]:
            assert len(rows) == found["totalCount"]
            return rows


def _row(node: dict[str, Any]) -> Row:
    assert node["complete"] and not node["changesLeader"] and node["amount"] == node["reported"] - node["official"]
    number = f" {node['candidate']['ballotNumber']}" if node["candidate"] else ""
    place = (node["station"] or node["area"])["id"]
    contest, place = (id_.removeprefix(f"{ELECTION}/") for id_ in (node["contest"]["id"], place))
    return contest, place, node["item"].lower() + number, node["reported"], node["official"]


def test_the_whole_night_differs_where_sources_md_says_and_nowhere_else(night: Night) -> None:
    assert len(documented()) == 5
    assert shown(night) == documented()


@dataclass(frozen=True)
class Standing:
    """A station's tally as it stands, to be corrected by an editor."""

    night: Night
    station: str
    contest: str

    def correct(self, reason: str, *, moved: int = 0, invalid: int = 0) -> None:
        """`moved` votes from the first candidate who has as many to the one after; so many invalid ballots more."""
        editor = self.night.api.as_(self.night.token(Role.EDITOR))
        ids = {"station": f"{ELECTION}/{self.station}", "contest": f"{ELECTION}/{self.contest}"}
        tally = editor(STANDING, **ids)["station"]["tally"]
        votes = {row["candidate"]["id"]: row["votes"] for row in tally["votes"]}
        one, other = (f"{ELECTION}/{self.contest}/{number}" for number in (8, 1))
        if moved:
            votes[one] -= moved
            votes[other] += moved
        given = {
            "clientTallyId": reason,
            "stationId": ids["station"],
            "contestId": ids["contest"],
            "votes": [{"candidateId": candidate, "votes": number} for candidate, number in votes.items()],
            "invalidBallots": tally["invalidBallots"] + invalid,
            "noVoteBallots": tally["noVoteBallots"],
            "ballotsCast": tally["ballotsCast"] + invalid,
            "replaces": tally["id"],
            "note": reason,
        }
        answer = editor(SUBMIT, input=given)["submitTally"]
        assert answer["__typename"] == "TallyAccepted", answer


def votes_of(number: int, area: str = "") -> int:
    """By the counts of the package."""
    return sum(count.votes[number - 1] for count in counts_of("governor", area))


def test_three_planted_faults_are_listed_beside_them(night: Night, tmp_path: Path) -> None:
    """Votes moved from one candidate to another; ballots made up; a misprint in figures of a subdistrict and a station.

    The figures are loaded by `import --official`: of the city, of districts, of a subdistrict and of stations.
    """
    counts = counts_of("governor", "1033")
    subdistrict = counts[0].station[:6]
    eight = votes_of(8, subdistrict)
    rows = [f"governor,{subdistrict},votes,8,{eight - 4}", f"governor,{subdistrict},votes,1,{votes_of(1, subdistrict)}"]
    published = (bangkok() / "official.csv").read_text("utf-8").rstrip("\n").splitlines()
    (tmp_path / "official.csv").write_text("\n".join([*published, *rows]) + "\n", "utf-8")
    first, second = counts[0], counts[1]
    (tmp_path / "official_stations.csv").write_text(
        "contest,station,item,ballot_number,value\n"
        f"governor,{first.station},votes,8,{first.votes[7] + 9}\n"
        f"governor,{second.station},votes,8,{second.votes[7]}\n",
        "utf-8",
    )
    command = ["import", str(tmp_path), "--official", "--election", ELECTION, "--database-url", night.database_url]
    for word in ("version 2 loaded", "version 2 stands already, unchanged"):
        ran = apart(lambda: CliRunner().invoke(build_cli("import"), command))
        assert ran.exit_code == 0 and word in ran.stdout, ran.output
    misprints = [
        ("governor", first.station, "votes 8", first.votes[7], first.votes[7] + 9),
        ("governor", subdistrict, "votes 8", eight, eight - 4),
    ]
    assert set(shown(night)) == {*documented(), *misprints}

    moved_at = next(count.station for count in counts_of("governor", "1001") if count.votes[7] > 30)
    Standing(night, moved_at, "governor").correct("two lines were swapped", moved=7)
    Standing(night, "103301-001", "council-1033").correct("papers found behind the desk", invalid=3)
    city, inside = ({number: votes_of(number, area) for number in (1, 8)} for area in ("", "1001"))
    council = counts_of("council-1033")
    invalid = sum(count.invalid_ballots for count in council)
    cast = invalid + sum(sum(count.votes) + count.no_vote_ballots for count in council)
    planted = [
        ("governor", "10", "votes 8", city[8] - 7, city[8]),
        ("governor", "10", "votes 1", city[1] + 7, city[1]),
        ("governor", "1001", "votes 8", inside[8] - 7, inside[8]),
        ("governor", "1001", "votes 1", inside[1] + 7, inside[1]),
        ("council-1033", "1033", "invalid_ballots", invalid + 3, invalid),
        ("council-1033", "1033", "ballots_cast", cast + 3, cast),
    ]
    found = shown(night)
    assert set(found) == {*documented(), *misprints, *planted} and len(found) == 13
    # The largest first; of one size the narrowest place.
    assert [abs(row[3] - row[4]) for row in found] == [1_000, 9, 7, 7, 7, 7, 5, 4, 3, 3, 2, 1, 1]
    assert [row[1] for row in found[2:6]] == ["1001", "1001", "10", "10"]


def test_the_page_lists_them_with_what_matters_first(page: Page, night: Night) -> None:
    """After the test before it: what was planted as well."""
    rows = shown(night)
    page.goto(f"{night.url}/?check=differences&lang=en")
    expect(page.locator("h1")).to_have_text(f"{len(rows)} figures differ from the official ones")
    listed = page.locator(".diffs li")
    expect(listed).to_have_count(len(rows))
    for place, (_, _, _, reported, official) in enumerate(rows):
        amount = f"{reported - official:+,}".replace("-", "\u2212")
        expect(listed.nth(place).locator("dd")).to_have_text([f"{reported:,}", f"{official:,}", amount])
