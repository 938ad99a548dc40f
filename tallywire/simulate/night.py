"""The night itself: every sending at its time, by its volunteer's phone, over a few connections."""

import asyncio
import heapq
import time
import uuid
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from tallywire.client import Client, connect
from tallywire.client.wire import PATIENCE_SECONDS
from tallywire.simulate.camera import Camera
from tallywire.simulate.clock import NightClock
from tallywire.simulate.comparison import compare_results
from tallywire.simulate.desk import EDITORS, Desk
from tallywire.simulate.operator import Operator
from tallywire.simulate.phone import Form, Phone
from tallywire.simulate.plan import NightPlan
from tallywire.simulate.progress import NightProgress, ProgressCallback
from tallywire.simulate.report import NightReport, night_report
from tallywire.simulate.resumption import without_what_stands
from tallywire.simulate.score import Score

CONNECTIONS = 32
TICK_SECONDS = 0.25


async def run_night(
    plan: NightPlan,
    *,
    url: str,
    token: str,
    speed: float,
    election_id: str | None = None,
    connections: int = CONNECTIONS,
    go_on: bool = False,
    real: bool = False,
    editors: int = EDITORS,
    progress: ProgressCallback | None = None,
    patience_seconds: float = PATIENCE_SECONDS,
) -> NightReport:
    """Plays the plan against the server at `url` and compares its results with the truth.

    `token`: an operator's. `speed`: simulated seconds a second, 0 as fast as the server takes.
    `real`: also into one that is counted in earnest. `editors` decide on what is held, where the plan has doubts.
    `patience_seconds`: how long the server may be away.
    Cancelling it ends it at once.
    Raises NightRefusedError, RefusedError, UnreachableError.
    """
    election_id = election_id or plan.election.id
    # One more than the workers, as a double tap sends on two.
    async with connect(url, token, connections=connections + 1, patience_seconds=patience_seconds) as client:
        operator = Operator(client, election_id)
        if await operator.open_count(go_on=go_on, real=real):
            plan = await without_what_stands(plan, operator, election_id)
        night = Night(plan, client, operator, election_id, NightClock(speed))
        began = time.monotonic()
        await night.play(connections, progress, editors=editors if plan.doubts else 0, speed=speed)
        seconds = time.monotonic() - began
        comparison = await compare_results(client, election_id, plan)
        return night_report(night.score, comparison, seconds=seconds, seed=plan.seed, speed=speed)


class Night:
    """One run of a plan. A phone is on `ready` while it has something to send and no worker has it."""

    def __init__(
        self, plan: NightPlan, client: Client, operator: Operator, election_id: str, clock: NightClock
    ) -> None:
        self.score = Score()
        self._plan = plan
        self._wire = client.wire
        self._operator = operator
        self._id = election_id
        self._clock = clock
        form = Form(plan.election, election_id, uuid.uuid4())
        camera = Camera(plan)
        self._desk = Desk(plan, operator, election_id, form, self.score, camera)
        self._phones = [
            Phone(number, stations, form, self.score, camera) for number, stations in enumerate(plan.volunteers)
        ]
        self._tallies_total = plan.tallies_total
        self._contests_at = _finals_expected(plan)

    async def play(
        self, connections: int, progress: ProgressCallback | None, *, editors: int = 0, speed: float = 0.0
    ) -> None:
        """Sends everything, in the plan's order as far as the server keeps up; a phone's own order always holds."""
        # Short, so that at speed 0 the night's order is kept but for these few.
        ready: asyncio.Queue[Phone | None] = asyncio.Queue(maxsize=connections)
        try:
            async with asyncio.TaskGroup() as group:
                ticker = group.create_task(self._tick(progress))
                workers = [group.create_task(self._work(ready)) for _ in range(connections)]
                desk = [group.create_task(self._desk.work(place, speed)) for place in range(editors)]
                await self._dispatch(ready)
                for _ in workers:
                    await ready.put(None)
                await asyncio.gather(*workers)
                self._desk.close()
                await asyncio.gather(*desk)
                if editors:
                    await self._desk.set_right()
                ticker.cancel()
        except ExceptionGroup as failures:
            # The first says why; the others are the same from other connections.
            raise _first(failures) from None
        if progress is not None:
            progress(self._progress(done=True))

    async def _dispatch(self, ready: "asyncio.Queue[Phone | None]") -> None:
        for sending in heapq.merge(self._plan.sendings, self._plan.doubts, key=lambda sending: sending.at):
            await self._clock.until(sending.at)
            phone = self._phones[sending.volunteer]
            phone.pending.append(sending)
            if not phone.busy:
                phone.busy = True
                await ready.put(phone)

    async def _work(self, ready: "asyncio.Queue[Phone | None]") -> None:
        while (phone := await ready.get()) is not None:
            if phone.client is None:
                stations = [f"{self._id}/{station}" for station in phone.stations]
                phone.client = await self._operator.enrol(stations, f"Volunteer {phone.number + 1}")
            while phone.pending:
                await phone.send(phone.pending[0])
                phone.pending.popleft()
            phone.busy = False

    async def _tick(self, progress: ProgressCallback | None) -> None:
        while progress is not None:
            progress(self._progress())
            await asyncio.sleep(TICK_SECONDS)

    def _moment(self, seconds: float) -> datetime:
        """On the election's own clock, whose hands may be moved in that very night."""
        election = self._plan.election
        moment: datetime = election.polls_close_at + timedelta(seconds=seconds)
        return moment.astimezone(ZoneInfo(election.time_zone))

    def _progress(self, *, done: bool = False) -> NightProgress:
        now = self._plan.end if done else min(self._clock.now, self._plan.end)
        waiting = min((phone.pending[0].at for phone in self._phones if phone.pending), default=now)
        return NightProgress(
            tallies_sent=self.score.settled,
            tallies_total=self._tallies_total,
            stations_final=sum(self.score.finals[s] >= n for s, n in self._contests_at.items()),
            stations_total=len(self._contests_at),
            clock=self._moment(now),
            behind_seconds=0.0 if done else self._clock.behind(waiting),
            held=self._desk.waiting,
            trouble=self._wire.trouble,
            done=done,
        )


def _finals_expected(plan: NightPlan) -> dict[str, int]:
    expected: dict[str, int] = {}
    for count in plan.counts:
        expected[count.station] = expected.get(count.station, 0) + 1
    return expected


def _first(failures: BaseExceptionGroup[Exception]) -> Exception:
    found = failures.exceptions[0]
    return _first(found) if isinstance(found, BaseExceptionGroup) else found
