"""A follower cosigns the heads that it verified, its origin gives them out, and two stories are proved to anybody."""

import base64
import hashlib
import json
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
from click.testing import Result
from typer.testing import CliRunner

from ledger.checkpoint import Head
from ledger.key_file import create_key, read_key
from ledger.merkle import root_of
from ledger.note import SignedNote, VerifierKey, parse_note, parse_signatures, sign
from tallywire.cli import build_cli
from tests.conftest import Databases, Night, _fill_small
from tests.served import wait_until
from tests.tallywire import auditor
from tests.tallywire.following import SECONDS, FollowerNode, follower, report_on
from tests.tcp_proxy import TcpProxy

ORIGIN = "localhost/log/small"
CHECKPOINT = """
{ checkpoint(electionId: "small") { size note cosignatures { witness cosignedAt } } }
"""


@dataclass
class Watched:
    """An origin whose heads one follower cosigns; nobody else has the follower's key."""

    origin: Night
    node: FollowerNode
    data_folder: Path
    witness: str
    size: int = 0

    @property
    def key(self) -> str:
        """The log's, as verifiers take it."""
        private = read_key(self.data_folder / "ledger-key.pem")
        assert private is not None
        return str(VerifierKey(ORIGIN, private.public_key().public_bytes_raw()))

    def report(self, count: int) -> None:
        self.size = report_on(self.origin, self.size, count)

    def cosigned(self) -> str:
        """The head over every entry, once its origin gives it out with the cosignature."""

        def found() -> str | None:
            shown = self.origin.api(CHECKPOINT)["checkpoint"]
            return shown["note"] if shown["size"] == self.size and shown["cosignatures"] else None

        return str(wait_until(found, SECONDS, "a cosigned head"))

    def head(self) -> tuple[int, str]:
        """Size and text of the head that the witness cosigned last."""
        note = httpx.get(self.monitored, timeout=SECONDS).text
        return int(note.split("\n")[1]), note

    @property
    def monitored(self) -> str:
        return f"{self.node.server.url}/witness/{hashlib.sha256(ORIGIN.encode()).hexdigest()}/checkpoint"

    def submit(self, old: int, proof: list[bytes], note: str | SignedNote) -> httpx.Response:
        lines = "".join(f"{base64.b64encode(one).decode()}\n" for one in proof)
        return self.send(f"old {old}\n{lines}\n{note}")

    def send(self, body: str | bytes) -> httpx.Response:
        return httpx.post(f"{self.node.server.url}/witness/add-checkpoint", content=body, timeout=SECONDS)  # type: ignore[arg-type]

    def signed(self, size: int, root: bytes) -> SignedNote:
        """Whatever the origin's operator may sign."""
        private = read_key(self.data_folder / "ledger-key.pem")
        assert private is not None
        return Head(ORIGIN, size, root).signed(private)

    def verify(self, *arguments: str, place: str | None = None) -> Result:
        given = ["verify", place or self.origin.url, "--election", "small", *arguments]
        return CliRunner().invoke(build_cli("verify"), given)


@pytest.fixture(scope="module")
def watched(databases: Databases, data_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Watched]:
    night = Night(databases.fresh("template_small", _fill_small), "small").open()
    folder = tmp_path_factory.mktemp("witness")
    key_file = folder / "witness-key.pem"
    public = create_key(key_file).public_key().public_bytes_raw()
    witness = str(VerifierKey("localhost/witness", public, b"\x04"))
    # The origin names its witness before that one is there, behind an address that is.
    proxy = TcpProxy(0)
    asked = json.dumps([f"{witness} http://127.0.0.1:{proxy.port}/witness"])
    night.serve(TALLYWIRE_WITNESSES=asked, TALLYWIRE_LEDGER_SEAL_SECONDS="0.2")
    with ExitStack() as stack:
        stack.callback(proxy.close)
        stack.callback(night.close)
        node = stack.enter_context(follower(databases, folder, night.url, "--witness-key", str(key_file)))
        proxy.target = node.server.port
        found = Watched(night, node, data_folder, witness)
        found.report(5)
        found.cosigned()
        yield found


def test_the_origin_gives_out_heads_that_its_witness_cosigned(watched: Watched) -> None:
    note = watched.cosigned()
    assert auditor.signed(note, watched.key)[0] == watched.size
    assert auditor.cosigned(note, watched.witness) > 1_600_000_000
    shown = watched.origin.api(CHECKPOINT)["checkpoint"]["cosignatures"]
    assert [one["witness"] for one in shown] == ["localhost/witness"]
    served = httpx.get(f"{watched.origin.url}/log/small/witnessed/1").text
    assert auditor.cosigned(served, watched.witness) and auditor.signed(served, watched.key)
    assert httpx.get(f"{watched.origin.url}/log/small/witnessed/2").status_code == 404


