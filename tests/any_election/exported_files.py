"""Every format of both elections, after their nights: the board's numbers at the same cut, by server and command."""

import csv
import gzip
import io
import json
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import httpx
import jsonschema_rs
import pyarrow.parquet as parquet
import pytest

from feed.position import decode
from tallywire.formats.catalogue import FORMATS
from tests.any_election.conftest import Played
from tests.served import run_tallywire, wait_until

NIST = Path(__file__).parent / "nist" / "NIST_V2_election_results_reporting.json"
AT = """query At($id: ID!, $at: Cursor) { results(electionId: $id, at: $at) {
  contest { id votingVariation } area { id level } status turnout margin decided stationsReporting stationsTotal
  validBallots invalidBallots noVoteBallots ballotsCast registeredVoters
  rows { rank votes share leading candidate { id ballotNumber name } } } }"""
Key = tuple[str, str]


@dataclass
class Exported:
    """The files of the newest cut, and what the API says of that position."""

    played: Played
    latest: dict[str, Any]
    board: dict[Key, dict[str, Any]]
    files: dict[str, httpx.Response] = field(default_factory=dict)

    def address(self, file: str, cut: str | None = None) -> str:
        place = f"cuts/{self.latest['cut']}" if cut is None else cut
        return f"{self.played.night.url}/results/{self.played.election.id}/{place}/{file}"

    def get(self, file: str, cut: str | None = None, **headers: str) -> httpx.Response:
        return httpx.get(self.address(file, cut), headers=headers, timeout=120)

    def file(self, name: str) -> httpx.Response:
        if name not in self.files:
            self.files[name] = self.get(name)
            assert self.files[name].status_code == 200, self.files[name].text
        return self.files[name]

    def rows(self, name: str) -> list[dict[str, str]]:
        return list(csv.DictReader(io.StringIO(self.file(name).content.decode("utf-8-sig"))))

    def id(self, code: str) -> str:
        return f"{self.played.election.id}/{code}"


@pytest.fixture(scope="module")
def exported(played: Played) -> Iterator[Exported]:
    """Once a cut has the whole night."""
    election, url = played.election.id, played.night.url
    head = played.night.sql("SELECT sequence FROM log_head")[0]["sequence"]

    def cut() -> dict[str, Any] | None:
        found: dict[str, Any] = httpx.get(f"{url}/results/{election}/latest.json", timeout=30).json()
        return found if found["sequence"] == head else None

    latest = wait_until(cut, 90, "a cut of the whole night")
    results = played.night.api(AT, id=election, at=latest["cursor"])["results"]
    yield Exported(played, latest, {(one["contest"]["id"], one["area"]["id"]): one for one in results})


def _votes(result: dict[str, Any]) -> dict[str, int]:
    return {row["candidate"]["id"]: row["votes"] for row in result["rows"]}


