"""What an operator sees of a node: whether it is ready and why not, its log as JSON, its metrics."""

import json
import logging
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from counting.vocabulary import Role
from db.schema_version import head_revision
from tallywire.logs import configure_log, without_secrets
from tests.conftest import Night
from tests.gql.documents import sheet, submit
from tests.served import wait_until

SECONDS = 60


def _ready(url: str, asked: str = "") -> tuple[int, dict[str, object]]:
    answer = httpx.get(f"{url}/readyz{asked}", timeout=SECONDS)
    return answer.status_code, answer.json()


def _metrics(url: str, **headers: str) -> dict[str, float]:
    text = httpx.get(f"{url}/metrics", timeout=SECONDS, headers=headers).text
    lines = [line.rsplit(" ", 1) for line in text.splitlines() if line.startswith("tallywire_")]
    return {name: float(value) for name, value in lines}


def test_a_node_is_ready_until_its_tables_are_not_what_it_needs(served: Night) -> None:
    code, told = _ready(served.url)
    assert (code, told["ready"], told["failed"]) == (200, True, [])
    served.sql("UPDATE alembic_version SET version_num = '0001'")
    code, told = wait_until(lambda: (found := _ready(served.url))[0] == 503 and found, SECONDS, "not ready")
    assert told["failed"] == ["migrations"]
    assert told["checks"]["migrations"]["problem"] == (  # type: ignore[index]
        f"the database's tables are at 0001, and this tallywire needs {head_revision()}"
    )
    assert _ready(served.url, "?for=readers")[0] == 200
    served.sql(f"UPDATE alembic_version SET version_num = '{head_revision()}'")
    wait_until(lambda: _ready(served.url)[0] == 200, SECONDS, "ready again")


def test_newer_tables_are_served_as_long_as_they_fit(served: Night) -> None:
    try:
        served.sql("UPDATE alembic_version SET version_num = '9998'")
        late = served.serve()
        assert _ready(late.url)[0] == 200
        served.sql("UPDATE schema_floor SET floor = '9998'")
        refused = _serve_in_vain(served)
    finally:
        served.sql("UPDATE schema_floor SET floor = '0009'")
        served.sql(f"UPDATE alembic_version SET version_num = '{head_revision()}'")
    assert refused == (
        "tallywire: the database's tables are at 9998 and want a tallywire that knows 9998;"
        f" this one knows {head_revision()}: install a newer one"
    )


def test_who_may_not_change_tables_says_that_they_are_older(served: Night) -> None:
    try:
        served.sql("UPDATE alembic_version SET version_num = '0009'")
        refused = _serve_in_vain(served, TALLYWIRE_MIGRATE="false")
    finally:
        served.sql(f"UPDATE alembic_version SET version_num = '{head_revision()}'")
    assert refused.endswith(f"at 0009, and this tallywire needs {head_revision()}; run tallywire migrate")


def _serve_in_vain(night: Night, **environment: str) -> str:
    import os

    command = [sys.executable, "-m", "tallywire.cli", "serve", "--port", "0", "--database-url", night.database_url]
    ran = subprocess.run(
        command, env={**os.environ, **environment}, capture_output=True, text=True, timeout=SECONDS, check=False
    )
    assert ran.returncode == 2
    return ran.stderr.strip().splitlines()[-1]


def test_tallies_are_counted_by_verdict_and_rule_and_requests_by_route(served: Night) -> None:
    before = _metrics(served.url)
    volunteer = served.api.as_(served.token(Role.VOLUNTEER, "a-1"))
    call = sheet(served, "a-1", [1, 2, 3], id="metrics-1", coverage="PARTIAL")
    assert submit(volunteer, call)["__typename"] == "TallyAccepted"
    assert submit(volunteer, call)["replayed"]
    assert submit(volunteer, {**call, "clientTallyId": "metrics-2", "ballotsCast": 99})["__typename"] != "TallyAccepted"
    after = wait_until(lambda: _settled(served.url, before), SECONDS, "the entry on the board")

    def grown(name: str) -> float:
        return after[name] - before.get(name, 0.0)

    assert grown('tallywire_tallies_total{verdict="ACCEPTED"}') == 1
    assert grown('tallywire_tallies_total{verdict="REPLAYED"}') == 1
    assert sum(grown(name) for name in after if name.startswith('tallywire_findings_total{rule="BALLOTS_DO')) == 1
    assert grown('tallywire_requests_total{route="/graphql",status="200"}') >= 3
    assert after["tallywire_database_up"] == 1 and after["tallywire_memory_bytes"] > 10e6


