"""Shows each newest head to the witnesses (C2SP tlog-witness) and keeps what they answer; never in a tally's way.

Of several processes on one database one does it. A witness that is away or refuses costs its cosignature, and is told
of in the log.
"""

import asyncio
import contextlib
import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import asyncpg
import httpx

from db.database import Database, is_away
from ledger.checkpoint import COSIGNATURE, cosigned_at, plain_number
from ledger.cosigning import add_cosignature, last_size
from ledger.note import BadKeyError, BadNoteError, SignedNote, VerifierKey, parse_key, parse_note, parse_signatures
from ledger.reader import BeyondTheTreeError, Ledger
from ledger.store import StoredHead, read_head
from ledger.submission import SIZE_TYPE, submission_text

LOOK_SECONDS = 0.5
# A witness that did not cosign is left alone for so long.
PAUSE_SECONDS = 5.0
# It may wait some seconds for the entries under the head.
TIMEOUT_SECONDS = 15.0
# Clocks differ; a cosignature from tomorrow is none.
AHEAD_SECONDS = 3_600
# While the log grows, a witness that follows it may have cosigned a newer head at each.
TRIES = 4
TAKE_TURN = "SELECT pg_try_advisory_lock(hashtext('tallywire cosignatures'))"
# Elections whose newest head this witness has not cosigned, once there is something to see.
READ_LACKING = """
    SELECT l.election_id FROM ledger l JOIN election e ON e.id = l.election_id
    WHERE e.phase IN ('COUNTING', 'CLOSED') AND NOT EXISTS (
        SELECT 1 FROM ledger_cosignature c WHERE c.election_id = l.election_id AND c.witness = $1 AND c.number = (
            SELECT max(number) FROM ledger_head WHERE election_id = l.election_id))
    ORDER BY l.election_id
"""
log = logging.getLogger(__name__)


class BadWitnessError(Exception):
    """The setting names no witness; the message says what is expected."""


class NotCosignedError(Exception):
    """A witness did not cosign; the message says why."""


@dataclass(frozen=True, slots=True)
class Cosigner:
    """A witness: its key, and the address before `/add-checkpoint`."""

    key: VerifierKey
    url: str


def cosigners_of(texts: Sequence[str]) -> list[Cosigner]:
    """Out of the setting. Raises BadWitnessError."""
    found = []
    for text in texts:
        key, _, url = text.strip().partition(" ")
        try:
            parsed = parse_key(key)
        except BadKeyError as error:
            raise BadWitnessError(f"TALLYWIRE_WITNESSES: {error}") from error
        if parsed.algorithm != COSIGNATURE or not url.startswith(("http://", "https://")):
            raise BadWitnessError(
                f"TALLYWIRE_WITNESSES: {text!r} is not a witness's key, a space, and its address (http://…)"
            )
        found.append(Cosigner(parsed, url.strip().rstrip("/")))
    return found


