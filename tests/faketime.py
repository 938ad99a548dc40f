"""Another clock for one process, by libfaketime; where there is none, the tests that need it are skipped."""

from pathlib import Path

import pytest

PLACES = ("/usr/lib", "/usr/local/lib")


def library() -> Path | None:
    found = (path for place in PLACES for path in Path(place).glob("**/faketime/libfaketimeMT.so.1"))
    return next(found, None)


def faked(offset: str, file: Path | None = None) -> dict[str, str]:
    """The environment of a process whose clock is off by so much: "+60s", "-2h".

    `file`: the offset is read from there, and again each second, so that it can be moved. Time that passes passes as
    ever: only what a wall clock shows is moved.
    """
    found = library()
    if found is None:
        pytest.skip("there is no libfaketime here: .ci/faketime installs it where it can")
    environment = {"LD_PRELOAD": str(found), "DONT_FAKE_MONOTONIC": "1", "FAKETIME_CACHE_DURATION": "1"}
    if file is None:
        return environment | {"FAKETIME": offset}
    file.write_text(offset)
    return environment | {"FAKETIME_TIMESTAMP_FILE": str(file)}
