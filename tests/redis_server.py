"""A Redis in a process of its own, that keeps nothing; where there is none, the tests that need it are skipped."""

import shutil
import socket
import subprocess

import pytest

from tests.served import wait_until


class RedisServer:
    """`kill` is kill -9; `start` begins it again on the same port."""

    def __init__(self) -> None:
        program = shutil.which("redis-server")
        if program is None:
            pytest.skip("there is no redis-server here: .ci/redis installs it where it can")
        self._program = program
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = int(free.getsockname()[1])
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.port}"

    def start(self) -> "RedisServer":
        nothing_kept = ("--save", "", "--appendonly", "no", "--bind", "127.0.0.1")
        self._process = subprocess.Popen(
            (self._program, "--port", str(self.port), *nothing_kept), stdout=subprocess.DEVNULL
        )
        wait_until(self._answers, 60, "Redis")
        return self

    def _answers(self) -> bool:
        try:
            with socket.create_connection(("127.0.0.1", self.port), 1) as connection:
                connection.sendall(b"PING\r\n")
                return connection.recv(7) == b"+PONG\r\n"
        except OSError:
            return False

    def kill(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait()
