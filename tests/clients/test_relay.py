"""`tallywire relay`: signed, in order, without a gap, whatever is killed or fails on either side."""

import base64
import hashlib
import hmac
import json
import os
import random
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from counting.vocabulary import Role
from tallywire.relay.posting import seconds_asked
from tallywire.relay.signing import BadSecretError, read_secrets, signed_headers
from tests import warm_start
from tests.conftest import Night
from tests.docs.blocks import blocks
from tests.served import run_tallywire, wait_until
from tests.tallywire.test_resume import SUBMIT, _partials

EXAMPLE = Path(__file__).parent.parent.parent / "examples" / "receive_webhooks.py"
CLI = f"{sys.executable} -m tallywire.cli"
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"


class Receiver:
    """Keeps every message that it took, with its id; `answers`: the statuses of the next posts, then 204."""

    def __init__(self) -> None:
        self.answers: list[int] = []
        self.told: list[tuple[str, dict[str, Any]]] = []
        self.posts = 0
        self.unsigned = 0
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                status = receiver.post(dict(self.headers), body)
                if status == 0:
                    self.close_connection = True
                    return
                self.send_response(status)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_: object) -> None: ...

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}/hook"

    def post(self, headers: dict[str, str], body: bytes) -> int:
        self.posts += 1
        signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
        key = base64.b64decode(SECRET.removeprefix("whsec_"))
        expected = "v1," + base64.b64encode(hmac.digest(key, signed, hashlib.sha256)).decode()
        self.unsigned += headers["webhook-signature"] != expected
        status = self.answers.pop(0) if self.answers else 204
        if status < 300:
            self.told.append((headers["webhook-id"], json.loads(body)))
        return status

    def sequences(self) -> list[int]:
        """Of the reports taken, each message once."""
        once = dict(self.told)
        return [report["sequence"] for message in once.values() for report in message["data"].get("reports", [])]

    @property
    def ids(self) -> list[str]:
        return [message_id for message_id, _ in self.told]

    @property
    def taken(self) -> list[dict[str, Any]]:
        return [message for _, message in self.told]

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    receiver = Receiver()
    yield receiver
    receiver.close()


class Reporting:
    """Sends tallies of the small election, and knows how far its log has come."""

    def __init__(self, night: Night) -> None:
        self._night = night
        self._api = night.api.as_(night.token(Role.EDITOR))
        self._rng = random.Random(11)
        self._rounds = 0

    def __call__(self) -> int:
        """One more round; the last entry's number."""
        self._rounds += 1
        self._api(SUBMIT, inputs=_partials(self._rng, self._rounds))
        return int(self._night.sql("SELECT sequence FROM log_head")[0]["sequence"])


@pytest.fixture(scope="module")
def report(served: Night) -> Reporting:
    return Reporting(served)


Relay = Callable[..., "subprocess.Popen[str]"]


@pytest.fixture
def relay(served: Night, receiver: Receiver, tmp_path: Path) -> Iterator[Relay]:
    """Starts a relay with one state file for all of a test."""
    started: list[subprocess.Popen[str]] = []

    def start(*options: str) -> subprocess.Popen[str]:
        # One that is killed is started as its users do.
        program = [f"{warm_start.path()}/tallywire"] if "--once" in options else [sys.executable, "-m", "tallywire.cli"]
        command = [*program, "relay", "--url", served.url, "--election", "small"]
        command += ["--to", receiver.url, "--state", str(tmp_path / "state.json"), "--first-wait", "0.02", *options]
        environment = {**os.environ, "TALLYWIRE_RELAY_SECRET": SECRET}
        started.append(subprocess.Popen(command, env=environment, stderr=subprocess.PIPE, text=True))
        return started[-1]

    yield start
    for process in started:
        process.kill()
        process.wait()


def test_every_report_comes_once_in_order_though_relay_and_receiver_fail(
    report: Reporting, relay: Relay, receiver: Receiver
) -> None:
    last = report()
    receiver.answers = [500, 503, 302, 429]
    running = relay()
    wait_until(lambda: last in receiver.sequences(), 60, "the first reports")
    # Killed while a message is on its way: what was refused then comes again, under the same id.
    receiver.answers = [500] * 1_000
    last, before = report(), receiver.posts
    wait_until(lambda: receiver.posts > before, 60, "a post that fails")
    running.kill()
    running.wait()
    last = report()
    receiver.answers = []
    running = relay()
    wait_until(lambda: last in receiver.sequences(), 60, "what was missed")
    assert receiver.sequences() == list(range(1, last + 1))
    assert (len(set(receiver.ids)), receiver.unsigned) == (len(receiver.ids), 0)
    running.terminate()
    assert running.wait(30) == 0


