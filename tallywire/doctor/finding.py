"""A finding: how bad it is, what was seen, and what to do."""

from dataclasses import dataclass
from enum import StrEnum


class Level(StrEnum):
    OK = "ok"
    WARN = "warn"
    FAIL = "fail"


@dataclass(frozen=True, slots=True)
class Finding:
    """`subject`: what was looked at, in one or two words. `todo`: empty where all is well."""

    level: Level
    subject: str
    seen: str
    todo: str = ""

    def __str__(self) -> str:
        line = f"{self.level.value:<5} {self.subject:<14} {self.seen}"
        return f"{line}\n{'':<21}{self.todo}" if self.todo else line


def ok(subject: str, seen: str) -> Finding:
    return Finding(Level.OK, subject, seen)


def warn(subject: str, seen: str, todo: str) -> Finding:
    return Finding(Level.WARN, subject, seen, todo)


def fail(subject: str, seen: str, todo: str) -> Finding:
    return Finding(Level.FAIL, subject, seen, todo)
