"""From import to verification: whatever the election looks like, its night ends exact and everybody is told so."""

import json
from pathlib import Path
from typing import Any

import httpx

from counting.vocabulary import AreaLevel, Role, VotingVariation
from tests.any_election.conftest import Played
from tests.any_election.exported_files import *  # noqa: F403
from tests.any_election.exported_positions import *  # noqa: F403
from tests.example_queries.example import Example, examples
from tests.served import wait_until

RESULTS = """query R($id: ID!, $contests: [ID!], $level: AreaLevel) {
  results(electionId: $id, contestIds: $contests, level: $level) {
    contest { id seats } area { id level } status stationsTotal stationsFinal turnout margin decided
    validBallots ballotsCast rows { rank votes share leading candidate { name(lang: EN) } } } }"""
FEED = "query F($id: ID!) { feed(electionId: $id, first: 5) { reports { cursor tally { id reporter } } } }"
DIFFERENCES = """query D($id: ID!) { differences(electionId: $id, first: 1000) { edges { node {
  contest { id } area { id } item candidate { id } official reported complete } } } }"""


def results(played: Played, **variables: Any) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = played.night.api(RESULTS, id=played.election.id, **variables)["results"]
    return found


def test_the_night_ends_exact(played: Played) -> None:
    assert played.report.equal, played.report.differing[:5]
    assert played.report.mistakes_taken == 0
    assert played.report.doubts_by_kind and played.report.decided


def test_fsck_and_verify_find_nothing(played: Played) -> None:
    code, said = played.ran("fsck", *played.database)
    assert code == 0 and "sound" in said, said
    wait_until(lambda: _sealed(played) == played.night.sql("SELECT sequence FROM log_head")[0][0], what="the seal")
    code, said = played.ran("verify", played.night.url)
    assert code == 0, said
    assert f"{len({count.station for count in played.counts}):,} of" in said.replace("\n", " ")


def _sealed(played: Played) -> int:
    head = played.night.api("query($id: ID!) { checkpoint(electionId: $id) { size } }", id=played.election.id)
    return int(head["checkpoint"]["size"])


def test_each_level_sums_to_the_one_above_it(played: Played) -> None:
    """Of every contest, over those areas that divide it: stations right in a wider area are in none below."""
    by_key = {(one["contest"]["id"], one["area"]["id"]): one for one in results(played)}
    parents = {area.code: area.parent for area in played.election.areas}
    stations_in = {station.area for station in played.election.stations}
    prefix = f"{played.election.id}/"
    for (contest, area), own in by_key.items():
        code = area.removeprefix(prefix)
        below = [
            by_key[contest, prefix + child]
            for child, parent in parents.items()
            if parent == code and (contest, prefix + child) in by_key
        ]
        if below and code not in stations_in:
            assert sum(one["ballotsCast"] for one in below) == own["ballotsCast"], (contest, area)
            assert sum(one["stationsTotal"] for one in below) == own["stationsTotal"], (contest, area)


def test_every_level_that_the_election_has_can_be_asked_for_and_no_other_has_a_result(played: Played) -> None:
    levels = {area.level for area in played.election.areas}
    for level in AreaLevel:
        found = results(played, level=level.value)
        assert bool(found) == (level in levels)
        assert {one["area"]["level"] for one in found} <= {level.value}


def test_as_many_lead_as_there_are_seats_and_lists_that_share_them_have_no_leader(played: Played) -> None:
    contests = {f"{played.election.id}/{contest.code}": contest for contest in played.election.contests}
    own = [one for one in results(played) if one["area"]["id"].endswith(f"/{contests[one['contest']['id']].area}")]
    assert len(own) == len(contests)
    complete = [one for one in own if one["status"] in ("UNOFFICIAL_COMPLETE", "CORRECTION")]
    for one in complete:
        contest = contests[one["contest"]["id"]]
        leaders = sum(row["leading"] for row in one["rows"])
        proportional = contest.voting_variation is VotingVariation.PROPORTIONAL
        assert leaders == (0 if proportional else contest.seats), one
        assert one["decided"]
        assert [row["votes"] for row in one["rows"]] == sorted((row["votes"] for row in one["rows"]), reverse=True)


