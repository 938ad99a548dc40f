"""What opens doors is written nowhere: no token and no code reaches the server's log, or its database as it stands."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from counting.vocabulary import Role
from db.enrolment import damm_digit
from tests.conftest import Night
from tests.gql.documents import sheet, submit
from tests.served import Api

ENROL = 'mutation { enrol(input: {code: "%s", displayName: "%s"}) { __typename ... on Enrolled { token } } }'
CODES = 'mutation { createEnrolmentCodes(input: {electionId: "%s", role: VOLUNTEER, count: 3}) { code } }'


@pytest.mark.parametrize("format_", ["text", "json"])
def test_tokens_and_codes_are_in_no_log_and_in_no_row(night: Night, tmp_path: Path, format_: str) -> None:
    log = tmp_path / "log"
    # Everything that there is to say, and a line for each answer.
    talkative = {
        "TALLYWIRE_LOG_FORMAT": format_,
        "TALLYWIRE_LOG_LEVEL": "DEBUG",
        "TALLYWIRE_LOG_SLOW_SECONDS": "0.000001",
    }
    command = [sys.executable, "-m", "tallywire.cli", "serve", "--port", "0", "--database-url", night.database_url]
    with log.open("w") as file:
        server = subprocess.Popen(
            command,
            stdout=subprocess.PIPE,
            stderr=file,
            text=True,
            start_new_session=True,
            env={**os.environ, **talkative},
        )
        assert server.stdout is not None
        line = server.stdout.readline()
        secrets = _use(night, Api(line.split("/graphql")[0].split("serves on ")[-1].strip()))
        server.terminate()
        server.wait(60)
    assert "slow answer" in log.read_text()
    written = log.read_text() + _rows(night)
    assert night.election_id in written
    assert [secret for secret in secrets if secret in written] == []


def _use(night: Night, api: Api) -> list[str]:
    """Enrols, reports and errs in every way; the secrets that were used."""
    operator = night.token(Role.OPERATOR)
    codes = [code["code"] for code in api.as_(operator)(CODES % night.election_id)["createEnrolmentCodes"]]
    guess = "98765432109" + str(damm_digit("98765432109"))
    token = api(ENROL % (codes[0], "x"))["enrol"]["token"]
    for code, name in ((codes[0], "x"), (guess, "x"), (codes[1], ""), (codes[1], "n" * 3_000)):
        api.send(ENROL % (code, name))
    api.send(ENROL % (codes[2], "x") + " nonsense")
    volunteer = api.as_(token)
    submit(volunteer, sheet(night, "a-1", [1, 2, 3]))
    volunteer.send("{ reporters }")
    volunteer.send("{ auditRecords { totalCount } }")
    with volunteer.socket() as socket:
        socket.subscribe("subscription { nothing }")
        socket.receive()
    api.as_("tw_wrong-and-secret").send("{ viewer { role } }")
    return [operator, token, guess, "tw_wrong-and-secret", *codes]


def _rows(night: Night) -> str:
    tables = ("reporter", "enrolment_code", "audit_record", "audit_address", "submission")
    return "\n".join(str(tuple(row)) for table in tables for row in night.sql(f"SELECT * FROM {table}"))
