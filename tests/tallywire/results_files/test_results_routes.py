"""Results files from two nodes, as caches and outlets fetch them; and what `verify` makes of them."""

import csv
import gzip
import hashlib
import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from typer.testing import CliRunner, Result

from counting.vocabulary import ElectionPhase, Role
from tallywire.cli import build_cli
from tests.conftest import Databases, Night, _fill_small
from tests.gql.documents import accepted, sheet
from tests.served import wait_until

PATIENCE = 60
CUTS = """
query Cuts($election: ID!, $first: Int, $before: Int) {
  cuts(electionId: $election, first: $first, before: $before) {
    number sequence cursor phase rootHash resultsSha256 url bytes
  }
}
"""
AT = """
query At($election: ID!, $at: Cursor) {
  results(electionId: $election, at: $at) { contest { id } area { id } ballotsCast stationsReporting rows { votes } }
}
"""


@pytest.fixture(scope="module")
def nodes(databases: Databases) -> Iterator[Night]:
    """Two nodes over one database; two reports, and a cut of them."""
    night = Night(databases.fresh("template_small", _fill_small), "small").open()
    for _ in range(2):
        night.serve(TALLYWIRE_CUT_SECONDS="0.2", TALLYWIRE_LEDGER_SEAL_SECONDS="0.2")
    volunteer = night.api.as_(night.token(Role.VOLUNTEER, "a-1", "a-2"))
    accepted(volunteer, sheet(night, "a-1", [1, 2, 3]))
    accepted(volunteer, sheet(night, "a-2", [10, 20, 5]))
    wait_until(lambda: _latest(night)["sequence"] == 2, PATIENCE, "a cut of both reports")
    yield night
    night.close()


def _latest(night: Night) -> dict[str, Any]:
    return dict(_get(night, "/results/small/latest.json").json())


def _get(night: Night, path: str, node: int = 0, **headers: str) -> httpx.Response:
    return httpx.get(night.servers[node].url + path, headers=headers, timeout=PATIENCE)


def _verify(night: Night, folder: Path, *arguments: str, place: str | None = None) -> Result:
    given = ["verify", place or night.url, "--election", "small", "--state", str(folder / "state.json"), *arguments]
    return CliRunner().invoke(build_cli("verify"), given)


def test_a_cut_is_the_same_bytes_from_every_node_and_its_digest_stands_in_the_head(nodes: Night) -> None:
    latest = _latest(nodes)
    for path in (latest["url"], latest["csv"]):
        one, other = (_get(nodes, path, node) for node in (0, 1))
        assert one.content == other.content and one.status_code == 200
        assert "immutable" in one.headers["cache-control"] and one.headers["access-control-allow-origin"] == "*"
    content = _get(nodes, latest["url"]).content
    digest = hashlib.sha256(content).hexdigest()
    assert (digest, len(content)) == (latest["resultsSha256"], latest["bytes"])
    line = f"cut {latest['cut']} 2 {digest}"
    wait_until(lambda: line in _get(nodes, "/log/small/checkpoint").text.splitlines(), PATIENCE, "the cut in the head")


def test_the_files_are_chained_from_the_zero_report_on(nodes: Night) -> None:
    zero = _get(nodes, "/results/small/cuts/0.json")
    assert zero.json()["sequence"] == 0 and zero.json()["previous"] is None
    assert all(one["stationsReporting"] == 0 == sum(one["votes"]) for one in zero.json()["results"])
    before = zero
    for number in range(1, _latest(nodes)["cut"] + 1):
        cut = _get(nodes, f"/results/small/cuts/{number}.json")
        assert cut.json()["previous"] == hashlib.sha256(before.content).hexdigest()
        before = cut


def test_whoever_has_a_file_already_is_told_so(nodes: Night) -> None:
    latest = _latest(nodes)
    for path in ("/results/small/latest.json", latest["url"], latest["csv"]):
        tag = _get(nodes, path).headers["etag"]
        again = httpx.get(nodes.servers[1].url + path, headers={"If-None-Match": tag}, timeout=PATIENCE)
        assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", tag)


def test_files_come_packed_to_those_who_take_it_and_plain_to_the_others(nodes: Night) -> None:
    path = _latest(nodes)["url"]
    with httpx.stream("GET", nodes.url + path, headers={"Accept-Encoding": "gzip"}) as answer:
        raw = b"".join(answer.iter_raw())
    plain = httpx.get(nodes.url + path, headers={"Accept-Encoding": "identity"}, timeout=PATIENCE)
    assert answer.headers["content-encoding"] == "gzip" and gzip.decompress(raw) == plain.content
    assert plain.headers.get("content-encoding", "identity") == "identity"


def test_pages_of_other_origins_may_ask_with_a_tag_or_a_token(nodes: Night) -> None:
    preflight = {
        "Origin": "https://news.example",
        "Access-Control-Request-Method": "GET",
        "Access-Control-Request-Headers": "authorization, if-none-match",
    }
    asked = httpx.options(f"{nodes.url}/results/small/latest.json", headers=preflight)
    assert asked.status_code == 200 and "If-None-Match" in asked.headers["access-control-allow-headers"]


@pytest.mark.parametrize(
    "path", ["cuts/99999.json", "cuts/00.json", "cuts/99999999999999.json", "cuts/0.xml", "cuts/-1.json", "cuts/x.json"]
)
def test_what_is_no_cut_is_not_found(nodes: Night, path: str) -> None:
    assert _get(nodes, f"/results/small/{path}").status_code == 404
    assert _get(nodes, f"/results/elsewhere/{path}").status_code == 404


