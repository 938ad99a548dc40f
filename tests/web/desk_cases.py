"""Doubtful tallies for the desk: sent over HTTP as phones send them, with photographs of sheets that never were."""

import hashlib
import uuid
from typing import Any

import httpx

from tallywire.simulate.tally_sheet import TallySheet, photograph
from tests.conftest import Night
from tests.served import Api

CODES = "mutation Codes($input: CreateEnrolmentCodesInput!) { createEnrolmentCodes(input: $input) { code } }"
ENROL = """mutation E($input: EnrolInput!) { enrol(input: $input) { ... on Enrolled { token } } }"""
CANDIDATES = "query C($id: ID!) { contest(id: $id) { candidates { id ballotNumber } } }"
SUBMIT = """mutation S($input: SubmitTallyInput!) { submitTally(input: $input) { __typename
    ... on TallyAccepted { tally { id } } ... on TallyHeld { tally { id } findings { rule } }
    ... on TallyRejected { findings { rule } } } }"""
# 31 candidates, as at a real station: 372 votes, with 6 invalid and 9 for nobody 387 ballots.
VOTES = [36, 0, 35, 33, 6, 37, 10, 202, 3, 0, 7, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 1, 0, 0, 1, 0, 0, 0, 0]
INVALID, NO_VOTE = 6, 9


def code_for(night: Night, operator: Api, role: str, *stations: str) -> str:
    """A code from the API: while Playwright runs, its event loop bars what `Night.token` does."""
    asked: dict[str, Any] = {"electionId": night.election_id, "role": role, "count": 1}
    if stations:
        asked["stationIds"] = [night.id(station) for station in stations]
    return str(operator(CODES, input=asked)["createEnrolmentCodes"][0]["code"])


def token_for(night: Night, operator: Api, role: str, *stations: str) -> str:
    """A token by way of a code."""
    code = code_for(night, operator, role, *stations)
    return str(night.api(ENROL, input={"code": code, "displayName": "ก้อย"})["enrol"]["token"])


class Sender:
    """Somebody who sends tallies of the governor's race, with a token of theirs."""

    def __init__(self, night: Night, token: str) -> None:
        self._night = night
        self.api: Api = night.api.as_(token)
        self.contest = night.id("governor")
        found = self.api(CANDIDATES, id=self.contest)["contest"]["candidates"]
        self._candidates = sorted(found, key=lambda one: int(one["ballotNumber"]))

    def send(self, station: str, changes: dict[int, int | None] | None = None, **more: Any) -> dict[str, Any]:
        """VOTES with changes by ballot number; ballots used fit them unless they are given."""
        votes = self._votes(changes)
        tally = {
            "clientTallyId": str(uuid.uuid4()),
            "stationId": self._night.id(station),
            "contestId": self.contest,
            "coverage": "FINAL",
            "votes": [
                {"candidateId": one["id"], "votes": count} for one, count in zip(self._candidates, votes, strict=True)
            ],
            "invalidBallots": INVALID,
            "noVoteBallots": NO_VOTE,
            "ballotsCast": sum(count or 0 for count in votes) + INVALID + NO_VOTE,
            **more,
        }
        answer: dict[str, Any] = self.api(SUBMIT, input=tally)["submitTally"]
        return answer

    def held(self, station: str, changes: dict[int, int | None] | None = None, **more: Any) -> str:
        """As `send`, with a photograph; the id of what was held."""
        jpeg = self._photograph(station, self._votes(changes))
        digest = hashlib.sha256(jpeg).hexdigest()
        put = httpx.put(f"{self.api.url}/evidence/{digest}", content=jpeg, headers=self.api.headers, timeout=60)
        assert put.status_code in (200, 201), put.text
        answer = self.send(station, changes, evidence=[digest], **more)
        assert answer["__typename"] == "TallyHeld", answer
        return str(answer["tally"]["id"])

    @staticmethod
    def _votes(changes: dict[int, int | None] | None) -> list[int | None]:
        return [(changes or {}).get(number, votes) for number, votes in enumerate(VOTES, start=1)]

    @staticmethod
    def _photograph(station: str, votes: list[int | None]) -> bytes:
        sheet = TallySheet(
            station=f"หน่วยเลือกตั้งที่ {int(station.rpartition('-')[2])} · {station}",
            contest="ผู้ว่าราชการกรุงเทพมหานคร",
            counts=tuple(enumerate(votes, start=1)),
            ballots=(("บัตรเสีย · invalid", INVALID), ("ไม่เลือกผู้ใด · no vote", NO_VOTE)),
        )
        return photograph(sheet, f"{station}/{votes}")


def volunteer(night: Night, operator: Api, *stations: str) -> Sender:
    """One who is assigned to the stations, given as codes."""
    return Sender(night, token_for(night, operator, "VOLUNTEER", *stations))


def disputed(night: Night, operator: Api, station: str, moved: int) -> None:
    """Two volunteers of one station disagree; `moved` votes make this station's sheet unlike all others."""
    first, second = (volunteer(night, operator, station) for _ in range(2))
    answer = first.send(station, {8: VOTES[7] - moved, 6: VOTES[5] + moved})
    assert answer["__typename"] == "TallyAccepted", answer
    second.held(station, {8: VOTES[7] - moved, 6: VOTES[5] + moved, 3: VOTES[2] + 18, 4: VOTES[3] - 18})
