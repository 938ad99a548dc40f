"""Where photographs are decoded: a few processes of their own, with less priority, limited memory and limited time."""

import contextlib
import logging
import os
from pathlib import Path

import anyio
import anyio.to_process
from anyio import BrokenWorkerProcess, CapacityLimiter

from tallywire.evidence import refusal
from tallywire.evidence.development import Developed, develop

log = logging.getLogger(__name__)
AT_ONCE = 2
SECONDS_MAX = 60.0
MEMORY_BYTES_MAX = 3_000_000_000
NICENESS = 10


class Darkroom:
    """Uses the processes of the running event loop; they end with it."""

    def __init__(self, pixels_max: int) -> None:
        self._pixels_max = pixels_max
        self._limiter = CapacityLimiter(AT_ONCE)

    async def develop(self, path: Path) -> Developed:
        """Waits for its turn. Raises RefusedError; what kills its decoder, or keeps it too long, is unreadable."""
        try:
            async with self._limiter:
                with anyio.fail_after(SECONDS_MAX):
                    return await anyio.to_process.run_sync(
                        develop_apart, path, self._pixels_max, cancellable=True, limiter=CapacityLimiter(1)
                    )
        except (TimeoutError, BrokenWorkerProcess) as error:
            log.warning("a photograph could not be decoded: %s", type(error).__name__)
            raise refusal.unreadable() from error


def develop_apart(path: Path, pixels_max: int) -> Developed:
    """What the process does: itself limited first, once."""
    _limit_this_process()
    return develop(path, pixels_max)


def _limit_this_process() -> None:
    try:
        import resource
    except ImportError:
        return
    if os.getpriority(os.PRIO_PROCESS, 0) < NICENESS:
        with contextlib.suppress(OSError):
            os.setpriority(os.PRIO_PROCESS, 0, NICENESS)
        with contextlib.suppress(OSError, ValueError):
            resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES_MAX, MEMORY_BYTES_MAX))
