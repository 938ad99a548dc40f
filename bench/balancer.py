"""A balancer in front of the nodes of a benchmark: TCP, in turn; whoever is connected stays where it is."""

import asyncio
import contextlib
import threading

import uvloop


class Balancer:
    """`nodes`: ports that new connections are sent to, one after the other; one that is not there is passed over."""

    def __init__(self) -> None:
        self.nodes: list[int] = []
        self.port = 0
        self._turn = 0

    def start(self) -> None:
        """In a thread of its own: what is measured asks through it, and waits."""
        ready = threading.Event()

        async def work() -> None:
            server = await asyncio.start_server(self._serve, "127.0.0.1", 0, backlog=4_096)
            self.port = server.sockets[0].getsockname()[1]
            ready.set()
            await server.serve_forever()

        threading.Thread(target=lambda: uvloop.run(work()), daemon=True).start()
        ready.wait()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        for _ in range(len(self.nodes)):
            self._turn += 1
            with contextlib.suppress(OSError):
                there = await asyncio.open_connection("127.0.0.1", self.nodes[self._turn % len(self.nodes)])
                await asyncio.gather(_pass(reader, there[1]), _pass(there[0], writer))
                return
        writer.close()


async def _pass(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with contextlib.suppress(OSError):
        while data := await reader.read(65_536):
            writer.write(data)
            await writer.drain()
    writer.close()
