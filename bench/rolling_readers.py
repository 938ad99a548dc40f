"""The night's readers, none of whom leaves or stalls of its own: what they see of a rolling restart."""

import asyncio
import time
from typing import Any

import uvloop

from bench import night_readers
from bench.fanout_control import obey
from bench.night_readers import Crowd, Line, Seat
from bench.reader_socket import allow_many_sockets

AGAIN_SECONDS = 0.05


class RollingCrowd(Crowd):
    """Comes back at once; `gaps`: seconds from each cut to the next update."""

    def __init__(self) -> None:
        super().__init__()
        self._cut: dict[Seat, float] = {}
        self._gaps: list[float] = []

    async def _stay(self, seat: Seat, line: Line) -> None:
        take = seat.take

        def taken(update: dict[str, Any], now: float, *, first: bool) -> None:
            if (cut := self._cut.pop(seat, None)) is not None:
                self._gaps.append(time.monotonic() - cut)
            take(update, now, first=first)

        seat.take = taken  # type: ignore[method-assign]
        try:
            await line.over
        finally:
            seat.take = take  # type: ignore[method-assign]
            self._cut[seat] = time.monotonic()

    async def cuts(self) -> dict[str, Any]:
        """How often readers were cut, at most and in all, and how long they saw nothing."""
        times = [seat.connections - 1 for seat in self.seats]
        gaps = sorted(self._gaps)
        place = [gaps[min(len(gaps) - 1, int(len(gaps) * share))] if gaps else 0.0 for share in (0.5, 0.99, 1.0)]
        return {"cuts": sum(times), "most": max(times), "p50": place[0], "p99": place[1], "max": place[2]}


async def main() -> None:
    allow_many_sockets()
    night_readers.AWAY_SECONDS = (0.0, AGAIN_SECONDS)
    crowd = RollingCrowd()
    await obey({"connect": crowd.connect, "finish": crowd.finish, "cuts": crowd.cuts})


if __name__ == "__main__":
    asyncio.set_event_loop_policy(uvloop.EventLoopPolicy())
    asyncio.run(main())
