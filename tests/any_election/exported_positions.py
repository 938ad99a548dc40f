"""Exports of an earlier position of both elections' nights, by its cursor."""

import csv
import io
from pathlib import Path

from tallywire.formats.catalogue import FORMATS
from tests.any_election.exported_files import AT, Exported, _votes

MIDDLE = "query Middle($id: ID!, $first: Int) { feed(electionId: $id, first: $first) { cursor } }"


def test_an_earlier_position_is_as_it_stood_then(exported: Exported, tmp_path: Path) -> None:
    """In the middle of the night, where no cut is: the API's numbers there, and the command's bytes."""
    election, contest = exported.played.election.id, exported.played.election.contests[0].code
    half = min(500, exported.latest["sequence"] // 2)
    middle = exported.played.night.api(MIDDLE, id=election, first=half)["feed"]["cursor"]
    results = exported.played.night.api(AT, id=election, at=middle)["results"]
    told = exported.get(f"graphics.json?at={middle}", "now").json()
    assert (told["cursor"], told["cut"]) == (middle, -1) and 0 < told["sequence"] < exported.latest["sequence"]
    assert [one["ballotsCast"] for one in told["results"]] == [one["ballotsCast"] for one in results]
    assert [row["votes"] for row in told["rows"]] == [row["votes"] for one in results for row in one["rows"]]
    rows = exported.get(f"stations.csv?contest={contest}&at={middle}", "latest")
    table = csv.DictReader(io.StringIO(rows.content.decode("utf-8-sig")))
    own = next(one for one in results if one["contest"]["id"] == exported.id(contest))
    assert sum(int(row["votes"] or 0) for row in table) == sum(_votes(own).values())
    for form in FORMATS:
        latest, now = (exported.get(f"{form.file}?contest={contest}&at={middle}", place) for place in ("latest", "now"))
        assert latest.content == now.content and latest.headers["cache-control"] == "public, max-age=60"
    chosen = ("--election", election, "--at", middle, "--contest", contest)
    into = tmp_path / "stations.csv"
    code, said = exported.played.ran("export", "--format", "csv", *chosen, str(into), *exported.played.database)
    assert code == 0 and into.read_bytes() == rows.content, said
