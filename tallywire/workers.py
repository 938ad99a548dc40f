"""Several serving processes on one machine: each watched, and started again when it ends.

All accept from the same sockets, which stay open here: who connects while a worker is away waits, and is not refused.
"""

import asyncio
import contextlib
import json
import logging
import os
import shutil
import socket
import sys
import tempfile
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Any

from prometheus_client.multiprocess import mark_process_dead

from tallywire.app import WORKERS_METERS
from tallywire.settings import Settings

# A worker that ended is started again after the shorter; one that ends again and again, after up to the longer.
PAUSE_SECONDS_MIN = 0.2
PAUSE_SECONDS_MAX = 10.0
STEADY_SECONDS = 10.0
# Longer than a worker gives its own connections to end.
END_SECONDS = 15.0
log = logging.getLogger(__name__)


class WorkerFailedError(Exception):
    """A worker ended before it ever answered; it has said why. `code`: its exit code."""

    def __init__(self, code: int) -> None:
        super().__init__(f"a worker ended with {code} while it started")
        self.code = code


@contextlib.asynccontextmanager
async def working(
    listeners: Sequence[socket.socket], database_url: str, settings: Settings
) -> AsyncIterator["asyncio.Task[None]"]:
    """`settings.workers` processes; yields once all answer. The first of `listeners` serves those without their own.

    Yields a task that ends only where watching itself fails. Raises WorkerFailedError.
    """
    meters = tempfile.mkdtemp(prefix="tallywire-meters-")
    environment = {**os.environ, **handed_down(settings, database_url), WORKERS_METERS: meters}
    workers = [
        Worker(number + 1, listeners[min(number, len(listeners) - 1)], environment)
        for number in range(settings.workers)
    ]
    watch = asyncio.create_task(_keep_all(workers), name="workers")
    try:
        answering: asyncio.Future[list[Any]] = asyncio.gather(*(worker.ready.wait() for worker in workers))
        both: list[asyncio.Future[Any]] = [watch, answering]
        await asyncio.wait(both, return_when=asyncio.FIRST_COMPLETED)
        if not answering.done():
            answering.cancel()
            await watch
        yield watch
    finally:
        watch.cancel()
        with contextlib.suppress(asyncio.CancelledError, WorkerFailedError):
            await watch
        shutil.rmtree(meters, ignore_errors=True)


async def _keep_all(workers: Sequence["Worker"]) -> None:
    """Raises WorkerFailedError, once all have ended."""
    try:
        async with asyncio.TaskGroup() as keeping:
            for worker in workers:
                keeping.create_task(worker.keep())
    except* WorkerFailedError as failures:
        first = failures.exceptions[0]
    else:
        return
    raise first


class Worker:
    """One place among them, and whichever process holds it now."""

    def __init__(self, number: int, listener: socket.socket, environment: Mapping[str, str]) -> None:
        self.ready = asyncio.Event()
        self._number = number
        self._listener = listener
        self._environment = environment

    async def keep(self) -> None:
        """Until it is cancelled, which ends the process too. Raises WorkerFailedError at the first start alone."""
        clock, pause = asyncio.get_running_loop().time, PAUSE_SECONDS_MIN
        while True:
            began = clock()
            code = await self._run()
            if not self.ready.is_set():
                raise WorkerFailedError(code)
            pause = PAUSE_SECONDS_MIN if clock() - began > STEADY_SECONDS else min(2 * pause, PAUSE_SECONDS_MAX)
            log.error("worker %d ended with %d, and is started again in %.1f s", self._number, code, pause)
            await asyncio.sleep(pause)

    async def _run(self) -> int:
        """One life of it; the exit code."""
        descriptor = self._listener.fileno()
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "tallywire.worker", str(descriptor)),
            stdin=PIPE,
            stdout=PIPE,
            env=self._environment,
            pass_fds=(descriptor,),
            # A Ctrl-C reaches whoever watches alone, who then ends all in order.
            start_new_session=True,
        )
        assert process.stdout is not None
        try:
            if await process.stdout.readline():
                self.ready.set()
            await process.stdout.read()
            return await process.wait()
        finally:
            await asyncio.shield(_end(process))
            mark_process_dead(process.pid, self._environment[WORKERS_METERS])  # type: ignore[no-untyped-call]


async def _end(process: Process) -> None:
    if process.returncode is not None:
        return
    with contextlib.suppress(ProcessLookupError):
        process.terminate()
    try:
        await asyncio.wait_for(process.wait(), END_SECONDS)
    except TimeoutError:
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        await process.wait()


def handed_down(settings: Settings, database_url: str) -> dict[str, str]:
    """The settings as a worker's environment says them. Several processes share a bell, unless told otherwise."""
    given = {"broadcast_url": "postgres://", **settings.model_dump(mode="json", include=settings.model_fields_set)}
    given |= {"database_url": database_url, "workers": settings.workers}
    if settings.ledger_key is not None:
        given["ledger_key"] = settings.ledger_key.get_secret_value()
    if settings.follow_token is not None:
        given["follow_token"] = settings.follow_token.get_secret_value()
    return {
        f"TALLYWIRE_{name.upper()}": value if isinstance(value, str) else json.dumps(value)
        for name, value in given.items()
        if value is not None
    }
