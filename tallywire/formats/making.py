"""An export made into a file: its bytes, in gzip where that helps, and their digest."""

import gzip
import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO

# The fastest level that packs digits well: a nation's stations are some hundred megabytes.
PACKING = 4
CHUNK_BYTES = 262_144


@dataclass(frozen=True, slots=True)
class Made:
    """`sha256` (hex) and `size` of the content; `stored_bytes`: of the file at `path`, which is gzip where `packed`."""

    path: Path
    packed: bool
    sha256: str
    size: int
    stored_bytes: int

    def open(self) -> IO[bytes]:
        return self.path.open("rb")


class Making:
    """A sink that writes a file and counts along; `done` once all is written."""

    def __init__(self, path: Path, *, packed: bool) -> None:
        self._path = path
        self._packed = packed
        self._raw = path.open("wb")
        self._file: IO[bytes] = (
            gzip.GzipFile(filename="", mode="wb", compresslevel=PACKING, fileobj=self._raw, mtime=0)  # type: ignore[assignment]
            if packed
            else self._raw
        )
        self._sha256 = hashlib.sha256()
        self._size = 0

    def write(self, content: bytes) -> int:
        self._sha256.update(content)
        self._size += len(content)
        self._file.write(content)
        return len(content)

    def done(self) -> Made:
        self.close()
        return Made(self._path, self._packed, self._sha256.hexdigest(), self._size, self._path.stat().st_size)

    def close(self) -> None:
        self._file.close()
        self._raw.close()


def chunks(file: IO[bytes], *, unpack: bool) -> Iterator[bytes]:
    """A file to its end, then closed; `unpack`: out of its gzip."""
    with file, gzip.GzipFile(fileobj=file) if unpack else file as source:
        while piece := source.read(CHUNK_BYTES):
            yield piece
