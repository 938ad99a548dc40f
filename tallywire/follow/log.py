"""One election's log, followed: head by head, each entry verified before it counts.

An entry that no signed head covers yet is not taken: the origin makes heads more often while somebody waits for them.
"""

import asyncio
import hashlib
import logging
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime

from asyncpg import DataError, IntegrityConstraintViolationError

from db.database import Database, is_away
from feed.election_feed import ElectionFeed
from gql.following import FollowState
from ledger.checkpoint import Head, checked_head
from ledger.cosigning import Witness, cosign_newest, hold
from ledger.cut_line import cut_line_of
from ledger.fork import heads_of
from ledger.merkle import leaf_hash
from ledger.note import BadNoteError, SignedNote, VerifierKey, parse_note
from ledger.store import read_head, read_sealed, read_tiles
from ledger.terms import BadDefinitionError, read_terms
from ledger.tiles import SIZE_MAX, WIDTH, TilePath, edge, grow, width_of
from tallywire.follow.accusing import evidence_against
from tallywire.follow.copy import LogCopy, split
from tallywire.follow.cuts import take_cuts
from tallywire.follow.keys import trusted_keys
from tallywire.follow.origin import Origin, Shown
from tallywire.follow.refusal import RefusedError
from tallywire.follow.status import Status, StatusFiles, verified
from tallywire.follow.storing import store_definition, store_entries, store_head, store_phase, stored_definition
from tallywire.follow.witness import without_own
from tallywire.verify.copying import CHECKPOINT, DEFINITION, needed, tile_at
from tallywire.verify.fetching import SourceError, UnsoundError

AT_ONCE = 8
AGAIN_SECONDS = 1.0
# An origin that does not wait for the next head is not asked more often than this.
PAUSE_SECONDS = 0.2
# So often one bundle of entries is fetched again: what was changed at the origin after it was sealed shows.
LOOK_BACK_SECONDS = 5.0
log = logging.getLogger(__name__)


