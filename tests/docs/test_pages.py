"""README and every page of docs/: each block is run as it stands, or says why not; each command that is named exists.

One night is served for all of them, with the reports of the example queries. `https://wire.example` and
`http://127.0.0.1:8000` stand for it; a page has a folder of its own, and its blocks follow each other.
"""

import json
import os
import re
import signal
import subprocess
import sys
import tomllib
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import asyncpg
import pytest
import yaml
from graphql import OperationDefinitionNode, OperationType, parse

from docs_site.sequence import drawn
from tests import warm_start
from tests.conftest import Databases, Night, _fill_bangkok
from tests.docs import command_lines
from tests.docs.blocks import FENCE, PAGES, ROOT, Block, blocks, indented, of_page
from tests.example_queries.prelude import Stage, play, sheet

pytestmark = pytest.mark.usefixtures("durable")
BLOCKS = blocks()
# How many blocks of a page may stand there without being run; each says why above it.
NOT_RUN_MOST = {
    "README.md": 1,
    "docs/index.md": 1,
    "docs/th/start.md": 1,
    "docs/operations.md": 1,
    "docs/faults.md": 1,
    "docs/relay.md": 1,
}
# Pages that begin with a database of their own and nothing in it; others work with the night's.
EMPTY = {"README.md", "docs/followers.md", "docs/operations.md", "docs/operators.md"}
# A page that begins with Bangkok loaded and not yet opened.
LOADED = {"docs/coordinators.md"}
HOSTS = ("https://wire.example", "http://127.0.0.1:8000")
TYPED = re.compile(
    r"^ *(\$ )?(tallywire(?! ledger key)|make|python|pip|curl|npm|kill|systemctl|docker|kubectl) ", re.MULTILINE
)


def of(*languages: str) -> list[Block]:
    """Those that are run here."""
    return [block for block in BLOCKS if block.language in languages and block.is_ours]


@pytest.fixture(scope="module")
def stage(databases: Databases) -> Iterator[Stage]:
    night = Night(databases.fresh("template_bangkok", _fill_bangkok), "bkk-2022").open()
    # A cut that is made between two lines of a block would change what the second is answered.
    night.serve(TALLYWIRE_CUT_SECONDS="3600")
    yield play(night)
    night.close()