def test_a_message_whose_answer_was_lost_comes_again_under_its_id(
    report: Reporting, relay: Relay, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    last = report()
    took: list[str] = []
    post = receiver.post

    def first_answer_lost(headers: dict[str, str], body: bytes) -> int:
        status = post(headers, body)
        took.append(headers["webhook-id"])
        return 0 if len(took) == 1 else status

    monkeypatch.setattr(receiver, "post", first_answer_lost)
    relay()
    wait_until(lambda: last in receiver.sequences() and len(took) > 1, 60, "the reports")
    assert took[0] == took[1]
    assert receiver.sequences() == list(range(1, last + 1))


def test_results_are_told_as_they_changed_of_what_was_asked_for(
    report: Reporting, relay: Relay, receiver: Receiver
) -> None:
    relay("--mode", "latest", "--contest", "small/mayor", "--area", "small/b", "--event-stream")
    wait_until(lambda: receiver.taken, 60, "the snapshot")
    assert receiver.taken[0]["data"]["kind"] == "SNAPSHOT"
    while len(receiver.taken) == 1:
        # Some rounds are of the other district alone.
        report()
    told = [result for message in receiver.taken for result in message["data"]["results"]]
    assert {(one["contest"]["id"], one["area"]["id"]) for one in told} == {("small/mayor", "small/b")}
    assert receiver.taken[-1]["data"]["kind"] == "DELTA"


def ended(running: "subprocess.Popen[str]") -> tuple[int, str]:
    _, said = running.communicate(timeout=60)
    return running.returncode, said


def test_once_sends_what_is_new_and_ends(report: Reporting, relay: Relay, receiver: Receiver) -> None:
    last = report()
    receiver.answers = [500]
    assert ended(relay("--once"))[0] == 0
    assert receiver.sequences() == list(range(1, last + 1))
    taken = len(receiver.told)
    assert ended(relay("--once"))[0] == 0 and len(receiver.told) == taken
    last = report()
    assert ended(relay("--once"))[0] == 0
    # A relay that stays goes on where the last run ended, and with the same ids.
    relay()
    last = report()
    wait_until(lambda: last in receiver.sequences(), 60, "what came after the runs")
    assert receiver.sequences() == list(range(1, last + 1))
    assert len(set(receiver.ids)) == len(receiver.ids) and not receiver.unsigned


def test_once_ends_with_1_where_a_side_is_away_and_the_next_run_brings_what_was_missed(
    report: Reporting, relay: Relay, receiver: Receiver
) -> None:
    last = report()
    receiver.answers = [503] * 1_000
    code, said = ended(relay("--once", "--patience", "0.3"))
    assert code == 1 and "did not take a message in" in said and "HTTP 503" in said
    receiver.answers = []
    code, said = ended(relay("--once", "--patience", "0.3", "--url", "http://127.0.0.1:9"))
    # What was on its way needs no server; the rest does.
    assert code == 1 and "no answer from http://127.0.0.1:9/graphql" in said
    first = receiver.sequences()
    assert first and first == list(range(1, first[-1] + 1))
    assert ended(relay("--once"))[0] == 0
    assert receiver.sequences() == list(range(1, last + 1))
    assert len(set(receiver.ids)) == len(receiver.ids)


@pytest.mark.parametrize("mode", ["every", "latest"])
def test_once_sends_of_what_was_asked_for_alone(
    report: Reporting, relay: Relay, receiver: Receiver, mode: str, served: Night
) -> None:
    last = report()
    asked = ("--once", "--mode", mode, "--contest", "small/mayor", "--area", "small/b")
    assert ended(relay(*asked))[0] == 0
    told = [one for message in receiver.taken for one in message["data"]["reports" if mode == "every" else "results"]]
    areas = {one["station"]["area"]["id"] if mode == "every" else one["area"]["id"] for one in told}
    assert areas == {"small/b"}
    if mode == "every":
        rows = served.sql("SELECT sequence FROM log_entry WHERE station_id LIKE 'small/b%' ORDER BY sequence")
        assert receiver.sequences() == [row["sequence"] for row in rows if row["sequence"] <= last]
    taken = len(receiver.told)
    assert ended(relay(*asked))[0] == 0 and len(receiver.told) == taken


def test_once_from_now_only_notes_where_the_feed_stands(report: Reporting, relay: Relay, receiver: Receiver) -> None:
    before = report()
    assert ended(relay("--once", "--from-now"))[0] == 0 and not receiver.told
    last = report()
    assert ended(relay("--once", "--from-now"))[0] == 0
    assert receiver.sequences() == list(range(before + 1, last + 1))


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--once", "--contest", "small/none"), "--contest small/none"),
        (("--once", "--area", "small/none"), "--area small/none"),
        (("--patience", "3"), "--patience goes with --once"),
    ],
)
def test_once_names_what_it_does_not_know(
    report: Reporting, relay: Relay, receiver: Receiver, options: tuple[str, ...], words: str
) -> None:
    report()
    code, said = ended(relay(*options))
    assert code == 2 and words in said and receiver.posts == 0


