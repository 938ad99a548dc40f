"""What an import must be before it is kept: results that follow from the log, a tree as it was signed."""

import base64
from collections.abc import AsyncIterator, Callable

from db.database import Connection
from ledger.checkpoint import parse_head
from ledger.merkle import EMPTY_ROOT, leaf_hash, node_hash
from ledger.note import BadNoteError, VerifierKey, parse_note
from ledger.store import StoredHead, leaves_of, read_rows, read_sealed, read_sealed_entries
from ledger.tiles import WIDTH
from tallywire.export.archive import Exported, Manifest
from tallywire.fsck import inspect

READ_HEADS = """
    SELECT h.number, l.origin, h.size, h.root, h.public_key, h.note, h.issued_at
    FROM ledger_head h JOIN ledger l ON l.election_id = h.election_id WHERE h.election_id = $1 ORDER BY h.number
"""
PAGE = 4 * WIDTH
Progress = Callable[[str, int, int], None]


class Frontier:
    """The root of a tree whose leaves come one after the other; keeps one hash a height."""

    def __init__(self) -> None:
        self._complete: list[tuple[int, bytes]] = []

    def add(self, leaf: bytes) -> None:
        """`leaf`: its hash."""
        height, hashed = 0, leaf
        while self._complete and self._complete[-1][0] == height:
            hashed = node_hash(self._complete.pop()[1], hashed)
            height += 1
        self._complete.append((height, hashed))

    @property
    def root(self) -> bytes:
        if not self._complete:
            return EMPTY_ROOT
        *left, (_, folded) = self._complete
        for _, hashed in reversed(left):
            folded = node_hash(hashed, folded)
        return folded


async def faults_of(connection: Connection, manifest: Manifest, progress: Progress) -> AsyncIterator[str]:
    """Every fault of every election, a line each."""
    for done, told in enumerate(manifest.elections):
        progress("checking", done, len(manifest.elections))
        found = await inspect(connection, told.id)
        if found is None:
            yield f"{told.id}: the manifest names it, and it is not among the elections"
            continue
        for fault in found.faults:
            yield f"{told.id}: {fault}"
        if (found.entries, found.definition.epoch) != (told.entries, told.epoch):
            yield f"{told.id}: the manifest tells of {told.entries} entries of {told.epoch}, there are {found.entries}"
        async for what in _ledger_faults(connection, told):
            yield f"{told.id}: ledger: {what}"
    progress("checking", len(manifest.elections), len(manifest.elections))


async def _ledger_faults(connection: Connection, told: Exported) -> AsyncIterator[str]:
    """Each head that was signed is of the entries that stand in the log, by a key that is known."""
    sealed = await read_sealed(connection, told.id)
    heads = [StoredHead(**row) for row in await connection.fetch(READ_HEADS, told.id)]
    if sealed is None:
        if told.sealed or heads:
            yield "there are heads, and no tree"
        return
    wanted: dict[int, list[StoredHead]] = {}
    for head in heads:
        wanted.setdefault(head.size, []).append(head)
        if what := _signed_wrong(head):
            yield f"head {head.number} {what}"
    roots = {0: EMPTY_ROOT}
    tree = Frontier()
    for after in range(0, sealed.size, PAGE):
        rows = await read_rows(connection, told.id, after, min(after + PAGE, sealed.size))
        for place, (leaf, hashed) in enumerate(leaves_of(rows, sealed.definition_sha256), start=after):
            if place % WIDTH == 0:
                bundle = await read_sealed_entries(connection, told.id, place // WIDTH)
            if bundle[place % WIDTH : place % WIDTH + 1] != [leaf]:
                yield f"entry {place + 1} is not what was sealed"
            assert hashed == leaf_hash(leaf)
            tree.add(hashed)
            if place + 1 in wanted:
                roots[place + 1] = tree.root
    for head in heads:
        if roots.get(head.size) != head.root:
            yield f"head {head.number} was signed over {head.size} entries with another root"
    newest = base64.b64encode(heads[-1].root).decode() if heads else None
    if (sealed.size, newest, heads[-1].number if heads else 0) != (told.sealed, told.root, told.heads):
        yield f"the manifest tells of {told.heads} heads, the last of {told.sealed} entries with the root {told.root}"


def _signed_wrong(head: StoredHead) -> str | None:
    """What is wrong with a head's note; None where it says what its row says, signed by the key that it names."""
    try:
        note = parse_note(head.note)
        said = parse_head(note)
        note.signed_by([VerifierKey(said.origin, base64.b64decode(head.public_key))])
    except BadNoteError as error:
        return f"is not signed: {error}"
    if (said.size, said.root) != (head.size, head.root):
        return "says something else than its row"
    return None
