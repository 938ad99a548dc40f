"""Questions that are asked until they are answered, at whichever node, as phones do on a bad night."""

import asyncio
import random
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

import aiohttp
import orjson

PATIENCE = aiohttp.ClientTimeout(total=12)
PAUSE_SECONDS = (0.05, 0.4)
CUTS = (aiohttp.ClientError, TimeoutError, OSError, orjson.JSONDecodeError)


class StrangeAnswerError(Exception):
    """Something else than an answer, or than `UNAVAILABLE`, which says keep it and send it again."""


@dataclass
class Asking:
    """`urls`: the ways in, tried at random. `counts`: what came of every single attempt."""

    session: aiohttp.ClientSession
    urls: list[str]
    rng: random.Random
    counts: Counter[str] = field(default_factory=Counter)

    async def ask(self, token: str | None, query: str, **variables: Any) -> dict[str, Any]:
        """The data, or `{"refused": code}` where a token works no more. Raises StrangeAnswerError."""
        body = orjson.dumps({"query": query, "variables": variables})
        headers = {"Content-Type": "application/json"}
        if token is not None:
            headers["Authorization"] = f"Bearer {token}"
        while True:
            told = await self._once(body, headers)
            if told is not None:
                return told
            await asyncio.sleep(self.rng.uniform(*PAUSE_SECONDS))

    async def ask_at(self, url: str, query: str, **variables: Any) -> dict[str, Any]:
        """The data, from this very node. Raises StrangeAnswerError."""
        return await Asking(self.session, [url], self.rng, self.counts).ask(None, query, **variables)

    async def _once(self, body: bytes, headers: dict[str, str]) -> dict[str, Any] | None:
        """None where it is to be asked again."""
        url = self.rng.choice(self.urls)
        try:
            async with self.session.post(f"{url}/graphql", data=body, headers=headers, timeout=PATIENCE) as answer:
                told = orjson.loads(await answer.read())
        except aiohttp.ClientConnectorError:
            self.counts["not reached"] += 1
            return None
        except CUTS:
            self.counts["without an answer"] += 1
            return None
        errors = told.get("errors")
        if not errors:
            self.counts["answered"] += 1
            data: dict[str, Any] = told["data"]
            return data
        code = errors[0]["extensions"]["code"]
        if code == "UNAVAILABLE":
            self.counts["told to keep it"] += 1
            return None
        if code == "UNAUTHENTICATED":
            self.counts["answered"] += 1
            return {"refused": code}
        raise StrangeAnswerError(f"{url}: {orjson.dumps(told).decode()} to {body.decode()}")
