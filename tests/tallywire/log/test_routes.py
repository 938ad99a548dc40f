"""The public log over HTTP: C2SP tiles that any client can check, with headers that any cache understands."""

import asyncio
import base64
import hashlib
import json
from pathlib import Path

import httpx
import pytest
from typer.testing import CliRunner

from counting.vocabulary import Role
from ledger.checkpoint import parse_head
from ledger.leaf import parsed
from ledger.merkle import EMPTY_ROOT, check_consistency, check_inclusion, leaf_hash, root_of
from ledger.note import parse_key, parse_note
from ledger.tiles import entries_of
from tallywire.cli import build_cli
from tallywire.follow.origin import Origin
from tallywire.verify.fetching import SourceError
from tests.conftest import Night
from tests.elections import small_election
from tests.gql.conftest import Hall
from tests.ledger.test_note import independent_check
from tests.tallywire.ledger_case import ENTRIES, Case

HEAD = """
query Head($election: ID!) {
  election(id: $election) { cursor }
  checkpoint(electionId: $election) { origin size rootHash issuedAt note cursor }
}
"""
PROOFS = """
query Proofs($election: ID!, $sequence: Int!, $size: Int!, $from: Int!) {
  inclusionProof(electionId: $election, sequence: $sequence, treeSize: $size) { sequence treeSize leafHash hashes }
  consistencyProof(electionId: $election, fromSize: $from, toSize: $size) { fromSize toSize hashes }
}
"""
RECEIPTS = "query Receipts($election: ID!) { tallies(electionId: $election) { edges { node { id state receipt } } } }"


def get(case: Case, path: str, **headers: str) -> httpx.Response:
    return httpx.get(f"{case.night.url}/log/{case.election}/{path}", headers=headers, timeout=60)


def leaves(case: Case) -> list[bytes]:
    return entries_of(get(case, f"tile/entries/000.p/{ENTRIES}").content, ENTRIES)


def test_an_independent_client_checks_head_tiles_and_entries(read_case: Case) -> None:
    keys = get(read_case, "keys").json()
    key = parse_key(keys["keys"][0]["key"])
    note = get(read_case, "checkpoint")
    assert note.headers["content-type"] == "text/plain; charset=utf-8"
    origin, size, root = independent_check(note.text, keys["origin"], key.public).split("\n")[:3]
    assert origin == f"localhost/log/{read_case.election}" and int(size) == ENTRIES
    hashes = [leaf_hash(leaf) for leaf in leaves(read_case)]
    assert parse_head(parse_note(note.text)).root == root_of(hashes) and root
    assert get(read_case, f"tile/0/000.p/{ENTRIES}").content == b"".join(hashes)
    definition = get(read_case, "definition.json").content
    named = {parsed(leaf)["definition"] for leaf in leaves(read_case)}
    assert named == {hashlib.sha256(definition).hexdigest()}
    assert json.loads(definition)["stations"][0]["registers"] == [
        [f"{read_case.election}/mayor", 100],
        [f"{read_case.election}/council", 100],
    ]


def test_a_partial_tile_of_every_earlier_size_is_still_there(read_case: Case) -> None:
    whole = get(read_case, f"tile/0/000.p/{ENTRIES}").content
    for width in range(1, ENTRIES + 1):
        assert get(read_case, f"tile/0/000.p/{width}").content == whole[: 32 * width]
        assert len(entries_of(get(read_case, f"tile/entries/000.p/{width}").content, width)) == width
        assert get(read_case, f"sealed/entries/000.p/{width}").content == (
            get(read_case, f"tile/entries/000.p/{width}").content
        )


@pytest.mark.parametrize(
    "path",
    [
        *("tile/0/000", "tile/0/000.p/11", "tile/1/000.p/1", "tile/0/001.p/1", "tile/entries/000", "tile/entries/001"),
        *("tile/0/0", "tile/x/000", "tile/", "sealed/0/000.p/1", "tile/0/000.p/0", "nothing", "tile/64/000.p/1"),
        *("tile/0/999/999/999.p/1", "tile/0/x999/x999/999.p/1"),
    ],
)
def test_what_is_not_in_the_signed_tree_is_not_there(read_case: Case, path: str) -> None:
    assert get(read_case, path).status_code == 404


def test_an_election_that_is_not_there_has_no_log(read_case: Case) -> None:
    for name in ("nothing", "%00", "..", "a%2fb"):
        assert httpx.get(f"{read_case.night.url}/log/{name}/checkpoint").status_code in (404, 307), name


def test_caches_are_told_what_never_changes(read_case: Case) -> None:
    for path, kept in (("checkpoint", "max-age=1"), (f"tile/0/000.p/{ENTRIES}", "max-age=60"), ("keys", "max-age=60")):
        assert get(read_case, path).headers["cache-control"] == f"public, {kept}"
    for path in ("checkpoint", f"tile/entries/000.p/{ENTRIES}", "definition.json"):
        first = get(read_case, path)
        again = get(read_case, path, **{"If-None-Match": f'"other", {first.headers["etag"]}'})
        assert again.status_code == 304 and again.content == b"" and again.headers["etag"] == first.headers["etag"]
    packed = httpx.get(
        f"{read_case.night.url}/log/{read_case.election}/definition.json", headers={"Accept-Encoding": "gzip"}
    )
    assert packed.headers["content-encoding"] == "gzip" and "Accept-Encoding" in packed.headers["vary"]
    plain = get(read_case, "definition.json", **{"Accept-Encoding": "identity"})
    assert "content-encoding" not in plain.headers and plain.content == packed.content


