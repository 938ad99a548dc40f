"""Work on a thread of its own: while Playwright runs, its event loop bars any other on the thread of the tests."""

import asyncio
from collections.abc import Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

Found = TypeVar("Found")


def apart(work: Callable[[], Found]) -> Found:
    """What it gives or raises, once it has ended."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(work).result()


def complete(work: Coroutine[Any, Any, Found]) -> Found:
    """As asyncio.run, which a test of pages could not call itself."""
    return apart(lambda: asyncio.run(work))
