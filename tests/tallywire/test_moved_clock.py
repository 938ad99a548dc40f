"""A node's clock is moved, back and ahead, while it serves: tallies are taken, told, signed and cut all the same."""

import time
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any

import httpx

from counting.vocabulary import Role
from tests.conftest import Night
from tests.faketime import faked
from tests.served import run_tallywire, wait_until
from tests.tallywire.audience import Audience
from tests.tallywire.ledger_case import Case

SEND = "mutation S($input: SubmitTallyInput!) { submitTally(input: $input) { __typename } }"
CUTS = "query C($e: ID!) { cuts(electionId: $e, first: 1) { number sequence takenAt } }"
REPORT = "query R($e: ID!) { election(id: $e) { lastReportAt } }"


def _moved(url: str) -> int:
    """By how many hours the node's clock is off, as its answers are dated."""
    answered = parsedate_to_datetime(httpx.get(f"{url}/healthz").headers["date"])
    return round((answered.timestamp() - time.time()) / 3_600)


def test_a_clock_that_is_moved_keeps_no_head_and_no_cut_back(counting: Night, tmp_path: Path) -> None:
    """Set back by two hours, the log went without a signed head, and without a cut, for two hours."""
    offset = tmp_path / "offset"
    counting.serve(
        *("--data-dir", str(tmp_path)),
        **faked("+0", offset),
        TALLYWIRE_LEDGER_SEAL_SECONDS="0.2",
        TALLYWIRE_CUT_SECONDS="0.5",
    )
    token, case = counting.token(Role.VOLUNTEER, "a-1"), Case(counting, tmp_path, "")

    def report(number: int) -> None:
        votes = [{"candidateId": f"small/mayor/{one}", "votes": number} for one in (1, 2, 3)]
        call: dict[str, Any] = {"clientTallyId": f"call-{number}", "stationId": "small/a-1", "votes": votes}
        call |= {"contestId": "small/mayor", "coverage": "PARTIAL"}
        assert counting.api.as_(token)(SEND, input=call)["submitTally"]["__typename"] == "TallyAccepted"
        case.sealed(number)
        wait_until(
            lambda: (cuts := counting.api(CUTS, e="small")["cuts"]) and cuts[0]["sequence"] == number,
            60,
            f"a cut of {number} entries",
        )

    with Audience([counting.url]) as audience:
        report(1)
        for number, hours in enumerate((-2, 3, 0), start=2):
            offset.write_text(f"{hours:+}h")
            # libfaketime looks once a second.
            wait_until(lambda by=hours: _moved(counting.url) == by, 60, "the moved clock")
            report(number)
            audience.settle(number, counting.url)
        assert set(audience.cuts.values()) == {0}
    numbers = [row["number"] for row in counting.sql("SELECT number FROM cut ORDER BY number")]
    assert numbers == [*range(len(numbers))]
    where = ("--data-dir", str(tmp_path), "--database-url", counting.database_url)
    sound = run_tallywire("fsck", *where)
    assert sound.returncode == 0, sound.stdout
    verified = run_tallywire("verify", counting.url, "--election", "small", "--state", str(tmp_path / "state.json"))
    assert verified.returncode == 0, verified.stdout
