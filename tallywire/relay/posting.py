"""One message to its receiver: posted until it is taken, ever more rarely, with chance in the pauses."""

import asyncio
import logging
import time
from collections.abc import Callable
from datetime import UTC
from email.utils import parsedate_to_datetime
from urllib.parse import urlsplit

import aiohttp

from tallywire.client.backoff import waits
from tallywire.relay.meters import FAILURES, LAST, MESSAGES, SECONDS
from tallywire.relay.signing import signed_headers
from tallywire.relay.state import Message

# As the specification advises, in seconds.
ANSWER_SECONDS_MAX = 20.0
# Seconds between tries: doubled from the first to the last. A receiver's Retry-After counts where it is longer.
FIRST_WAIT, LAST_WAIT, RETRY_AFTER_MAX = 1.0, 60.0, 600.0
GONE = 410
log = logging.getLogger(__name__)


class ReceiverGoneError(Exception):
    """The receiver answered 410: it wants nothing any more."""


class ReceiverAwayError(Exception):
    """The receiver took a message in none of the tries that there was time for."""


class Receiver:
    """`clock`: seconds since 1970. `patience`: seconds that one message is tried for; None: for ever."""

    def __init__(
        self,
        session: aiohttp.ClientSession,
        url: str,
        keys: tuple[bytes, ...],
        *,
        first_wait: float = FIRST_WAIT,
        patience: float | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._session = session
        self._url = url
        self._keys = keys
        self._first_wait = first_wait
        self._patience = patience
        self._clock = clock
        # Paths and queries of such addresses are often secrets.
        self.host = urlsplit(url).netloc.rpartition("@")[2]

    async def deliver(self, message: Message) -> None:
        """Returns once it was taken, after however many tries. Raises ReceiverGoneError, ReceiverAwayError."""
        began = time.monotonic()
        for attempt, wait in enumerate(waits(self._first_wait, LAST_WAIT), start=1):
            trouble, retry_after = await self._post(message)
            if trouble is None:
                MESSAGES.inc()
                LAST.set(self._clock())
                SECONDS.observe(time.monotonic() - began)
                if attempt > 1:
                    log.info("%s takes messages again", self.host, extra={"webhook_id": message.id, "tries": attempt})
                return
            FAILURES.inc()
            pause = max(wait, min(retry_after, RETRY_AFTER_MAX))
            if self._patience is not None and time.monotonic() + pause - began > self._patience:
                raise ReceiverAwayError(f"{self.host} did not take a message in {attempt} tries: {trouble}")
            log.warning("%s did not take a message: %s; again in %.1f s", self.host, trouble, pause)
            await asyncio.sleep(pause)

    async def _post(self, message: Message) -> tuple[str | None, float]:
        """Why it was not taken (None: it was), and for how many seconds the receiver asks to be left alone."""
        body = message.body.encode()
        headers = {
            "Content-Type": "application/json",
            "User-Agent": "tallywire-relay",
            **signed_headers(self._keys, message.id, int(self._clock()), body),
        }
        timeout = aiohttp.ClientTimeout(total=ANSWER_SECONDS_MAX)
        try:
            async with self._session.post(
                self._url, data=body, headers=headers, timeout=timeout, allow_redirects=False
            ) as answer:
                status, asked = answer.status, answer.headers.get("Retry-After", "")
        except (aiohttp.ClientError, TimeoutError, OSError) as failure:
            return str(failure) or type(failure).__name__, 0.0
        if status == GONE:
            raise ReceiverGoneError(f"{self.host} answers 410 Gone: it wants no more messages")
        if 200 <= status < 300:
            return None, 0.0
        return f"HTTP {status}", seconds_asked(asked, self._clock())


def seconds_asked(retry_after: str, now: float) -> float:
    """What `Retry-After` asks for, which is a number of seconds or a date; 0 where it is neither."""
    text = retry_after.strip()
    if text.isascii() and text.isdigit():
        return float(text)
    try:
        moment = parsedate_to_datetime(text)
    except ValueError:
        return 0.0
    return max(0.0, moment.replace(tzinfo=moment.tzinfo or UTC).timestamp() - now)
