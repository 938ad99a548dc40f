"""Searches for garbage in cycles are noted, and what a long one found alive stays out of later ones."""

import gc
from collections.abc import Iterator

import pytest

from tallywire.garbage import Searches


class Kept:
    """Something that a night keeps."""


@pytest.fixture
def searches() -> Iterator[Searches]:
    gc.collect()
    searches = Searches()
    gc.callbacks.append(searches.note)
    yield searches
    gc.callbacks.remove(searches.note)
    gc.unfreeze()


def _searched(kept: Kept) -> bool:
    return any(one is kept for one in gc.get_objects())


def test_what_a_long_search_found_alive_is_not_searched_again(
    searches: Searches, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tallywire.garbage.LONG_SECONDS", 0)
    kept = Kept()
    gc.collect(1)
    assert _searched(kept), "only a search of everything knows what stays"
    gc.collect()
    assert not _searched(kept)


def test_after_a_short_one_nothing_is_left_out(searches: Searches, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tallywire.garbage.LONG_SECONDS", 3_600)
    kept = Kept()
    gc.collect()
    assert _searched(kept)


def test_each_is_told_once_with_its_generation(searches: Searches) -> None:
    for generation in (0, 1, 2):
        gc.collect(generation)
    told = [generation for generation, seconds in searches.taken() if seconds > 0]
    # Python may search the youngest by itself in between.
    assert [generation for generation in told if generation] == [1, 2] and 0 in told
    assert all(generation < 2 for generation, _ in searches.taken())
