"""The count that the pictures are taken of: a night that stops for them where it is, and goes on."""

import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property

from bench.played_night import PlayedNight
from tests.served import Api

ELECTION = "bkk-2022"
GOVERNOR = f"{ELECTION}/governor"
PROGRESS = "query P($id: ID!) { result(contestId: $id) { stationsFinal stationsTotal } }"
STATIONS = """query S($id: ID!, $contest: ID!, $state: StationState!) {
    stations(electionId: $id, contestId: $contest, state: $state, first: 60) {
        edges { node { id history { id } } } } }"""
HELD = """query H($id: ID!) { reviewQueue(electionId: $id, first: 200) { edges { node { station { id } } } } }"""
LOOK_AGAIN_SECONDS = 1.0


@dataclass(frozen=True)
class Counted:
    """As the tests' phones and editors know a night."""

    night: PlayedNight
    election_id: str = ELECTION

    @property
    def url(self) -> str:
        return self.night.url

    @cached_property
    def api(self) -> Api:
        return Api(self.night.url)

    @cached_property
    def operator(self) -> Api:
        return self.api.as_(self.night.operator)

    def id(self, code: str) -> str:
        return f"{self.election_id}/{code}"

    def stations(self, state: str, *, untouched: bool = False) -> list[str]:
        """Codes of some in that state, for the governor's race; `untouched`: nothing was ever reported, of no race."""
        asked = {"id": ELECTION, "contest": GOVERNOR, "state": state}
        found = [one["node"] for one in self.operator(STATIONS, **asked)["stations"]["edges"]]
        return [one["id"].partition("/")[2] for one in found if not (untouched and one["history"])]

    def untouched(self) -> list[str]:
        """Codes of some that nobody has reported of, not even what is held."""
        editor = self.api.as_(self.night.token("EDITOR"))
        held = {one["node"]["station"]["id"] for one in editor(HELD, id=ELECTION)["reviewQueue"]["edges"]}
        return [code for code in self.stations("SILENT", untouched=True) if self.id(code) not in held]


@contextmanager
def held_at(night: PlayedNight, share: float) -> Iterator[None]:
    """Waits until so many of the stations are final, 0 to 1, and holds the night there for as long as the block."""
    while night.process.poll() is None:
        counted = night.ask(PROGRESS, id=GOVERNOR)["result"]
        if counted["stationsFinal"] >= share * counted["stationsTotal"]:
            break
        time.sleep(LOOK_AGAIN_SECONDS)
    night.process.send_signal(signal.SIGSTOP)
    try:
        yield
    finally:
        # One that is stopped could not be ended either.
        night.process.send_signal(signal.SIGCONT)
