"""One subscription over as many lines as it takes: each goes on behind the last cursor that came."""

import asyncio
import time
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from typing import Any

from pydantic_core import to_jsonable_python

from .backoff import waits
from .refusals import UnansweredError, UnreachableError
from .wire import Wire

# Seconds between tries, doubled from the first to the last.
FIRST_WAIT, LAST_WAIT = 0.2, 15.0
Events = Callable[[Wire, str | None, dict[str, Any]], AsyncGenerator[dict[str, Any], None]]


async def follow(
    wire: Wire,
    token: str | None,
    events: Events,
    payload: dict[str, Any],
    variables: dict[str, Any],
    came_back: Callable[[], None] | None,
    patience: float | None,
) -> AsyncGenerator[dict[str, Any], None]:
    """The data of each event. `payload`: query and operationName. `variables`: those of the first line.

    Raises RefusedError, UnreachableError.
    """
    resumed = "$after" in payload["query"]
    after, lost_at = variables.get("after"), None
    pauses = waits(FIRST_WAIT, LAST_WAIT)
    while True:
        given = variables if after is None or not resumed else {**variables, "after": after}
        try:
            asked = {**payload, "variables": to_jsonable_python(given, by_alias=True)}
            async with aclosing(events(wire, token, asked)) as line:
                async for data in line:
                    if lost_at is not None and came_back is not None:
                        came_back()
                    lost_at, pauses = None, waits(FIRST_WAIT, LAST_WAIT)
                    yield data
                    # Only what was taken is behind: a consumer that fails on it is given it again.
                    after = _cursor(data) or after
            # Complete: the server says that there is no more.
            return
        except UnansweredError as failure:
            lost_at = lost_at or time.monotonic()
            if patience is not None and time.monotonic() - lost_at > patience:
                raise UnreachableError(f"no line to {wire.origin} for {patience:.0f} s ({failure})") from failure
        await asyncio.sleep(next(pauses))


def _cursor(data: dict[str, Any]) -> str | None:
    """Of the one root field; None where it has none, such as a tally of the queue."""
    (value,) = data.values()
    cursor = value.get("cursor") if isinstance(value, dict) else None
    return cursor if isinstance(cursor, str) else None
