"""The client where no event loop runs: in a notebook, a cron job, a script of ten lines."""

import asyncio
from collections.abc import AsyncIterator, Coroutine, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

from .connection import Client, connect

T = TypeVar("T")


class InStep:
    """`client` is the asynchronous one, types and all; `do` waits for a call of it, `each` for one update at a time."""

    def __init__(self, client: Client, runner: asyncio.Runner) -> None:
        self.client = client
        self._runner = runner

    def do(self, call: Coroutine[Any, Any, T]) -> T:
        return self._runner.run(call)

    def each(self, updates: AsyncIterator[T]) -> Iterator[T]:
        """Between two updates nothing is read: who takes long is told the newest values next, as any slow reader."""

        async def following() -> T:
            return await anext(updates)

        while True:
            try:
                update = self._runner.run(following())
            except StopAsyncIteration:
                return
            yield update


@contextmanager
def connect_in_step(url: str, token: str | None = None, **options: Any) -> Iterator[InStep]:
    """As `connect`, with its options."""
    with asyncio.Runner() as runner:
        opening = connect(url, token, **options)
        client = runner.run(opening.__aenter__())
        try:
            yield InStep(client, runner)
        finally:
            runner.run(opening.__aexit__(None, None, None))
