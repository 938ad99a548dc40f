"""A Redis in a process of its own, that keeps nothing."""

import shutil
import socket
import subprocess

import pytest

from tests.served import wait_until


class NoRedisError(Exception):
    """There is no redis-server on this machine."""


def redis_or_skip() -> "RedisServer":
    """For tests: where there is none, the one that needs it is skipped."""
    try:
        return RedisServer()
    except NoRedisError as error:
        pytest.skip(str(error))


class RedisServer:
    """`kill` is kill -9; `start` begins it again on the same port. Raises NoRedisError."""

    def __init__(self) -> None:
        program = shutil.which("redis-server")
        if program is None:
            raise NoRedisError("there is no redis-server here: .ci/redis installs it where it can")
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
