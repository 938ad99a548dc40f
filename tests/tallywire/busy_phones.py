"""Phones that send without a pause, each a station of its own, and note what became of every single call."""

import threading
from dataclasses import dataclass, field
from typing import Any

import httpx

from counting.vocabulary import Role
from tests.conftest import Night
from tests.gql.documents import SUBMIT, rows

STATIONS = ("a-1", "a-2", "a-3", "b-1", "b-2", "b-3")


@dataclass
class Calls:
    """By clientTallyId. `taken`: the tally that it became, counted or held. `told_to_keep`: answered with UNAVAILABLE;

    `unanswered`: the connection ended without a word.
    """

    taken: dict[str, str] = field(default_factory=dict)
    told_to_keep: set[str] = field(default_factory=set)
    unanswered: set[str] = field(default_factory=set)
    strange: list[Any] = field(default_factory=list)


class BusyPhones:
    """`urls`: the nodes, tried in turn. `stubborn`: sends the same call until it is answered, as real phones do."""

    def __init__(self, night: Night, urls: list[str], *, stubborn: bool) -> None:
        self._night = night
        self._urls = urls
        self._stubborn = stubborn
        self._over = threading.Event()
        self.calls = Calls()
        self.most_attempts = 0
        token = night.token(Role.VOLUNTEER, *STATIONS)
        headers = {"Authorization": f"Bearer {token}"}
        self._threads = [
            threading.Thread(target=self._work, args=(station, headers), daemon=True) for station in STATIONS
        ]
        for thread in self._threads:
            thread.start()

    def end(self) -> Calls:
        """What became of everything, once nobody sends any more."""
        self._over.set()
        self.wait()
        return self.calls

    def wait(self) -> Calls:
        """The same, where they end by themselves: those that are not stubborn stop at the first call unanswered."""
        for thread in self._threads:
            thread.join(60)
            assert not thread.is_alive()
        return self.calls

    def _work(self, station: str, headers: dict[str, str]) -> None:
        number = node = 0
        with httpx.Client(headers=headers, timeout=60) as client:
            while not self._over.is_set():
                number += 1
                attempts, settled = 0, False
                while not settled:
                    attempts += 1
                    settled = self._send(client, self._urls[node % len(self._urls)], station, number)
                    if not settled and not self._stubborn:
                        return
                    node += not settled
                self.most_attempts = max(self.most_attempts, attempts)

    def _send(self, client: httpx.Client, url: str, station: str, number: int) -> bool:
        """True where it was answered for good."""
        call = {
            "clientTallyId": f"{station}/{number}",
            "stationId": self._night.id(station),
            "contestId": self._night.id("mayor"),
            "coverage": "PARTIAL",
            "votes": rows(self._night, "mayor", [number, 0, 0]),
        }
        try:
            answer = client.post(f"{url}/graphql", json={"query": SUBMIT, "variables": {"input": call}}).json()
        except httpx.ConnectError:
            return False
        except (httpx.HTTPError, ValueError):
            self.calls.unanswered.add(call["clientTallyId"])
            return False
        if answer.get("errors"):
            code = answer["errors"][0]["extensions"]["code"]
            if code == "UNAVAILABLE":
                self.calls.told_to_keep.add(call["clientTallyId"])
            else:
                self.calls.strange.append(answer)
            return False
        result = answer["data"]["submitTally"]
        if result["__typename"] in ("TallyAccepted", "TallyHeld"):
            self.calls.taken[call["clientTallyId"]] = result["tally"]["id"]
        else:
            self.calls.strange.append(result)
        return True
