"""How the fan-out benchmark talks to the processes that it measures: one JSON line in, one out, on standard streams."""

import asyncio
import json
import os
import sys
import time
from collections.abc import Awaitable, Callable
from typing import Any

import psutil

Command = Callable[..., Awaitable[Any]]


async def obey(commands: dict[str, Command]) -> None:
    """Until the other side closes. `stats` is always there: this process's own CPU seconds, and its memory."""
    reader = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    while line := await reader.readline():
        name, *arguments = json.loads(line)
        answer = stats() if name == "stats" else await commands[name](*arguments)
        print(json.dumps(answer), flush=True)


def stats() -> dict[str, float]:
    return {"cpu": time.process_time(), "rss": psutil.Process(os.getpid()).memory_info().rss}


class Child:
    """A process that obeys."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self.process = process

    @classmethod
    async def start(cls, module: str, *arguments: str) -> "Child":
        command = (sys.executable, "-m", module, *arguments)
        pipe = asyncio.subprocess.PIPE
        return cls(await asyncio.create_subprocess_exec(*command, stdin=pipe, stdout=pipe, limit=2**24))

    async def line(self) -> Any:
        assert self.process.stdout is not None
        line = await self.process.stdout.readline()
        if not line:
            raise RuntimeError("a process of the benchmark ended")
        return json.loads(line)

    async def ask(self, *command: Any) -> Any:
        assert self.process.stdin is not None
        self.process.stdin.write(json.dumps(command).encode() + b"\n")
        return await self.line()

    async def end(self) -> None:
        assert self.process.stdin is not None
        self.process.stdin.close()
        try:
            await asyncio.wait_for(self.process.wait(), 10)
        except TimeoutError:
            self.process.kill()
