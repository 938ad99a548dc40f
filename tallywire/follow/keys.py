"""Whose signature counts: keys named on the command line, or met at the first contact, and those that they named."""

import base64
from collections.abc import Iterable
from datetime import datetime
from typing import Any

import asyncpg

from db.database import Connection
from ledger.keys import read_keys as read_stored
from ledger.note import BadKeyError, VerifierKey, parse_key
from ledger.strict_json import strict
from tallywire.follow.refusal import RefusedError
from tallywire.verify.copying import KEYS, needed, read_keys
from tallywire.verify.source import Source

RETIRE = "UPDATE ledger_key SET retired_at = $2 WHERE public_key = $1 AND retired_at IS NULL"
ADD = """
    INSERT INTO ledger_key (public_key, since, retired_at, endorsement) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING
"""


class _Given:
    """A list of keys that was fetched already, as a source."""

    def __init__(self, name: str, content: bytes) -> None:
        self.name = name
        self._content = content

    async def get(self, _path: str) -> bytes | None:
        return self._content


async def trusted_keys(
    connection: asyncpg.Pool, log: Source, named: Iterable[VerifierKey]
) -> tuple[str, list[VerifierKey]]:
    """The log's origin, and the keys whose signature counts; they are stored. Raises SourceError, RefusedError."""
    content = await needed(log, KEYS)
    try:
        document: dict[str, Any] = strict(content)
        origin = str(document["origin"])
        first = [VerifierKey(origin, key.public) for key in named] or [
            key.under(origin) for key in await read_stored(connection)
        ]
        keys = (await read_keys(_Given(log.name, content), first)).trusted
        async with connection.acquire() as one, one.transaction():
            await _store(one, document, {key.public for key in keys})
    except (ValueError, KeyError, TypeError, AttributeError, BadKeyError) as error:
        raise RefusedError(f"the list of keys cannot be read: {error!r}") from error
    except asyncpg.IntegrityConstraintViolationError as error:
        raise RefusedError("the list of keys names two that sign now") from error
    return origin, keys


async def _store(connection: Connection, document: dict[str, Any], trusted: set[bytes]) -> None:
    named_by = {bytes.fromhex(one["new"]): one["signature"] for one in document["successions"]}
    for one in document["keys"]:
        key = parse_key(one["key"])
        if key.public in trusted:
            public, retired_at = base64.b64encode(key.public).decode(), one["retiredAt"]
            retired = datetime.fromisoformat(retired_at) if retired_at else None
            if retired is not None:
                await connection.execute(RETIRE, public, retired)
            since = datetime.fromisoformat(one["since"])
            await connection.execute(ADD, public, since, retired, named_by.get(key.public))
