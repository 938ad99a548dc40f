"""The private key's file: made once, for its owner alone, and never half."""

import base64
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from ledger.key_file import (
    BadPrivateKeyError,
    create_key,
    parse_private_key,
    private_pem,
    public_text,
    read_key,
    replace_key,
)
from tests.ledger.test_note import KEY


def test_a_key_is_made_once_for_its_owner_alone_whoever_starts_at_once(tmp_path: Path) -> None:
    path = tmp_path / "data" / "ledger-key.pem"
    assert read_key(path) is None
    with ThreadPoolExecutor(8) as pool:
        made = {public_text(key) for key in pool.map(lambda _: create_key(path), range(16))}
    assert len(made) == 1 and [one.name for one in path.parent.iterdir()] == ["ledger-key.pem"]
    assert path.stat().st_mode & 0o777 == 0o600


def test_a_key_is_replaced_whole(tmp_path: Path) -> None:
    path = tmp_path / "key.pem"
    create_key(path)
    replace_key(path, KEY)
    found = read_key(path)
    assert found is not None and public_text(found) == public_text(KEY) and path.stat().st_mode & 0o777 == 0o600


def test_a_key_is_read_as_pem_and_as_base64_of_its_bytes(tmp_path: Path) -> None:
    for text in (private_pem(KEY), private_pem(KEY).replace("\n", "\\n"), base64.b64encode(bytes(range(32))).decode()):
        assert public_text(parse_private_key(text)) == public_text(KEY)
    for bad in ("", "x", base64.b64encode(b"short").decode(), "-----BEGIN PRIVATE KEY-----\n"):
        with pytest.raises(BadPrivateKeyError):
            parse_private_key(bad)
    (tmp_path / "bad.pem").write_text("nothing")
    with pytest.raises(BadPrivateKeyError, match=r"bad\.pem"):
        read_key(tmp_path / "bad.pem")
