"""Crews of a stormy night: volunteers and editors of a few stations each, every answer to whom is held to the model.

A crew does one thing after another, so that the model (tests/simulation/model.py) knows what must be answered; crews
work beside each other. What is not answered is sent again, at another node, under the same id, until it is.
"""

import asyncio
import itertools
import random
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

from bench.soak_asking import Asking
from tests.simulation.model import ASIDE, Call, Model, Sheet, Tally

SUBMISSION = """
    __typename
    ... on TallyAccepted { tally { id } cursor replayed }
    ... on TallyHeld { tally { id } replayed }
    ... on TallyRejected { findings { rule } replayed }
"""
SUBMIT = "mutation S($input: SubmitTallyInput!) { submitTally(input: $input) {" + SUBMISSION + "} }"
SUBMIT_MANY = "mutation S($inputs: [SubmitTallyInput!]!) { submitTallies(inputs: $inputs) {" + SUBMISSION + "} }"
REVIEW = "mutation R($input: ReviewTallyInput!) { reviewTally(input: $input) { __typename } }"
WITHDRAW = "mutation W($input: WithdrawTallyInput!) { withdrawTally(input: $input) { __typename } }"
REVOKE = """
mutation V($who: String!, $hold: Boolean!, $why: String) {
  revokeReporter(reporter: $who, holdTheirTallies: $hold, reason: $why) }
"""
CODES = "mutation C($input: CreateEnrolmentCodesInput!) { createEnrolmentCodes(input: $input) { code } }"
ENROL = """
mutation E($input: EnrolInput!) { enrol(input: $input) { __typename ... on Enrolled { token viewer { reporter } } } }
"""
KINDS = {"TallyAccepted": "ACCEPTED", "TallyHeld": "HELD", "TallyRejected": "REJECTED"}
ELECTION = "storm"
VOLUNTEERS, OUTSIDERS = 2, 1
SENT_KEPT = 40


class MismatchError(AssertionError):
    """Something else than the model says was answered or published."""


