"""One embedded PostgreSQL a test session, a fresh database a test, and servers in processes of their own."""

import asyncio
import functools
import gc
import itertools
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

import asyncpg
import httpx
import pytest
from hypothesis import HealthCheck, settings

from counting.election import Election
from counting.vocabulary import ElectionPhase, Role
from db.database import use_json
from db.embedded import EmbeddedPostgres
from db.load import load_election
from db.migrate import create_database, migrate
from db.people import add_person, assign
from db.phases import set_phase
from tallywire.package import read_package
from tallywire.packaged import bangkok
from tests import warm_start
from tests.elections import small_election
from tests.own_thread import complete
from tests.served import STANDARD_ERROR, Api, ServerProcess

settings.register_profile(
    "tallywire", deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture]
)
settings.load_profile("tallywire")
NUMBERS = itertools.count(1)
# What is in none of these takes seconds a file.
LONGEST_FIRST = (
    *("web", "any_election", "clients", "simulation", "tallywire"),
    *("docs", "example_queries", "gql", "edge", "db"),
)


class Databases:
    """Databases of one PostgreSQL, made from templates that were filled once."""

    def __init__(self, postgres: EmbeddedPostgres) -> None:
        self.postgres = postgres
        self._templates: set[str] = set()

    def be_durable(self, wanted: bool) -> None:
        """Whether it waits until what it wrote is on the disk, as every PostgreSQL does that is not told otherwise."""

        async def work() -> None:
            connection = await asyncpg.connect(self.postgres.url("postgres"))
            await connection.execute(f"ALTER SYSTEM SET fsync = {'on' if wanted else 'off'}")
            # It would look through each of some hundred databases every minute, one after another without a pause.
            await connection.execute("ALTER SYSTEM SET autovacuum = off")
            await connection.execute("SELECT pg_reload_conf()")
            while (await connection.fetchval("SHOW fsync") == "on") != wanted:  # noqa: ASYNC110 - it tells nobody
                await asyncio.sleep(0.01)
            await connection.close()

        complete(work())

    def fresh(self, template: str, fill: Callable[[asyncpg.Connection], object]) -> str:
        """The url of a database of its own that begins as the template."""
        return complete(self._fresh(template, fill))

    async def _fresh(self, template: str, fill: Callable[[asyncpg.Connection], object]) -> str:
        server = self.postgres.url("postgres")
        if template not in self._templates:
            await create_database(server, template, anew=True)
            await migrate(self.postgres.url(template))
            connection = await asyncpg.connect(self.postgres.url(template))
            await use_json(connection)
            await fill(connection)  # type: ignore[misc]
            await connection.close()
            self._templates.add(template)
        name = f"test_{next(NUMBERS)}_{uuid.uuid4().hex[:6]}"
        connection = await asyncpg.connect(server)
        await connection.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
        await connection.close()
        return self.postgres.url(name)


class Night:
    """A database with an election in it, and servers over it. Public test surface of this suite."""

    def __init__(self, url: str, election_id: str) -> None:
        self.database_url = url
        self.election_id = election_id
        self.servers: list[ServerProcess] = []

    def sql(self, statement: str, *arguments: object) -> list[asyncpg.Record]:
        """Runs one statement behind the server's back."""

        async def work() -> list[asyncpg.Record]:
            connection = await asyncpg.connect(self.database_url)
            try:
                await use_json(connection)
                return await connection.fetch(statement, *arguments)
            finally:
                await connection.close()

        return complete(work())

    def sql_script(self, statements: str) -> None:
        """Runs several statements behind the server's back, all or none."""

        async def work() -> None:
            connection = await asyncpg.connect(self.database_url)
            try:
                await connection.execute(statements)
            finally:
                await connection.close()

        complete(work())

    def phase(self, phase: ElectionPhase) -> None:
        async def work() -> None:
            connection = await asyncpg.connect(self.database_url)
            await set_phase(connection, self.election_id, phase)
            await connection.close()

        complete(work())

    def open(self) -> "Night":
        """From SETUP to COUNTING."""
        self.phase(ElectionPhase.VOTING)
        self.phase(ElectionPhase.COUNTING)
        return self

    def token(self, role: Role, *stations: str) -> str:
        """A token; a volunteer's is assigned to the stations, given as codes."""

        async def work() -> str:
            connection = await asyncpg.connect(self.database_url)
            bound = self.election_id if role is Role.VOLUNTEER else None
            person, token = await add_person(connection, role, bound, "Somebody")
            await assign(connection, person.id, [f"{self.election_id}/{code}" for code in stations])
            await connection.close()
            return token

        return complete(work())

    def serve(self, *arguments: str, port: int = 0, errors: int = STANDARD_ERROR, **environment: str) -> ServerProcess:
        server = ServerProcess("--database-url", self.database_url, *arguments, port=port, environment=environment)
        server.errors = errors
        server.start()
        self.servers.append(server)
        return server

    @property
    def url(self) -> str:
        """The first server's address; starts one where there is none."""
        return (self.servers[0] if self.servers else self.serve()).url

    @property
    def api(self) -> Api:
        return Api(self.url)

    def id(self, code: str) -> str:
        return f"{self.election_id}/{code}"

    def close(self) -> None:
        for server in self.servers:
            server.stop()


