"""`export --all` and `import` of it: the same log, root, results, cursors and receipts; else nothing of it."""

import asyncio
import json
import shutil
import uuid
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import asyncpg
import httpx
import pytest
from click.testing import Result
from typer.testing import CliRunner

from counting.vocabulary import Role
from db.database import use_json
from db.migrate import create_database
from db.whole import SECRETS, tables
from ledger.note import parse_key
from ledger.receipt import check_receipt
from tallywire.cli import build_cli
from tests.conftest import Databases, Night, _fill_small
from tests.tallywire.evidence.pictures import encoded, picture, sha256
from tests.tallywire.ledger_case import Case, played

BOARD = """
query Board($e: ID!) {
  election(id: $e) { phase isTest cursor lastReportAt }
  results(electionId: $e) { contest { id } area { id } status stationsFinal cursor rows { candidate { id } votes } }
}
"""
SINCE = "query Since($e: ID!, $after: Cursor) { feed(electionId: $e, after: $after) { cursor reports { sequence } } }"
FIRST = "query First($e: ID!) { feed(electionId: $e, first: 4) { cursor } }"
RECEIPT = "query Receipt($id: ID!) { tally(id: $id) { receipt state } }"


def tallywire(*arguments: object) -> Result:
    return CliRunner().invoke(build_cli(str(arguments[0])), [str(one) for one in arguments])


@dataclass
class Installation:
    """A night with all kinds of entries, an editor's token, a photograph; and what was exported of it."""

    case: Case
    editor: str
    folder: Path
    photograph: bytes

    @property
    def night(self) -> Night:
        return self.case.night

    @property
    def exported(self) -> Path:
        return self.folder / "export"


