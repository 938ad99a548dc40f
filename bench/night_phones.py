"""`tallywire simulate` as it is, noting beside it when each phone was answered: a line a tally, its id and the time.

python -m bench.night_phones FILE simulate OPTION…
"""

import sys
import time
from pathlib import Path
from typing import Any
from unittest.mock import patch

from tallywire.cli import build_cli
from tallywire.client.wire import Wire


def main() -> None:
    attempt = Wire.attempt
    with Path(sys.argv[1]).open("w", buffering=1 << 16) as answers:

        async def timed(wire: Wire, body: bytes, token: str | None, limit: float) -> dict[str, Any]:
            data = await attempt(wire, body, token, limit)
            now = time.time()
            for given in data.values():
                for answer in given if isinstance(given, list) else [given]:
                    if _accepted(answer):
                        answers.write(f"{answer['tally']['id']} {now:.6f}\n")
            return data

        with patch.object(Wire, "attempt", timed):
            build_cli("simulate")(sys.argv[2:])


def _accepted(answer: Any) -> bool:
    """A phone's own tally, the first time; editors' decisions are answered by the same type without `replayed`."""
    return isinstance(answer, dict) and answer.get("__typename") == "TallyAccepted" and answer.get("replayed") is False


if __name__ == "__main__":
    main()