@dataclass
class Crew:
    """`stations`: codes, all of which its volunteers are assigned to; an outsider only to the first."""

    name: str
    stations: tuple[str, ...]
    registered: dict[str, int]
    asking: Asking
    operator: str
    rng: random.Random
    done: Counter[str] = field(default_factory=Counter)
    taken: dict[str, str] = field(default_factory=dict)
    _tokens: dict[str, str] = field(default_factory=dict)
    _sent: list[Call] = field(default_factory=list)
    _numbers: "itertools.count[int]" = field(default_factory=lambda: itertools.count(1))

    def __post_init__(self) -> None:
        self.model = Model({code: Sheet(self.registered[code]) for code in self.stations}, {}, frozenset())

    async def gather(self) -> None:
        """Everybody enrols with a code of the operator's."""
        self.model.editors |= {await self._enrol("EDITOR", ())}
        for _ in range(VOLUNTEERS):
            await self._enrol("VOLUNTEER", self.stations)
        for _ in range(OUTSIDERS):
            await self._enrol("VOLUNTEER", self.stations[:1])

    async def step(self) -> None:
        """One thing, done until it is answered. Raises MismatchError, StrangeAnswerError."""
        deeds: tuple[Callable[[], Awaitable[None]], ...] = (
            self._submit,
            self._submit_many,
            self._submit_twice,
            self._review,
            self._withdraw,
            self._revoke,
        )
        (deed,) = self.rng.choices(deeds, (55, 12, 8, 16, 7, 2))
        await deed()

    async def _enrol(self, role: str, stations: tuple[str, ...]) -> str:
        """A code whose answer was lost is nobody's: another is made."""
        wanted = {"electionId": ELECTION, "role": role, "count": 1, "stationIds": [_id(one) for one in stations]}
        while True:
            told = await self.asking.ask(self.operator, CODES, input=wanted)
            code = told["createEnrolmentCodes"][0]["code"]
            enrolled = (await self.asking.ask(None, ENROL, input={"code": code, "displayName": self.name}))["enrol"]
            if enrolled["__typename"] == "Enrolled":
                who = str(enrolled["viewer"]["reporter"])
                self._tokens[who] = enrolled["token"]
                self.model.assigned[who] = frozenset(stations)
                self.done["enrolled"] += 1
                return who

    async def _submit(self) -> None:
        call = self._call()
        self._hold_to(call, await self._send(call))

    async def _submit_twice(self) -> None:
        """The same at two nodes at once: one answer, told twice."""
        call = self._call()
        for told in await asyncio.gather(self._send(call), self._send(call)):
            self._hold_to(call, told)
        self.done["sent twice at once"] += 1

    async def _submit_many(self) -> None:
        """One person's sheets in one call."""
        first = self._call()
        calls = [first, *(self._call(who=first.who) for _ in range(self.rng.randint(1, 3)))]
        data = await self.asking.ask(self._tokens[first.who], SUBMIT_MANY, inputs=[_input(call) for call in calls])
        answers = [data] * len(calls) if "refused" in data else data["submitTallies"]
        for call, told in zip(calls, answers, strict=True):
            self._hold_to(call, told)

    async def _send(self, call: Call) -> dict[str, Any]:
        data = await self.asking.ask(self._tokens[call.who], SUBMIT, input=_input(call))
        told: dict[str, Any] = data if "refused" in data else data["submitTally"]
        return told

    def _hold_to(self, call: Call, told: dict[str, Any]) -> None:
        kind, tally = self.model.submit(call)
        seen = "REVOKED" if "refused" in told else KINDS[told["__typename"]]
        if seen != kind:
            raise MismatchError(f"{self.name}: {call} is answered {told}, by the model {kind}")
        if tally is not None:
            known = tally.id or told["tally"]["id"]
            if told["tally"]["id"] != known:
                raise MismatchError(f"{self.name}: {call} is answered with {told}, by the model with {known}")
            tally.id = known
            self.taken[f"{call.who} {call.id}"] = known
        self.done["refused" if seen == "REVOKED" else seen.lower()] += 1

    def _call(self, who: str | None = None) -> Call:
        """Mostly in keeping with what stands; now and then sent again, with a slip, or for what it is not."""
        rng = self.rng
        if self._sent and rng.random() < 0.1:
            call = rng.choice([one for one in self._sent if who in (None, one.who)] or [None])
            if call is not None:
                return call if rng.random() < 0.8 else Call(**{**call.__dict__, "cast": call.cast + 1})
        who, station = who or rng.choice(list(self._tokens)), rng.choice(self.stations)
        sheet = self.model.sheets[station]
        before = sheet.standing.votes if sheet.standing else (0, 0, 0)
        most = max(1, sheet.registered // 6) * 3
        votes = tuple(max(0, min(most, (old or 0) + rng.choice((0, 0, 0, 1, 2, 5, -1)))) for old in before)
        shown = tuple(None if rng.random() < 0.02 else vote for vote in votes)
        cast = sum(vote or 0 for vote in shown) + ASIDE + (rng.choice((-1, 3)) if rng.random() < 0.05 else 0)
        cast = sheet.registered + 50 if rng.random() < 0.01 else max(0, cast)
        replaces = sheet.standing.id if sheet.standing and rng.random() < 0.25 else None
        call = Call(f"{self.name}-{next(self._numbers)}", who, station, shown, rng.random() < 0.4, cast, replaces)
        self._sent = [*self._sent[-SENT_KEPT:], call]
        return call

    async def _review(self) -> None:
        waiting = [(sheet, tally) for sheet in self.model.sheets.values() for tally in sheet.held]
        editors = [who for who in self._tokens if who in self.model.editors - self.model.revoked]
        if not waiting or not editors:
            return
        (sheet, tally), editor = self.rng.choice(waiting), self.rng.choice(editors)
        if tally.who == editor:
            return
        accepts = self.rng.random() < 0.5
        wanted = {"tallyId": tally.id, "decision": "ACCEPT" if accepts else "REJECT", "reason": self._reason()}
        if accepts and sheet.standing:
            wanted["standingId"] = sheet.standing.id
        await self._decide(editor, REVIEW, wanted, "TallyAccepted" if accepts else "TallyRejected")
        (self.model.accept if accepts else self.model.put_aside)(sheet, tally)
        self.done["reviewed"] += 1

    async def _withdraw(self) -> None:
        sheet = self.rng.choice(list(self.model.sheets.values()))
        tally = self.rng.choice([*sheet.held, *([sheet.standing] if sheet.standing else [])] or [None])
        if tally is None or tally.who in self.model.revoked:
            return
        await self._decide(tally.who, WITHDRAW, {"tallyId": tally.id, "reason": self._reason()}, "TallyWithdrawn")
        self.model.put_aside(sheet, tally)
        self.done["withdrawn"] += 1

    async def _decide(self, who: str, query: str, wanted: dict[str, Any], kind: str) -> None:
        """Sent again, a decision is answered as the first time: `reason` tells it from others."""
        data = await self.asking.ask(self._tokens[who], query, input=wanted)
        told = next(iter(data.values()))
        if not isinstance(told, dict) or told["__typename"] != kind:
            raise MismatchError(f"{self.name}: {wanted} is answered {data}, by the model {kind}")

    async def _revoke(self) -> None:
        """Somebody's token ends, and somebody else takes their place."""
        who, hold = (
            self.rng.choice([who for who in self._tokens if who not in self.model.revoked]),
            self.rng.random() < 0.5,
        )
        told = await self.asking.ask(self.operator, REVOKE, who=who, hold=hold, why=self._reason())
        if "revokeReporter" not in told:
            raise MismatchError(f"{self.name}: revoking {who} is answered {told}")
        self.model.revoke(who, hold=hold)
        editor = who in self.model.editors
        fresh = await self._enrol(
            "EDITOR" if editor else "VOLUNTEER", () if editor else tuple(self.model.assigned[who])
        )
        if editor:
            self.model.editors |= {fresh}
        self.done["revoked"] += 1

    def _reason(self) -> str:
        return f"{self.name}: looked {next(self._numbers)}"


def held_of(crews: list[Crew], stations: frozenset[str]) -> tuple[list[int], int, int, int, int]:
    """What all models together say of an area: votes; stations that report, that are final, disputed; tallies held."""
    votes, rest = [0, 0, 0], [0, 0, 0, 0]
    for crew in crews:
        own, *others = crew.model.results(stations)
        votes = [one + other for one, other in zip(votes, own, strict=True)]
        rest = [one + int(other) for one, other in zip(rest, others, strict=True)]  # type: ignore[call-overload]
    return votes, rest[0], rest[1], rest[2], rest[3]


def _id(code: str) -> str:
    return f"{ELECTION}/{code}"


def _input(call: Call) -> dict[str, Any]:
    return {
        "clientTallyId": call.id,
        "stationId": _id(call.station),
        "contestId": _id("mayor"),
        "coverage": "FINAL" if call.final else "PARTIAL",
        "votes": [
            {"candidateId": _id(f"mayor/{number}"), "votes": vote} for number, vote in enumerate(call.votes, start=1)
        ],
        "invalidBallots": 2,
        "noVoteBallots": 3,
        "ballotsCast": call.cast,
        **({"replaces": call.replaces} if call.replaces else {}),
    }


__all__ = ["ELECTION", "Crew", "MismatchError", "Tally", "held_of"]
