"""A follower as a witness (C2SP tlog-witness): it cosigns heads whose every entry it has verified, and no others.

Others trust a consistency proof for this; here the entries must have come in as well, so a head is waited for a moment.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from db.database import Database
from ledger.checkpoint import Head
from ledger.cosigning import Witness, cosign_newest, hold
from ledger.keys import read_keys
from ledger.merkle import EMPTY_ROOT, subtree
from ledger.note import BadNoteError, SignedNote, VerifierKey, parse_note
from ledger.store import read_head, read_sealed, read_tiles
from ledger.submission import BadHistoryError, Submission, check_history
from ledger.tiles import nodes_from, tiles_for
from tallywire.follow.storing import store_head

# How long a head whose entries have not come in yet is waited for.
WAIT_SECONDS = 5.0
LOOK_SECONDS = 0.1
READ_ELECTION = "SELECT election_id FROM ledger WHERE origin = $1"


@dataclass(frozen=True, slots=True)
class Answered:
    """What a submission is answered with: status, text, and for 409 the size of the head cosigned last."""

    status: int
    text: str
    size: int | None = None


@dataclass(frozen=True, slots=True)
class Submissions:
    """`ring(election)`: there is more to see. `accuse(election, note)`: this head and those taken cannot both be true.

    `refused(election)`: nothing of it is cosigned any more, as its origin signed two stories.
    """

    database: Database
    witness: Witness
    ring: Callable[[str], None]
    accuse: Callable[[str, SignedNote], Awaitable[None]]
    refused: Callable[[str], bool]

    async def add(self, one: Submission) -> Answered:
        """Statuses as the specification has them; 503 where the entries do not come in."""
        election = await self.database.pool.fetchval(READ_ELECTION, one.head.origin)
        if election is None:
            return Answered(404, f"no log {one.head.origin} is followed here")
        keys = [key.under(one.head.origin) for key in await read_keys(self.database.pool)]
        try:
            (signer, *_) = one.note.signed_by(keys)
        except BadNoteError as error:
            return Answered(403, str(error))
        if one.old > one.head.size:
            return Answered(400, f"the old size {one.old} is larger than the head's {one.head.size}")
        if await self._contradicts(election, one.head):
            await self.accuse(election, one.note)
        deadline = asyncio.get_running_loop().time() + WAIT_SECONDS
        while (answered := await self._try(election, one, signer)) is None:
            if asyncio.get_running_loop().time() > deadline:
                return Answered(503, "the entries under this head have not come in here yet")
            await asyncio.sleep(LOOK_SECONDS)
        return answered

    async def _contradicts(self, election: str, head: Head) -> bool:
        sealed = await read_sealed(self.database.pool, election)
        return sealed is not None and head.size <= sealed.size and await self._root(election, head.size) != head.root

    async def _root(self, election: str, size: int) -> bytes:
        if not size:
            return EMPTY_ROOT
        return subtree(nodes_from(await read_tiles(self.database.pool, election, tiles_for([(0, size)]))), (0, size))

    async def _try(self, election: str, one: Submission, signer: VerifierKey) -> Answered | None:
        """None where the entries have still to come in. All in one transaction, so that two never cosign at once."""
        async with self.database.pool.acquire() as connection, connection.transaction():
            await hold(connection, election)
            now = datetime.now(UTC)
            await cosign_newest(connection, self.witness, election, now)
            last = await read_head(connection, election)
            size = last.size if last else 0
            if one.old != size:
                return Answered(409, f"{size}\n", size)
            try:
                check_history(one, last.root if last else EMPTY_ROOT)
            except BadHistoryError as error:
                return Answered(422, str(error))
            if self.refused(election):
                return Answered(422, f"{one.head.origin} has signed two stories: nothing of it is cosigned here")
            sealed = await read_sealed(connection, election)
            if sealed is None or sealed.size < one.head.size:
                return None
            if await self._root(election, one.head.size) != one.head.root:
                return Answered(422, "the entries that were verified here lead to another root")
            if last is None or parse_note(last.note).text != one.note.text:
                note = without_own(one.note, self.witness.verifier)
                await store_head(connection, election, one.head, str(note), signer.public)
            line = await cosign_newest(connection, self.witness, election, now, again=True)
        assert line is not None
        self.ring(election)
        return Answered(200, line)


def without_own(note: SignedNote, witness: VerifierKey) -> SignedNote:
    """Without this witness's own lines, which stand beside it here."""
    own = (witness.name, witness.id)
    return SignedNote(note.text, tuple(one for one in note.signatures if (one.name, one.key_id) != own))
