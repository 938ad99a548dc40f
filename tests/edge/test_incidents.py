"""What nobody foresaw: an id outside, by every way in; the trace under that id in the log; and nothing else outside."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from counting.vocabulary import Role
from tests.conftest import Databases, Night, _fill_small
from tests.served import Api, wait_until

# The tables are changed behind the server's back, so that its statements are wrong.
BREAK = "ALTER TABLE tally RENAME COLUMN revision TO revised"
QUERY = '{ tallies(electionId: "small") { totalCount edges { node { id revision } } } }'
INTERNAL = ("Traceback", "asyncpg", "Undefined", "SELECT", "revised", ".py", "site-packages")


@pytest.fixture(scope="module")
def broken(databases: Databases, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Night, Path]]:
    """A server that says in a file, as JSON, what goes wrong."""
    path = tmp_path_factory.mktemp("log") / "stderr"
    night = Night(databases.fresh("template_small", _fill_small), "small").open()
    with path.open("wb") as file:
        night.serve(errors=file.fileno(), TALLYWIRE_LOG_FORMAT="json")
        night.sql(BREAK)
        yield night, path
        night.close()


def _by_post(api: Api) -> dict[str, Any]:
    return api.send(QUERY)


def _by_get(api: Api) -> dict[str, Any]:
    answer = httpx.get(f"{api.url}/graphql", params={"query": QUERY}, headers=api.headers, timeout=60)
    return {"status": answer.status_code, **answer.json()}


def _by_stream(api: Api) -> dict[str, Any]:
    headers = {**api.headers, "Accept": "text/event-stream"}
    answer = httpx.post(f"{api.url}/graphql", json={"query": QUERY}, headers=headers, timeout=60)
    told = next(line[5:] for line in answer.text.splitlines() if line.startswith("data:"))
    return {"status": answer.status_code, **json.loads(told)}


def _by_socket(api: Api) -> dict[str, Any]:
    with api.socket() as socket:
        socket.subscribe(QUERY)
        return {"status": 200, **socket.receive()["payload"]}


@pytest.mark.parametrize("ask", [_by_post, _by_get, _by_stream, _by_socket])
def test_an_incident_has_an_id_outside_and_its_trace_in_the_log(broken: tuple[Night, Path], ask: Any) -> None:
    night, path = broken
    answer = ask(night.api.as_(night.token(Role.EDITOR)))
    (error,) = answer["errors"]
    incident = error["extensions"]["incident"]
    assert answer["status"] == 200 and error["extensions"]["code"] == "INTERNAL"
    assert incident in error["message"] and incident in error["extensions"]["messages"]["TH"]
    assert not [word for word in INTERNAL if word in json.dumps(answer)]
    lines = wait_until(lambda: [line for line in path.read_text("utf-8").splitlines() if incident in line])
    (line,) = [json.loads(line) for line in lines]
    assert line["incident"] == incident and line["level"] == "error"
    assert "Traceback" in line["exception"] and "UndefinedColumn" in line["exception"]


def test_incidents_are_counted(broken: tuple[Night, Path]) -> None:
    night, _ = broken

    def counted() -> float:
        text = httpx.get(f"{night.url}/metrics", timeout=60).text
        return float(next(one.split()[1] for one in text.splitlines() if one.startswith("tallywire_incidents_total ")))

    before = counted()
    night.api.as_(night.token(Role.EDITOR)).send(QUERY)
    assert counted() == before + 1
