"""One server whose elections' logs are sealed at once, and an election of one's own for each test of the ledger."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import Databases
from tests.gql.conftest import Hall, _nothing
from tests.tallywire.ledger_case import Case, played


@pytest.fixture(scope="session")
def ledger_hall(databases: Databases) -> Iterator[Hall]:
    hall = Hall(databases.fresh("template_empty", _nothing))
    hall.whole.serve(TALLYWIRE_LEDGER_SEAL_SECONDS="0.2")
    yield hall
    hall.whole.close()


@pytest.fixture
def case(ledger_hall: Hall, tmp_path: Path) -> Case:
    """A log of ten entries of all kinds, sealed."""
    return played(ledger_hall.take(), tmp_path)


@pytest.fixture(scope="session")
def read_case(ledger_hall: Hall, tmp_path_factory: pytest.TempPathFactory) -> Case:
    """The same for tests that change nothing."""
    return played(ledger_hall.take(), tmp_path_factory.mktemp("case"))
