"""A command that is forked is the command that is started: same words, same exit code, same end by a signal."""

import os

import pytest

from tests import warm_start
from tests.served import run_tallywire


@pytest.mark.parametrize("arguments", [("serve", "--port", "70000"), ("rules", "--nothing"), ("nothing",)])
def test_it_says_and_ends_as_one_that_is_started(arguments: tuple[str, ...]) -> None:
    started = run_tallywire(*arguments)
    forked = warm_start.start(arguments, os.environ, 2)
    assert (forked.stdout.read(), forked.wait(30)) == (started.stdout, started.returncode)


def test_one_that_is_killed_has_ended_by_that_signal() -> None:
    process = warm_start.start(("serve", "--database-url", "postgresql://nobody@127.0.0.1:1/none"), os.environ, 2)
    process.kill()
    assert process.wait(30) == process.poll() == -9


def test_what_only_the_linker_can_give_is_not_forked() -> None:
    assert not warm_start.can_fork({**os.environ, "LD_PRELOAD": "libfaketime.so"})
    assert not warm_start.can_fork({**os.environ, "PYTHONUTF8": "0"})
