"""Every example query against Bangkok 2022, in the order of their names: what they answer is what stands beside them.

RECORD_EXAMPLES=1 writes the answers down instead; read the difference before it is committed.
"""

import json
import os
from collections.abc import Iterator
from typing import Any

import pytest

from tests.conftest import Databases, Night, _fill_bangkok
from tests.example_queries.answer import differences, recorded
from tests.example_queries.example import FOLDER, Example, examples
from tests.example_queries.index import readme
from tests.example_queries.prelude import Stage, play, send_doubtful

MESSAGES_RECORDED = {"14-every-report": 4}
# A subscription that tells only what happens from now on, and what happens then.
MEANWHILE = {"31-review-queue-live": send_doubtful}


@pytest.fixture(scope="module")
def stage(databases: Databases) -> Iterator[Stage]:
    night = Night(databases.fresh("template_bangkok", _fill_bangkok), "bkk-2022").open()
    night.serve()
    yield play(night)
    night.close()


def _answer(stage: Stage, example: Example, messages: int) -> Any:
    """The data; of a subscription its first messages."""
    api, variables = stage.api(example.token), example.variables(stage.known)
    if example.kind != "subscription":
        return api(example.query, **variables)
    with api.socket() as socket:
        operation = socket.subscribe(example.query, **variables)
        if example.name in MEANWHILE:
            # Asked on the same line and answered after it: the subscription stands by then.
            socket.next(
                socket.subscribe("query Q($e: ID!) { reviewQueue(electionId: $e) { totalCount } }", e="bkk-2022")
            )
            MEANWHILE[example.name](stage)
        return [socket.next(operation) for _ in range(messages)]


@pytest.mark.parametrize("example", examples(), ids=lambda example: example.name)
def test_an_example_answers_as_the_file_beside_it_says(stage: Stage, example: Example) -> None:
    if os.environ.get("RECORD_EXAMPLES"):
        answer = recorded(_answer(stage, example, MESSAGES_RECORDED.get(example.name, 1)))
        example.expected_file.write_text(json.dumps(answer, ensure_ascii=False, indent=1) + "\n", "utf-8")
        pytest.skip("the answer was recorded")
    expected = json.loads(example.expected_file.read_text("utf-8"))
    answer = _answer(stage, example, len(expected))
    assert list(differences(answer, expected)) == []


def test_every_file_in_the_folder_belongs_to_an_example() -> None:
    names = {example.name for example in examples()}
    endings = (".graphql", ".variables.json", ".expected.json")
    wanted = {f"{name}{ending}" for name in names for ending in endings}
    assert {path.name for path in FOLDER.iterdir()} == {*wanted, "README.md"}


def test_the_readme_lists_every_example_by_reader() -> None:
    assert (FOLDER / "README.md").read_text("utf-8") == readme(), (
        "python -m tests.example_queries.index > example_queries/README.md"
    )


def test_a_token_is_asked_for_only_where_the_example_fails_without(stage: Stage) -> None:
    for example in examples():
        if example.token and example.kind == "query":
            answer = stage.api(None).send(example.query, **example.variables(stage.known))
            assert answer.get("errors") or answer["data"] == {"viewer": None}, example.name


@pytest.mark.parametrize(
    ("answer", "expected", "line"),
    [
        ({"a": 1}, {"a": 2}, ".a: 1 instead of 2"),
        ({"a": 1}, {}, ".a: 1 instead of None"),
        ([1], [1, 2], ": [1] instead of [1, 2]"),
        ({"a": True}, {"a": 1}, ".a: True instead of 1"),
        ({"a": None}, {"a": "<any ID>"}, ".a: None is not <any ID>"),
        ({"a": "soon"}, {"a": "<any DateTime>"}, ".a: 'soon' is not <any DateTime>"),
        ({"a": "!"}, {"a": "<any Cursor>"}, ".a: '!' is not <any Cursor>"),
    ],
)
def test_the_comparison_sees_what_differs(answer: Any, expected: Any, line: str) -> None:
    assert list(differences(answer, expected)) == [line]