def test_by_station_the_numbers_add_up_to_every_result(exported: Exported) -> None:
    rows = exported.rows("stations.csv")
    assert list(rows[0])[:7] == ["county", "precinct", "office", "district", "party", "candidate", "votes"]
    parents = {
        exported.id(area.code): area.parent and exported.id(area.parent) for area in exported.played.election.areas
    }
    smallest = {exported.id(one.code): exported.id(one.area) for one in exported.played.election.stations}
    sums: dict[Key, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    papers: dict[Key, dict[str, list[int]]] = defaultdict(dict)
    for row in (one for one in rows if one["state"] != "SILENT"):
        area: str | None = smallest[row["station_id"]]
        while area is not None:
            sums[row["contest_id"], area][row["candidate_id"]] += int(row["votes"] or 0)
            numbers = ("valid_ballots", "invalid_ballots", "no_vote_ballots", "ballots_cast")
            papers[row["contest_id"], area][row["station_id"]] = [int(row[name] or 0) for name in numbers]
            area = parents[area]
    for key, result in exported.board.items():
        assert {name: sums[key][name] for name in _votes(result)} == _votes(result), key
        totals = [sum(column) for column in zip([0] * 4, *papers[key].values(), strict=True)]
        assert totals == [result[name] for name in ("validBallots", "invalidBallots", "noVoteBallots", "ballotsCast")]
    silent = [row for row in rows if row["state"] == "SILENT"]
    assert bool(silent) == (exported.played.subject.stations is not None)
    assert {row["votes"] for row in silent} <= {""} and all(row["registered_voters"] != "" for row in rows)
    assert len(rows) == sum(
        1
        for register in exported.played.election.registers
        for candidate in exported.played.election.candidates
        if candidate.contest == register.contest
    )


def test_a_wide_table_has_a_row_an_area_and_a_column_a_candidate(exported: Exported) -> None:
    contest = exported.played.election.contests[0]
    rows = exported.rows(f"wide.csv?contest={contest.code}&lang=en")
    keys = [(exported.id(contest.code), exported.id(row["area"])) for row in rows]
    assert keys == [key for key in exported.board if key[0] == exported.id(contest.code)]
    for key, row in zip(keys, rows, strict=True):
        result = exported.board[key]
        by_number = {one["candidate"]["ballotNumber"]: one["votes"] for one in result["rows"]}
        shown = {int(name.split()[0]): int(value) for name, value in row.items() if name[0].isdigit()}
        assert shown == by_number
        assert row["status"] == result["status"] and row["margin"] == (
            "" if result["margin"] is None else str(result["margin"])
        )
        assert row["turnout"] == ("" if result["turnout"] is None else f"{result['turnout']:.6f}")
    level = exported.board[keys[-1]]["area"]["level"]
    narrow = exported.rows(f"wide.csv?contest={contest.code}&level={level.lower()}")
    assert {row["level"] for row in narrow} == {level} and narrow == [
        dict(zip(narrow[0], row.values(), strict=True))
        for row in exported.rows(f"wide.csv?contest={contest.code}")
        if row["level"] == level
    ]


def test_graphics_are_flat_and_in_order_of_rank(exported: Exported) -> None:
    told = exported.file("graphics.json").json()
    assert (told["cut"], told["sequence"], told["cursor"]) == (
        exported.latest["cut"],
        exported.latest["sequence"],
        exported.latest["cursor"],
    )
    by_result: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for row in told["rows"]:
        by_result[row["result"]].append(row)
    assert [one["key"] for one in told["results"]] == list(by_result)
    assert len({row["key"] for row in told["rows"]}) == len(told["rows"])
    for one in told["results"]:
        result = exported.board[exported.id(one["contest"]), exported.id(one["area"])]
        assert one["ballotsCast"] == result["ballotsCast"] and one["decided"] == result["decided"]
        rows = by_result[one["key"]]
        assert [row["position"] for row in rows] == list(range(1, len(rows) + 1))
        assert [(row["ballotNumber"], row["votes"], row["rank"], row["leading"]) for row in rows] == [
            (row["candidate"]["ballotNumber"], row["votes"], row["rank"], row["leading"]) for row in result["rows"]
        ]
    for one in (*told["results"], *told["rows"]):
        assert all(isinstance(value, str | int | float | bool) for value in one.values())
    assert {frozenset(one) for one in told["rows"]} == {frozenset(told["rows"][0])}


def test_each_area_with_a_shape_is_on_the_map_with_its_numbers(exported: Exported) -> None:
    features = exported.file("areas.geojson").json()["features"]
    assert len(features) == len(exported.board)
    shaped = 0
    for feature in features:
        told = feature["properties"]
        result = exported.board[exported.id(told["contest"]), exported.id(told["area"])]
        assert {name: value for name, value in told.items() if name.startswith("votes_")} == {
            f"votes_{row['candidate']['ballotNumber']}": row["votes"] for row in result["rows"]
        }
        first = result["rows"][0]
        if first["votes"] and sum(row["rank"] == 1 for row in result["rows"]) == 1:
            assert (told["firstName"], told["firstShare"]) == (first["candidate"]["name"], first["share"])
        else:
            assert told["firstName"] is None
        if feature["geometry"] is not None:
            shaped += 1
            for x, y in _points(feature["geometry"]):
                assert 100.3 < x < 101 and 13.4 < y < 14
    # Fifty districts and 180 subdistricts, each for governor and council; of Meridia there is no map.
    assert shaped == (460 if exported.played.election.id == "bkk-2022" else 0)


def _points(geometry: dict[str, Any]) -> Iterator[list[float]]:
    assert geometry["type"] in ("Polygon", "MultiPolygon")
    for polygon in [geometry["coordinates"]] if geometry["type"] == "Polygon" else geometry["coordinates"]:
        for place, ring in enumerate(polygon):
            assert ring[0] == ring[-1] and len(ring) >= 4
            turns = sum(a[0] * b[1] - b[0] * a[1] for a, b in pairwise(ring))
            assert (turns > 0) == (place == 0)
            yield from ring


def test_the_common_data_format_is_valid_by_its_own_schema_and_has_the_boards_numbers(exported: Exported) -> None:
    report = exported.file("cdf.json").json()
    validator = jsonschema_rs.validator_for(json.loads(NIST.read_text("utf-8")))
    assert [str(error) for error in validator.iter_errors(report)][:3] == []
    # The schema itself holds: a count that is a text is refused.
    assert not validator.is_valid({**report, "SequenceEnd": "1"})
    (election,) = report["Election"]
    units = {unit["@id"]: unit for unit in report["GpUnit"]}
    assert len(units) == len(exported.played.election.areas) + len(exported.played.election.stations)
    assert sum(unit["Type"] == "precinct" for unit in units.values()) == len(exported.played.election.stations)
    for unit in units.values():
        assert all(inside in units for inside in unit.get("ComposingGpUnitIds", ()))
    parties = {party["@id"] for party in report["Party"]}
    candidates = {one["@id"]: one for one in election["Candidate"]}
    assert {one["PartyId"] for one in candidates.values() if "PartyId" in one} <= parties
    assert report["IsTest"] == exported.played.election.is_test
    for contest in election["Contest"]:
        identity = contest["@id"].removeprefix("contest:")
        below: dict[str, int] = defaultdict(int)
        shown: dict[str, dict[str, int]] = defaultdict(dict)
        for selection in contest["ContestSelection"]:
            candidate = selection["@id"].removeprefix("selection:")
            assert (
                set(selection.get("PartyIds", ())) <= parties
                and set(selection.get("CandidateIds", ())) <= candidates.keys()
            )
            for one in selection["VoteCounts"]:
                kind, _, place = one["GpUnitId"].partition(":")
                if kind == "area":
                    shown[place][candidate] = one["Count"]
                else:
                    below[candidate] += one["Count"]
        for area, votes in shown.items():
            assert votes == _votes(exported.board[identity, area])
        own = exported.board[identity, contest["ElectionDistrictId"].removeprefix("area:")]
        assert {name: below[name] for name in _votes(own)} == _votes(own)
        others = {one["GpUnitId"]: one for one in contest["OtherCounts"]}
        area = others[contest["ElectionDistrictId"]]
        assert (area["Overvotes"], area["Undervotes"]) == (own["invalidBallots"], own["noVoteBallots"])
        assert (contest["SubUnitsReported"], contest["TotalSubUnits"]) == (
            own["stationsReporting"],
            own["stationsTotal"],
        )
    _papers(exported, election)


def _papers(exported: Exported, election: dict[str, Any]) -> None:
    """Of the first office: what each area cast, and no unit twice."""
    first = exported.played.election.contests[0]
    counts = [one["GpUnitId"] for one in election["BallotCounts"]]
    assert len(counts) == len(set(counts))
    cast = {one["GpUnitId"]: one["BallotsCast"] for one in election["BallotCounts"]}
    own = exported.board[exported.id(first.code), exported.id(first.area)]
    assert cast[f"area:{exported.id(first.area)}"] == own["ballotsCast"]
    assert sum(number for unit, number in cast.items() if unit.startswith("station:")) == own["ballotsCast"]


def test_parquet_is_typed_and_what_is_not_known_is_null(exported: Exported) -> None:
    station = exported.played.counts[0].station
    place = next(one.area for one in exported.played.election.stations if one.code == station)
    table = parquet.read_table(io.BytesIO(exported.file(f"stations.parquet?area={place}").content))
    types = {field.name: str(field.type) for field in table.schema}
    assert types["votes"] == types["registered_voters"] == "int64" and types["candidate_name_th"] == "string"
    assert types["updated_at"] == "timestamp[us, tz=UTC]"
    assert table.schema.metadata[b"cut"].decode() == str(exported.latest["cut"])
    rows = table.to_pylist()
    assert any(row["votes"] for row in rows)
    assert [(row["contest"], row["station"], row["votes"], row["state"]) for row in rows] == [
        (
            row["contest_id"].partition("/")[2],
            row["precinct"],
            int(row["votes"]) if row["votes"] else None,
            row["state"],
        )
        for row in exported.rows(f"stations.csv?area={place}")
    ]


@pytest.mark.parametrize("form", FORMATS, ids=lambda form: form.name)
def test_the_command_writes_the_same_bytes(exported: Exported, form: Any, tmp_path: Path) -> None:
    contest = exported.played.election.contests[0].code
    into = tmp_path / form.file
    chosen = ("--election", exported.played.election.id, "--cut", str(exported.latest["cut"]), "--contest", contest)
    code, said = exported.played.ran("export", "--format", form.name, *chosen, str(into), *exported.played.database)
    assert code == 0 and f"position {exported.latest['sequence']:,}" in said, said
    assert into.read_bytes() == exported.get(f"{form.file}?contest={contest}").content


def test_the_command_writes_to_the_output_too(exported: Exported) -> None:
    contest = exported.played.election.contests[0].code
    chosen = ("--election", exported.played.election.id, "--contest", contest, "--at", exported.latest["cursor"])
    ran = run_tallywire("export", "--format", "csv-wide", *chosen, "-", *exported.played.database)
    assert ran.returncode == 0 and ran.stdout.startswith("\ufeffarea,level,name")
    assert len(ran.stdout.splitlines()) == 1 + len(exported.rows(f"wide.csv?contest={contest}"))


def test_a_file_is_kept_by_its_tag(exported: Exported) -> None:
    for form in FORMATS:
        name = f"{form.file}?contest={exported.played.election.contests[0].code}"
        plain = exported.get(name, **{"Accept-Encoding": "identity"})
        assert plain.status_code == 200 and plain.headers["content-type"] == form.media_type
        assert plain.headers["cache-control"] == "public, max-age=31536000, immutable"
        assert plain.headers["access-control-allow-origin"] == "*"
        assert int(plain.headers["content-length"]) == len(plain.content)
        with httpx.stream("GET", exported.address(name), headers={"Accept-Encoding": "gzip"}, timeout=60) as answer:
            raw = b"".join(answer.iter_raw())
        tags = plain.headers["etag"], answer.headers["etag"]
        assert all(tag.startswith('"') for tag in tags)
        if form.packs:
            # Tags are strong: other bytes, another tag.
            assert tags[0] != tags[1] and gzip.decompress(raw) == plain.content
        for tag, encoding in zip(tags, ("identity", "gzip"), strict=True):
            again = exported.get(name, **{"If-None-Match": tag, "Accept-Encoding": encoding})
            assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", tag)
            weakened = exported.get(name, **{"If-None-Match": f"W/{tag}", "Accept-Encoding": encoding})
            assert weakened.status_code == 304
        head = httpx.head(exported.address(name), headers={"Accept-Encoding": "identity"}, timeout=60)
        assert (head.status_code, head.content, head.headers["etag"]) == (200, b"", tags[0])
        assert head.headers["content-length"] == plain.headers["content-length"]
        named = f'{exported.played.election.id}-cut-{exported.latest["cut"]}-{form.file}"'
        assert named in plain.headers["content-disposition"]


def test_the_newest_cut_and_this_moment_have_addresses_that_stay(exported: Exported) -> None:
    election, contest = exported.played.election.id, exported.played.election.contests[0].code
    for form in FORMATS:
        name = f"{form.file}?contest={contest}"
        latest = exported.get(name, "latest")
        assert latest.content == exported.get(name).content
        assert latest.headers["cache-control"] == "public, max-age=3"
        here = f"/results/{election}/cuts/{exported.latest['cut']}/{name}"
        assert latest.headers["content-location"] == here
        now = exported.get(name, "now")
        if form.stations:
            assert now.status_code == 404 and f"latest/{form.file}" in now.text
        else:
            assert now.status_code == 200 and now.headers["cache-control"] == "public, max-age=1"
    now = exported.get("graphics.json", "now").json()
    assert (now["cut"], now["sequence"]) == (-1, exported.latest["sequence"])
    assert now["rows"] == exported.file("graphics.json").json()["rows"]


@pytest.mark.parametrize(
    ("name", "place", "words"),
    [
        ("stations.xml", None, ("there are cdf.json, stations.csv", "ไม่มีไฟล์นี้")),
        ("stations.csv?contest=none", None, ("contest: there is no none in", "contest: ไม่มี none")),
        ("stations.csv?area=none", None, ("area: there is no none in", "area: ไม่มี none")),
        ("areas.geojson?level=planet", None, ("level: there is no planet; there are", "level: ไม่มี planet")),
        ("stations.csv?level={level}", None, ("level: a table by station has none", "level: ตารางรายหน่วย")),
        ("stations.parquet?level={level}", None, ("level: a table by station has none", "level: ตารางรายหน่วย")),
        ("wide.csv?contest={contest}&lang=fr", None, ("lang: there is no fr; there are th, en", "lang: ไม่มี fr")),
        ("graphics.json?colour=red", None, ("there is no colour here; there are contest", "ไม่รู้จัก colour")),
        ("wide.csv?contest={contest}&contest=other", None, ("contest stands here 2 times", "contest: ระบุได้ครั้งเดียว")),
        ("wide.csv", None, ("a wide table is of one contest", "ครั้งละหนึ่งสนาม")),
        ("stations.csv?at=!", "latest", ("at: this is no cursor", "at: ไม่ใช่ cursor")),
        ("graphics.json?at=YWJjLjE", "now", ("at: this cursor is of another election", "การเลือกตั้งอื่น")),
        ("graphics.json?at={beyond}", "now", ("at: the log ends at entry", "at: บันทึกมีถึงลำดับที่")),
        ("graphics.json?at={now}", None, ("there is no at here", "ไม่รู้จัก at")),
        ("stations.csv", "cuts/9999", ("there is no cut 9999", "ไม่มีผลรอบที่ 9999")),
        ("stations.csv", "cuts/00", ("there is no cut", "ไม่มีผลรอบที่")),
    ],
)
def test_what_cannot_be_exported_is_told_in_both_languages(
    exported: Exported, name: str, place: str | None, words: tuple[str, str]
) -> None:
    contest, level = exported.played.election.contests[0].code, exported.played.election.areas[0].level.value
    now = exported.latest["cursor"]
    beyond = replace(decode(now), sequence=exported.latest["sequence"] + 1).encode()
    answer = exported.get(name.format(contest=contest, level=level, now=now, beyond=beyond), place)
    assert answer.status_code == 404 and answer.headers["cache-control"] == "no-store"
    assert all(one in answer.text for one in words), answer.text


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--format", "xml"), "there are cdf-json, csv, csv-wide"),
        (("--format", "csv", "--election", "none"), "there is no election none; there are"),
        (("--format", "csv", "--contest", "none"), "contest: there is no none"),
        (("--format", "csv", "--level", "CITY"), "level: "),
        (("--format", "csv", "--cut", "99999"), "there is no cut 99999"),
        (("--format", "csv", "--at", "!"), "at: this is no cursor"),
        (("--format", "csv", "--at", "YWJjLjE"), "at: this cursor is of another election"),
        (("--format", "csv", "--cut", "0", "--at", "YWJjLjE"), "--cut and --at name two moments"),
        (("--format", "csv", "--all"), "--all, or one of --format"),
        (("--all", "--contest", "x"), "go with --format"),
    ],
)
def test_the_command_ends_with_2_and_a_clear_line(
    exported: Exported, arguments: tuple[str, ...], words: str, tmp_path: Path
) -> None:
    into = tmp_path / "out"
    code, said = exported.played.ran("export", *arguments, str(into), *exported.played.database)
    assert code == 2 and words in said, said
    assert list(tmp_path.iterdir()) == []
