"""The night's readers, who also say what they saw of a rolling restart: how often they were cut, and for how long.

Those who come and go of their own, and those who stall, are there as in the night itself; what they do themselves is
no cut, and who stalls is not asked, as a server cuts them anyway.
"""

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
        self._times: dict[Seat, int] = {}

    async def _stay(self, seat: Seat, line: Line) -> None:
        take = seat.take

        def taken(update: dict[str, Any], now: float, *, first: bool) -> None:
            if (cut := self._cut.pop(seat, None)) is not None:
                self._gaps.append(time.monotonic() - cut)
            take(update, now, first=first)

        seat.take = taken  # type: ignore[method-assign]
        try:
            await super()._stay(seat, line)
        finally:
            seat.take = take  # type: ignore[method-assign]
        if not line.left and not seat.stalled:
            self._times[seat] = self._times.get(seat, 0) + 1
            self._cut[seat] = time.monotonic()

    async def cuts(self) -> dict[str, Any]:
        """How many were cut, at most how often, and how long they saw nothing."""
        gaps = sorted(self._gaps)
        place = [gaps[min(len(gaps) - 1, int(len(gaps) * share))] if gaps else 0.0 for share in (0.5, 0.99, 1.0)]
        away = dict(zip(("p50_ms", "p99_ms", "max_ms"), (round(one * 1e3, 1) for one in place), strict=True))
        counted = sum(not seat.stalled for seat in self.seats)
        return {
            "counted": counted,
            "cut": len(self._times),
            "most": max(self._times.values(), default=0),
            "unseen": len(self._cut),
            "away": away,
        }


async def main() -> None:
    allow_many_sockets()
    night_readers.AWAY_SECONDS = (0.0, AGAIN_SECONDS)
    crowd = RollingCrowd()
    await obey({"connect": crowd.connect, "finish": crowd.finish, "cuts": crowd.cuts})


if __name__ == "__main__":
    asyncio.set_event_loop_policy(uvloop.EventLoopPolicy())
    asyncio.run(main())
