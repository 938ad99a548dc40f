"""What opens doors is written nowhere: no token and no code reaches the server's log, or its database as it stands."""

from pathlib import Path

import httpx
import pytest

from counting.vocabulary import Role
from db.enrolment import damm_digit
from tests.conftest import Night
from tests.gql.documents import sheet, submit
from tests.served import Api, ServerProcess

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
    server = ServerProcess("--database-url", night.database_url, environment=talkative)
    with log.open("w") as file:
        server.errors = file.fileno()
        secrets = _use(night, server.start().api)
        server.stop()
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
    # Where neither belongs; who guesses at addresses writes them there.
    for path in ("graphql", "nothing", f"evidence/{token}", f"log/small/{token}"):
        asked = {"query": "{ viewer { role } }", "token": token, "code": codes[2]}
        httpx.get(f"{api.url}/{path}", params=asked, headers={"X-Request-ID": token}, timeout=60)
    api.as_("tw_wrong-and-secret").send("{ viewer { role } }")
    return [operator, token, guess, "tw_wrong-and-secret", *codes]


def _rows(night: Night) -> str:
    tables = ("reporter", "enrolment_code", "audit_record", "audit_address", "submission")
    return "\n".join(str(tuple(row)) for table in tables for row in night.sql(f"SELECT * FROM {table}"))
