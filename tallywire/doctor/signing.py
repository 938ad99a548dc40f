"""The key that signs the log: at hand, the one that the database knows, and readable by nobody else."""

import stat
from collections.abc import AsyncIterator, Iterator

from db.database import Connection
from ledger.key_file import BadPrivateKeyError, public_text
from ledger.keys import active_key
from tallywire.cosignatures.collector import BadWitnessError, cosigners_of
from tallywire.doctor.finding import Finding, fail, ok, warn
from tallywire.ledger_key import LedgerKeyAtHand
from tallywire.settings import Settings


def witness_findings(settings: Settings) -> Iterator[Finding]:
    try:
        named = cosigners_of(settings.witnesses)
    except BadWitnessError as error:
        yield fail("witnesses", str(error), "no node starts with it: docs/followers.md")
        return
    if named:
        yield ok("witnesses", f"{len(named)} named")


async def key_findings(connection: Connection, settings: Settings) -> AsyncIterator[Finding]:
    """Of an installation that signs; a follower has no key."""
    at_hand = LedgerKeyAtHand(settings)
    try:
        key = at_hand.read()
    except BadPrivateKeyError as error:
        yield fail("key", str(error), "put the key back from its copy")
        return
    signs = await active_key(connection)
    if key is None and signs is None:
        yield warn("key", "none yet", "the first start makes one: then copy it to two safe places")
    elif key is None:
        yield fail("key", f"there is none in {at_hand.file}", "give this node the key that signs, or no head is made")
    elif signs is not None and public_text(key) != signs:
        yield fail("key", "the log is signed by another key", "give this node the key that signs")
    else:
        yield ok("key", "at hand" if signs is None else "at hand, and the one that signs")
    if settings.ledger_key is None and at_hand.file.is_file():
        mode = stat.S_IMODE(at_hand.file.stat().st_mode)
        if mode & 0o077:
            yield fail("key file", f"{at_hand.file} can be read by others ({mode:o})", f"chmod 600 {at_hand.file}")
    if settings.ledger_name == "localhost":
        todo = "set TALLYWIRE_LEDGER_NAME to the public address before the log begins: it never changes after"
        yield warn("log's name", "the log is signed as localhost", todo)