def test_the_witness_shows_what_it_cosigned_and_its_key(watched: Watched) -> None:
    wait_until(lambda: watched.head()[0] == watched.size, SECONDS)
    _, note = watched.head()
    assert auditor.signed(note, watched.key)[0] == watched.size and auditor.cosigned(note, watched.witness)
    assert httpx.get(watched.monitored.replace("/witness/", "/witness/0")).status_code == 404
    shown = '{ election(id: "small") { following { witness } } }'
    assert watched.node.server.api(shown)["election"]["following"]["witness"] == watched.witness
    assert watched.node.ready().json()["following"]["witness"] == watched.witness
    assert auditor.cosigned(httpx.get(f"{watched.node.server.url}/log/small/checkpoint").text, watched.witness)


def test_a_head_that_was_cosigned_may_be_asked_for_again(watched: Watched) -> None:
    size, note = watched.head()
    answer = watched.submit(size, [], note)
    assert answer.status_code == 200 and answer.headers["content-type"].startswith("text/plain")
    (line,) = parse_signatures(answer.text)
    text = note.rpartition("\n\n")[0]
    assert auditor.cosigned(f"{text}\n\n{line}", watched.witness) >= auditor.cosigned(note, watched.witness)


def test_another_old_size_is_answered_with_the_one_that_was_cosigned(watched: Watched) -> None:
    size, note = watched.head()
    answer = watched.submit(0, [], note)
    assert (answer.status_code, answer.text) == (409, f"{size}\n")
    assert answer.headers["content-type"] == "text/x.tlog.size"


def test_what_is_no_submission_or_goes_backwards_is_a_bad_request(watched: Watched) -> None:
    size, note = watched.head()
    for body in (
        *("", "nonsense", f"old {size}\n{note}", f"old x\n\n{note}", f"old 0{size}\n\n{note}", "old 0\n\nno note\n"),
        *(f"old {size}\nAAAA\n\n{note}", f"old {size + 1}\n\n{note}", f"old 0\n{'A' * 43}=\n" * 64 + f"\n{note}"),
        *(b"\xff\xfe", b"old 0\n\n" + b"x" * 70_000),
    ):
        assert watched.send(body).status_code == 400, body


def test_an_unknown_log_is_not_found_and_a_stranger_s_signature_forbidden(watched: Watched, tmp_path: Path) -> None:
    size, note = watched.head()
    stranger = create_key(tmp_path / "stranger.pem")
    text = parse_note(note).text
    assert watched.submit(size, [], Head("elsewhere/log/x", 3, bytes(32)).signed(stranger)).status_code == 404
    assert watched.submit(size, [], sign(text, ORIGIN, stranger)).status_code == 403
    (own,) = (one for one in parse_note(note).signatures if one.name == ORIGIN)
    false = type(own)(own.name, own.key_id, bytes(64))
    assert watched.submit(size, [], SignedNote(text, (false,))).status_code == 403
    # Who it is comes before what they say.
    assert watched.submit(size + 9, [], sign(text, ORIGIN, stranger)).status_code == 403
    # A stranger's line beside the log's own does no harm.
    both = SignedNote(text, (*sign(text, ORIGIN, stranger).signatures, own))
    assert watched.submit(size, [], both).status_code == 200


def test_a_proof_that_does_not_hold_is_not_processed(watched: Watched) -> None:
    size, note = watched.head()
    beyond = watched.signed(size + 3, bytes(32))
    assert watched.submit(size, [bytes(32)], beyond).status_code == 422
    assert watched.submit(size, [], beyond).status_code == 422
    assert watched.submit(size, [bytes(32)], note).status_code == 422
    assert watched.head()[0] == size


def test_verify_wants_the_witnesses_that_are_named(watched: Watched, tmp_path: Path) -> None:
    key, state = ("--key", watched.key), ("--state", str(tmp_path / "state.json"))
    other = str(VerifierKey("other/witness", bytes(range(32)), b"\x04"))
    ran = watched.verify(*key, *state, "--witness", watched.witness, "--save", str(tmp_path / "copy"))
    assert ran.exit_code == 0 and "cosigned by localhost/witness at 20" in ran.stderr, ran.output
    ran = watched.verify(*key, *state, "--witness", watched.witness, "--witness", other, "--quorum", "1")
    assert ran.exit_code == 0, ran.output
    copy = str(tmp_path / "copy")
    assert watched.verify(*key, *state, "--witness", watched.witness, place=copy).exit_code == 0
    ran = watched.verify(*key, *state, "--witness", watched.witness, "--witness", other, place=copy)
    assert ran.exit_code == 1 and "1 of the 2 witnesses wanted have cosigned" in ran.stdout
    assert "not other/witness" in ran.stdout
    checkpoint = tmp_path / "copy" / "checkpoint"
    text, _, lines = checkpoint.read_text().rpartition("\n\n")
    log_s, theirs = lines.splitlines()
    name, encoded = theirs.split(" ")[1:]
    data = bytearray(base64.b64decode(encoded))
    data[-1] ^= 1
    checkpoint.write_text(f"{text}\n\n{log_s}\n— {name} {base64.b64encode(bytes(data)).decode()}\n")
    ran = watched.verify(*key, *state, "--witness", watched.witness, place=copy)
    assert ran.exit_code == 1 and "cosignature of localhost/witness does not verify" in ran.stderr


