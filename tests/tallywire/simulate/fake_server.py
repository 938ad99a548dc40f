"""A server of the few operations that the simulation uses, in memory, with faults to order."""

import asyncio
import json
import socket
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from counting.election import Election
from tallywire.simulate.schedule import area_chains

OPERATOR_TOKEN = "operator-token"


@dataclass
class FakeServer:
    """Keeps the last accepted tally of each station and contest. Every `drop_every`th submission's answer is lost.

    `steal`: votes taken from one candidate in every city result, to be found by the comparison.
    """

    election: Election
    drop_every: int = 0
    steal: int = 0
    hold: bool = False
    phase: str = "SETUP"
    phases: list[str] = field(default_factory=list)
    codes: dict[str, list[str]] = field(default_factory=dict)
    tokens: dict[str, list[str]] = field(default_factory=dict)
    answers: dict[str, dict[str, Any]] = field(default_factory=dict)
    inputs: list[dict[str, Any]] = field(default_factory=list)
    times_seen: Counter[str] = field(default_factory=Counter)
    standing: dict[tuple[str, str], dict[str, Any]] = field(default_factory=dict)
    requests: int = 0
    batches: list[int] = field(default_factory=list)

    def app(self) -> Starlette:
        return Starlette(routes=[Route("/graphql", self.graphql, methods=["POST"])])

    async def graphql(self, request: Request) -> Response:
        try:
            return await self._answer(request)
        except AssertionError as broken:
            return _error("BROKEN_LAW", str(broken))

    async def _answer(self, request: Request) -> Response:
        asked = json.loads(await request.body())
        token = request.headers.get("authorization", "").removeprefix("Bearer ")
        query, variables = asked["query"], asked["variables"]
        if "submitTall" in query:
            return self._submit(query, variables, token)
        if "enrol(" in query:
            return self._data("enrol", self._enrol(variables["input"]["code"]))
        if token != OPERATOR_TOKEN:
            return _error("UNAUTHENTICATED", "no such token")
        if "createEnrolmentCodes" in query:
            code = str(len(self.codes) + len(self.tokens))
            self.codes[code] = variables["input"]["stationIds"]
            return self._data(
                "createEnrolmentCodes", [{"code": code, "role": "VOLUNTEER", "expiresAt": None, "stations": []}]
            )
        if "setElectionPhase" in query:
            self.phase = variables["phase"]
            self.phases.append(self.phase)
            return self._data("setElectionPhase", self._election(variables["electionId"]))
        if "stations(" in query:
            return self._data("stations", self._stations(variables))
        if "results(" in query:
            return self._data("results", self._results(variables["areaIds"]))
        return self._data("election", self._election(variables["id"]))

    def _submit(self, query: str, variables: dict[str, Any], token: str) -> Response:
        stations = self.tokens.get(token)
        if stations is None:
            return _error("UNAUTHENTICATED", "no such token")
        several = "submitTallies" in query
        inputs = variables["inputs"] if several else [variables["input"]]
        self.batches.append(len(inputs))
        outcomes = [self._judge(sent, stations) for sent in inputs]
        self.requests += 1
        if self.drop_every and self.requests % self.drop_every == 0:
            return self._lost()
        return self._data("submitTallies", outcomes) if several else self._data("submitTally", outcomes[0])

    def _lost(self) -> Response:
        if self.requests // self.drop_every % 2:
            return Response("gone", 503)

        async def half() -> AsyncIterator[bytes]:
            yield b'{"data":'
            await asyncio.sleep(0)

        # Fewer bytes than announced: the connection breaks off in mid-answer.
        return StreamingResponse(half(), headers={"content-length": "100"})

    def _judge(self, sent: dict[str, Any], stations: list[str]) -> dict[str, Any]:
        key = sent["clientTallyId"]
        self.times_seen[key] += 1
        if key in self.answers:
            return self.answers[key] | {"replayed": True}
        self.inputs.append(sent)
        assert sent["stationId"] in stations, "not this volunteer's station"
        rule = self._broken_rule(sent)
        place = sent["stationId"], sent["contestId"]
        if rule is not None:
            outcome: dict[str, Any] = {
                "__typename": "TallyRejected",
                "clientTallyId": key,
                "findings": [_finding(rule)],
            }
        elif self.hold and sent["coverage"] == "FINAL":
            outcome = {"__typename": "TallyHeld", "tally": _tally(key, "HELD"), "findings": [_finding("TOO_EARLY")]}
        else:
            before = self.standing.get(place)
            assert before is None or before["coverage"] == "PARTIAL", "a tally followed a FINAL"
            assert before is None or _rises(before, sent), "a count went down"
            self.standing[place] = sent
            outcome = {"__typename": "TallyAccepted", "tally": _tally(key, "ACCEPTED"), "cursor": key}
        self.answers[key] = outcome | {"replayed": False}
        return self.answers[key]

    def _broken_rule(self, sent: dict[str, Any]) -> str | None:
        contest = sent["contestId"].partition("/")[2]
        expected = {f"{self.election.id}/{c.code}" for c in self.election.candidates if c.contest == contest}
        numbers = [row["votes"] or 0 for row in sent["votes"]]
        parts = sum(numbers) + (sent["invalidBallots"] or 0) + (sent["noVoteBallots"] or 0)
        if {row["candidateId"] for row in sent["votes"]} != expected:
            return "MISSING_CANDIDATE"
        if min(numbers) < 0:
            return "NEGATIVE_NUMBER"
        return "BALLOTS_DO_NOT_ADD_UP" if sent["ballotsCast"] not in (None, parts) else None

    def _enrol(self, code: str) -> dict[str, Any]:
        if code not in self.codes:
            return {
                "__typename": "EnrolmentRefused",
                "reason": "NOT_VALID",
                "retryAfterSeconds": None,
                "message": "spent",
            }
        token = f"volunteer-{code}"
        self.tokens[token] = self.codes.pop(code)
        viewer = {"role": "VOLUNTEER", "reporter": token, "stations": []}
        return {"__typename": "Enrolled", "token": token, "viewer": viewer}

    def _election(self, election_id: str) -> dict[str, Any] | None:
        if election_id != self.election.id:
            return None
        last = "2022-05-22T18:00:00+07:00" if self.standing else None
        return {
            "id": self.election.id,
            "name": self.election.name.en,
            "phase": self.phase,
            "isTest": self.election.is_test,
            "notice": None,
            "pollsCloseAt": self.election.polls_close_at.isoformat(),
            "timeZone": self.election.time_zone,
            "stationsTotal": len(self.election.stations),
            "registeredVoters": 0,
            "cursor": "c",
            "lastReportAt": last,
            "countedUntil": None,
            "ruleset": "1",
            "following": None,
        }

    def _stations(self, variables: dict[str, Any]) -> dict[str, Any]:
        edges = [
            {"node": {"id": station}}
            for (station, contest), sent in self.standing.items()
            if contest == variables["contestId"] and sent["coverage"] == variables["state"]
        ]
        return {"edges": edges, "pageInfo": {"hasNextPage": False, "endCursor": None}}

    def _results(self, area_ids: list[str]) -> list[dict[str, Any]]:
        chains, prefix = area_chains(self.election), f"{self.election.id}/"
        area_of = {station.code: station.area for station in self.election.stations}
        results = []
        for contest in self.election.contests:
            for area_id in area_ids:
                area = area_id.removeprefix(prefix)
                inside = [
                    sent
                    for (station, own), sent in self.standing.items()
                    if own == prefix + contest.code and area in chains[area_of[station.removeprefix(prefix)]]
                ]
                if inside and contest.area in chains[area]:
                    results.append(self._result(prefix + contest.code, area_id, inside))
        return results

    def _result(self, contest: str, area: str, inside: list[dict[str, Any]]) -> dict[str, Any]:
        votes: Counter[str] = Counter()
        for sent in inside:
            votes.update({row["candidateId"]: row["votes"] or 0 for row in sent["votes"]})
        invalid = sum(sent["invalidBallots"] or 0 for sent in inside)
        no_vote = sum(sent["noVoteBallots"] or 0 for sent in inside)
        final = sum(sent["coverage"] == "FINAL" for sent in inside)
        valid = votes.total()
        cast = valid + invalid + no_vote
        if area.endswith("/10"):
            votes[max(votes)] -= self.steal
        return {
            "contest": {"id": contest},
            "area": {"id": area, "level": "CITY"},
            "status": "UNOFFICIAL_COMPLETE" if final == len(inside) else "UNOFFICIAL_PARTIAL",
            "stationsFinal": final,
            "validBallots": valid,
            "invalidBallots": invalid,
            "noVoteBallots": no_vote,
            "ballotsCast": cast,
            "rows": [_row(key, number) for key, number in votes.items()],
            "decided": False,
            **dict.fromkeys(("margin", "turnout", "updatedAt")),
            **dict.fromkeys(("stationsTotal", "stationsReporting", "stationsDisputed", "registeredVoters"), 0),
            "outstanding": {"stations": 0, "ballotsAtMost": 0, "heldTallies": 0},
            "cursor": "c",
        }

    def _data(self, name: str, value: Any) -> Response:
        return JSONResponse({"data": {name: value}})


