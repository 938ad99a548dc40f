"""Frames and handshakes that no client library would send: each is refused, and none leaves a trace in the log."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import Databases, Night, _fill_small
from tests.edge.raw import Line, status

MASK = b"\1\2\3\4"
TEXT, CONTINUED, CLOSE, PING = 0x1, 0x0, 0x8, 0x9
FINAL = 0x80
INIT = json.dumps({"type": "connection_init"}).encode()


@pytest.fixture(scope="module")
def logged(databases: Databases, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Night, Path]]:
    """A server, and the file that it says in what goes wrong."""
    path = tmp_path_factory.mktemp("log") / "stderr"
    night = Night(databases.fresh("template_small", _fill_small), "small").open()
    with path.open("wb") as file:
        night.serve(errors=file.fileno())
        yield night, path
        night.close()


def _handshake(*headers: bytes, path: bytes = b"/graphql") -> bytes:
    lines = [
        b"GET " + path + b" HTTP/1.1",
        b"Host: x",
        b"Connection: Upgrade",
        b"Upgrade: websocket",
        b"Sec-WebSocket-Version: 13",
        b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
        b"Sec-WebSocket-Protocol: graphql-transport-ws",
        *headers,
    ]
    return b"\r\n".join(lines) + b"\r\n\r\n"


def _frame(first: int, data: bytes) -> bytes:
    """As a client masks it; up to 125 bytes."""
    masked = bytes(byte ^ MASK[place % 4] for place, byte in enumerate(data))
    return bytes((first, 0x80 | len(data))) + MASK + masked


def _messages(night: Night, *frames: bytes) -> Iterator[tuple[int, bytes]]:
    """Opens a socket and sends them: the first byte and the data of each frame that comes back."""
    with Line(night) as line:
        line.send(_handshake())
        kept = line.more()
        while b"\r\n\r\n" not in kept:
            kept += line.more()
        assert status(kept) == 101, kept
        for frame in frames:
            line.send(frame)
        kept = kept.split(b"\r\n\r\n", 1)[1]
        while True:
            while len(kept) < 2 or len(kept) < 2 + kept[1]:
                more = line.more()
                if not more:
                    return
                kept += more
            length = 2 + kept[1]
            yield kept[0], kept[2:length]
            kept = kept[length:]


def _close_code(night: Night, *frames: bytes) -> int:
    """What the server closes with; 0 where it says nothing."""
    codes = (int.from_bytes(data[:2], "big") for first, data in _messages(night, *frames) if first == FINAL | CLOSE)
    return next(codes, 0)


def _traces(path: Path) -> str:
    said = path.read_text("utf-8")
    return said if "Traceback" in said or "Exception in" in said else ""


@pytest.mark.parametrize(
    "frames",
    [
        [_frame(FINAL | TEXT, b'{"type": "\xff"}')],
        [_frame(TEXT, b'{"type": "'), _frame(FINAL | CONTINUED, b'\xff"}')],
        [_frame(FINAL | TEXT, b"\xed\xa0\x80")],
        [_frame(FINAL | TEXT, b"\xe0\xb8")],
    ],
    ids=["no such byte", "in the second piece", "half of a pair", "cut in a character"],
)
def test_a_text_that_is_no_utf_8_closes_with_1007(logged: tuple[Night, Path], frames: list[bytes]) -> None:
    night, path = logged
    assert _close_code(night, *frames) == 1007
    assert not _traces(path)


def test_a_character_may_begin_in_one_frame_and_end_in_the_next(logged: tuple[Night, Path]) -> None:
    night, _ = logged
    message = json.dumps({"type": "connection_init", "payload": {"name": "ก"}}, ensure_ascii=False).encode()
    cut = message.index("ก".encode()) + 1
    pieces = [_frame(TEXT, message[:cut]), _frame(FINAL | CONTINUED, message[cut:])]
    assert b"connection_ack" in next(_messages(night, *pieces))[1]


@pytest.mark.parametrize(
    ("frames", "code"),
    [
        ([bytes((FINAL | TEXT, 2)) + b"{}"], 1002),
        ([_frame(FINAL | 0x40 | TEXT, INIT)], 1002),
        ([_frame(FINAL | 0x3, INIT)], 1002),
        ([_frame(FINAL | CONTINUED, INIT)], 1002),
        ([_frame(PING, b"")], 1002),
        ([_frame(TEXT, b"{"), _frame(FINAL | TEXT, b"}")], 1002),
        ([_frame(FINAL | CLOSE, b"\3")], 1002),
        ([_frame(FINAL | CLOSE, b"\0\0")], 1002),
        ([_frame(FINAL | CLOSE, b"\3\xe8\xff\xff")], 1007),
        ([bytes((FINAL | TEXT, 0xFF)) + b"\x7f" + b"\xff" * 7 + MASK], 1009),
        ([bytes((FINAL | PING, 0xFE)) + b"\1\0" + MASK + bytes(256)], 1002),
    ],
    ids=[
        *("not masked", "reserved bit", "no such kind", "nothing to continue", "a ping in pieces", "text inside text"),
        *("half a code", "code 0", "a reason that is no UTF-8", "2⁶³ bytes", "a long ping"),
    ],
)
def test_a_frame_that_breaks_the_protocol_closes(logged: tuple[Night, Path], frames: list[bytes], code: int) -> None:
    night, path = logged
    assert _close_code(night, _frame(FINAL | TEXT, INIT), *frames) == code
    assert not _traces(path)


@pytest.mark.parametrize(
    "request_line",
    [
        _handshake(path=b"/graphql?\xff=\xfe"),
        _handshake(path=b"/graphql%ff"),
        _handshake(path=b"/other"),
        _handshake(b"X: \xff"),
        _handshake(b"X: \0"),
        _handshake(b"Sec-WebSocket-Key: again"),
        _handshake(b"Sec-WebSocket-Version: 8"),
        _handshake(b"Sec-WebSocket-Extensions: ;;;"),
        _handshake(b"Sec-WebSocket-Extensions: permessage-deflate; server_max_window_bits=99999"),
        _handshake(b"Origin: \xff"),
        _handshake(b"Content-Length: 5") + b"hello",
        _handshake(b"Transfer-Encoding: chunked") + b"5\r\nhello\r\n0\r\n\r\n",
        _handshake(*(b"X-%d: 1" % number for number in range(200))),
        _handshake(b"X: " + b"a" * 9_000),
        _handshake(b"X_y!~: 1"),
        _handshake().replace(b"Upgrade: websocket", b"Upgrade: WebSocket, \xff"),
        _handshake().replace(b"dGhlIHNhbXBsZSBub25jZQ==", b"\xff\xfe"),
        _handshake().replace(b"dGhlIHNhbXBsZSBub25jZQ==", b""),
        _handshake().replace(b"graphql-transport-ws", b",,\xff"),
        _handshake().replace(b"GET", b"POST", 1),
        _handshake().replace(b"HTTP/1.1", b"HTTP/1.0"),
    ],
)
def test_a_handshake_of_another_shape_is_no_fault_of_the_servers(
    logged: tuple[Night, Path], request_line: bytes
) -> None:
    night, path = logged
    with Line(night) as line:
        line.send(request_line)
        answer = line.more()
    assert 100 < status(answer) < 500, answer
    assert not _traces(path)