@pytest.fixture(scope="module")
def installation(databases: Databases, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    folder = tmp_path_factory.mktemp("whole")
    night = Night(databases.fresh("template_small", _fill_small), "small").open()
    night.serve("--data-dir", str(folder), TALLYWIRE_LEDGER_SEAL_SECONDS="0.2", TALLYWIRE_CUT_SECONDS="0.1")
    case = played(night, folder)
    editor, content = night.token(Role.EDITOR), encoded(picture(size=(1_400, 700)))
    headers = {"Authorization": f"Bearer {editor}", "Content-Type": "image/jpeg"}
    sent = httpx.put(f"{night.url}/evidence/{sha256(content)}", content=content, headers=headers, timeout=60)
    assert sent.status_code == 201, sent.text
    # Nothing is written any more: what is compared stands still.
    night.servers[0].stop()
    done = tallywire("export", "--all", folder / "export", "--data-dir", folder, "--database-url", night.database_url)
    assert done.exit_code == 0, done.output
    assert "small: 10 entries, root " in done.output
    yield Installation(case, editor, folder, content)
    night.close()


@pytest.fixture
def elsewhere(databases: Databases) -> Night:
    """An empty database that nothing has opened yet."""
    name = f"elsewhere_{uuid.uuid4().hex[:8]}"
    asyncio.run(create_database(databases.postgres.url("postgres"), name))
    return Night(databases.postgres.url(name), "small")


def take_in(path: Path, into: Night, folder: Path) -> Result:
    return tallywire("import", path, "--data-dir", folder, "--database-url", into.database_url)


def rows(night: Night) -> dict[str, list[dict[str, Any]]]:
    """Everything, but for what lets somebody in."""

    async def read() -> dict[str, list[dict[str, Any]]]:
        connection = await asyncpg.connect(night.database_url)
        await use_json(connection)
        found = {}
        for name in tables():
            some = [dict(row) for row in await connection.fetch(f"SELECT * FROM {name}")]
            found[name] = sorted(
                ({key: value for key, value in row.items() if key != SECRETS.get(name)} for row in some), key=repr
            )
        await connection.close()
        return found

    return asyncio.run(read())


def test_what_is_imported_is_the_same_installation(
    installation: Installation, elsewhere: Night, tmp_path: Path
) -> None:
    done = take_in(installation.exported, elsewhere, tmp_path)
    assert done.exit_code == 0, done.output
    assert "small: sound. 10 entries, root " in done.output
    before, after = rows(installation.night), rows(elsewhere)
    assert before == after
    assert all(before[name] for name in ("log_entry", "tally", "submission", "cut", "ledger_head", "audit_record"))
    shutil.copy(installation.folder / "ledger-key.pem", tmp_path)
    with_it = elsewhere.serve("--data-dir", str(tmp_path), TALLYWIRE_LEDGER_SEAL_SECONDS="0.2")
    try:
        _reads_the_same(installation, elsewhere)
        _goes_on(elsewhere)
    finally:
        with_it.stop()


def _reads_the_same(installation: Installation, elsewhere: Night) -> None:
    """A reader's cursor, a volunteer's receipt, an auditor's memory and a photograph are good here."""
    original = installation.night.serve("--data-dir", str(installation.folder))
    try:
        there = original.api(BOARD, e="small")
        middle = original.api(FIRST, e="small")["feed"]["cursor"]
        held = original.api.as_(installation.editor)(RECEIPT, id=installation.case.held_id)["tally"]
    finally:
        original.stop()
    assert elsewhere.api(BOARD, e="small") == there
    since = elsewhere.api(SINCE, e="small", after=middle)["feed"]["reports"]
    assert [report["sequence"] for report in since] == [5, 6, 7, 8, 9, 10]
    assert elsewhere.api(SINCE, e="small", after=there["election"]["cursor"])["feed"]["reports"] == []
    key = parse_key(httpx.get(f"{elsewhere.url}/log/small/keys").json()["keys"][0]["key"])
    assert check_receipt(held["receipt"], [key]).leaf["tallyId"] == installation.case.held_id
    verified = tallywire("verify", elsewhere.url, "--election", "small", "--state", installation.folder / "state.json")
    assert verified.exit_code == 0, verified.output
    editor = elsewhere.token(Role.EDITOR)
    headers = {"Authorization": f"Bearer {editor}"}
    for query in ("", "?width=320"):
        shown = httpx.get(
            f"{elsewhere.url}/evidence/{sha256(installation.photograph)}{query}", headers=headers, timeout=60
        )
        assert shown.status_code == 200 and shown.headers["content-type"] == "image/jpeg"
    assert elsewhere.api.as_(installation.editor).code(BOARD, e="small") == "UNAUTHENTICATED"


def _goes_on(elsewhere: Night) -> None:
    """The log grows where it ended, and the next head is signed by the same key."""
    case = Case(elsewhere, Path(), "")
    token = elsewhere.token(Role.VOLUNTEER, "b-2")
    votes = [{"candidateId": f"small/mayor/{number}", "votes": 3} for number in (1, 2, 3)]
    call = {"clientTallyId": "after", "stationId": "small/b-2", "contestId": "small/mayor", "coverage": "PARTIAL"}
    send = "mutation S($input: SubmitTallyInput!) { submitTally(input: $input) { __typename } }"
    answer = elsewhere.api.as_(token)(send, input={**call, "votes": votes})["submitTally"]["__typename"]
    assert answer in ("TallyAccepted", "TallyHeld")
    case.sealed(11)


def test_a_file_holds_the_same_and_tokens_where_they_are_asked_for(
    installation: Installation, elsewhere: Night, tmp_path: Path
) -> None:
    file = tmp_path / "night.zip"
    where = ("--data-dir", installation.folder, "--database-url", installation.night.database_url)
    done = tallywire("export", "--all", file, "--with-tokens", "--no-photographs", *where)
    assert done.exit_code == 0, done.output
    assert not [name for name in zipfile.ZipFile(file).namelist() if name.startswith("evidence/")]
    done = take_in(file, elsewhere, tmp_path)
    assert done.exit_code == 0 and "photographs are named, and not in the export" in done.output
    secret = "SELECT id, token_sha256 FROM reporter ORDER BY id"
    assert elsewhere.sql(secret) == installation.night.sql(secret)


def test_nothing_in_an_export_lets_anybody_in(installation: Installation) -> None:
    digests = {row["token_sha256"] for row in installation.night.sql("SELECT token_sha256 FROM reporter")}
    content = b"".join(path.read_bytes() for path in installation.exported.rglob("*.ndjson"))
    assert digests and not [digest for digest in digests if digest.encode() in content]


def test_a_database_that_holds_something_is_left_as_it_is(
    installation: Installation, small: Night, tmp_path: Path
) -> None:
    before = rows(small)
    done = take_in(installation.exported, small, tmp_path)
    assert (done.exit_code, rows(small)) == (2, before)
    assert "this database is not empty (there are rows in election)" in done.output


def _lines(path: Path, change: Callable[[list[dict[str, Any]]], None]) -> None:
    """Changes a table's rows, and the digest that the manifest has of them: a careful forger's work."""
    some = [json.loads(line) for line in path.read_text().splitlines()]
    change(some)
    content = "".join(json.dumps(row) + "\n" for row in some).encode()
    path.write_bytes(content)
    manifest = json.loads((path.parent.parent / "manifest.json").read_text())
    member = manifest["members"][f"tables/{path.name}"]
    member |= {"sha256": sha256(content), "rows": len(some)}
    (path.parent.parent / "manifest.json").write_text(json.dumps(manifest))


def _one_vote_more(some: list[dict[str, Any]]) -> None:
    some[1]["tally"]["votes"][0] += 1
    some[1]["tally"]["validBallots"] += 1


def _another_time(some: list[dict[str, Any]]) -> None:
    some[1]["recorded_at"] = "2022-05-22T12:00:00+00:00"


def _last_gone(some: list[dict[str, Any]]) -> None:
    some.pop()


@pytest.mark.parametrize(
    ("table", "change", "said"),
    [
        ("log_entry", _one_vote_more, "small: ledger: entry 2 is not what was sealed"),
        ("log_entry", _another_time, "small: ledger: entry 2 is not what was sealed"),
        ("log_entry", _last_gone, "small: log: the head is at 10, and 9 entries stand in the log"),
        ("ledger_head", _last_gone, "small: ledger: the manifest tells of"),
    ],
)
def test_an_export_that_contradicts_itself_leaves_nothing_behind(
    installation: Installation,
    elsewhere: Night,
    tmp_path: Path,
    table: str,
    change: Callable[[list[dict[str, Any]]], None],
    said: str,
) -> None:
    forged = tmp_path / "forged"
    shutil.copytree(installation.exported, forged)
    _lines(forged / "tables" / f"{table}.ndjson", change)
    done = take_in(forged, elsewhere, tmp_path)
    assert done.exit_code == 1, done.output
    assert said in done.output and "NOT sound" in done.output
    assert elsewhere.sql("SELECT 1 FROM election") == []


def test_a_member_that_was_damaged_is_named(installation: Installation, elsewhere: Night, tmp_path: Path) -> None:
    damaged = tmp_path / "damaged"
    shutil.copytree(installation.exported, damaged)
    with (damaged / "tables" / "audit_record.ndjson").open("ab") as file:
        file.write(b"\n")
    done = take_in(damaged, elsewhere, tmp_path)
    assert done.exit_code == 2 and "audit_record.ndjson is not what was exported" in done.output
    (damaged / "tables" / "audit_record.ndjson").unlink()
    done = take_in(damaged, elsewhere, tmp_path)
    assert done.exit_code == 2 and "tables/audit_record.ndjson is not there" in done.output
    assert elsewhere.sql("SELECT 1 FROM election") == []


def test_what_is_there_already_is_not_overwritten(installation: Installation, tmp_path: Path) -> None:
    where = ("--data-dir", installation.folder, "--database-url", installation.night.database_url)
    done = tallywire("export", "--all", installation.exported, *where)
    assert done.exit_code == 2 and "is there already" in done.output
    assert (installation.exported / "manifest.json").is_file()
    done = tallywire("export", tmp_path / "other", *where)
    assert done.exit_code == 2 and "say what to export: --all" in done.output


def _flipped(path: Path) -> None:
    """In the middle of the log, as it lies there packed."""
    with zipfile.ZipFile(path) as whole:
        member = whole.getinfo("tables/log_entry.ndjson")
    content = bytearray(path.read_bytes())
    middle = member.header_offset + member.compress_size // 2
    content[middle : middle + 64] = bytes(value ^ 0x55 for value in content[middle : middle + 64])
    path.write_bytes(content)


def _cut_short(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def _encrypted(path: Path) -> None:
    """As its list of members says."""
    content = bytearray(path.read_bytes())
    for sign, at in ((b"PK\x01\x02", 8), (b"PK\x03\x04", 6)):
        place = content.find(sign)
        while place >= 0:
            content[place + at] |= 1
            place = content.find(sign, place + 4)
    path.write_bytes(content)


@pytest.mark.parametrize("damage", [_flipped, _cut_short, _encrypted])
def test_a_file_that_was_damaged_on_its_way_is_refused_in_a_line(
    installation: Installation, elsewhere: Night, tmp_path: Path, damage: Callable[[Path], None]
) -> None:
    """Of some damages a trace came instead."""
    packed = tmp_path / "night.zip"
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as whole:
        for path in sorted(one for one in installation.exported.rglob("*") if one.is_file()):
            whole.write(path, path.relative_to(installation.exported))
    damage(packed)
    for done in (take_in(packed, elsewhere, tmp_path), tallywire("replay", packed)):
        assert done.exit_code == 2, done.exception or done.output
        assert done.stderr.splitlines()[-1].startswith(f"tallywire: {packed}: "), done.output


@pytest.mark.parametrize(
    ("member", "was", "becomes", "said"),
    [
        ("tables/audit_record.ndjson", b"{", b"\xff", "line 1 is no UTF-8"),
        ("tables/audit_record.ndjson", b"{", b"[", "is not what was exported: its sha256"),
        ("manifest.json", b"{", b"[", "manifest.json cannot be read"),
        ("manifest.json", b'"rows"', b'"lines"', "does not say its size and sha256"),
        ("manifest.json", b'"sha256"', b'"sha1"', "manifest.json cannot be read: members."),
        ("manifest.json", b'"revision": "', b'"revision": 1, "r": "', "manifest.json cannot be read: revision"),
    ],
)
def test_what_is_no_export_any_more_is_refused_in_a_line(
    *, installation: Installation, elsewhere: Night, tmp_path: Path, member: str, was: bytes, becomes: bytes, said: str
) -> None:
    damaged = tmp_path / "damaged"
    shutil.copytree(installation.exported, damaged)
    path = damaged / member
    path.write_bytes(path.read_bytes().replace(was, becomes))
    done = take_in(damaged, elsewhere, tmp_path)
    assert done.exit_code == 2 and said in done.output, done.output