def test_how_long_searches_for_garbage_stopped_the_process_is_told(served: Night) -> None:
    counted = 'tallywire_garbage_seconds_count{generation="0"}'
    told = wait_until(lambda: (now := _metrics(served.url)).get(counted, 0) > 1 and now, SECONDS, "some searches")
    assert 0 < told['tallywire_garbage_seconds_sum{generation="0"}'] < told[counted] * SECONDS


def _settled(url: str, before: dict[str, float]) -> dict[str, float] | None:
    now = _metrics(url)
    return now if now["tallywire_board_lag_seconds_count"] > before["tallywire_board_lag_seconds_count"] else None


def test_metrics_can_be_kept_from_strangers_and_the_log_is_json_with_request_ids(night_log: tuple[Night, Path]) -> None:
    night, log = night_log
    url = night.url
    assert httpx.get(f"{url}/metrics", timeout=SECONDS).status_code == 401
    assert _metrics(url, Authorization="Bearer only-prometheus")["tallywire_processes"] == 1
    given = httpx.get(f"{url}/readyz", headers={"X-Request-ID": "proxy-7"}, timeout=SECONDS)
    assert given.headers["x-request-id"] == "proxy-7"
    made = [
        httpx.get(f"{url}/healthz", headers={"X-Request-ID": "no id, as it has blanks"}, timeout=SECONDS)
        for _ in range(2)
    ]
    assert len({answer.headers["x-request-id"] for answer in made}) == 2
    night.servers[0].stop()
    lines = [json.loads(line) for line in log.read_text().splitlines()]
    assert any("told to come back" in line["event"] for line in lines)
    slow = next(line for line in lines if line["event"] == "slow answer" and line["route"] == "/readyz")
    assert (slow["request"], slow["status"], slow["level"], slow["logger"]) == (
        "proxy-7",
        200,
        "warning",
        "tallywire.front",
    )
    assert "only-prometheus" not in log.read_text()


@pytest.fixture
def night_log(counting: Night, tmp_path: Path) -> tuple[Night, Path]:
    """A server whose log goes to a file, and to which every answer is slow."""
    log = tmp_path / "log"
    with log.open("w") as file:
        counting.serve(
            errors=file.fileno(),
            TALLYWIRE_LOG_FORMAT="json",
            TALLYWIRE_LOG_SLOW_SECONDS="0.000001",
            TALLYWIRE_METRICS_TOKEN="only-prometheus",
        )
    return counting, log


@pytest.mark.parametrize(
    ("line", "shown"),
    [
        ("token tw_abcdefghijklmnop was refused", "token tw_… was refused"),
        ("Authorization: Bearer abc.def", "Authorization: Bearer …"),
        ("postgresql://me:geheim@db/tally", "postgresql://me:…@db/tally"),
        ("code 123456789012 is none", "code … is none"),
        ("entry 1234567890123 and 2022-05-22", "entry 1234567890123 and 2022-05-22"),
    ],
)
def test_what_opens_doors_is_taken_out_of_a_line(line: str, shown: str) -> None:
    assert without_secrets(line) == shown


def test_a_trace_shows_no_values(capsys: pytest.CaptureFixture[str]) -> None:
    handlers = logging.getLogger().handlers[:]
    try:
        configure_log("json", "INFO")
        secret = "tw_" + "s" * 30
        try:
            raise ValueError(f"no {secret}")
        except ValueError:
            logging.getLogger("tallywire.test").exception("failed", extra={"incident": "abc"})
        line = json.loads(capsys.readouterr().err)
    finally:
        logging.getLogger().handlers[:] = handlers
    assert line["incident"] == "abc" and "ValueError" in line["exception"] and secret not in str(line)
