"""What goes wrong is one clear line and exit code 2."""

import socket
from pathlib import Path

import pytest
from typer.testing import CliRunner

from tallywire.cli import COMMANDS, build_cli
from tests.conftest import Night


def _run(*arguments: str) -> tuple[int, list[str]]:
    ended = CliRunner().invoke(build_cli(), list(arguments))
    return ended.exit_code, ended.stderr.splitlines()


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_help(command: str) -> None:
    ended = CliRunner().invoke(build_cli(), [command, "--help"])
    assert ended.exit_code == 0
    assert f"Usage: root {command}" in ended.stdout or "Usage:" in ended.stdout


def test_a_port_that_is_taken_is_one_clear_line(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        code, errors = _run("serve", "--port", str(port), "--data-dir", str(tmp_path))
    assert (code, errors) == (2, [f"tallywire: cannot listen on 127.0.0.1:{port}: Address already in use"])
    assert list(tmp_path.iterdir()) == [], "nothing was started for a server that cannot listen"


def test_a_data_folder_that_is_a_file_is_one_clear_line(tmp_path: Path) -> None:
    place = tmp_path / "file"
    place.write_text("")
    code, errors = _run("serve", "--port", "0", "--data-dir", str(place))
    assert (code, errors) == (2, [f"tallywire: cannot use {place / 'postgres'}: Not a directory"])


def test_a_database_that_does_not_answer_is_one_clear_line_without_its_password() -> None:
    code, errors = _run("fsck", "--database-url", "postgresql://somebody:secret@127.0.0.1:9/x")
    assert code == 2 and len(errors) == 1
    assert errors[0].startswith("tallywire: cannot open postgresql://somebody:***@127.0.0.1:9/x: ")
    assert "secret" not in errors[0]


def test_a_url_of_another_database_is_one_clear_line() -> None:
    assert _run("fsck", "--database-url", "mysql://x/y") == (
        2,
        ["tallywire: the database url must begin with postgresql://"],
    )


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("PORT", "abc", "Input should be a valid integer"),
        ("END_SECONDS", "1", "Input should be greater than or equal to 3"),
        ("LIMITS", '{"body_max": 1', "must be JSON"),
        ("LIMITS", "[]", "Input should be a valid dictionary"),
        ("LEDGER_NAME", "two words", "String should match pattern"),
        ("METRICS_TOKEN_FILE", "/proc/none", "TALLYWIRE_METRICS_TOKEN_FILE: /proc/none cannot be read"),
    ],
)
@pytest.mark.parametrize("command", ["serve", "doctor", "fsck"])
def test_a_setting_that_is_none_is_one_clear_line(command: str, name: str, value: str, said: str) -> None:
    """A trace was printed, with the value in it."""
    ended = CliRunner().invoke(build_cli(), [command], env={f"TALLYWIRE_{name}": value})
    assert (ended.exit_code, ended.stderr.count("\n")) == (2, 1), ended.output
    assert f"TALLYWIRE_{name}: " in ended.stderr and said in ended.stderr


def test_phases_go_one_step_at_a_time(small: Night) -> None:
    at = ["--database-url", small.database_url]
    assert _run("phase", "small", "COUNTING", *at) == (2, ["tallywire: small does not go from SETUP to COUNTING"])
    assert _run("phase", "other", "VOTING", *at) == (2, ["tallywire: no election other is loaded"])
    assert _run("phase", "small", "voting", *at)[0] == 0
    assert small.sql("SELECT phase FROM election")[0]["phase"] == "VOTING"


def test_a_token_is_all_that_its_command_prints(small: Night) -> None:
    ended = CliRunner().invoke(build_cli(), ["token", "--role", "OPERATOR", "--database-url", small.database_url])
    assert ended.exit_code == 0
    (token,) = ended.stdout.splitlines()
    assert token.startswith("tw_")
    assert token not in str(small.sql("SELECT * FROM reporter"))
