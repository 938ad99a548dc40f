"""A command that is forked is the command that is started: same words, same exit code, same end by a signal."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests import warm_start
from tests.served import run_tallywire


@pytest.mark.parametrize("arguments", [("serve", "--port", "70000"), ("rules", "--nothing"), ("nothing",)])
def test_it_says_and_ends_as_one_that_is_started(arguments: tuple[str, ...]) -> None:
    started = run_tallywire(*arguments)
    forked = warm_start.start(arguments, os.environ, 2)
    assert (forked.stdout.read(), forked.wait(30)) == (started.stdout, started.returncode)


def test_a_shell_finds_it_as_a_program() -> None:
    def ran(path: str) -> tuple[str, int]:
        shell = "echo 1.000 | tallywire serve --port 70000; tallywire key --help | head -n 3"
        environment = {**os.environ, "PATH": f"{path}:{os.environ['PATH']}"}
        done = subprocess.run(["bash", "-c", shell], env=environment, capture_output=True, text=True, check=False)
        return done.stdout + done.stderr, done.returncode

    assert ran(warm_start.path()) == ran(str(Path(sys.executable).parent))


def test_a_program_that_is_interrupted_ends_as_it_would() -> None:
    program = subprocess.Popen(
        [f"{warm_start.path()}/tallywire", "serve", "--database-url", "postgresql://nobody@127.0.0.1:1/none"]
    )
    program.send_signal(signal.SIGTERM)
    assert program.wait(60) in (-signal.SIGTERM, 1)


def test_one_that_is_killed_has_ended_by_that_signal() -> None:
    process = warm_start.start(("serve", "--database-url", "postgresql://nobody@127.0.0.1:1/none"), os.environ, 2)
    process.kill()
    assert process.wait(30) == process.poll() == -9


def test_what_only_the_linker_can_give_is_not_forked() -> None:
    assert not warm_start.can_fork({**os.environ, "LD_PRELOAD": "libfaketime.so"})
    assert not warm_start.can_fork({**os.environ, "PYTHONUTF8": "0"})