class Collector:
    """`start` does nothing where there are no witnesses."""

    def __init__(self, database: Database, ledger: Ledger, witnesses: Sequence[Cosigner]) -> None:
        self._database = database
        self._ledger = ledger
        self._witnesses = witnesses
        self._task: asyncio.Task[None] | None = None
        self._said: dict[tuple[str, str], str] = {}

    def start(self) -> None:
        if self._witnesses:
            self._task = asyncio.create_task(self._run(), name="cosignatures")

    async def close(self) -> None:
        if self._task is not None:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task

    async def _run(self) -> None:
        while True:
            try:
                await self._lead()
            except Exception as error:
                if not is_away(error):
                    # A collector that ended would leave heads uncosigned in silence.
                    log.exception("cosignatures cannot be collected")
            await asyncio.sleep(LOOK_SECONDS)

    async def _lead(self) -> None:
        """As long as this process holds the turn; returns at once where another has it."""
        turn = await self._database.connect()
        try:
            if await turn.fetchval(TAKE_TURN):
                async with httpx.AsyncClient(timeout=TIMEOUT_SECONDS) as client, asyncio.TaskGroup() as group:
                    group.create_task(_keep(turn))
                    for witness in self._witnesses:
                        group.create_task(self._ask_on(client, witness))
        finally:
            await turn.close()

    async def _ask_on(self, client: httpx.AsyncClient, witness: Cosigner) -> None:
        while True:
            lacking = await self._database.pool.fetch(READ_LACKING, str(witness.key))
            outcomes = [await self._asked(client, witness, row["election_id"]) for row in lacking]
            await asyncio.sleep(LOOK_SECONDS if all(outcomes) else PAUSE_SECONDS)

    async def _asked(self, client: httpx.AsyncClient, witness: Cosigner, election: str) -> bool:
        """Whether the newest head was cosigned; why not is said once, until it is."""
        said = witness.key.name, election
        try:
            await self._ask(client, witness, election)
        except NotCosignedError as error:
            if self._said.get(said) != str(error):
                log.error("%s does not cosign %s: %s", witness.key.name, election, error)
            self._said[said] = str(error)
            return False
        if self._said.pop(said, None):
            log.warning("%s cosigns %s again", witness.key.name, election)
        return True

    async def _ask(self, client: httpx.AsyncClient, witness: Cosigner, election: str) -> None:
        """Raises NotCosignedError."""
        old = await last_size(self._database.pool, election, str(witness.key))
        for _ in range(TRIES):
            head = await read_head(self._database.pool, election)
            if head is None:
                return
            answer = await self._post(client, witness, head, election, min(old, head.size))
            if answer.status_code == 200:
                await self._keep_lines(witness, head, election, answer.text)
                return
            size = answer.text.removesuffix("\n")
            if answer.status_code != 409 or _type(answer) != SIZE_TYPE or not plain_number(size):
                raise NotCosignedError(f"it answers {answer.status_code}: {answer.text.strip()[:200]}")
            old = int(size)
            if old > head.size:
                raise NotCosignedError(f"it has cosigned a head of {old} entries, and the newest here has {head.size}")
        raise NotCosignedError(f"the head that it cosigned last has {old} entries, and it did not take the proof")

    async def _post(
        self, client: httpx.AsyncClient, witness: Cosigner, head: StoredHead, election: str, old: int
    ) -> httpx.Response:
        try:
            proof = (await self._ledger.consistency(election, old, head.size)).hashes
            body = submission_text(old, proof, head.note)
            return await client.post(f"{witness.url}/add-checkpoint", content=body.encode())
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise NotCosignedError(f"{witness.url} cannot be reached ({type(error).__name__})") from error
        except BeyondTheTreeError as error:
            raise NotCosignedError("the log is being begun anew") from error

    async def _keep_lines(self, witness: Cosigner, head: StoredHead, election: str, lines: str) -> None:
        """Its own line alone, and only where it verifies."""
        note, now = parse_note(head.note), datetime.now(UTC)
        try:
            own = [
                one for one in parse_signatures(lines) if (one.name, one.key_id) == (witness.key.name, witness.key.id)
            ]
            at = cosigned_at(SignedNote(note.text, tuple(own)), witness.key)
        except BadNoteError as error:
            raise NotCosignedError(f"what it answers is no cosignature: {error}") from error
        if at is None or not 0 < at < now.timestamp() + AHEAD_SECONDS:
            raise NotCosignedError("it answers with no cosignature of its own, or with one of another time")
        when = datetime.fromtimestamp(at, UTC)
        await add_cosignature(self._database.pool, head, election, str(witness.key), str(own[0]), when)


async def _keep(turn: asyncpg.Connection) -> None:
    """The lock is lost with its connection; another process may have it then."""
    while True:
        await turn.execute("SELECT 1")
        await asyncio.sleep(LOOK_SECONDS)


def _type(answer: httpx.Response) -> str:
    return str(answer.headers.get("content-type", "")).partition(";")[0].strip()
