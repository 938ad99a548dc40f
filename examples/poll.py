#!/usr/bin/env python3
"""A newsroom that polls: every report once, with its place kept in a file. Python's standard library alone.

python3 poll.py http://127.0.0.1:8000 bkk-2022 [SECONDS]; SECONDS between looks, 0 ends at the newest report
"""

import json
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

QUERY = """query Feed($electionId: ID!, $after: Cursor) {
  feed(electionId: $electionId, after: $after) {
    cursor hasMore
    reports { sequence kind station { id } contest { id } tally { votes { votes } } }
  }
}"""


def ask(server: str, election: str, after: str | None) -> dict:
    body = json.dumps({"query": QUERY, "variables": {"electionId": election, "after": after}}).encode()
    request = urllib.request.Request(f"{server}/graphql", body, {"Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=30) as answer:
        told = json.load(answer)
    if told.get("errors"):
        sys.exit(told["errors"][0]["message"])
    return told["data"]["feed"]


def main(server: str, election: str, seconds: float) -> None:
    place = Path(f"{election}.cursor")
    after = place.read_text() if place.exists() else None
    while True:
        try:
            page = ask(server, election, after)
        except (urllib.error.URLError, TimeoutError, ConnectionError) as trouble:
            print(f"no answer, again later: {trouble}", file=sys.stderr)
            time.sleep(max(seconds, 1))
            continue
        for report in page["reports"]:
            votes = [row["votes"] for row in report["tally"]["votes"]] if report["tally"] else []
            print(
                report["sequence"], report["kind"], report["station"]["id"], report["contest"]["id"], *votes, flush=True
            )
        # After what it stands for is printed: a crash in between prints a page again, and leaves none out.
        after = page["cursor"]
        place.write_text(after)
        if not page["hasMore"]:
            if not seconds:
                return
            time.sleep(seconds)


main(sys.argv[1], sys.argv[2], float(sys.argv[3]) if len(sys.argv) > 3 else 5)
