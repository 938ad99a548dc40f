"""`/healthz`: the process lives, as its event loop answers. `/readyz`: it can do its work now, and what it cannot.

`/readyz?for=readers` asks less, for balancers: results are read on while the database is away, so a node is to be left
alone only where it ends, or refuses what it follows.
"""

import asyncio
import time
from dataclasses import dataclass
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import BaseRoute, Route

from db.database import Database, is_away
from db.schema_version import SchemaState, read_schema
from feed.tail import Tail
from tallywire.follow.follower import Follower
from tallywire.leaving import Leaving

LAG_SECONDS_MAX = 10.0
DATABASE_SECONDS_MAX = 2.0
# Whoever asks more often is told the same: strangers must not make it work.
REMEMBERED_SECONDS = 1.0


@dataclass(frozen=True, slots=True)
class _Database:
    """`problem`: why it cannot be used, in a word; None where it can."""

    problem: str | None
    schema: SchemaState | None
    looked_at: float


class Health:
    def __init__(self, database: Database, tail: Tail, leaving: Leaving, follower: Follower | None) -> None:
        self._database = database
        self._tail = tail
        self._leaving = leaving
        self._follower = follower
        self._looking = asyncio.Lock()
        self._known: _Database | None = None

    @property
    def routes(self) -> list[BaseRoute]:
        return [Route("/healthz", self._alive), Route("/readyz", self._ready)]

    async def _alive(self, _request: Request) -> Response:
        return PlainTextResponse("ok", headers={"Cache-Control": "no-store"})

    async def _ready(self, request: Request) -> Response:
        database = await self._look()
        lag = self._tail.lag_seconds
        checks: dict[str, Any] = {
            "ending": {"ok": not self._leaving.begun},
            "log": {"ok": lag < LAG_SECONDS_MAX, "lagSeconds": round(lag, 3)},
            "database": {"ok": database.problem is None, "problem": database.problem},
            "migrations": _migrations(database.schema),
        }
        told: dict[str, Any] = {}
        if self._follower is not None:
            checks["following"] = {"ok": not self._follower.refused}
            told["following"] = self._follower.shown()
        asked = {"ending", "following"} if request.query_params.get("for") == "readers" else set(checks)
        failed = [name for name, check in checks.items() if name in asked and not check["ok"]]
        told = {"ready": not failed, "failed": failed, "checks": checks, "tailLagSeconds": round(lag, 3), **told}
        return JSONResponse(told, status_code=503 if failed else 200, headers={"Cache-Control": "no-store"})

    async def _look(self) -> _Database:
        """One question at a time, whoever asks."""
        async with self._looking:
            now = time.monotonic()
            if self._known is None or self._known.looked_at < now - REMEMBERED_SECONDS:
                self._known = await self._asked(now)
            return self._known

    async def _asked(self, now: float) -> _Database:
        try:
            async with asyncio.timeout(DATABASE_SECONDS_MAX):
                return _Database(None, await read_schema(self._database.pool), now)
        except Exception as error:
            if not is_away(error):
                raise
            return _Database(f"does not answer ({type(error).__name__})", None, now)


def _migrations(schema: SchemaState | None) -> dict[str, Any]:
    if schema is None:
        return {"ok": True, "problem": "not known while the database does not answer"}
    return {"ok": schema.works, "at": schema.found, "codeKnows": schema.known, "problem": schema.problem}