def test_graphql_gives_the_same_head_and_proofs_against_it(read_case: Case) -> None:
    found = read_case.night.api(HEAD, election=read_case.election)
    head = found["checkpoint"]
    assert head["note"] == get(read_case, "checkpoint").text and head["cursor"] == found["election"]["cursor"]
    parsed_head = parse_head(parse_note(head["note"]))
    assert (head["origin"], head["size"]) == (parsed_head.origin, ENTRIES)
    hashes = [leaf_hash(leaf) for leaf in leaves(read_case)]
    for sequence in range(1, ENTRIES + 1):
        proofs = read_case.night.api(
            PROOFS, election=read_case.election, sequence=sequence, size=ENTRIES, **{"from": sequence - 1}
        )
        inclusion, consistency = proofs["inclusionProof"], proofs["consistencyProof"]
        assert _bytes(inclusion["leafHash"]) == hashes[sequence - 1]
        path = [_bytes(one) for one in inclusion["hashes"]]
        check_inclusion(hashes[sequence - 1], sequence - 1, ENTRIES, path, parsed_head.root)
        path = [_bytes(one) for one in consistency["hashes"]]
        check_consistency(sequence - 1, ENTRIES, path, root_of(hashes[: sequence - 1]), parsed_head.root)


def _bytes(text: str) -> bytes:
    return base64.b64decode(text)


@pytest.mark.parametrize(
    ("fields", "changed"),
    [
        ("treeSize toSize", {"size": ENTRIES + 1}),
        ("treeSize toSize", {"size": -1}),
        ("sequence", {"sequence": 0}),
        ("sequence", {"sequence": ENTRIES + 1}),
        ("fromSize", {"from": -1}),
        ("fromSize", {"from": ENTRIES + 1}),
        ("sequence", {"sequence": -(2**31)}),
    ],
)
def test_a_proof_beyond_the_tree_is_refused_in_words(read_case: Case, fields: str, changed: dict[str, int]) -> None:
    asked = {"sequence": 1, "size": ENTRIES, "from": 1, **changed}
    (error,) = read_case.night.api.send(PROOFS, election=read_case.election, **asked)["errors"]
    assert error["extensions"]["code"] == "BAD_USER_INPUT" and error["extensions"]["field"] in fields.split()
    assert "ต้องอยู่ระหว่าง" in error["extensions"]["messages"]["TH"]


def test_every_public_tally_has_a_receipt_and_a_held_one_shows_itself_to_nobody_else(read_case: Case) -> None:
    shown = read_case.night.api(RECEIPTS, election=read_case.election)["tallies"]["edges"]
    assert len(shown) == 6 and all(edge["node"]["receipt"] for edge in shown)
    editor = read_case.night.api.as_(read_case.night.token(Role.EDITOR))
    assert len(editor(RECEIPTS, election=read_case.election)["tallies"]["edges"]) == 7


def test_before_counting_opens_the_definition_is_public_and_no_head_is(ledger_hall: Hall) -> None:
    night = ledger_hall.load(small_election, ())
    url = f"{night.url}/log/{night.election_id}"
    for path, status in (("checkpoint", 404), ("tile/0/000.p/1", 404), ("definition.json", 200), ("keys", 200)):
        assert httpx.get(f"{url}/{path}", timeout=60).status_code == status, path


def test_an_empty_log_has_a_head_as_soon_as_its_count_opens(ledger_hall: Hall) -> None:
    night = ledger_hall.load(small_election)
    head = parse_head(parse_note(httpx.get(f"{night.url}/log/{night.election_id}/checkpoint", timeout=60).text))
    assert (head.size, head.root) == (0, EMPTY_ROOT)
    assert night.api(HEAD, election=night.election_id)["checkpoint"]["size"] == 0


def test_where_readers_need_a_token_the_log_verify_and_followers_give_one(counting: Night, tmp_path: Path) -> None:
    counting.serve(TALLYWIRE_READERS_NEED_TOKEN="true")
    token, path = counting.token(Role.OUTLET), f"{counting.url}/log/small/checkpoint"
    refused = httpx.get(path, timeout=60)
    assert refused.status_code == 401 and refused.headers["www-authenticate"] == "Bearer"
    assert httpx.get(path, timeout=60, headers={"Authorization": "Bearer nothing"}).status_code == 401
    read = httpx.get(path, timeout=60, headers={"Authorization": f"Bearer {token}"})
    assert read.status_code == 200 and read.headers["cache-control"] == "private, max-age=1"
    given = ["verify", counting.url, "--election", "small", "--state", str(tmp_path / "state.json")]
    ran = CliRunner().invoke(build_cli("verify"), given)
    assert ran.exit_code == 2 and "answers 401: a valid token is needed" in ran.stderr and ran.stderr.count("\n") == 1
    ran = CliRunner().invoke(build_cli("verify"), [*given, "--token", token])
    assert ran.exit_code == 0 and "OK: localhost/log/small, 0 entries" in ran.stdout, ran.output

    async def followed(token: str | None) -> bytes | None:
        origin = Origin(counting.url, token)
        try:
            assert [shown.id for shown in await origin.elections()] == ["small"]
            return await origin.head_beyond("small", 0)
        finally:
            await origin.close()

    assert (asyncio.run(followed(token)) or b"").startswith(b"localhost/log/small\n0\n")
    with pytest.raises(SourceError):
        asyncio.run(followed(None))