def _tally(key: str, state: str) -> dict[str, Any]:
    return {"id": f"t/{key}", "revision": 1, "state": state, "confirmations": 0}


def _finding(rule: str) -> dict[str, Any]:
    return {"rule": rule, "verdict": "REJECT", "field": None, "thai": "ผิด", "english": "wrong"}


def _row(candidate: str, votes: int) -> dict[str, Any]:
    return {
        "candidate": {"id": candidate, "ballotNumber": 1},
        "votes": votes,
        "rank": 1,
        "share": 0.0,
        "leading": False,
    }


def _error(code: str, message: str) -> Response:
    return JSONResponse({"data": None, "errors": [{"message": message, "extensions": {"code": code}}]})


def _rises(before: dict[str, Any], sent: dict[str, Any]) -> bool:
    old = {row["candidateId"]: row["votes"] or 0 for row in before["votes"]}
    return all((row["votes"] or 0) >= old[row["candidateId"]] for row in sent["votes"])


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@asynccontextmanager
async def serving(fake: FakeServer, port: int) -> AsyncIterator[str]:
    """The fake at its address, in this event loop; gone at the end, with all its connections."""
    config = uvicorn.Config(fake.app(), host="127.0.0.1", port=port, log_level="critical", lifespan="off")
    config.timeout_graceful_shutdown = 0
    server = uvicorn.Server(config)
    task = asyncio.create_task(server._serve())
    while not server.started:  # noqa: ASYNC110 - uvicorn offers nothing to wait for
        await asyncio.sleep(0.01)
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        server.should_exit = True
        await task
