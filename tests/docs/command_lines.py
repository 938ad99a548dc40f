"""What a page says to type: does the command exist, and each of its options?"""

import re
import shlex
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import typer

from tallywire.cli import build_cli

ROOT = Path(__file__).parent.parent.parent
SPAN = re.compile(r"`([^`\n]+)`")
COMMAND = re.compile(r"(?:^|[\s(;&|/])((?:tallywire|make|python -m bench)(?: [^#;|&>\n]*)?)")


@cache
def _commands() -> Any:
    """The command line as typer builds it; a group has `commands`."""
    return typer.main.get_command(build_cli())


@cache
def _targets() -> frozenset[str]:
    return frozenset(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))


def lines_of(script: str) -> Iterator[str]:
    """The commands of ours in a shell script."""
    for line in re.sub(r"\\\n\s*", " ", script).splitlines():
        # What stands after a wide gap is said, not typed.
        for found in COMMAND.finditer(re.split(r"\s# |(?<=\S) {2,}", line)[0]):
            yield found.group(1).strip()


def spans_of(prose: str) -> Iterator[str]:
    """The commands of ours that a sentence names."""
    for found in SPAN.finditer(prose):
        if re.match(r"(tallywire|make) [a-z]|python -m bench", found.group(1)):
            yield from lines_of(found.group(1))


def fault(line: str) -> str | None:
    """What of it there is not; None where all is."""
    if line.startswith("make"):
        words = [word for word in shlex.split(line)[1:] if "=" not in word and not word.startswith("-")]
        return next((f"no target {word}" for word in words if word not in _targets()), None)
    if line.startswith("python -m bench"):
        place = ROOT / line.split()[2].replace(".", "/")
        return None if place.is_dir() or place.with_suffix(".py").is_file() else f"no {line.split()[2]}"
    return _fault_of_tallywire(shlex.split(line.replace("…", "x"))[1:])


def _fault_of_tallywire(words: list[str]) -> str | None:
    command = _commands()
    while hasattr(command, "commands") and words and not words[0].startswith("-"):
        found = command.commands.get(words[0])
        if found is None:
            # A group that does something by itself takes what is no command as its argument.
            return None if command.invoke_without_command else f"no command {words[0]}"
        command, words = found, words[1:]
    options = {name for one in command.params for name in (*one.opts, *one.secondary_opts)} | {"--help"}
    named = [word.split("=")[0] for word in words if re.match(r"--[a-z]", word)]
    return next((f"{command.name} has no {name}" for name in named if name not in options), None)
