"""Several serving processes on one machine: each watched, and started again when it ends.

All accept from the same sockets, which stay open here: who connects while a worker is away waits, and is not refused.
On SIGHUP all are replaced by fresh ones, of the code as it is installed by then.
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

from prometheus_client.multiprocess import mark_process_dead
from pydantic import SecretStr

from tallywire.metrics_page import WORKERS_METERS
from tallywire.settings import Settings

# A worker that ended is started again after the shorter; one that ends again and again, after up to the longer.
PAUSE_SECONDS_MIN = 0.2
PAUSE_SECONDS_MAX = 10.0
STEADY_SECONDS = 10.0
# A worker that cannot even stop accepting in so long is ended as it is.
QUIET_SECONDS = 5.0
# What one is told on its input, and says on its output when it has done it.
QUIET = b"quiet\n"
# So much longer than a worker's own end may take; then it is killed.
BEYOND_SECONDS = 12.0
log = logging.getLogger(__name__)


class WorkerFailedError(Exception):
    """A worker ended before it ever answered; it has said why. `code`: its exit code."""

    def __init__(self, code: int) -> None:
        super().__init__(f"a worker ended with {code} while it started")
        self.code = code


class Workers:
    """All places, and whoever holds them now. `watch` ends only where watching itself fails."""

    def __init__(self, listeners: Sequence[socket.socket], database_url: str, settings: Settings) -> None:
        self._listeners = listeners
        self._settings = settings
        self._meters = tempfile.mkdtemp(prefix="tallywire-meters-")
        self._environment = {**os.environ, **handed_down(settings, database_url), WORKERS_METERS: self._meters}
        self._workers: list[Worker] = []
        self._rolling: asyncio.Task[None] | None = None
        self._failed: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.watch = asyncio.create_task(self._watch(), name="workers")

    async def start(self) -> None:
        """All at once; returns when all answer. Raises WorkerFailedError."""
        self._workers = self._places()
        await asyncio.gather(*(worker.start() for worker in self._workers))

    async def close(self) -> None:
        if self._rolling is not None:
            self._rolling.cancel()
            await asyncio.gather(self._rolling, return_exceptions=True)
        await asyncio.gather(*(worker.stop() for worker in self._workers))
        self.watch.cancel()
        await asyncio.gather(self.watch, return_exceptions=True)
        shutil.rmtree(self._meters, ignore_errors=True)

    def hurry(self) -> None:
        """Those that are ending do it at once."""
        for worker in self._workers:
            worker.terminate()

    def roll(self) -> None:
        """Fresh processes in every place, of the code as it is installed by now; the old ones end in order."""
        if self._rolling is None or self._rolling.done():
            self._rolling = asyncio.create_task(self._roll(), name="rolling")

    async def _roll(self) -> None:
        """First come all the new ones, then go all the old: a reader is told to come back once, to a new one."""
        log.info("rolling: %d workers are started beside the old", self._settings.workers)
        fresh: list[Worker] = []
        try:
            for worker in self._places():
                fresh.append(worker)
                await worker.start()
        except WorkerFailedError as error:
            log.error("rolling is given up, the old workers serve on: %s", error)
            await asyncio.gather(*(worker.stop() for worker in fresh))
            return
        except asyncio.CancelledError:
            await asyncio.gather(*(worker.stop() for worker in fresh))
            raise
        old, self._workers = self._workers, fresh
        # Whoever is sent away by one of the old must not end up at another of them.
        await asyncio.gather(*(worker.accept_nobody() for worker in old))
        await asyncio.gather(*(worker.stop() for worker in old))
        log.info("rolled: %d new workers serve", len(fresh))

    def _places(self) -> list["Worker"]:
        end_seconds = self._settings.end_seconds + BEYOND_SECONDS
        return [
            Worker(
                *(number + 1, self._listeners[min(number, len(self._listeners) - 1)], self._environment, end_seconds),
                failed=self._failed,
            )
            for number in range(self._settings.workers)
        ]

    async def _watch(self) -> None:
        await self._failed


@contextlib.asynccontextmanager
async def working(listeners: Sequence[socket.socket], database_url: str, settings: Settings) -> AsyncIterator[Workers]:
    """`settings.workers` processes; yields once all answer. The first of `listeners` serves those without their own.

    Raises WorkerFailedError.
    """
    workers = Workers(listeners, database_url, settings)
    try:
        await workers.start()
        yield workers
    finally:
        await workers.close()


class Worker:
    """One place among them, and whichever process holds it now. `failed` is told where watching it fails."""

    def __init__(
        self,
        number: int,
        listener: socket.socket,
        environment: Mapping[str, str],
        end_seconds: float,
        *,
        failed: "asyncio.Future[None]",
    ) -> None:
        self._ready = asyncio.Event()
        self._quiet = asyncio.Event()
        self._number = number
        self._listener = listener
        self._environment = environment
        self._end_seconds = end_seconds
        self._failed = failed
        self._process: Process | None = None
        self._keeping: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Returns when it answers; from then on it is kept. Raises WorkerFailedError."""
        self._keeping = asyncio.create_task(self._keep(), name=f"worker {self._number}")
        self._keeping.add_done_callback(self._kept)
        answering = asyncio.create_task(self._ready.wait())
        await asyncio.wait({self._keeping, answering}, return_when=asyncio.FIRST_COMPLETED)
        if not answering.done():
            answering.cancel()
            await self._keeping

    async def stop(self) -> None:
        """Ends its process in order."""
        if self._keeping is not None:
            self._keeping.cancel()
            await asyncio.gather(self._keeping, return_exceptions=True)

    async def accept_nobody(self) -> None:
        """Returns when it does, or does not answer."""
        process = self._process
        if process is not None and process.stdin is not None and process.returncode is None:
            with contextlib.suppress(OSError, TimeoutError):
                process.stdin.write(QUIET)
                await asyncio.wait_for(self._quiet.wait(), QUIET_SECONDS)

    def terminate(self) -> None:
        if self._process is not None and self._process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                self._process.terminate()

    def _kept(self, keeping: "asyncio.Task[None]") -> None:
        error = None if keeping.cancelled() else keeping.exception()
        if error is not None and not isinstance(error, WorkerFailedError) and not self._failed.done():
            self._failed.set_exception(error)

    async def _keep(self) -> None:
        """Until it is cancelled, which ends the process too. Raises WorkerFailedError at the first start alone."""
        clock, pause = asyncio.get_running_loop().time, PAUSE_SECONDS_MIN
        while True:
            began = clock()
            code = await self._run()
            if not self._ready.is_set():
                raise WorkerFailedError(code)
            pause = PAUSE_SECONDS_MIN if clock() - began > STEADY_SECONDS else min(2 * pause, PAUSE_SECONDS_MAX)
            log.error("worker %d ended with %d, and is started again in %.1f s", self._number, code, pause)
            await asyncio.sleep(pause)

    async def _run(self) -> int:
        """One life of it; the exit code."""
        descriptor = self._listener.fileno()
        process = self._process = await asyncio.create_subprocess_exec(
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
                self._ready.set()
            while word := await process.stdout.readline():
                if word == QUIET:
                    self._quiet.set()
            return await process.wait()
        finally:
            await asyncio.shield(_end(process, self._end_seconds))
            mark_process_dead(process.pid, self._environment[WORKERS_METERS])  # type: ignore[no-untyped-call]


async def _end(process: Process, seconds: float) -> None:
    if process.returncode is not None:
        return
    with contextlib.suppress(ProcessLookupError):
        process.terminate()
    try:
        await asyncio.wait_for(process.wait(), seconds)
    except TimeoutError:
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        await process.wait()


def handed_down(settings: Settings, database_url: str) -> dict[str, str]:
    """The settings as a worker's environment says them. Several processes share a bell, unless told otherwise."""
    given = {"broadcast_url": "postgres://", **settings.model_dump(mode="json", include=settings.model_fields_set)}
    given |= {"database_url": database_url, "workers": settings.workers}
    for name in settings.model_fields_set:
        if isinstance(secret := getattr(settings, name), SecretStr):
            given[name] = secret.get_secret_value()
    return {
        f"TALLYWIRE_{name.upper()}": value if isinstance(value, str) else json.dumps(value)
        for name, value in given.items()
        if value is not None
    }
