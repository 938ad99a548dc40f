"""Trusted documents: collected from files, asked for by their sha256 by every way in, larger than strangers' may be."""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
from typer.testing import CliRunner

from counting.vocabulary import Role
from tallywire.commands.trusted_documents import trusted_documents_cli
from tallywire.own_documents import own_documents
from tests.conftest import Databases, Night, _fill_small
from tests.edge.strangers import Stranger, another, code, subscribe
from tests.gql.documents import SUBMIT, sheet

DEEP = 'query Deep { area(id: "small/a") { ' + "parent { " * 15 + "id" + " }" * 15 + " } }"
PHASE = "query Phase($e: ID!) { election(id: $e) { ...Told } } fragment Told on Election { phase }"
LIVE = "subscription Live($e: ID!) { electionChanged(electionId: $e) { phase } }"


def sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def collect(*arguments: str) -> Any:
    return CliRunner().invoke(trusted_documents_cli, ["collect", *arguments])


@dataclass(frozen=True)
class Partner:
    """`open`: any document is answered there, and the trusted by name; `shut`: those alone. `ids` by operation."""

    night: Night
    ids: dict[str, str]

    @property
    def open(self) -> Stranger:
        return another(self.night)

    @property
    def shut_url(self) -> str:
        return self.night.servers[1].url

    def ask(self, body: dict[str, Any], headers: dict[str, str] | None = None, *, shut: bool = False) -> httpx.Response:
        url = self.shut_url if shut else self.night.url
        return httpx.post(f"{url}/graphql", json=body, headers=headers, timeout=30)


@pytest.fixture(scope="module")
def partner(databases: Databases, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Partner]:
    folder = tmp_path_factory.mktemp("partner")
    (folder / "app").mkdir()
    (folder / "app" / "pages.graphql").write_text(PHASE + "\n" + LIVE)
    (folder / "deep.gql").write_text(DEEP)
    (folder / "send.graphql").write_text(SUBMIT)
    written = folder / "trusted.json"
    outcome = collect(str(folder), "--output", str(written))
    assert outcome.exit_code == 0, outcome.output
    ids = {line.split()[1]: line.split()[0] for line in outcome.stdout.splitlines()}
    night = Night(databases.fresh("template_small", _fill_small), "small").open()
    night.serve("--trusted-documents", str(written))
    night.serve("--trusted-documents", str(written), "--only-trusted-documents")
    yield Partner(night, ids)
    night.close()


def test_a_document_is_asked_for_by_its_digest_over_every_way_in(partner: Partner) -> None:
    wanted = {"data": {"election": {"phase": "COUNTING"}}}
    variables, named = {"e": "small"}, partner.ids["Phase"]
    for body in (
        {"documentId": named, "variables": variables},
        {"documentId": f"sha256:{named}", "variables": variables, "query": None},
        {"extensions": {"persistedQuery": {"version": 1, "sha256Hash": named}}, "variables": variables},
    ):
        assert partner.ask(body).json() == wanted, body
    by_get = {"documentId": named, "variables": json.dumps(variables)}
    assert httpx.get(f"{partner.night.url}/graphql", params=by_get).json() == wanted
    live = {"documentId": partner.ids["Live"], "variables": variables}
    with httpx.stream(
        "POST", f"{partner.night.url}/graphql", json=live, headers={"Accept": "text/event-stream"}, timeout=30
    ) as events:
        assert '"phase":"COUNTING"' in next(line for line in events.iter_lines() if line.startswith("data"))
    with partner.open.socket() as raw:
        raw.send(json.dumps({"id": "1", "type": "subscribe", "payload": live}))
        assert json.loads(raw.recv(timeout=30))["payload"] == {"data": {"electionChanged": {"phase": "COUNTING"}}}


def test_a_mutation_by_its_digest_is_taken_the_lean_way_too(partner: Partner) -> None:
    night = partner.night
    known = {"Authorization": f"Bearer {night.token(Role.VOLUNTEER, 'a-1', 'a-2')}"}
    answers = []
    for number, station in enumerate(("a-1", "a-2", "a-2")):
        variables = {"input": sheet(night, station, [number, 5, 7])}
        answers.append(partner.ask({"documentId": partner.ids["Submit"], "variables": variables}, known).json())
    kinds = [answer["data"]["submitTally"]["__typename"] for answer in answers]
    assert kinds == ["TallyAccepted", "TallyAccepted", "TallyRejected"]


def test_what_is_trusted_may_be_deeper_than_what_strangers_send(partner: Partner) -> None:
    assert code(partner.ask({"query": DEEP.replace("Deep", "Other")}).json()) == "LIMIT_EXCEEDED"
    for body in ({"documentId": partner.ids["Deep"]}, {"query": DEEP}):
        assert partner.ask(body).json()["data"]["area"]


@pytest.mark.parametrize("named", ["0" * 64, "", "x", "sha256:", "\u0000", "ไทย", "a" * 100_000])
def test_a_digest_of_nothing_is_told_in_words_that_apollo_knows(partner: Partner, named: str) -> None:
    answer = partner.ask({"documentId": named}).json()
    assert (code(answer), answer["errors"][0]["message"]) == ("PERSISTED_QUERY_NOT_FOUND", "PersistedQueryNotFound")


