"""The store of photographs, over a folder and over obstore's own in memory; what it says when it cannot."""

from pathlib import Path

import pytest
from obstore.exceptions import GenericError
from obstore.store import MemoryStore

from tallywire.evidence import store as module
from tallywire.evidence.store import Store, StoreFullError, StoreUnavailableError, StoreUrlError
from tallywire.settings import Settings

NAME = "ab" + "0" * 62


async def _whole(store: Store, name: str) -> tuple[int, bytes]:
    size, pieces = await store.get(name)
    return size, b"".join([piece async for piece in pieces])


def stores(tmp_path: Path) -> list[Store]:
    urls = (None, f"file://{tmp_path}/else%20where", "memory:///")
    return [Store.by(Settings(data_dir=tmp_path / "data", evidence_url=url)) for url in urls]


async def test_what_was_put_is_there_twice_over_and_gone_when_deleted(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_bytes(b"from a file")
    for store in stores(tmp_path):
        await store.put(NAME, b"first")
        await store.put(NAME, file)
        await store.put(NAME, file)
        assert await _whole(store, NAME) == (11, b"from a file")
        await store.delete([NAME, NAME, "cd" + NAME])
        with pytest.raises(StoreUnavailableError):
            await store.get(NAME)


async def test_a_folder_is_made_at_the_first_photograph_and_holds_plain_files(tmp_path: Path) -> None:
    by_default, elsewhere, _ = stores(tmp_path)
    assert not (tmp_path / "data").exists()
    await by_default.put(NAME, b"here")
    await elsewhere.put(NAME, b"there")
    assert (tmp_path / "data" / "evidence" / "store" / "ab" / NAME).read_bytes() == b"here"
    assert (tmp_path / "else where" / "ab" / NAME).read_bytes() == b"there"


@pytest.mark.parametrize("url", ["ftp://somewhere/else", "nonsense", "s3://", "http://bucket/path"])
def test_a_url_that_names_no_store_is_said_in_one_line(tmp_path: Path, url: str) -> None:
    with pytest.raises(StoreUrlError) as raised:
        Store.by(Settings(data_dir=tmp_path, evidence_url=url))
    assert url in str(raised.value) and "\n" not in str(raised.value)


def test_an_s3_store_is_made_without_being_asked(tmp_path: Path) -> None:
    assert Store.by(Settings(data_dir=tmp_path, evidence_url="s3://bucket/some/path"))


@pytest.mark.parametrize(
    ("words", "kind"),
    [
        ("Generic LocalFileSystem error: No space left on device (os error 28)", StoreFullError),
        ("Generic LocalFileSystem error: Disk quota exceeded (os error 122)", StoreFullError),
        ("Generic S3 error: connection refused", StoreUnavailableError),
    ],
)
async def test_a_full_store_is_told_from_one_that_is_away(
    monkeypatch: pytest.MonkeyPatch, words: str, kind: type[Exception]
) -> None:
    async def fails(*arguments: object) -> None:
        raise GenericError(words + "\n\nDebug source:\nmore")

    monkeypatch.setattr(module.obstore, "put_async", fails)
    with pytest.raises(kind) as raised:
        await Store(MemoryStore()).put(NAME, b"x")
    assert type(raised.value) is kind and str(raised.value) == words
