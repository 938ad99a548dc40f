"""What a follower makes of a head that contradicts those it took: evidence that anybody can check without it."""

from db.database import Database
from ledger.fork import Story, first_difference, fork_document
from ledger.merkle import root_of
from ledger.note import SignedNote, VerifierKey
from ledger.store import read_head, read_sealed_entries, read_tiles
from ledger.tiles import SIZE_MAX, WIDTH, BadBundleError, TilePath, entries_of, width_of
from tallywire.follow.copy import split
from tallywire.verify.copying import tile_at
from tallywire.verify.source import Source, SourceError


async def evidence_against(
    database: Database, election: str, keys: list[VerifierKey], note: SignedNote, log: Source
) -> tuple[bytes | None, int | None, tuple[str, ...]]:
    """The document, the first entry that differs, and the signed heads. `note`: the origin's other story.

    Without its tree, which the origin may keep to itself, the document shows the roots alone.
    """
    ours = await read_head(database.pool, election)
    if ours is None:
        return None, None, (str(note),)
    own = await stored_hashes(database, election, ours.size)
    one, other = Story(ours.note, own), Story(str(note))
    theirs = await _told(log, other.head.size, other.head.root)
    index = first_difference(own, theirs) if theirs else None
    leaves: tuple[bytes | None, bytes | None] = (None, None)
    if index is not None:
        number, place = divmod(index, WIDTH)
        mine = (await read_sealed_entries(database.pool, election, number))[place]
        leaves = mine, await _entry(log, number, place, other.head.size)
    document = fork_document(one, Story(str(note), theirs), keys, leaves)
    return document, None if index is None else index + 1, (ours.note, str(note))


async def stored_hashes(database: Database, election: str, size: int) -> list[bytes]:
    """The leaves' hashes of the first so many entries that were verified here."""
    numbers = [(0, number) for number in range(-(-size // WIDTH))]
    tiles = await read_tiles(database.pool, election, numbers)
    return [one for number in numbers for one in split(tiles[number])][:size]


async def _told(log: Source, size: int, root: bytes) -> list[bytes] | None:
    """The leaves' hashes that lead to this root; None where they are not to be had."""
    hashes: list[bytes] = []
    if size > SIZE_MAX:
        return None
    try:
        for number in range(-(-size // WIDTH)):
            tile = await tile_at(log, TilePath(0, number, width_of(0, number, size)))
            if tile is None:
                return None
            hashes += split(tile)
    except SourceError:
        return None
    return hashes if len(hashes) == size and root_of(hashes) == root else None


async def _entry(log: Source, number: int, place: int, size: int) -> bytes | None:
    """As the origin shows it now."""
    path = TilePath(None, number, width_of(0, number, size))
    try:
        return entries_of(await tile_at(log, path) or b"", path.width)[place]
    except (SourceError, BadBundleError):
        return None
