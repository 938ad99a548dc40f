"""`tallywire key`."""

from datetime import UTC, datetime
from enum import StrEnum
from typing import Annotated

import typer

from db.database import Connection
from ledger.key_file import BadPrivateKeyError, create_key, public_text, replace_key
from ledger.keys import (
    KeyAlreadyUsedError,
    LedgerKey,
    OtherKeySignsError,
    active_key,
    read_keys,
    register_first,
    rotate,
)
from ledger.sealing import origin_of
from tallywire.commands.running import DatabaseUrl, DataDir, errors, fail, output, run, settings_from
from tallywire.ledger_key import LedgerKeyAtHand, key_file
from tallywire.settings import Settings
from tallywire.storage import open_storage

READ_ORIGINS = "SELECT e.id, l.origin FROM election e LEFT JOIN ledger l ON l.election_id = e.id ORDER BY e.id"


class Action(StrEnum):
    SHOW = "show"
    CREATE = "create"
    ROTATE = "rotate"


def key_command(
    action: Annotated[Action, typer.Argument(help="Show the keys, make the first one, or replace it.")] = Action.SHOW,
    data_dir: DataDir = None,
    database_url: DatabaseUrl = None,
) -> None:
    """The keys that sign the log: print them as verifiers take them, make the first, or put another in its place.

    The private key lies in the data folder, or where TALLYWIRE_LEDGER_KEY_FILE says; the first start makes one.
    """
    settings = settings_from(data_dir=data_dir, database_url=database_url)

    async def work() -> None:
        async with open_storage(settings) as database, database.pool.acquire() as connection:
            if action is Action.CREATE:
                await _create(connection, settings)
            elif action is Action.ROTATE:
                await _rotate(connection, settings)
            await _show(connection, settings)

    try:
        run(work)
    except BadPrivateKeyError as error:
        fail(str(error))


async def _create(connection: Connection, settings: Settings) -> None:
    """The key at hand becomes the one that signs; there is none yet."""
    if await active_key(connection) is not None:
        fail("there is a key that signs already: tallywire key rotate puts another in its place")
    key = LedgerKeyAtHand(settings).read(True)
    assert key is not None
    await register_first(connection, key, datetime.now(UTC))


async def _rotate(connection: Connection, settings: Settings) -> None:
    if settings.ledger_key is not None:
        fail("the key comes from TALLYWIRE_LEDGER_KEY: only one that lies in a file can be replaced here")
    path, old = key_file(settings), LedgerKeyAtHand(settings).read()
    if old is None:
        fail(f"there is no key in {path} to be replaced")
    if await active_key(connection) != public_text(old):
        fail(f"the log is signed by another key than the one in {path}")
    # First to disk: a key that the database knows and nobody holds would end all signing.
    draft = path.with_name(f"{path.name}.next")
    new = create_key(draft)
    try:
        await rotate(connection, old, new, datetime.now(UTC))
    except (OtherKeySignsError, KeyAlreadyUsedError):
        fail(f"somebody else has just replaced the key in {path}")
    replace_key(path, new)
    draft.unlink()
    errors.print("The new key signs from the next head on; give it to every node.", markup=False)


async def _show(connection: Connection, settings: Settings) -> None:
    keys = await read_keys(connection)
    if not keys:
        fail("no key signs the log yet: tallywire key create makes one, and so does the first start of serve")
    rows = await connection.fetch(READ_ORIGINS)
    for key in keys:
        errors.print(_period(key), markup=False)
        for row in rows:
            output.print(str(key.under(row["origin"] or origin_of(settings.ledger_name, row["id"]))), markup=False)
        if not rows:
            output.print(key.public_key, markup=False)


def _period(key: LedgerKey) -> str:
    since = f"{key.since:%Y-%m-%d %H:%M:%S} UTC"
    return (
        f"signed from {since} to {key.retired_at:%Y-%m-%d %H:%M:%S} UTC" if key.retired_at else f"signs since {since}"
    )
