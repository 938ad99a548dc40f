"""One server with small limits for all of these tests."""

import json
from collections.abc import Iterator

import pytest

from tests.conftest import Databases, Night, _fill_small
from tests.edge.strangers import SMALL, Stranger, another


@pytest.fixture(scope="session")
def guarded(databases: Databases) -> Iterator[Night]:
    """The small election while it is counted, by a server whose limits are small, and for everybody."""
    night = Night(databases.fresh("template_small", _fill_small), "small").open()
    night.serve(TALLYWIRE_LIMITS=json.dumps(SMALL), TALLYWIRE_UNLIMITED_ADDRESSES="[]")
    yield night
    night.close()


@pytest.fixture
def stranger(guarded: Night) -> Stranger:
    return another(guarded)
