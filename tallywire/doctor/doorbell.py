"""The doorbell is rung, and heard, by two that hang it as two nodes would."""

import asyncio
from collections.abc import AsyncIterator

from db.database import Database
from feed.bell import Bell, BellUrlError
from tallywire.doctor.finding import Finding, fail, ok, warn
from tallywire.service import bell_url
from tallywire.settings import Settings

HEARD_SECONDS_MAX = 5.0
AGAIN_SECONDS = 0.2
# No election has such an id: whoever hears it looks once more, and finds nothing new.
WORD = "!doctor"


async def bell_findings(database: Database, settings: Settings) -> AsyncIterator[Finding]:
    url = bell_url(settings, database)
    heard = asyncio.Event()
    try:
        ringing, listening = (
            Bell(url, lambda _what: None),
            Bell(url, lambda what: heard.set() if what == WORD else None),
        )
    except BellUrlError as error:
        yield fail("doorbell", str(error), "set TALLYWIRE_BROADCAST_URL")
        return
    if not ringing.shared:
        if settings.workers > 1:
            yield ok("doorbell", "the database's own, as there are several workers")
        else:
            yield ok("doorbell", "within one process; several nodes need TALLYWIRE_BROADCAST_URL")
        return
    clock = asyncio.get_running_loop().time
    await ringing.start()
    await listening.start()
    try:
        began, until = clock(), clock() + HEARD_SECONDS_MAX
        while not heard.is_set() and clock() < until:
            ringing.ring(WORD)
            rung = clock()
            try:
                async with asyncio.timeout(AGAIN_SECONDS):
                    await heard.wait()
            except TimeoutError:
                continue
            began = rung
        if heard.is_set():
            yield ok("doorbell", f"heard after {(clock() - began) * 1_000:.0f} ms")
        else:
            todo = "look at TALLYWIRE_BROADCAST_URL and what is behind it: readers see news up to a second later"
            yield warn("doorbell", f"not heard in {HEARD_SECONDS_MAX:.0f} s", todo)
    finally:
        await ringing.close()
        await listening.close()
