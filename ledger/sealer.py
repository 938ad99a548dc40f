"""Seals every election's log as it grows: often enough by a setting, and at once when the phase changes.

Runs in every serving process; whoever comes first does the step. A sealer that cannot work says so and costs heads,
never a tally.
"""

import asyncio
import contextlib
import logging
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from db.database import Database, is_away
from ledger.key_file import BadPrivateKeyError
from ledger.keys import active_key, register_first
from ledger.sealing import BrokenLogError, NotOurKeyError, Signer, seal

LOOK_SECONDS = 0.5
COMPLAIN_SECONDS = 60.0
# A head from further ahead than this was signed before the clock was set back: it keeps no other from being signed.
CLOCK_MOVED = timedelta(seconds=1)
# What is to be sealed: a log without a head, one that goes on in another phase, one that has grown for long enough,
# one with a cut that no head names yet.
READ_DUE = """
    SELECT e.id FROM election e JOIN log_head h ON h.election_id = e.id LEFT JOIN ledger l ON l.election_id = e.id
    LEFT JOIN LATERAL (
        SELECT issued_at, public_key, size, note FROM ledger_head WHERE election_id = e.id ORDER BY number DESC LIMIT 1
    ) AS last ON true
    WHERE last.size IS NULL OR l.epoch <> e.epoch OR l.phase <> e.phase
        OR last.public_key <> (SELECT public_key FROM ledger_key WHERE retired_at IS NULL)
        OR (h.sequence <> l.size AND (last.issued_at <= $1 OR last.issued_at > $3))
        OR (l.size = 0 AND l.origin <> $2 || '/log/' || e.id)
        OR position((
            SELECT c.results_sha256 FROM cut c WHERE c.election_id = e.id AND c.epoch = e.epoch
            ORDER BY c.number DESC LIMIT 1
        ) IN last.note) = 0
    ORDER BY e.id
"""
log = logging.getLogger(__name__)

KeyReader = Callable[[bool], Ed25519PrivateKey | None]


class Sealer:
    """`read_key(create)`: the private key at hand, made where there is none and `create`; None where there is none."""

    def __init__(self, database: Database, read_key: KeyReader, name: str, every_seconds: float) -> None:
        self._database = database
        self._read_key = read_key
        self._name = name
        self._every = timedelta(seconds=every_seconds)
        self._task: asyncio.Task[None] | None = None
        self._complained: dict[str, float] = {}
        self._turn = asyncio.Lock()

    def start(self) -> None:
        self._task = asyncio.create_task(self._run(), name="sealer")

    async def close(self) -> None:
        if self._task is not None:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task

    async def hasten(self, seconds: float) -> None:
        """Seals whatever has grown since a head that is older than this: somebody waits for the next one."""
        await self.look(wait=True, every=min(self._every, timedelta(seconds=seconds)))

    async def seal_all(self, *, wait: bool = False, every: timedelta | None = None) -> None:
        """Seals whatever is due; `wait`: not even what another node is at is left to it.

        Raises BadPrivateKeyError and what the database raises.
        """
        now = datetime.now(UTC)
        given = (now - (every or self._every), self._name, now + CLOCK_MOVED)
        due = await self._database.pool.fetch(READ_DUE, *given)
        signer = await self._signer() if due else None
        if signer is not None:
            for row in due:
                await self._seal(signer, row["id"], wait=wait)

    async def _seal(self, signer: Signer, election_id: str, *, wait: bool) -> None:
        try:
            more = True
            while more:
                async with self._database.pool.acquire() as connection:
                    more = await seal(connection, signer, election_id, datetime.now(UTC), wait=wait)
        except BrokenLogError as error:
            self._complain(str(error))
        except NotOurKeyError:
            self._complain("the ledger is signed by another key than this node's: give it that key")

    async def _signer(self) -> Signer | None:
        """The key of this node, if it is the one that signs. A new one is made only where none ever signed."""
        active = await active_key(self._database.pool)
        key = await asyncio.to_thread(self._read_key, active is None)
        if key is None:
            self._complain("this node has no key to sign the ledger with: give it the other nodes' key")
            return None
        if active is None:
            async with self._database.pool.acquire() as connection:
                await register_first(connection, key, datetime.now(UTC))
        return Signer(key, self._name)

    async def _run(self) -> None:
        while True:
            await self.look()
            await asyncio.sleep(min(LOOK_SECONDS, self._every.total_seconds()))

    async def begin(self) -> None:
        """Whoever asks for a head before the first round has one when this returns, if one can be made."""
        await self.look(wait=True)

    async def look(self, *, wait: bool = False, every: timedelta | None = None) -> None:
        """Seals whatever is due; what goes wrong is in the log."""
        try:
            async with self._turn:
                await self.seal_all(wait=wait, every=every)
        except BadPrivateKeyError as error:
            self._complain(f"the ledger cannot be signed: {error}")
        except Exception as error:
            if is_away(error):
                self._complain(f"the ledger waits for the database: {error!r}")
            else:
                # A sealer that ended would leave receipts without a head in silence.
                log.exception("the ledger cannot be sealed")
                await asyncio.sleep(1)

    def _complain(self, line: str) -> None:
        """Once a minute: a fault that lasts fills no disk."""
        now = asyncio.get_running_loop().time()
        if now >= self._complained.get(line, 0.0):
            self._complained[line] = now + COMPLAIN_SECONDS
            log.error("%s", line)
