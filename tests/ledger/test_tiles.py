"""Tiles: their paths, their growth leaf by leaf, and the bundles of entries."""

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.merkle import check_inclusion, inclusion_proof, inclusion_spans, leaf_hash, root_of
from ledger.tiles import (
    WIDTH,
    BadBundleError,
    BadPathError,
    TileKey,
    TilePath,
    bundle,
    bundle_paths,
    edge,
    entries_of,
    grow,
    nodes_from,
    parse_path,
    tile_paths,
    tiles_for,
    tree_root,
    width_of,
)

PATHS = {
    "0/000": TilePath(0, 0),
    "0/255.p/7": TilePath(0, 255, 7),
    "3/x001/x234/067": TilePath(3, 1_234_067),
    "entries/x001/000": TilePath(None, 1000),
    "entries/042.p/255": TilePath(None, 42, 255),
    "63/000": TilePath(63, 0),
}


@pytest.mark.parametrize("text", PATHS)
def test_a_path_is_written_and_read_as_the_specification_has_it(text: str) -> None:
    assert parse_path(text) == PATHS[text] and str(PATHS[text]) == text


@pytest.mark.parametrize(
    "text",
    [
        *("", "0", "0/0", "0/00", "00/000", "64/000", "0/0000", "0/x000/000", "0/1000", "0/x1/000", "0/000.p/0"),
        *("0/000.p/256", "0/000.p/007", "entries/", "entries/000.p/", "-1/000", "0/000/", "0/x001/x000", "0/٠٠٠"),
        *("0/" + "x999/" * 20 + "999", "0/000.p/1 "),
    ],
)
def test_there_is_no_second_way_to_write_a_path(text: str) -> None:
    with pytest.raises(BadPathError):
        parse_path(text)


def test_a_tree_of_70000_leaves_has_the_tiles_that_the_specification_names() -> None:
    paths = tile_paths(70_000)
    full = [path for path in paths if path.width == WIDTH]
    assert sum(path.level == 0 for path in full) == 273 and sum(path.level == 1 for path in full) == 1
    assert [str(path) for path in paths if path.width < WIDTH] == ["0/273.p/112", "1/001.p/17", "2/000.p/1"]
    assert [str(path) for path in tile_paths(256)] == ["0/000", "1/000.p/1"]
    assert tile_paths(0) == bundle_paths(0) == []
    assert [str(path) for path in bundle_paths(300)] == ["entries/000", "entries/001.p/44"]


def leaves(count: int) -> list[bytes]:
    return [leaf_hash(number.to_bytes(4, "big")) for number in range(count)]


def test_a_tree_that_grows_in_steps_has_the_same_tiles_as_one_made_at_once() -> None:
    every = leaves(66_000)
    for steps in ((1, 1, 254, 1, 255, 1, 300), (65_535, 1, 1), (256,) * 4, (700, 64_836, 464)):
        tiles: dict[TileKey, bytes] = {}
        size = 0
        for step in steps:
            known = {key: tiles[key] for key in edge(size)}
            tiles |= grow(known, size, every[size : size + step])
            size += step
            assert tree_root({key: tiles[key] for key in edge(size)}, size) == root_of(every[:size])
        assert tiles == grow({}, 0, every[:size])
        assert {(path.level, path.number): path.width * 32 for path in tile_paths(size)} == {
            key: len(tile) for key, tile in tiles.items()
        }


def test_a_partial_tile_of_an_earlier_size_is_the_beginning_of_the_stored_one() -> None:
    every = leaves(600)
    late = grow({}, 0, every)
    for size in (1, 255, 256, 257, 511, 512):
        for path in tile_paths(size):
            early = grow({}, 0, every[:size])[path.level or 0, path.number]
            assert late[path.level or 0, path.number][: 32 * width_of(path.level or 0, path.number, size)] == early


def test_a_proof_takes_no_more_tiles_than_it_says() -> None:
    every = leaves(66_000)
    tiles = grow({}, 0, every)
    for index, size in ((0, 66_000), (65_999, 66_000), (255, 65_536), (300, 301), (0, 1)):
        needed = tiles_for(inclusion_spans(index, size))
        assert len(needed) <= 4
        proof = inclusion_proof(nodes_from({key: tiles[key] for key in needed}), index, size)
        check_inclusion(every[index], index, size, proof, root_of(every[:size]))


@given(st.lists(st.binary(max_size=300), max_size=20))
def test_entries_come_out_of_a_bundle_as_they_went_in(entries: list[bytes]) -> None:
    assert entries_of(bundle(entries), len(entries)) == entries


def test_a_bundle_that_is_cut_off_or_has_another_number_of_entries_is_refused() -> None:
    data = bundle([b"one", b"two"])
    assert hashlib.sha256(data).hexdigest() == hashlib.sha256(b"\x00\x03one\x00\x03two").hexdigest()
    for bad, width in ((data[:-1], 2), (data + b"\x00", 2), (data, 1), (data, 3), (b"", 1)):
        with pytest.raises(BadBundleError):
            entries_of(bad, width)
