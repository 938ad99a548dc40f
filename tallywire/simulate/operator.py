"""What the night's operator does: opens the count and enrols volunteers."""

from datetime import UTC, datetime, timedelta

from tallywire.client import (
    Client,
    CreateEnrolmentCodesInput,
    ElectionPhase,
    EnrolInput,
    Language,
    RefusedError,
    Role,
    StationState,
)

# The first contact waits no longer than this: a wrong address should be told at once.
FIRST_CONTACT_SECONDS = 10.0
# A code whose answer was lost is spent; then another is made, this often at most.
CODES_MAX = 4
# A count that long past is history, to be played again; a younger one may be the night itself.
HISTORY = timedelta(days=3)
SETUP, VOTING, COUNTING, CLOSED = (
    ElectionPhase.SETUP,
    ElectionPhase.VOTING,
    ElectionPhase.COUNTING,
    ElectionPhase.CLOSED,
)
PHASES_TO_COUNTING = {SETUP: (VOTING, COUNTING), VOTING: (COUNTING,)}


class NightRefusedError(Exception):
    """This server's election cannot be simulated as it stands; the text says why and what helps."""


class Operator:
    """The operator's requests to one election. `client`: in the operator's name. `election_id` is the served id."""

    def __init__(self, client: Client, election_id: str) -> None:
        self._client = client
        self._id = election_id

    async def open_count(self, *, go_on: bool, real: bool = False) -> bool:
        """Brings the election to COUNTING; True where tallies stand there already.

        Raises NightRefusedError where there is no such election, it may be counted in earnest and not `real`, it is
        closed, or has tallies and not `go_on`.
        """
        election = await self._client.election(self._id, patience=FIRST_CONTACT_SECONDS)
        if election is None:
            raise NightRefusedError(f"the server has no election {self._id!r}: import its package first")
        if not election.is_test and not real and _may_be_counted(election.polls_close_at):
            raise NightRefusedError(
                f"{self._id} is no rehearsal, and its count is now: made-up tallies would stand among real ones."
                f" `tallywire import --rehearsal` loads the same package as {self._id}-rehearsal;"
                " --force plays into this one all the same"
            )
        if election.phase is CLOSED:
            raise NightRefusedError(f"{self._id} is CLOSED: it takes no tallies any more")
        begun = election.last_report_at is not None
        if begun and not go_on:
            raise NightRefusedError(
                f"{self._id} has tallies that are not of this simulation: use --continue to play only what is open"
            )
        for phase in PHASES_TO_COUNTING.get(election.phase, ()):
            await self._client.set_election_phase(self._id, phase)
        return begun

    async def enrol(self, stations: list[str], name: str, role: Role = Role.VOLUNTEER) -> Client:
        """In the name of a new volunteer for these stations (served ids), or of an editor. Raises RefusedError."""
        message, public = "", self._client.as_(None)
        wanted = CreateEnrolmentCodesInput(election_id=self._id, role=role, count=1, station_ids=stations)
        for _ in range(CODES_MAX):
            (made,) = await self._client.create_enrolment_codes(wanted)
            enrolled = await public.enrol(EnrolInput(code=made.code, display_name=name), Language.EN)
            if enrolled.typename__ == "Enrolled":
                return self._client.as_(enrolled.token)
            message = enrolled.message
        raise RefusedError("ENROLMENT_REFUSED", message)

    async def stations_in_state(self, contest_id: str, state: StationState) -> set[str]:
        """Served ids of the stations whose count of the contest stands so."""
        found: set[str] = set()
        after = None
        while True:
            page = await self._client.station_ids(self._id, contest_id=contest_id, state=state, after=after)
            found.update(edge.node.id for edge in page.edges)
            if not page.page_info.has_next_page:
                return found
            after = page.page_info.end_cursor


def _may_be_counted(polls_close_at: datetime) -> bool:
    """Its night is to come, or was within HISTORY."""
    return datetime.now(UTC) - polls_close_at < HISTORY
