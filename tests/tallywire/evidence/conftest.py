"""One server with a folder of photographs for each module, and people of all kinds."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from counting.vocabulary import Role
from tests.conftest import Databases, Night, _fill_small
from tests.served import Api

# Small enough that tests need not send much.
BYTES_MAX, PIXELS_MAX = 2_000_000, 4_000_000


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("photographs")


@pytest.fixture(scope="module")
def night(databases: Databases, folder: Path) -> Iterator[Night]:
    """The small election while it is counted."""
    night = Night(databases.fresh("template_small", _fill_small), "small").open()
    night.serve(
        TALLYWIRE_DATA_DIR=str(folder),
        TALLYWIRE_EVIDENCE_BYTES_MAX=str(BYTES_MAX),
        TALLYWIRE_EVIDENCE_PIXELS_MAX=str(PIXELS_MAX),
    )
    yield night
    night.close()


@pytest.fixture(scope="module")
def volunteer(night: Night) -> Api:
    return night.api.as_(night.token(Role.VOLUNTEER, "a-1", "a-2", "a-3", "b-1", "b-2", "b-3"))


@pytest.fixture(scope="module")
def another(night: Night) -> Api:
    return night.api.as_(night.token(Role.VOLUNTEER, "a-1", "b-1"))


@pytest.fixture(scope="module")
def editor(night: Night) -> Api:
    return night.api.as_(night.token(Role.EDITOR))


@pytest.fixture(scope="module")
def public(night: Night) -> Api:
    return night.api