def pytest_collection_finish() -> None:
    """What is here by now stays to the end: whoever looks for garbage need not look through it."""
    gc.collect()
    gc.freeze()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Folders of long files first: a long file that begins last keeps one process waiting for it."""
    places = {folder: place for place, folder in enumerate(LONGEST_FIRST)}
    here = Path(__file__).parent
    items.sort(key=lambda item: places.get(item.path.relative_to(here).parts[0], len(places)))


@pytest.fixture(scope="session", autouse=True)
def warm_starts() -> None:
    """Servers of this suite are forked from one process that has imported everything."""
    warm_start.wanted = True


@pytest.fixture(scope="session", autouse=True)
def certificates_read_once() -> Iterator[None]:
    """Nothing here speaks TLS, and httpx reads the machine's certificates for each client anew: 22 ms a request."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("httpx._transports.default.create_ssl_context", functools.cache(httpx.create_ssl_context))
        yield


@pytest.fixture(scope="session", autouse=True)
def data_folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """What servers of this suite keep beside their database (the ledger's key): not in anybody's home."""
    folder = tmp_path_factory.mktemp("data")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TALLYWIRE_DATA_DIR", str(folder))
        yield folder


@pytest.fixture(scope="session")
def databases(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Databases]:
    postgres = EmbeddedPostgres.start(tmp_path_factory.mktemp("pg") / "postgres")
    databases = Databases(postgres)
    # Nobody pulls this machine's plug, and databases are made in a third of the time.
    databases.be_durable(False)
    yield databases
    postgres.stop()


@pytest.fixture(scope="module")
def durable(databases: Databases) -> Iterator[None]:
    """For those whom `tallywire doctor` is to tell that all is well: PostgreSQL as it is for everybody else."""
    databases.be_durable(True)
    yield
    databases.be_durable(False)


async def _fill_small(connection: asyncpg.Connection) -> None:
    await load_election(connection, small_election(), "small")


async def _fill_bangkok(connection: asyncpg.Connection) -> None:
    await load_election(connection, bangkok_election(), "bangkok")


@functools.cache
def bangkok_election() -> Election:
    return read_package(bangkok()).election


@pytest.fixture
def small(databases: Databases) -> Iterator[Night]:
    """The small election, in SETUP; nothing is served yet."""
    night = Night(databases.fresh("template_small", _fill_small), "small")
    yield night
    night.close()


@pytest.fixture
def counting(small: Night) -> Night:
    """The small election, while it is counted."""
    return small.open()


@pytest.fixture
def bangkok_night(databases: Databases) -> Iterator[Night]:
    """Bangkok 2022, in SETUP; nothing is served yet."""
    night = Night(databases.fresh("template_bangkok", _fill_bangkok), "bkk-2022")
    yield night
    night.close()


@pytest.fixture(scope="module")
def bangkok_served(databases: Databases) -> Iterator[Night]:
    """Bangkok 2022 while it is counted, one server for all tests of a module."""
    night = Night(databases.fresh("template_bangkok", _fill_bangkok), "bkk-2022").open()
    night.serve()
    yield night
    night.close()


@pytest.fixture(scope="module")
def served(databases: Databases) -> Iterator[Night]:
    """The small election while it is counted, one server for all tests of a module."""
    night = Night(databases.fresh("template_small", _fill_small), "small").open()
    night.serve()
    yield night
    night.close()


@pytest.fixture(scope="module")
def night(databases: Databases) -> Iterator[Night]:
    """What the browser tests look at: Bangkok while it is counted."""
    night = Night(databases.fresh("template_bangkok", _fill_bangkok), "bkk-2022").open()
    night.serve()
    yield night
    night.close()


@pytest.fixture
def checkout() -> Path:
    """The repository's root."""
    return Path(__file__).parent.parent