def test_a_receipt_carries_the_cosignatures_and_verify_wants_them(watched: Watched, tmp_path: Path) -> None:
    watched.cosigned()
    query = '{ tallies(electionId: "small", first: 1) { edges { node { receipt } } } }'
    text = watched.origin.api(query)["tallies"]["edges"][0]["node"]["receipt"]
    assert auditor.cosigned(text.partition("\n\n")[2], watched.witness)
    paper = tmp_path / "mine.tlog-proof"
    paper.write_text(text, "utf-8")
    given = ("--key", watched.key, "--witness", watched.witness)
    ran = watched.verify(*given, place=str(paper))
    assert ran.exit_code == 0 and "cosigned by localhost/witness" in ran.stdout, ran.output
    other = str(VerifierKey("other/witness", bytes(range(32)), b"\x04"))
    ran = watched.verify(*given, "--witness", other, place=str(paper))
    assert ran.exit_code == 1 and "1 of the 2 witnesses wanted have cosigned its head" in ran.stderr
    assert watched.verify(*given, "--witness", other, "--quorum", "1", place=str(paper)).exit_code == 0
    paper.write_text(text[: text.rindex("— localhost/witness")], "utf-8")
    ran = watched.verify(*given, place=str(paper))
    assert ran.exit_code == 1 and "0 of the 1 witnesses wanted" in ran.stderr


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("--witness", "{key}"), "no witness's key"),
        (("--witness", "x"), "no verifier key"),
        (("--witness", "{witness}", "--witness", "{witness}"), "named twice"),
        (("--witness", "{witness}", "--quorum", "2"), "--quorum 2 wants as many"),
    ],
)
def test_bad_names_of_witnesses_are_one_line(watched: Watched, arguments: tuple[str, ...], says: str) -> None:
    ran = watched.verify(*(one.format(key=watched.key, witness=watched.witness) for one in arguments))
    assert ran.exit_code == 2 and says in ran.stderr and ran.stderr.count("\n") == 1


def test_who_cannot_cosign_is_told_at_the_start(watched: Watched, tmp_path: Path) -> None:
    serve = build_cli("serve")
    ran = CliRunner().invoke(serve, ["serve", "--witness-key", str(tmp_path / "key.pem")])
    assert ran.exit_code == 2 and "--witness-key is for a follower" in ran.stderr
    assert not (tmp_path / "key.pem").exists()
    asked = json.dumps([f"{watched.key} http://127.0.0.1:9"])
    ran = CliRunner().invoke(serve, ["serve"], env={"TALLYWIRE_WITNESSES": asked})
    assert ran.exit_code == 2 and ran.stderr.count("\n") == 1


def test_an_origin_that_signs_two_stories_is_shown_with_both_heads_and_the_evidence_holds_for_anybody(
    watched: Watched, tmp_path: Path
) -> None:
    watched.report(3)
    wait_until(lambda: watched.head()[0] == watched.size, SECONDS)
    size, note = watched.head()
    other = watched.signed(size - 1, root_of([bytes(32)] * (size - 1)))
    assert watched.submit(size - 1, [], other).status_code == 409
    refused = watched.node.state("small", "REFUSED")
    assert len(refused["heads"]) == 2 and str(other) in refused["heads"] and "two logs" in refused["reason"]
    assert "signed two contradictory logs" in watched.node.following("small")["notice"]
    assert watched.node.ready().status_code == 503
    document = httpx.get(f"{watched.node.server.url}/log/small/fork")
    assert document.status_code == 200
    value = document.json()
    small, small_root = auditor.signed(value["smaller"], watched.key)
    large, large_root = auditor.signed(value["larger"], watched.key)
    root, proof = base64.b64decode(value["root"]), [base64.b64decode(one) for one in value["proof"]]
    assert auditor.roots_by_proof(small, large, proof, root) == (root, large_root) and root != small_root
    file = tmp_path / "evidence.json"
    file.write_bytes(document.content)
    ran = watched.verify("--key", watched.key, place=str(file))
    assert ran.exit_code == 0 and f"PROVEN: {ORIGIN} signed a head of {small} entries" in ran.stdout
    file.write_text(json.dumps(value | {"smaller": note}))
    assert watched.verify("--key", watched.key, place=str(file)).exit_code == 1
    # From now on it cosigns nothing of this log, and after a start it still knows why.
    assert watched.submit(size, [], note).status_code == 422
    watched.node.server.stop()
    watched.node.start()
    assert watched.node.state("small", "REFUSED")["heads"]
