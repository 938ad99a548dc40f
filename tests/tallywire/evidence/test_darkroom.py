"""What kills its decoder, or never ends, costs that photograph alone."""

import os
import time
from pathlib import Path

import pytest

from tallywire.evidence import darkroom as module
from tallywire.evidence.darkroom import Darkroom
from tallywire.evidence.development import Developed
from tallywire.evidence.refusal import RefusedError
from tests.tallywire.evidence.pictures import encoded, picture


def die(path: Path, pixels_max: int) -> Developed:
    os._exit(1)


def never_end(path: Path, pixels_max: int) -> Developed:
    time.sleep(3_600)
    raise AssertionError


async def test_a_photograph_that_ends_or_holds_its_process_is_unreadable_and_the_next_is_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "photograph"
    path.write_bytes(encoded(picture(90)))
    room = Darkroom(1_000_000)
    for broken, seconds in ((die, 60.0), (never_end, 1.0)):
        with monkeypatch.context() as patched:
            patched.setattr(module, "develop_apart", broken)
            patched.setattr(module, "SECONDS_MAX", seconds)
            with pytest.raises(RefusedError) as raised:
                await room.develop(path)
        assert raised.value.code == "UNREADABLE"
    developed = await room.develop(path)
    assert (developed.width, developed.height, developed.public) == (400, 300, None)
    with pytest.raises(RefusedError) as raised:
        await Darkroom(1_000).develop(path)
    assert raised.value.code == "TOO_MANY_PIXELS"