def test_official_figures_are_compared_and_only_a_misprint_differs(played: Played) -> None:
    found = [edge["node"] for edge in played.night.api(DIFFERENCES, id=played.election.id)["differences"]["edges"]]
    if played.subject.stations is None:
        (difference,) = found
        assert difference["candidate"]["id"] == "meridia-2019/seat-west-1a/2"
        assert difference["official"] - difference["reported"] == 10 and difference["complete"]
    else:
        assert not [difference for difference in found if difference["complete"]]


def _variables(example: Example, ids: dict[str, str], known: dict[str, str]) -> Any:
    text = json.dumps(example.variables(known))
    for bangkok, own in ids.items():
        text = text.replace(f'"{bangkok}"', f'"{own}"')
    return json.loads(text)


def test_every_example_query_answers_here_too(played: Played) -> None:
    """With this election's own ids in place of Bangkok's, and its cursors and tallies in place of placeholders."""
    api = {role.value: played.night.api.as_(played.night.token(role)) for role in (Role.EDITOR, Role.OPERATOR)}
    level = next(level.value for level in (AreaLevel.DISTRICT, AreaLevel.CONSTITUENCY) if results(played, level=level))
    page = api["OPERATOR"](FEED, id=played.election.id)
    report = next(one for one in page["feed"]["reports"] if one["tally"])
    known = {f"<cursor of report {n}>": report["cursor"] for n in range(1, 9)}
    known |= dict.fromkeys(("<tally of 103301-001>", "<tally of 103301-002>", "<held tally>"), report["tally"]["id"])
    known |= {"<a reporter>": report["tally"]["reporter"], "<second held tally>": report["tally"]["id"]}
    tried = 0
    for example in examples():
        if example.kind == "query":
            asked = example.query.replace("level: DISTRICT", f"level: {level}")
            variables = _variables(example, played.subject.ids, known)
            answer = api.get(example.token or "", api["OPERATOR"]).send(asked, **variables)
            assert "errors" not in answer, (example.name, answer)
            assert [value for value in answer["data"].values() if value in (None, [])] == [], example.name
            tried += 1
    assert tried > 10


def test_results_files_and_the_page_without_script_show_its_own_names(played: Played) -> None:
    url, election = played.night.url, played.election
    latest = httpx.get(f"{url}/results/{election.id}/latest.json", timeout=30).json()
    assert latest["election"] == election.id
    table = httpx.get(f"{url}/results/{election.id}/cuts/0.csv", timeout=30).text
    widest = election.contests[0]
    for candidate in (one for one in election.candidates if one.contest == widest.code):
        assert candidate.name.th.replace('"', '""') in table
    for language in ("th", "en"):
        page = httpx.get(f"{url}/?lang={language}&election={election.id}", timeout=30).text
        name = (election.name.th if language == "th" else election.name.en) or ""
        assert name in page
        assert ("กรุงเทพ" in page) == (election.id == "bkk-2022" and language == "th")
    assert httpx.get(f"{url}/card.png?lang=en&election={election.id}", timeout=30).content.startswith(b"\x89PNG")


def test_codes_are_printed_for_its_stations(played: Played, tmp_path: Path) -> None:
    into, area = tmp_path / "codes.html", played.election.stations[0].area
    chosen = ("--election", played.election.id, "--area", f"{played.election.id}/{area}")
    code, said = played.ran("enrolment-codes", *chosen, "--output", str(into), *played.database)
    assert code == 0, said
    (name,) = [one.name.th for one in played.election.areas if one.code == area]
    sheets = into.read_text("utf-8")
    assert name in sheets and played.election.name.th in sheets
