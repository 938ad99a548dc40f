"""A crowd at two nodes: phones that send everything twice and correct themselves, and editors who race each other."""

import asyncio
import itertools
import random
from collections import Counter
from dataclasses import dataclass, field, replace
from typing import Any

import aiohttp

from counting.election import Election, Register, Station, Text
from tests.elections import small_election

SUBMISSION = """
    __typename
    ... on TallyAccepted { tally { id } cursor replayed }
    ... on TallyHeld { tally { id } replayed }
    ... on TallyRejected { findings { rule } replayed }
"""
SUBMIT = "mutation S($inputs: [SubmitTallyInput!]!) { submitTallies(inputs: $inputs) {" + SUBMISSION + "} }"
SUBMIT_ONE = "mutation S($input: SubmitTallyInput!) { submitTally(input: $input) {" + SUBMISSION + "} }"
QUEUE = "query Q($e: ID!) { reviewQueue(electionId: $e, first: 6) { edges { node { id } } } }"
REVIEW = """
mutation R($input: ReviewTallyInput!) { reviewTally(input: $input) {
  __typename ... on ReviewConflict { tally { state } standing { id } } } }
"""
WITHDRAW = "mutation W($input: WithdrawTallyInput!) { withdrawTally(input: $input) { __typename } }"
CANDIDATES = {"mayor": 3, "council": 4}
VOTERS = 5_000
SHEETS_A_CALL = 5
EDITORS_PAUSE_SECONDS = 0.05
ROUNDS_MIN = 8


def crowded_election(stations: int) -> Election:
    """The small election with so many stations in each district, each large; all count the mayor, half the council."""
    small = small_election("crowd")
    made = tuple(
        Station(f"{district}-{number}", district, number, Text(f"หน่วย {district}{number}"))
        for district in "ab"
        for number in range(1, stations + 1)
    )
    registers = tuple(
        Register(station.code, contest, VOTERS)
        for station in made
        for contest in CANDIDATES
        if contest == "mayor" or station.code.startswith("a")
    )
    return replace(small, stations=made, registers=registers, official=())


