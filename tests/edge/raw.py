"""Bytes on a line, as nobody's client library would send them."""

import contextlib
import socket
import time

from tests.conftest import Night


class Line:
    """One connection to the first server of a night."""

    def __init__(self, night: Night, source: str = "127.0.0.1") -> None:
        """Whoever comes from 127.0.0.1 is taken for a proxy."""
        self._socket = socket.create_connection(("127.0.0.1", night.servers[0].port), 30, (source, 0))
        self._socket.settimeout(30)

    def __enter__(self) -> "Line":
        return self

    def __exit__(self, *_: object) -> None:
        self._socket.close()

    def send(self, data: bytes) -> None:
        """A server that has hung up takes nothing more, which is no failure of the test."""
        with contextlib.suppress(OSError):
            self._socket.sendall(data)

    def more(self) -> bytes:
        """The next part that comes; nothing where the server has closed."""
        with contextlib.suppress(ConnectionResetError):
            return self._socket.recv(65_536)
        return b""

    def answer(self) -> bytes:
        """All that comes until the server closes; what came so far where the line was cut."""
        parts = []
        with contextlib.suppress(ConnectionResetError):
            while part := self._socket.recv(65_536):
                parts.append(part)
        return b"".join(parts)

    def drip(self, piece: bytes, seconds: float = 15.0) -> bytes:
        """Sends a little again and again until the server has had enough; its last words."""
        self._socket.settimeout(0.2)
        until, said = time.monotonic() + seconds, b""
        while time.monotonic() < until:
            self.send(piece)
            try:
                part = self._socket.recv(65_536)
            except TimeoutError:
                continue
            except ConnectionResetError:
                return said
            if not part:
                return said
            said += part
        raise AssertionError("the server held the line open")


def status(answer: bytes) -> int:
    """Of the first answer; 0 where there is none."""
    head = answer.split(b"\r\n", 1)[0].split(b" ")
    return int(head[1]) if len(head) > 1 else 0


def post(body: bytes, *headers: bytes, length: int | None = None, kind: bytes = b"application/json") -> bytes:
    """A POST to /graphql, whole."""
    lines = [
        b"POST /graphql HTTP/1.1",
        b"Host: x",
        b"Connection: close",
        b"Content-Type: " + kind,
        b"Content-Length: %d" % (len(body) if length is None else length),
        *headers,
    ]
    return b"\r\n".join(lines) + b"\r\n\r\n" + body
