"""The folder or the zip file that a whole export lies in: members by name, written and read piece by piece."""

import contextlib
import hashlib
import json
import shutil
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import IO, Any, Protocol

from pydantic import TypeAdapter, ValidationError

FORMAT = "tallywire-export/1"
MANIFEST = "manifest.json"
ZIP = ".zip"
# What zipfile says of bytes that are not what was written.
DAMAGED = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError)


class ArchiveError(Exception):
    """What is there is no export, or not the whole of one; the message names the member."""


@dataclass(frozen=True, slots=True)
class Exported:
    """One election as the export has it. `root`: base64, of the newest of `heads`, signed over `sealed` entries."""

    id: str
    epoch: str
    is_test: bool
    entries: int
    sealed: int
    heads: int
    root: str | None


@dataclass(slots=True)
class Manifest:
    """What an export says of itself. `revision`: of the tables.

    `members`: of each its `sha256` (hex), and the `rows` of a table or the `bytes` of a photograph.
    """

    revision: str
    version: str
    made_at: str
    tokens: bool
    photographs: bool
    elections: list[Exported] = field(default_factory=list)
    members: dict[str, dict[str, Any]] = field(default_factory=dict)

    def as_json(self) -> bytes:
        return json.dumps({"format": FORMAT, **asdict(self)}, indent=1, ensure_ascii=False).encode() + b"\n"

    @classmethod
    def parsed(cls, content: bytes) -> "Manifest":
        """Raises ArchiveError."""
        try:
            value = json.loads(content)
            if value.pop("format") != FORMAT:
                raise ArchiveError(f"{MANIFEST} is of no whole export ({FORMAT})")
            whole = TypeAdapter(cls).validate_json(content, strict=True)
        except ValidationError as error:
            first = error.errors()[0]
            place = ".".join(map(str, first["loc"]))
            raise ArchiveError(f"{MANIFEST} cannot be read: {place}: {first['msg']}") from error
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
            raise ArchiveError(f"{MANIFEST} cannot be read: {error!r}") from error
        for name, member in whole.members.items():
            size = member.get("rows", member.get("bytes"))
            if not isinstance(member.get("sha256"), str) or not isinstance(size, int):
                raise ArchiveError(f"{MANIFEST} cannot be read: members.{name}: it does not say its size and sha256")
        return whole


class Archive(Protocol):
    """`write` makes a member anew; `read` opens one. Raises OSError, ArchiveError."""

    def write(self, name: str) -> contextlib.AbstractContextManager[IO[bytes]]: ...

    def read(self, name: str) -> contextlib.AbstractContextManager[IO[bytes]]: ...


class _Folder:
    def __init__(self, root: Path) -> None:
        self._root = root

    @contextlib.contextmanager
    def write(self, name: str) -> Iterator[IO[bytes]]:
        path = self._root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("xb") as file:
            yield file

    @contextlib.contextmanager
    def read(self, name: str) -> Iterator[IO[bytes]]:
        try:
            with (self._root / name).open("rb") as file:
                yield file
        except FileNotFoundError as error:
            raise ArchiveError(f"{name} is not there") from error


class _Zip:
    def __init__(self, file: zipfile.ZipFile) -> None:
        self._file = file

    @contextlib.contextmanager
    def write(self, name: str) -> Iterator[IO[bytes]]:
        with self._file.open(name, "w", force_zip64=True) as file:
            yield file

    @contextlib.contextmanager
    def read(self, name: str) -> Iterator[IO[bytes]]:
        try:
            file = self._file.open(name)
        except KeyError as error:
            raise ArchiveError(f"{name} is not there") from error
        except (*DAMAGED, RuntimeError) as error:
            # A RuntimeError: it is said to be encrypted.
            raise ArchiveError(f"{name} cannot be read: {error}") from error
        try:
            with file:
                yield file
        except DAMAGED as error:
            raise ArchiveError(f"{name} cannot be read: {error}") from error


@contextlib.contextmanager
def created(path: Path) -> Iterator[Archive]:
    """A new archive; where writing fails, nothing of it is left. Raises FileExistsError, OSError."""
    if path.suffix != ZIP:
        path.mkdir(mode=0o700)
        try:
            yield _Folder(path)
        except BaseException:
            shutil.rmtree(path)
            raise
        return
    with path.open("xb") as file:
        path.chmod(0o600)
        try:
            with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as whole:
                yield _Zip(whole)
        except BaseException:
            path.unlink()
            raise


def is_export(path: Path) -> bool:
    """Whether it is to be read as a whole export, sound or not."""
    return path.suffix == ZIP or (path / MANIFEST).is_file()


@contextlib.contextmanager
def opened(path: Path) -> Iterator[Archive]:
    """Raises ArchiveError, OSError."""
    if path.is_dir():
        yield _Folder(path)
        return
    try:
        whole = zipfile.ZipFile(path)
    except (zipfile.BadZipFile, NotImplementedError, ValueError) as error:
        raise ArchiveError(f"it is no zip file, or not the whole of one: {error}") from error
    with whole:
        yield _Zip(whole)


def read_manifest(archive: Archive) -> Manifest:
    """Raises ArchiveError."""
    with archive.read(MANIFEST) as file:
        return Manifest.parsed(file.read())


class Hashed:
    """A member on its way out: its digest is made of what passes."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self._digest = hashlib.sha256()

    def write(self, piece: bytes) -> None:
        self._file.write(piece)
        self._digest.update(piece)

    @property
    def sha256(self) -> str:
        return self._digest.hexdigest()


def lines_of(archive: Archive, name: str, sha256: str) -> Iterator[str]:
    """A member's lines; after the last one raises ArchiveError where it is not what was written."""
    digest = hashlib.sha256()
    with archive.read(name) as file:
        for number, line in enumerate(file, start=1):
            digest.update(line)
            try:
                yield line.rstrip(b"\n").decode()
            except UnicodeDecodeError as error:
                raise ArchiveError(f"{name} is not what was exported: line {number} is no UTF-8") from error
    if digest.hexdigest() != sha256:
        raise ArchiveError(f"{name} is not what was exported: its sha256 is another")
