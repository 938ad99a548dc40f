"""Signals: the first SIGTERM or Ctrl-C ends in order, a second one at once; nothing makes the end take for ever."""

import asyncio
import logging
import os
import signal
import threading
from collections.abc import Callable

# What is in no hurry any more may still take so long to put itself away.
HURRY_SECONDS = 5.0
# Beyond the time that ending may take: then something hangs, and the process goes without it.
HUNG_SECONDS = 10.0
STOPPING = (signal.SIGINT, signal.SIGTERM)
log = logging.getLogger(__name__)


def nothing() -> None:
    """Where nothing can be hastened or rolled."""


class Stopping:
    """Made before anybody is told that there is something to stop: from then on signals are heard.

    SIGHUP calls `roll`; where there is none it ends like the others, as a terminal that was closed does.
    """

    def __init__(
        self,
        *,
        hurry: Callable[[], None] = nothing,
        end_seconds: float = HURRY_SECONDS,
        roll: Callable[[], None] | None = None,
    ) -> None:
        self._hurry = hurry
        self._end_seconds = end_seconds
        self._stopped = asyncio.Event()
        loop = asyncio.get_running_loop()
        for number in STOPPING:
            loop.add_signal_handler(number, self._stopped.set)
        loop.add_signal_handler(signal.SIGHUP, roll or self._stopped.set)

    async def wait(self, *tasks: "asyncio.Task[None]") -> None:
        """Returns on Ctrl-C or SIGTERM, or when one of the tasks has ended.

        From then on the next signal calls `hurry`, and the process is gone `end_seconds` later, whatever hangs.
        """
        loop = asyncio.get_running_loop()
        waiting = asyncio.create_task(self._stopped.wait())
        await asyncio.wait({waiting, *tasks}, return_when=asyncio.FIRST_COMPLETED)
        waiting.cancel()
        _gone_after(self._end_seconds + HUNG_SECONDS)
        for number in STOPPING:
            loop.add_signal_handler(number, self._again)
        loop.add_signal_handler(signal.SIGHUP, nothing)

    def _again(self) -> None:
        log.warning("ending at once")
        self._hurry()
        _gone_after(HURRY_SECONDS)


def _gone_after(seconds: float) -> None:
    """A thread's clock: it runs where the event loop does not."""

    def go() -> None:
        log.critical("what was to end did not in %.0f s, and is left behind", seconds)
        os._exit(1)

    timer = threading.Timer(seconds, go)
    timer.daemon = True
    timer.start()