class FollowedLog:
    """`told(status)` is called for every change; `ring(election)` when there is more to see.

    `named`: pinned keys; `feed(election)`: this node's, once it serves it; `witness`: who cosigns what was verified.
    """

    def __init__(
        self,
        database: Database,
        origin: Origin,
        shown: Shown,
        named: Sequence[VerifierKey],
        status: Status,
        told: Callable[[Status], None],
        ring: Callable[[str], None],
        feed: Callable[[str], ElectionFeed | None],
        files: StatusFiles,
        witness: Witness | None = None,
    ) -> None:
        self.shown = shown
        self.status = status
        self._database = database
        self._origin = origin
        self._log = origin.log(shown.id)
        self._named = named
        self._told = told
        self._ring = ring
        self._feed = feed
        self._files = files
        self._witness = witness
        self._keys: list[VerifierKey] = []
        self._name = ""
        self._copy: LogCopy | None = None
        self._epoch = ""
        self._look_back_at = 0.0
        self._look_back = 0

    @property
    def id(self) -> str:
        return self.shown.id

    async def run(self) -> None:
        """Until it is cancelled, or the origin has signed two heads that cannot both be true."""
        while not self.status.forked:
            try:
                if accused := self._accused():
                    raise accused
                await self._round()
                continue
            except UnsoundError as error:
                self._refuse(RefusedError(str(error)))
            except SourceError as error:
                self._away(str(error))
            except RefusedError as error:
                self._refuse(error)
            except (DataError, IntegrityConstraintViolationError) as error:
                self._refuse(RefusedError(f"what the origin signed cannot be stored here: {error.args[0]}"))
            except BadNoteError as error:
                self._refuse(RefusedError(f"the head is not signed by a key that is trusted here: {error}"))
            except Exception as error:
                if not is_away(error):
                    log.exception("%s cannot be followed", self.id)
                self._away(f"this node's own database: {type(error).__name__}")
            if self._copy is not None:
                # What was refused may have been folded in half.
                self._copy.sheets = None
            await asyncio.sleep(AGAIN_SECONDS)

    async def _round(self) -> None:
        copy = self._copy
        if copy is None or self._epoch != self.shown.epoch:
            copy = self._copy = await self._begin()
        if await store_phase(self._database.pool, self.id, self.shown.phase):
            self._ring(self.id)
        try:
            await self._look_again(copy)
        except RefusedError:
            await self._compare(copy)
            raise
        began = asyncio.get_running_loop().time()
        content = await self._origin.head_beyond(self.id, copy.size)
        if content is not None:
            await self._take(copy, *await self._checked(content))
        self._say(verified(self.status, copy.size))
        if asyncio.get_running_loop().time() - began < PAUSE_SECONDS:
            await asyncio.sleep(PAUSE_SECONDS if content is not None else AGAIN_SECONDS)

    async def _begin(self) -> LogCopy:
        """The definition as the origin has it, and how far this node's copy reaches."""
        self._name, self._keys = await trusted_keys(self._database.pool, self._log, self._named)
        content = await needed(self._log, DEFINITION)
        try:
            terms = read_terms(content)
        except BadDefinitionError as error:
            raise RefusedError(str(error)) from error
        if terms.election != self.id:
            raise RefusedError(f"definition.json is of {terms.election}")
        sealed = await read_sealed(self._database.pool, self.id)
        known = await stored_definition(self._database.pool, self.id)
        if known is None or known[1] != hashlib.sha256(content).hexdigest() or (sealed and sealed.origin != self._name):
            if sealed is not None and sealed.size and sealed.origin != self._name:
                raise RefusedError(f"this is the log {self._name}; the one followed until now was {sealed.origin}")
            async with self._database.pool.acquire() as connection:
                await store_definition(connection, content, terms.sha256, self._name)
            self._ring(self.id)
        stored = await read_sealed(self._database.pool, self.id)
        assert stored is not None
        self._epoch = stored.epoch
        if self._epoch != self.shown.epoch:
            # The log is begun anew a moment after the package was loaded anew.
            await asyncio.sleep(PAUSE_SECONDS)
        return LogCopy(self._database, terms, stored.size)

    async def _checked(self, content: bytes) -> tuple[Head, SignedNote]:
        """Asks for the keys once more where the signature is by one that is not known. Raises BadNoteError."""
        try:
            return checked_head(content, self._keys, self._name)
        except BadNoteError:
            self._name, self._keys = await trusted_keys(self._database.pool, self._log, self._named)
            return checked_head(content, self._keys, self._name)

    async def _take(self, copy: LogCopy, head: Head, note: SignedNote) -> None:
        """Everything up to this head. Raises SourceError, RefusedError."""
        if head.size > SIZE_MAX:
            raise RefusedError(f"a head of {head.size:,} entries is signed; no election has so many")
        if head.size <= copy.size:
            if await copy.root(head.size) != head.root:
                await self._tell_fork(copy, head, note, certain=True)
        else:
            await self._advance(copy, head, note)
        # Cuts first: whoever verifies this copy finds the file of each cut that a head here names.
        line, feed = cut_line_of(head.extensions), self._feed(self.id)
        if line is not None and feed is not None and feed.opened:
            await take_cuts(self._database, feed, line, lambda number: self._origin.cut(self.id, number))
        if head.size == copy.size and await self._store_head(head, note):
            self._ring(self.id)

    async def _store_head(self, head: Head, note: SignedNote) -> bool:
        """Whether it says something that the newest one here does not. It is cosigned, where this node does that."""
        async with self._database.pool.acquire() as connection, connection.transaction():
            await hold(connection, self.id)
            last = await read_head(connection, self.id)
            new = last is None or (parse_note(last.note).text != note.text and last.size <= head.size)
            if new:
                signer = note.signed_by(key for key in self._keys if key.name == head.origin)[0]
                shown = without_own(note, self._witness.verifier) if self._witness else note
                await store_head(connection, self.id, head, str(shown), signer.public)
            if self._witness is not None:
                await cosign_newest(connection, self._witness, self.id, datetime.now(UTC))
            return new

    async def _advance(self, copy: LogCopy, head: Head, note: SignedNote) -> None:
        """Hashes first: they lead to the signed root, and each entry is then held against its own."""
        first = copy.size // WIDTH
        own = await copy.hashes(first) if copy.size % WIDTH else []
        signed = await self._signed(range(first, -(-head.size // WIDTH)), head.size)
        joined = [one for tile in signed for one in tile]
        try:
            if joined[: len(own)] != own:
                raise RefusedError(f"the tree is not the one that began with the {copy.size} entries taken until now")
            await copy.grown(joined[len(own) :], head)
        except RefusedError:
            await self._tell_fork(copy, head, note)
            raise
        tiles = list(enumerate(signed, first))
        for at in range(0, len(tiles), AT_ONCE):
            group = tiles[at : at + AT_ONCE]
            contents = await asyncio.gather(*(self._bundle(number, len(tile)) for number, tile in group))
            for (number, tile), content in zip(group, contents, strict=True):
                await self._store(copy, copy.same(number, content, tile), number)

    async def _store(self, copy: LogCopy, entries: list[bytes], bundle: int) -> None:
        new = entries[copy.size - bundle * WIDTH :]
        sheets = await copy.remember()
        leaves = await asyncio.to_thread(copy.check, sheets, new)
        before = await read_tiles(self._database.pool, self.id, edge(copy.size))
        tiles = await asyncio.to_thread(grow, before, copy.size, [leaf_hash(leaf) for leaf in new])
        async with self._database.pool.acquire() as connection:
            await store_entries(connection, self.id, copy.size, leaves, tiles)
        copy.size += len(new)
        self._ring(self.id)
        self._say(replace(self.status, size=copy.size))

    async def _look_again(self, copy: LogCopy) -> None:
        """One bundle after the other, round and round; the same again while it is refused."""
        now = asyncio.get_running_loop().time()
        head = await read_head(self._database.pool, self.id)
        if head is None or not head.size or (now < self._look_back_at and self.status.state is not FollowState.REFUSED):
            return
        self._look_back_at = now + LOOK_BACK_SECONDS
        number = self._look_back % -(-head.size // WIDTH)
        width = width_of(0, number, head.size)
        copy.same(number, await self._bundle(number, width), (await copy.hashes(number))[:width])
        self._look_back = number + 1

    async def _compare(self, copy: LogCopy) -> None:
        """Raises RefusedError with both heads where the entries differ because the origin signed them anew."""
        head, note = await self._checked(await needed(self._log, CHECKPOINT))
        if head.size > copy.size:
            await self._tell_fork(copy, head, note)
        elif await copy.root(head.size) != head.root:
            await self._tell_fork(copy, head, note, certain=True)

    async def _bundle(self, number: int, width: int) -> bytes | None:
        return await tile_at(self._log, TilePath(None, number, width))

    async def _signed(self, numbers: range, size: int) -> list[list[bytes]]:
        """The leaves' hashes, bundle by bundle, as the origin's tree has them."""
        found: list[list[bytes]] = []
        for at in range(0, len(numbers), AT_ONCE):
            paths = [TilePath(0, number, width_of(0, number, size)) for number in numbers[at : at + AT_ONCE]]
            contents = await asyncio.gather(*(tile_at(self._log, path) for path in paths))
            for path, content in zip(paths, contents, strict=True):
                hashes = split(content or b"")
                if len(hashes) != path.width or len(hashes[-1]) != len(hashes[0]):
                    raise RefusedError(f"tile {path} is not there, or is not one")
                found.append(hashes)
        return found

    async def _tell_fork(self, copy: LogCopy, head: Head, note: SignedNote, *, certain: bool = False) -> None:
        """Raises RefusedError with both heads where not both can be true; `certain`: their sizes and roots say so."""
        document, number, heads = await evidence_against(self._database, self.id, self._keys, note, self._log)
        if document is not None:
            self._files.write_fork(self.id, document)
        if document is not None or certain:
            where = f" from entry {number} on" if number else ""
            raise RefusedError(
                f"the origin signed two logs: the head of {head.size} entries tells another story{where}"
                f" than the {copy.size} entries that it signed before"
                + (f"; the evidence stands at /log/{self.id}/fork" if document else ""),
                *heads,
            )

    def _accused(self) -> RefusedError | None:
        """What somebody else showed this node: two heads of its origin that cannot both be true."""
        document = self._files.fork(self.id)
        if document is None:
            return None
        heads = heads_of(document)
        return RefusedError(f"the origin signed two logs; the evidence stands at /log/{self.id}/fork", *heads)

    def _away(self, reason: str) -> None:
        if self.status.state is not FollowState.REFUSED:
            if self.status.state is FollowState.FOLLOWING:
                log.warning("%s: what was verified is served on, until its origin is back: %s", self.id, reason)
            self._say(replace(self.status, state=FollowState.AWAY, reason=reason))

    def _refuse(self, error: RefusedError) -> None:
        if self.status.reason != error.reason:
            log.error("%s REFUSED from %s: %s", self.id, self.status.origin, error.reason)
            for head in error.heads:
                log.error("signed head:\n%s", head)
        self._say(replace(self.status, state=FollowState.REFUSED, reason=error.reason, heads=error.heads))

    def _say(self, status: Status) -> None:
        was, self.status = self.status, status
        if was.state is not FollowState.FOLLOWING and status.state is FollowState.FOLLOWING:
            log.warning("%s is followed from %s", self.id, status.origin)
        self._told(status)