def test_a_document_that_comes_with_its_digest_is_executed_where_they_agree(partner: Partner) -> None:
    """So Apollo's clients register what they were told is not known; here that registers nothing."""
    text = "{ __typename }"
    persisted = {"persistedQuery": {"version": 1, "sha256Hash": sha256(text)}}
    assert partner.ask({"query": text, "extensions": persisted}).json() == {"data": {"__typename": "Query"}}
    assert code(partner.ask({"extensions": persisted}).json()) == "PERSISTED_QUERY_NOT_FOUND"
    persisted["persistedQuery"]["sha256Hash"] = sha256("other")
    assert code(partner.ask({"query": text, "extensions": persisted}).json()) == "BAD_USER_INPUT"


@pytest.mark.parametrize("body", [{"documentId": 5}, {"documentId": None}, {"documentId": ["a"]}, {"extensions": {}}])
def test_a_digest_of_another_shape_is_told_so(partner: Partner, body: dict[str, Any]) -> None:
    assert partner.ask(body).status_code == 400


def test_where_only_trusted_documents_are_answered_nothing_else_is_by_any_way(partner: Partner) -> None:
    url, body = f"{partner.shut_url}/graphql", {"query": "{ __typename }"}
    assert code(partner.ask(body, shut=True).json()) == "DOCUMENT_NOT_TRUSTED"
    assert code(httpx.get(url, params=body).json()) == "DOCUMENT_NOT_TRUSTED"
    with httpx.stream("POST", url, json=body, headers={"Accept": "text/event-stream"}, timeout=30) as events:
        assert "DOCUMENT_NOT_TRUSTED" in next(line for line in events.iter_lines() if line.startswith("data"))
    shut = Partner(Night(partner.night.database_url, "small"), {})
    shut.night.servers = partner.night.servers[1:]
    with shut.open.socket() as raw:
        assert code(subscribe(raw, "1", LIVE + " ", e="small")) == "DOCUMENT_NOT_TRUSTED"
        raw.send(json.dumps({"id": "2", "type": "subscribe", "payload": {"documentId": partner.ids["Phase"]}}))
        assert code(json.loads(raw.recv(timeout=30))) == "BAD_USER_INPUT"
    trusted = {"documentId": partner.ids["Phase"], "variables": {"e": "small"}}
    assert partner.ask(trusted, shut=True).json()["data"] == {"election": {"phase": "COUNTING"}}
    assert partner.ask({"query": DEEP}, shut=True).json()["data"]["area"]


def test_the_documents_of_the_pages_are_always_trusted(partner: Partner) -> None:
    texts = list(own_documents().values())
    names = ("query Elections", "subscription Board", "mutation Send", "query Queue", "query Line")
    assert all(any(name in text for text in texts) for name in names)
    for text in texts:
        assert code(partner.ask({"query": text}, shut=True).json()) != "DOCUMENT_NOT_TRUSTED"


def test_collecting_names_each_fault_and_writes_nothing(tmp_path: Path) -> None:
    (tmp_path / "good.graphql").write_text(PHASE)
    (tmp_path / "bad.graphql").write_text("query Bad { nothing }")
    written = tmp_path / "out.json"
    outcome = collect(str(tmp_path), "-o", str(written))
    assert outcome.exit_code == 2 and not written.exists()
    assert "bad.graphql: Cannot query field 'nothing'" in outcome.stderr
    (tmp_path / "bad.graphql").write_text("query {")
    assert collect(str(tmp_path), "-o", str(written)).exit_code == 2
    assert collect(str(tmp_path / "nowhere")).exit_code == 2
    (tmp_path / "bad.graphql").unlink()
    assert collect(str(tmp_path), "-o", str(written)).exit_code == 0


def test_collecting_more_keeps_what_is_there_only_where_it_is_asked_to(tmp_path: Path) -> None:
    one, two, written = tmp_path / "1.graphql", tmp_path / "2.graphql", tmp_path / "out.json"
    one.write_text(PHASE)
    two.write_text(LIVE)
    collect(str(one), "-o", str(written))
    first = json.loads(written.read_text())
    collect(str(two), "-o", str(written), "--add")
    both = json.loads(written.read_text())
    assert first.items() < both.items() and all(named == sha256(text) for named, text in both.items())
    collect(str(two), "-o", str(written))
    assert not first.keys() & json.loads(written.read_text()).keys()


@pytest.mark.parametrize(
    "content", ["", "[]", "5", '{"a": 5}', '{"a": "query"}', json.dumps({"0" * 64: PHASE}), "{" * 100_000, b"\xff"]
)
def test_a_file_of_something_else_is_refused_before_anything_is_served(tmp_path: Path, content: str | bytes) -> None:
    path = tmp_path / "trusted.json"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    outcome = CliRunner().invoke(trusted_documents_cli, ["check", str(path)])
    assert outcome.exit_code == 2 and outcome.stderr.startswith(f"tallywire: {path}")