class Desk:
    """A reader of one page at a machine: a folder to work in, a database, and the night's address."""

    def __init__(self, stage: Stage, folder: Path, database: str) -> None:
        self.stage, self.folder, self.database = stage, folder, database
        for name in ("data", "example_queries", ".venv"):
            (folder / name).symlink_to(ROOT / name)

    def placed(self, text: str) -> str:
        for host in HOSTS:
            text = text.replace(host, self.stage.night.url)
        return text

    def environment(self, role: str | None) -> dict[str, str]:
        path = f"{warm_start.path()}:{Path(sys.executable).parent}:{os.environ['PATH']}"
        own = {"PATH": path, "TALLYWIRE_DATABASE_URL": self.database, "TALLYWIRE_DATA_DIR": str(self.folder / "kept")}
        return os.environ | own | ({"TALLYWIRE_TOKEN": self.stage.tokens[role]} if role else {})

    def run(self, block: Block) -> str:
        """What the block prints. A server is ended once it says what the block waits for (`until`)."""
        until = block.note("until")
        script = self.placed(block.text)
        if until:
            script = re.sub(r"(tallywire (?:serve|demo|replay)\b)", r"exec \1 --port 0", script)
        return self._served(script, until, block) if until else self._done(script, block)

    def _done(self, script: str, block: Block) -> str:
        return self.ended(["bash", "-euo", "pipefail", "-c", script], block)

    def ended(self, command: list[str], block: Block, given: str = "") -> str:
        """What a program prints that ends by itself, with 0, and with the texts that the block's note names."""
        ran = subprocess.run(
            command,
            input=given,
            cwd=self.folder,
            env=self.environment(block.note("as")),
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        assert ran.returncode == 0, ran.stderr + ran.stdout
        return ran.stdout

    def _served(self, script: str, until: str, block: Block) -> str:
        process = subprocess.Popen(
            ["bash", "-euc", script],
            cwd=self.folder,
            env=self.environment(block.note("as")),
            stdout=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        assert process.stdout is not None
        try:
            said = ""
            for line in process.stdout:
                said += line
                if until in line:
                    return said
            raise AssertionError(f"it ended without saying {until!r}: {said}")
        finally:
            os.killpg(process.pid, signal.SIGINT)
            process.communicate(timeout=60)


async def _nothing(_connection: asyncpg.Connection) -> None:
    """A database with its tables and nothing in them."""


@pytest.fixture(scope="module")
def desks(stage: Stage, databases: Databases, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Desk]:
    pages = {block.page for block in of("sh", "bash", "python")}
    return {page: Desk(stage, tmp_path_factory.mktemp("page"), _database(page, stage, databases)) for page in pages}


def _database(page: str, stage: Stage, databases: Databases) -> str:
    if page in LOADED:
        return databases.fresh("template_bangkok", _fill_bangkok)
    return databases.fresh("template_empty", _nothing) if page in EMPTY else stage.night.database_url


@pytest.mark.parametrize("block", of("sh", "bash"), ids=lambda block: block.name)
def test_each_shell_block_runs_as_it_stands(desks: dict[str, Desk], block: Block) -> None:
    said = desks[block.page].run(block)
    assert block.missing(said) == [] and '"errors"' not in said, said


@pytest.mark.parametrize("block", of("python"), ids=lambda block: block.name)
def test_each_python_block_runs_as_it_stands(desks: dict[str, Desk], block: Block) -> None:
    desk = desks[block.page]
    said = desk.ended([sys.executable, "-"], block, desk.placed(block.text))
    assert block.missing(said) == [], said


@pytest.mark.parametrize("block", of("graphql"), ids=lambda block: block.name)
def test_each_graphql_block_answers_without_an_error(stage: Stage, block: Block) -> None:
    (operation,) = parse(block.text).definitions
    assert isinstance(operation, OperationDefinitionNode)
    api = stage.api(block.note("as"))
    if operation.operation is OperationType.SUBSCRIPTION:
        with api.socket() as socket:
            answer = socket.next(socket.subscribe(block.text))
    else:
        variables = {"input": sheet(stage.night, "103301-003", "governor")} if operation.variable_definitions else {}
        answer = api(block.text, **variables)
    said = json.dumps(answer, ensure_ascii=False, separators=(",", ":"))
    assert block.missing(said) == [] and all(answer.values()), said


READ = {"json": json.loads, "toml": tomllib.loads, "yaml": yaml.safe_load, "mermaid": drawn, "ini": str, "css": str}


@pytest.mark.parametrize("block", of(*READ), ids=lambda block: block.name)
def test_each_block_of_data_can_be_read(block: Block) -> None:
    assert READ[block.language](block.text)


def test_every_block_is_run_read_or_says_why_not() -> None:
    known = {"sh", "bash", "python", "graphql", "text", *READ}
    unsaid = [one.name for one in BLOCKS if one.language not in known and one.is_ours]
    assert unsaid == []
    # What is called text is shown and not typed.
    assert [one.name for one in BLOCKS if one.language == "text" and TYPED.search(one.text)] == []


def test_what_is_not_run_says_why_and_is_little() -> None:
    marked = [block for block in BLOCKS if block.note("not run")]
    assert [block.name for block in marked if len(block.note("not run") or "") < 20] == []
    assert dict(Counter(block.page for block in marked)) == {
        page: most for page, most in NOT_RUN_MOST.items() if (ROOT / page).exists()
    }
    assert sum(NOT_RUN_MOST.values()) * 5 < len(BLOCKS)


def test_what_another_test_runs_is_named_there() -> None:
    for block in BLOCKS:
        if path := block.note("run by"):
            assert Path(block.page).name in (ROOT / path).read_text(), f"{path} does not read {block.page}"


def test_what_another_page_has_too_is_run_there() -> None:
    marked = {block: block.note("same as") for block in BLOCKS if block.note("same as")}
    run = {(block.page, block.gist) for block in BLOCKS if block.note("same as") is None}
    assert marked and [block.name for block, page in marked.items() if (page, block.gist) not in run] == []


def test_commands_are_typed_in_fences_alone() -> None:
    # Blocks of four spaces are not run; measurements are made by hand, and their modules are looked for below.
    found = {
        page.name: [text for text in indented(page.name, page.read_text()) if TYPED.search(text)]
        for page in PAGES
        if page.name not in ("performance.md", "CONTRIBUTING.md") and page.parent.name != "decisions"
    }
    assert {name: texts for name, texts in found.items() if texts} == {}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_command_that_a_page_names_exists_with_its_options(page: Path) -> None:
    text = page.read_text()
    lines = list(command_lines.spans_of(FENCE.sub("", text)))
    for block in of_page(page.name, text):
        lines += command_lines.lines_of(block.text) if block.language in ("sh", "bash", "") else []
    for typed in indented(page.name, text):
        lines += command_lines.lines_of(typed)
    assert {line: fault for line in lines if (fault := command_lines.fault(line))} == {}


@pytest.mark.parametrize(
    ("line", "fault"),
    [
        ("make nonsense", "no target nonsense"),
        ("make demo DEMO=x", None),
        ("tallywire nonsense", "no command nonsense"),
        ("tallywire serve --worker 2", "serve has no --worker"),
        ("tallywire audit forget-addresses --before 2022-06-22", None),
        ("python -m bench.nonsense", "no bench.nonsense"),
    ],
)
def test_a_command_that_is_not_there_is_found(line: str, fault: str | None) -> None:
    assert command_lines.fault(line) == fault


def test_links_of_the_readme_lead_to_files() -> None:
    links = [
        link for link in re.findall(r"\]\(([^)#]+)", (ROOT / "README.md").read_text()) if not link.startswith("http")
    ]
    assert len(links) > 10 and [link for link in links if not (ROOT / link).exists()] == []
