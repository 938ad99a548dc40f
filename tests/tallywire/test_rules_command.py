"""`tallywire rules`: a recorded night under other bounds, from its file and from the data folder."""

import asyncio
from pathlib import Path

import pytest
from typer.testing import CliRunner

from counting.vocabulary import ReviewDecision, Role, TallyCoverage
from db.answers import Accepted, Held
from db.audit import Actor
from db.review_decisions import review_tally
from tallywire.cli import build_cli
from tests.conftest import Databases, Night, _fill_small
from tests.db.desk import desk

OTHER_BOUNDS = """
version = "small.2"
same_numbers_ballots_min = 50
[verdicts]
DISAGREES_WITH_ANOTHER_REPORT = "FLAG"
"""


@pytest.fixture(scope="module")
def played(databases: Databases) -> Night:
    """Five that count, one held and refused by an editor, one from somebody not assigned who still waits."""
    night = Night(databases.fresh("template_small", _fill_small), "small").open()

    async def play() -> None:
        async with desk(night) as at:
            first, second = await at.person("a-1", "b-1", "b-2"), await at.person("a-1", "a-2")
            stranger, editor = await at.person(), await at.person(role=Role.EDITOR)
            answers = [
                *await at.write(at.request(first, "a-1", (5, 5, 5), coverage=TallyCoverage.PARTIAL)),
                *await at.write(at.request(first, "a-1", (10, 20, 30))),
                *await at.write(at.request(second, "a-1", (10, 20, 31))),
                *await at.write(at.request(first, "b-1", (11, 22, 33)), at.request(second, "a-2", (1, 2, 3))),
                *await at.write(at.request(first, "b-2", (11, 22, 33))),
                *await at.write(at.request(stranger, "b-3", (7, 8, 9))),
            ]
            kinds = [type(answer) for answer in answers]
            assert kinds == [Accepted, Accepted, Held, Accepted, Accepted, Accepted, Held]
            disputed = answers[2]
            assert isinstance(disputed, Held)
            verdict, actor = ReviewDecision.REJECT, Actor(editor.id, editor.role)
            await review_tally(at.database.pool, disputed.tally_id, verdict, "No", person=editor, actor=actor)
            assert await at.faults() == []

    asyncio.run(play())
    return night


def _rules(night: Night, *arguments: object) -> tuple[int, list[str], list[str]]:
    line = ["rules", *map(str, arguments), "--database-url", night.database_url]
    ended = CliRunner().invoke(build_cli("rules"), line)
    return ended.exit_code, ended.stdout.splitlines(), [one for one in ended.stderr.splitlines() if one.strip()]


def _row(lines: list[str], begin: str) -> list[str]:
    (line,) = [line for line in lines if line.startswith(begin)]
    return line[len(begin) :].split()


@pytest.fixture
def saved(played: Night, tmp_path: Path) -> Path:
    path = tmp_path / "night.ndjson"
    assert _rules(played, "--save", path) == (0, [f"small: 8 entries in {path}"], [])
    return path


@pytest.fixture
def bounds(tmp_path: Path) -> Path:
    path = tmp_path / "other.toml"
    path.write_text(OTHER_BOUNDS)
    return path


def test_a_night_of_the_data_folder_is_judged_by_other_bounds_beside_what_was_done(played: Night, bounds: Path) -> None:
    code, lines, errors = _rules(played, "--against", "small", "--bounds", bounds)
    assert (code, errors) == (0, [])
    assert lines[0] == "small: 7 reports in 8 entries"
    assert lines[1].split() == ["small.1", "small.2"]
    assert _row(lines, "counted at once") == ["5", "5"]
    assert _row(lines, "held for an editor") == ["2", "2"]
    assert _row(lines, "SAME_NUMBERS_ELSEWHERE") == ["HOLD", "0", "1", "+1"]
    disputes = [line.split()[1:] for line in lines if line.startswith("DISAGREES_WITH_ANOTHER_REPORT")]
    assert disputes == [["HOLD", "1", "0", "-1"], ["FLAG", "0", "1", "+1"]]
    assert [line for line in lines if line.startswith("entry")] == [
        "entry 3  small/a-1  small/mayor  held → counted",
        "entry 6  small/b-2  small/mayor  counted → held by SAME_NUMBERS_ELSEWHERE",
    ]
    assert any(line.startswith("1 were held for what the log does not tell") for line in lines)


