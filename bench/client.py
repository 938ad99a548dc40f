"""What the typed client costs a phone: CPU of filling, writing and reading one tally, beside plain dictionaries.

    python -m bench.client

No network and no server: 31 candidates go in as the simulation fills them, and the usual answer comes back. Both ways
in turns in one process; the least of many rounds is shown, as whatever else the machine does only ever adds.
"""

import argparse
import asyncio
import sys
import time
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

import orjson

from bench.records import put
from bench.submit_load import DOCUMENT
from tallywire.client import Accepted, Client, SubmitTallyInput
from tallywire.client.wire import Answer

TALLIES = 2_000
CANDIDATES = [f"bkk-2022/governor/{number}" for number in range(1, 32)]
ANSWER = orjson.dumps(
    {
        "data": {
            "submitTally": {
                "__typename": "TallyAccepted",
                "tally": {"id": str(uuid.UUID(int=1)), "revision": 1, "state": "ACCEPTED", "confirmations": 0},
                "cursor": "YWJjLjEyMzQ",
                "replayed": False,
            }
        }
    }
)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=25)
    parser.add_argument("--json", type=Path, help="write the figures there")
    arguments = parser.parse_args()
    plain_us, typed_us = measure(arguments.rounds)
    print(f"a tally takes a phone {plain_us:.1f} µs of CPU with dictionaries, {typed_us:.1f} with the typed client")
    put(arguments.json, {"plain_us": plain_us, "typed_us": typed_us})
    return 0


class Echo:
    """A wire on which every tally is accepted at once."""

    async def call(self, _body: bytes, _token: str | None, **_options: object) -> Answer:
        return Answer(orjson.loads(ANSWER)["data"], 0.0, 1)


def measure(rounds: int) -> tuple[float, float]:
    """Microseconds of CPU a tally: with dictionaries, with the typed client."""
    client = Client(Echo(), "token")  # type: ignore[arg-type]
    with asyncio.Runner() as runner:
        pairs = [(_spent(plain), _spent(lambda: runner.run(typed(client)))) for _ in range(rounds)]
    least = (min(pair[way] for pair in pairs) for way in (0, 1))
    plain_us, typed_us = (1e6 * seconds / TALLIES for seconds in least)
    return plain_us, typed_us


def _spent(work: Callable[[], object]) -> float:
    before = time.process_time()
    work()
    return time.process_time() - before


def plain() -> None:
    for number in range(TALLIES):
        orjson.dumps({"query": DOCUMENT, "variables": {"input": filled(number)}})
        assert orjson.loads(ANSWER)["data"]["submitTally"]["__typename"] == "TallyAccepted"


async def typed(client: Client) -> None:
    for number in range(TALLIES):
        answer = await client.submit_tally(SubmitTallyInput.model_validate(filled(number)))
        assert isinstance(answer, Accepted)


def filled(number: int) -> dict[str, Any]:
    votes = [(number * 7 + place) % 400 for place in range(len(CANDIDATES))]
    return {
        "clientTallyId": str(uuid.UUID(int=number)),
        "stationId": "bkk-2022/100101-001",
        "contestId": "bkk-2022/governor",
        "coverage": "PARTIAL",
        "votes": [{"candidateId": one, "votes": count} for one, count in zip(CANDIDATES, votes, strict=True)],
        "invalidBallots": 3,
        "noVoteBallots": 4,
        "ballotsCast": sum(votes) + 7,
        "countedAt": "2022-05-22T20:41:00+07:00",
    }


if __name__ == "__main__":
    sys.exit(main())