def test_a_receiver_that_is_gone_ends_the_relay(report: Reporting, relay: Relay, receiver: Receiver) -> None:
    report()
    receiver.answers = [410]
    running = relay()
    _, said = running.communicate(timeout=60)
    assert running.returncode == 1 and "410 Gone" in said and receiver.posts == 1


def test_two_relays_never_share_a_state_and_a_state_never_changes_its_course(
    report: Reporting, relay: Relay, receiver: Receiver
) -> None:
    last = report()
    running = relay()
    wait_until(lambda: last in receiver.sequences(), 60, "the reports")
    second = relay()
    assert "another relay works with" in second.communicate(timeout=60)[1] and second.returncode == 2
    running.terminate()
    running.wait(30)
    other = relay("--mode", "latest")
    assert "belongs to another relay" in other.communicate(timeout=60)[1] and other.returncode == 2


def test_the_example_takes_what_is_signed_and_nothing_else(served: Night, report: Reporting, tmp_path: Path) -> None:
    last = report()
    environment = {**os.environ, "TALLYWIRE_RELAY_SECRET": SECRET, "TAKEN": str(tmp_path / "taken.txt")}
    taking = subprocess.Popen([sys.executable, str(EXAMPLE), "0"], env=environment, stdout=subprocess.PIPE, text=True)
    assert taking.stdout is not None
    to = taking.stdout.readline().split()[-1]
    command = [sys.executable, "-m", "tallywire.cli", "relay", "--url", served.url, "--election", "small", "--to", to]
    sending = subprocess.Popen([*command, "--state", str(tmp_path / "state.json")], env=environment)
    try:
        told = [taking.stdout.readline().split() for _ in range(last)]
        assert [int(line[0]) for line in told] == list(range(1, last + 1))
        forged = subprocess.run(
            ["curl", "-s", "-o", os.devnull, "-w", "%{http_code}", "-d", "{}", to], capture_output=True, check=True
        )
        assert forged.stdout == b"401"
    finally:
        for process in (sending, taking):
            process.kill()
            process.wait()


def test_what_relay_md_says_to_type_starts_a_relay(
    served: Night, report: Reporting, receiver: Receiver, tmp_path: Path
) -> None:
    (block,) = (block for block in blocks() if block.page == "docs/relay.md" and block.language == "sh")
    typed = block.text.replace("https://wire.example", served.url).replace("bkk-2022", "small")
    script = typed.replace("https://desk.example/hook", receiver.url).replace("tallywire", CLI)
    report()
    running = subprocess.Popen(["bash", "-euc", script], cwd=tmp_path, start_new_session=True)
    try:
        wait_until(lambda: receiver.taken, 60, "a message")
    finally:
        os.killpg(running.pid, signal.SIGTERM)
        running.wait(30)
    # Under the new secret, which this receiver does not know; the post that was under way then may still be counted.
    wait_until(lambda: receiver.unsigned == receiver.posts, 60, "no message under the old secret")


def test_signatures_are_those_of_the_specification() -> None:
    # The vector that the specification's libraries are tested with.
    headers = signed_headers(read_secrets(SECRET), "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, b'{"test": 2432232314}')
    assert headers["webhook-signature"] == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
    both = signed_headers(read_secrets(f"{SECRET} {SECRET}"), "msg_1", 1, b"")["webhook-signature"].split()
    assert len(both) == 2 and both[0] == both[1]
    for bad in ("", "whsec_short", "whsec_!!", "whsec_c2hvcnQ="):
        with pytest.raises(BadSecretError):
            read_secrets(bad)


@pytest.mark.parametrize(
    ("retry_after", "seconds"),
    [
        ("120", 120),
        (" 7 ", 7),
        ("Sun, 22 May 2022 10:02:00 GMT", 120),
        ("Sun, 22 May 2022 10:02:00 -0000", 120),
        ("Sun, 22 May 2022 09:00:00 GMT", 0),
        ("soon", 0),
        ("²", 0),
        ("-5", 0),
        ("", 0),
    ],
)
def test_a_receiver_says_in_seconds_or_by_a_date_when_to_come_again(retry_after: str, seconds: float) -> None:
    ten_o_clock = datetime(2022, 5, 22, 10, tzinfo=UTC).timestamp()
    assert seconds_asked(retry_after, ten_o_clock) == seconds


def test_bad_input_is_one_line() -> None:
    made = run_tallywire("relay", "--new-secret").stdout.strip()
    assert len(read_secrets(made)[0]) == 32
    refused = run_tallywire("relay", "--to", "http://127.0.0.1:1", "--election", "small")
    assert (refused.returncode, refused.stderr.strip()) == (2, "relay: there is no secret")