@dataclass
class Crowd:
    """`answers`: all that was answered to each call of each phone. `told` counts what editors were answered."""

    session: aiohttp.ClientSession
    urls: list[str]
    rng: random.Random
    answers: dict[tuple[str, str], list[dict[str, Any]]] = field(default_factory=dict)
    told: Counter[str] = field(default_factory=Counter)
    sent: int = 0
    _numbers: "itertools.count[int]" = field(default_factory=lambda: itertools.count(1))

    async def ask(self, token: str, query: str, codes: tuple[str, ...] = (), **variables: Any) -> dict[str, Any]:
        """Asks either node; the data, or nothing where one of these errors was the answer."""
        async with self.session.post(
            f"{self.rng.choice(self.urls)}/graphql",
            json={"query": query, "variables": variables},
            headers={"Authorization": f"Bearer {token}"},
        ) as answer:
            told = await answer.json()
        if told.get("errors"):
            assert told["errors"][0]["extensions"]["code"] in codes, told
            return {}
        data: dict[str, Any] = told["data"]
        return data

    async def send(self, token: str, calls: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """Sends tallies, one by itself and several in one call, and keeps the answers."""
        self.sent += len(calls)
        if len(calls) == 1:
            given = [(await self.ask(token, SUBMIT_ONE, input=calls[0]))["submitTally"]]
        else:
            given = (await self.ask(token, SUBMIT, inputs=calls))["submitTallies"]
        for call, answer in zip(calls, given, strict=True):
            self.answers.setdefault((token, call["clientTallyId"]), []).append(answer)
        return given

    async def phone(self, token: str, stations: list[str], truth: dict[str, list[int]]) -> None:
        """Two partial counts and a final of each sheet; all go out twice, the second time maybe as new calls."""
        sheets = [key for key in truth if key.split()[0] in stations]
        for start in range(0, len(sheets), SHEETS_A_CALL):
            some = sheets[start : start + SHEETS_A_CALL]
            for share in (0.4, 0.7, 1.0):
                calls = [self._call(key, [int(count * share) for count in truth[key]]) for key in some]
                for call in calls:
                    call["coverage"] = "FINAL" if share == 1.0 else "PARTIAL"
                again = [call if self.rng.random() < 0.6 else {**call, "clientTallyId": self._id()} for call in calls]
                answers, _ = await asyncio.gather(self.send(token, calls), self.send(token, again))
                await asyncio.gather(*(self._change(token, *one) for one in zip(calls, answers, strict=True)))

    async def _change(self, token: str, call: dict[str, Any], answer: dict[str, Any]) -> None:
        """Now and then what was just counted is corrected, twice at once, or taken back."""
        luck = self.rng.random()
        if answer["__typename"] != "TallyAccepted" or luck > 0.2:
            return
        if luck < 0.04:
            # An equal report of another's is answered with theirs, and nobody takes that back but they.
            await self.ask(token, WITHDRAW, ("NOT_FOUND",), input={"tallyId": answer["tally"]["id"], "reason": "Wrong"})
            return
        rows = [{**row, "votes": row["votes"] + 1} for row in call["votes"]]
        valid = sum(row["votes"] for row in rows)
        corrected = {**call, "votes": rows, "validBallots": valid, "ballotsCast": valid}
        corrected["replaces"] = answer["tally"]["id"]
        await asyncio.gather(*(self.send(token, [{**corrected, "clientTallyId": self._id()}]) for _ in range(2)))

    async def editors(self, tokens: list[str], election: str, done: asyncio.Event) -> None:
        """All of them decide on the same held tally at once, until the phones are done, and a few times more."""
        rounds = 0
        while not done.is_set() or rounds < ROUNDS_MIN:
            await asyncio.sleep(EDITORS_PAUSE_SECONDS)
            queue = (await self.ask(tokens[0], QUEUE, e=election))["reviewQueue"]["edges"]
            if not queue:
                continue
            rounds += 1
            decision = "ACCEPT" if rounds % 2 else "REJECT"
            asked = {"tallyId": self.rng.choice(queue)["node"]["id"], "decision": decision, "reason": "Looked"}
            given = await self._decide(tokens, asked)
            undecided = [one["standing"]["id"] for one in given if one["standing"] and one["tally"]["state"] == "HELD"]
            if len(undecided) == len(tokens):
                await self._decide(tokens, {**asked, "standingId": undecided[0]})

    async def _decide(self, tokens: list[str], asked: dict[str, Any]) -> list[dict[str, Any]]:
        """The conflicts among the answers; one editor at most was first, and nobody where a newer tally stands."""
        given = [
            answer["reviewTally"] for answer in await asyncio.gather(*(self._review(one, asked) for one in tokens))
        ]
        conflicts = [answer for answer in given if answer["__typename"] == "ReviewConflict"]
        self.told.update(answer["__typename"] for answer in given)
        assert len(conflicts) >= len(tokens) - 1, given
        return conflicts

    async def _review(self, token: str, asked: dict[str, Any]) -> dict[str, Any]:
        return await self.ask(token, REVIEW, input=asked)

    def _id(self) -> str:
        return f"call-{next(self._numbers)}"

    def _call(self, sheet: str, votes: list[int]) -> dict[str, Any]:
        """A sheet that adds up; one in eight has a slip."""
        station, contest = sheet.split()
        if self.rng.random() < 0.12:
            votes = [count + self.rng.randint(0, 5) for count in votes]
        return {
            "clientTallyId": self._id(),
            "stationId": f"crowd/{station}",
            "contestId": f"crowd/{contest}",
            "votes": [
                {"candidateId": f"crowd/{contest}/{number}", "votes": count} for number, count in enumerate(votes, 1)
            ],
            "validBallots": sum(votes),
            "invalidBallots": 0,
            "noVoteBallots": 0,
            "ballotsCast": sum(votes),
        }