def test_the_file_of_a_night_says_the_same_but_for_numbers_that_no_entry_tells(
    played: Night, saved: Path, bounds: Path
) -> None:
    _, here, _ = _rules(played, "--against", "small", "--bounds", bounds)
    code, there, errors = _rules(played, "--against", saved, "--bounds", bounds)
    assert (code, errors) == (0, [])
    assert there[: len(here) - 6] == here[: len(here) - 6]
    assert there[-4:] == ["", *here[-3:]]
    assert any(line.startswith("1 wait undecided") for line in there)


def test_without_other_bounds_it_shows_what_the_nights_own_found(played: Night, saved: Path) -> None:
    code, lines, _ = _rules(played, "--against", saved)
    assert code == 0
    assert _row(lines, "DISAGREES_WITH_ANOTHER_REPORT") == ["HOLD", "1", "1", "+0"]
    assert not any(line.startswith("entry") for line in lines)


def test_a_whole_package_serves_as_bounds(played: Night, saved: Path, checkout: Path) -> None:
    code, lines, _ = _rules(played, "--against", saved, "--bounds", checkout / "data/bkk2022/election.toml")
    assert (code, lines[1].split()) == (0, ["small.1", "bkk-2022.1"])


def test_a_saved_night_holds_public_fields_only_and_no_number_of_what_is_held(played: Night, saved: Path) -> None:
    text = saved.read_text()
    held = [line for line in text.splitlines() if '"kind":"HELD"' in line]
    assert len(held) == 2 and all('"tally":null' in line for line in held)
    assert "[7,8,9]" not in text and "token" not in text and "Somebody" not in text


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda lines: lines[1:], ":1: no recorded night: its first line does not say tallywire-night/1"),
        (lambda lines: [], ":1: not readable as JSON"),
        (lambda lines: [*lines[:4], *lines[5:]], ":5: entry 3 is wanted here, not 4"),
        (lambda lines: [*lines[:4], lines[4].replace('"sequence":3', '"sequence": 3')], ":5: no log entry: not canon"),
        (
            lambda lines: [lines[0], lines[1].replace("Station", "Stattion"), *lines[2:]],
            ":3: the entry refers to anoth",
        ),
        (lambda lines: [*lines[:6], lines[6][:40]], ":7: no log entry: "),
        (
            lambda lines: [lines[0].replace("number_max", "numer_max"), *lines[1:]],
            ":1: election or bounds cannot be re",
        ),
    ],
)
def test_a_file_that_is_no_whole_night_is_one_clear_line(played: Night, saved: Path, change: object, says: str) -> None:
    lines = saved.read_text().splitlines()
    saved.write_text("".join(line + "\n" for line in change(lines)))  # type: ignore[operator]
    code, out, errors = _rules(played, "--against", saved)
    assert (code, out, len(errors)) == (2, [], 1)
    assert errors[0].startswith(f"tallywire: {saved}{says}"), errors


def test_what_is_asked_wrongly_is_one_clear_line_each(played: Night, saved: Path, tmp_path: Path) -> None:
    assert _rules(played)[::2] == (2, ["tallywire: name a night with --against, or a file to write with --save"])
    assert _rules(played, "--save", saved)[::2] == (2, [f"tallywire: {saved}: File exists"])
    assert _rules(played, "--against", tmp_path / "none.ndjson")[::2] == (
        2,
        [f"tallywire: {tmp_path / 'none.ndjson'}: No such file or directory"],
    )
    assert _rules(played, "--against", "other")[::2] == (2, ["tallywire: no election other is loaded; there is: small"])
    wrong = tmp_path / "wrong.toml"
    wrong.write_text('version = "x"\nnumber_maxx = 1\n')
    code, _, errors = _rules(played, "--against", saved, "--bounds", wrong)
    assert code == 2 and len(errors) == 1
    assert errors[0].startswith('tallywire: wrong.toml:2 (key "number_maxx"): unknown key; known: ')
    assert _rules(played, "--against", saved, "--bounds", tmp_path / "no.toml")[::2] == (
        2,
        ["tallywire: no.toml: the file is missing"],
    )
