"""Taking a body in, when the client, the line or the disk does not go along."""

import asyncio
import errno
from pathlib import Path
from typing import Any

import pytest
from starlette.requests import ClientDisconnect, Request

from tallywire.evidence import incoming as module
from tallywire.evidence.allowance import Allowance
from tallywire.evidence.incoming import Incoming, incoming
from tallywire.evidence.refusal import RefusedError
from tests.tallywire.evidence.pictures import sha256

BYTES_MAX = 1_000


def request(*messages: dict[str, Any], **headers: str) -> Request:
    """A PUT whose body comes as these messages; after the last, nothing ever comes."""
    waiting = list(messages)

    async def receive() -> dict[str, Any]:
        if not waiting:
            await asyncio.Event().wait()
        return waiting.pop(0)

    raw = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    return Request({"type": "http", "method": "PUT", "path": "/", "headers": raw}, receive)


def piece(body: bytes, *, more: bool = True) -> dict[str, Any]:
    return {"type": "http.request", "body": body, "more_body": more}


async def taken(folder: Path, asked: Request, allowance: Allowance | None = None) -> Incoming:
    async with incoming(asked, folder, BYTES_MAX, allowance or Allowance(9, 9_999_999), "v-1") as body:
        assert body.path.stat().st_size == body.bytes
        return body


async def test_a_body_in_pieces_is_whole_while_it_is_looked_at_and_gone_afterwards(tmp_path: Path) -> None:
    body = await taken(tmp_path / "new", request(piece(b"abc"), piece(b""), piece(b"def", more=False)))
    assert (body.bytes, body.sha256) == (6, sha256(b"abcdef"))
    assert list((tmp_path / "new").iterdir()) == []


@pytest.mark.parametrize(("size", "taken_whole"), [(BYTES_MAX - 1, True), (BYTES_MAX, True), (BYTES_MAX + 1, False)])
async def test_the_limit_itself_is_taken_and_one_byte_more_is_not(tmp_path: Path, size: int, taken_whole: bool) -> None:
    """Whether its length was told before or not."""
    for headers in ({}, {"content_length": str(size)}):
        asked = request(piece(bytes(size - 1)), piece(b"x", more=False), **headers)
        if taken_whole:
            assert (await taken(tmp_path, asked)).bytes == size
        else:
            with pytest.raises(RefusedError) as raised:
                await taken(tmp_path, asked)
            assert raised.value.code == "TOO_LARGE"


async def test_who_asks_before_sending_is_told_at_once(tmp_path: Path) -> None:
    with pytest.raises(RefusedError):
        await asyncio.wait_for(taken(tmp_path, request(content_length="1001", expect="100-continue")), 60)


async def test_a_line_that_goes_silent_is_given_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "STALL_SECONDS", 0.05)
    with pytest.raises(RefusedError) as raised:
        await asyncio.wait_for(taken(tmp_path, request(piece(b"abc"))), 60)
    assert (raised.value.status, raised.value.code) == (408, "TOO_SLOW")
    assert list(tmp_path.iterdir()) == []  # noqa: ASYNC240


async def test_a_client_that_goes_away_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(ClientDisconnect):
        await taken(tmp_path, request(piece(b"abc"), {"type": "http.disconnect"}))
    assert list(tmp_path.iterdir()) == []  # noqa: ASYNC240


@pytest.mark.parametrize(
    ("number", "status", "code"),
    [(errno.ENOSPC, 507, "STORE_FULL"), (errno.EDQUOT, 507, "STORE_FULL"), (errno.EIO, 503, "UNAVAILABLE")],
)
async def test_a_disk_that_takes_no_more_says_keep_it_and_try_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int, status: int, code: str
) -> None:
    def fails(descriptor: int, content: bytes) -> None:
        raise OSError(number, "no")

    monkeypatch.setattr(module, "_write", fails)
    with pytest.raises(RefusedError) as raised:
        await taken(tmp_path, request(piece(b"abc", more=False)))
    assert (raised.value.status, raised.value.code) == (status, code)
    assert raised.value.retry_after and "Keep" in raised.value.en and "เก็บรูปไว้" in raised.value.th
    assert list(tmp_path.iterdir()) == []  # noqa: ASYNC240


async def test_more_bytes_an_hour_than_one_may_send_stop_in_the_middle(tmp_path: Path) -> None:
    with pytest.raises(RefusedError) as raised:
        await taken(tmp_path, request(piece(bytes(10)), piece(bytes(10), more=False)), Allowance(9, 15))
    assert raised.value.code == "TOO_MANY_UPLOADS"