def test_the_table_has_the_numbers_of_the_file(nodes: Night) -> None:
    latest = _latest(nodes)
    rows = list(csv.DictReader(io.StringIO(_get(nodes, latest["csv"]).content.decode("utf-8-sig"))))
    city = [row for row in rows if (row["contest"], row["area"]) == ("small/mayor", "small/city")]
    assert [(row["ballotNumber"], row["votes"], row["rank"], row["leading"]) for row in city] == [
        *(("1", "11", "2", "false"), ("2", "22", "1", "true"), ("3", "8", "3", "false")),
    ]
    assert {row["share"] for row in city} == {"0.268293", "0.536585", "0.195122"}


def test_cuts_are_listed_newest_first_and_results_at_their_cursor_are_those_in_their_file(nodes: Night) -> None:
    cuts = nodes.api(CUTS, election="small")["cuts"]
    assert [cut["number"] for cut in cuts] == list(range(len(cuts) - 1, -1, -1))
    older = nodes.api(CUTS, election="small", first=1, before=1)["cuts"]
    assert [cut["number"] for cut in older] == [0]
    for cut in cuts:
        file = _get(nodes, cut["url"]).json()
        shown = nodes.servers[1].api(AT, election="small", at=cut["cursor"])["results"]
        assert (file["cursor"], file["rootHash"]) == (cut["cursor"], cut["rootHash"])
        assert {(r["contest"]["id"], r["area"]["id"]): (r["ballotsCast"], r["stationsReporting"]) for r in shown} == {
            (r["contest"], r["area"]): (r["ballotsCast"], r["stationsReporting"]) for r in file["results"]
        }
    assert nodes.api.code(CUTS, election="small", before=-1) == "BAD_USER_INPUT"


def test_verify_holds_every_cut_against_the_entries_from_the_server_and_from_a_copy(
    nodes: Night, tmp_path: Path
) -> None:
    cut = _latest(nodes)["cut"]
    wait_until(lambda: f"cut {cut} " in _get(nodes, "/log/small/checkpoint").text, PATIENCE, "the cut in the head")
    ran = _verify(nodes, tmp_path, "--cuts", "--save", str(tmp_path / "copy"))
    assert ran.exit_code == 0, ran.output
    assert f"{cut + 1} of {cut + 1} cuts were held against the entries" in ran.output
    offline = _verify(nodes, tmp_path, place=str(tmp_path / "copy"))
    assert offline.exit_code == 0, offline.output
    path = tmp_path / "copy" / "cuts" / f"{cut}.json"
    path.write_bytes(path.read_bytes().replace(b'"votes":[11,22,8]', b'"votes":[11,23,8]'))
    changed = _verify(nodes, tmp_path, place=str(tmp_path / "copy"))
    assert changed.exit_code == 1
    assert f"cut {cut}: its sha256 is" in changed.output and "votes of small/mayor/2 is 23" in changed.output


def test_verify_finds_a_results_file_that_was_changed_in_the_database_with_its_digest(
    counting: Night, tmp_path: Path
) -> None:
    """The whole row, so that nothing on the server itself contradicts it."""
    counting.serve(TALLYWIRE_CUT_SECONDS="0.2", TALLYWIRE_LEDGER_SEAL_SECONDS="0.2")
    wait_until(
        lambda: "cut 0 " in _get(counting, "/log/small/checkpoint").text, PATIENCE, "the zero report in the head"
    )
    (row,) = counting.sql("SELECT results FROM cut")
    false = gzip.decompress(row["results"]).replace(b'"votes":[0,0,0]', b'"votes":[0,9,0]')
    counting.sql_script("ALTER TABLE cut DISABLE TRIGGER cut_stays")
    counting.sql(
        "UPDATE cut SET results = $1, results_sha256 = $2", gzip.compress(false), hashlib.sha256(false).hexdigest()
    )
    ran = _verify(counting, tmp_path)
    assert ran.exit_code == 1
    assert "cut 0: small/mayor in small/city: votes of small/mayor/2 is 9; the entries add up to 0" in ran.output


def test_before_counting_nothing_is_served(small: Night) -> None:
    small.phase(ElectionPhase.VOTING)
    small.serve()
    assert small.api.as_(small.token(Role.EDITOR))(CUTS, election="small")["cuts"] == []
    for path in ("latest.json", "cuts/0.json", "cuts/0.csv"):
        assert _get(small, f"/results/small/{path}").status_code == 404
    small.phase(ElectionPhase.COUNTING)
    wait_until(lambda: _get(small, "/results/small/latest.json").status_code == 200, PATIENCE, "the zero report")
    assert _get(small, "/results/small/cuts/0.json").headers["cache-control"] == "public, max-age=60"


def test_whoever_reads_with_tokens_alone_fetches_with_one(counting: Night) -> None:
    counting.serve(TALLYWIRE_READERS_NEED_TOKEN="true")
    assert _get(counting, "/results/small/latest.json").status_code == 401
    token = counting.token(Role.OUTLET)
    path = "/results/small/latest.json"
    wait_until(lambda: _get(counting, path, Authorization=f"Bearer {token}").status_code == 200, PATIENCE, "a cut")
    assert _get(counting, path, Authorization=f"Bearer {token}").headers["cache-control"] == "private, max-age=3"
