"""What the night's operator does: opens the count and enrols volunteers."""

from datetime import UTC, datetime, timedelta
from typing import Any

from counting.vocabulary import Role
from tallywire.simulate.documents import CREATE_CODE, ELECTION, ENROL, FINAL_STATIONS, SET_PHASE
from tallywire.simulate.wire import RefusedError, Wire, request_body

# The first contact waits no longer than this: a wrong address should be told at once.
FIRST_CONTACT_SECONDS = 10.0
# A code whose answer was lost is spent; then another is made, this often at most.
CODES_MAX = 4
# A count that long past is history, to be played again; a younger one may be the night itself.
HISTORY = timedelta(days=3)
PHASES_TO_COUNTING = {"SETUP": ("VOTING", "COUNTING"), "VOTING": ("COUNTING",)}


class NightRefusedError(Exception):
    """This server's election cannot be simulated as it stands; the text says why and what helps."""


class Operator:
    """The operator's requests to one election. `election_id` is the served id."""

    def __init__(self, wire: Wire, token: str, election_id: str) -> None:
        self._wire = wire
        self._token = token
        self._id = election_id

    async def open_count(self, *, go_on: bool, real: bool = False) -> bool:
        """Brings the election to COUNTING; True where tallies stand there already.

        Raises NightRefusedError where there is no such election, it may be counted in earnest and not `real`, it is
        closed, or has tallies and not `go_on`.
        """
        answer = await self._ask(ELECTION, patience=FIRST_CONTACT_SECONDS)
        election = answer["election"]
        if election is None:
            raise NightRefusedError(f"the server has no election {self._id!r}: import its package first")
        if not election["isTest"] and not real and _may_be_counted(election["pollsCloseAt"]):
            raise NightRefusedError(
                f"{self._id} is no rehearsal, and its count is now: made-up tallies would stand among real ones."
                f" `tallywire import --rehearsal` loads the same package as {self._id}-rehearsal;"
                " --force plays into this one all the same"
            )
        if election["phase"] == "CLOSED":
            raise NightRefusedError(f"{self._id} is CLOSED: it takes no tallies any more")
        begun = election["lastReportAt"] is not None
        if begun and not go_on:
            raise NightRefusedError(
                f"{self._id} has tallies that are not of this simulation: use --continue to play only what is open"
            )
        for phase in PHASES_TO_COUNTING.get(election["phase"], ()):
            await self._ask(SET_PHASE, phase=phase)
        return begun

    async def enrol(self, stations: list[str], name: str, role: Role = Role.VOLUNTEER) -> str:
        """A bearer token of a new volunteer for these stations (served ids), or of an editor. Raises RefusedError."""
        message = ""
        for _ in range(CODES_MAX):
            code = await self._code(stations, role)
            body = request_body(ENROL, {"input": {"code": code, "displayName": name}})
            enrolled = (await self._wire.call(body, None)).data["enrol"]
            if enrolled["__typename"] == "Enrolled":
                return str(enrolled["token"])
            message = enrolled["message"]
        raise RefusedError("ENROLMENT_REFUSED", message)

    async def stations_in_state(self, contest_id: str, state: str) -> set[str]:
        """Served ids of the stations whose count of the contest stands so."""
        found: set[str] = set()
        after = None
        while True:
            answer = await self._ask(FINAL_STATIONS, contestId=contest_id, state=state, after=after)
            page = answer["stations"]
            found.update(edge["node"]["id"] for edge in page["edges"])
            if not page["pageInfo"]["hasNextPage"]:
                return found
            after = page["pageInfo"]["endCursor"]

    async def _code(self, stations: list[str], role: Role) -> str:
        wanted = {"electionId": self._id, "role": role.value, "count": 1, "stationIds": stations}
        body = request_body(CREATE_CODE, {"input": wanted})
        answer = await self._wire.call(body, self._token)
        return str(answer.data["createEnrolmentCodes"][0]["code"])

    async def _ask(self, query: str, patience: float | None = None, **variables: Any) -> dict[str, Any]:
        body = request_body(query, {"id": self._id, **variables})
        return (await self._wire.call(body, self._token, patience=patience)).data


def _may_be_counted(polls_close_at: str) -> bool:
    """Its night is to come, or was within HISTORY."""
    return datetime.now(UTC) - datetime.fromisoformat(polls_close_at) < HISTORY
