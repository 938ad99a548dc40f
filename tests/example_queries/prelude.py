"""What happens before the examples run: the count opens, five reports come in, one of them held."""

import csv
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from counting.vocabulary import Role
from tests.conftest import Night
from tests.gql.documents import CURSOR, FEED, submit
from tests.served import Api, wait_until

OWN_STATIONS = ("100101-001", "103301-001", "103301-002", "103301-003")
CODE = "mutation C($input: CreateEnrolmentCodesInput!) { createEnrolmentCodes(input: $input) { code } }"


@dataclass(frozen=True)
class Stage:
    """The served election, a token a role, and what "<…>" in the variables stands for."""

    night: Night
    tokens: dict[str, str]
    known: dict[str, str]

    def api(self, role: str | None) -> Api:
        return self.night.api.as_(self.tokens[role] if role else None)


def play(night: Night) -> Stage:
    """Reports 1 to 5: two FINALs of the governor and one of the council in Khlong Toei, a PARTIAL, a held one."""
    tokens = {role.value: night.token(role, *OWN_STATIONS) for role in Role}
    another = night.api.as_(night.token(Role.VOLUNTEER, "103301-004"))
    volunteer = night.api.as_(tokens["VOLUNTEER"])
    sheets = [
        sheet(night, "103301-001", "governor"),
        sheet(night, "103301-002", "governor"),
        sheet(night, "103301-001", "council-1033"),
        _half(sheet(night, "100101-001", "governor")),
        sheet(night, "100101-002", "governor"),
    ]
    answers = [submit(volunteer, sheet) for sheet in sheets]
    kinds = [answer["__typename"] for answer in answers]
    assert kinds == ["TallyAccepted"] * 4 + ["TallyHeld"], answers
    reports = wait_until(lambda: _reports(night, len(sheets)), what="five reports")
    operator = night.api.as_(tokens["OPERATOR"])
    wanted = {"electionId": night.election_id, "role": "VOLUNTEER", "count": 1, "stationIds": [night.id("103301-004")]}
    (code,) = operator(CODE, input=wanted)["createEnrolmentCodes"]
    known = {f"<cursor of report {report['sequence']}>": report["cursor"] for report in reports}
    known["<a reporter>"] = another("{ viewer { reporter } }")["viewer"]["reporter"]
    known |= {
        "<tally of 103301-001>": answers[0]["tally"]["id"],
        "<tally of 103301-002>": answers[1]["tally"]["id"],
        "<held tally>": answers[4]["tally"]["id"],
        "<enrolment code>": code["code"],
    }
    assert night.api(CURSOR, election=night.election_id)["election"]["cursor"] == reports[-1]["cursor"]
    return Stage(night, tokens, known)


def send_doubtful(stage: Stage) -> None:
    """A second held report, by the volunteer, of a station that is not on their list."""
    answer = submit(stage.api("VOLUNTEER"), sheet(stage.night, "100101-003", "governor"))
    assert answer["__typename"] == "TallyHeld", answer
    stage.known["<second held tally>"] = answer["tally"]["id"]


def _reports(night: Night, many: int) -> list[dict[str, Any]]:
    reports: list[dict[str, Any]] = night.api(FEED, election=night.election_id)["feed"]["reports"]
    return reports if len(reports) == many else []


def sheet(night: Night, station: str, contest: str) -> dict[str, Any]:
    """A FINAL as the election's own package has it."""
    path = Path(__file__).parent.parent.parent / "data" / "bkk2022" / "station_counts.csv"
    with path.open(encoding="utf-8-sig", newline="") as file:
        row = next(row for row in csv.DictReader(file) if (row["station"], row["contest"]) == (station, contest))
    votes = [int(count) for count in row["votes"].split()]
    invalid, no_vote = int(row["invalid_ballots"]), int(row["no_vote_ballots"])
    return {
        "clientTallyId": f"prelude {station} {contest}",
        "stationId": night.id(station),
        "contestId": night.id(contest),
        "votes": [
            {"candidateId": night.id(f"{contest}/{number}"), "votes": count} for number, count in enumerate(votes, 1)
        ],
        "invalidBallots": invalid,
        "noVoteBallots": no_vote,
        "ballotsCast": sum(votes) + invalid + no_vote,
        "countedAt": "2022-05-22T19:30:00+07:00",
    }


def _half(sheet: dict[str, Any]) -> dict[str, Any]:
    votes = [{**row, "votes": row["votes"] // 2} for row in sheet["votes"]]
    return {
        **sheet,
        "coverage": "PARTIAL",
        "votes": votes,
        "invalidBallots": None,
        "noVoteBallots": None,
        "ballotsCast": None,
    }
