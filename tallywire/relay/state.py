"""What a relay remembers: how far the receiver has come, and the message that is on its way. One file, always whole."""

import fcntl
import os
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import orjson

FORMAT = "tallywire-relay/1"


class StateError(Exception):
    """The state file is not of this relay, is used by another, or cannot be read or written."""


@dataclass(frozen=True, slots=True)
class Message:
    """`body`: as it is posted, to the byte, however often. `after`: where the feed goes on once it was taken."""

    id: str
    body: str
    after: str


@dataclass(frozen=True, slots=True)
class Course:
    """What one relay sends: another course needs another state file."""

    election: str
    mode: str
    contests: tuple[str, ...]
    areas: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Progress:
    """`after` None: nothing was delivered yet."""

    after: str | None = None
    pending: Message | None = None


class StateFile:
    """Written before each message goes out and after it was taken, so that a restart repeats at most that one.

    Locked while it is open: two relays would send everything twice. Raises StateError.
    """

    def __init__(self, path: Path, course: Course) -> None:
        self._path = path
        self.course = course
        self._lock = self._locked(path.with_name(path.name + ".lock"))
        self.progress = self._read()

    def begin(self, message: Message) -> None:
        self._write(replace(self.progress, pending=message))

    def taken(self, message: Message) -> None:
        self._write(replace(self.progress, after=message.after, pending=None))

    def reached(self, cursor: str) -> None:
        """All up to there is told, though the last of it was nothing that this course sends."""
        if cursor != self.progress.after:
            self._write(replace(self.progress, after=cursor))

    def close(self) -> None:
        os.close(self._lock)

    def _locked(self, path: Path) -> int:
        try:
            lock = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise StateError(f"another relay works with {self._path}") from None
        except OSError as error:
            raise StateError(f"{path} cannot be written: {error.strerror}") from error
        return lock

    def _read(self) -> Progress:
        try:
            stored: dict[str, Any] = orjson.loads(self._path.read_bytes())
        except FileNotFoundError:
            return Progress()
        except (OSError, ValueError) as error:
            raise StateError(f"{self._path} cannot be read: {error}") from error
        if not isinstance(stored, dict) or stored.get("format") != FORMAT:
            raise StateError(f"{self._path} is no state file of a relay")
        if stored["course"] != orjson.loads(orjson.dumps(asdict(self.course))):
            raise StateError(f"{self._path} belongs to another relay ({stored['course']}): give this one its own")
        pending = Message(**stored["pending"]) if stored["pending"] else None
        return Progress(stored["after"], pending)

    def _write(self, progress: Progress) -> None:
        content = orjson.dumps({"format": FORMAT, "course": asdict(self.course), **asdict(progress)})
        beside = self._path.with_name(self._path.name + ".new")
        try:
            with beside.open("wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            beside.replace(self._path)
        except OSError as error:
            raise StateError(f"{self._path} cannot be written: {error.strerror}") from error
        self.progress = progress
