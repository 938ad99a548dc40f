"""A delta of 50 districts with 31 rows each: rendered by graphql-core, and by the selection compiled once.

python -m bench.rendering
"""

import argparse
import asyncio
import statistics
import sys
import time
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

from bench.records import put
from bench.synthetic_election import DISTRICTS, ELECTION, definition, entries, state
from counting.vocabulary import AreaLevel
from feed.election_feed import ElectionFeed
from feed.pace import Pace
from feed.selection import Selection
from feed.updates import Update, Updates
from gql.asked import Asked, Reading
from gql.context import Context, Services
from gql.given import context_of_group
from gql.rendering import Operation, compiled
from gql.schema.build import build_schema

ROUNDS = 15
QUERY = f"""subscription {{ resultUpdates(electionId: "{ELECTION}", level: DISTRICT) {{
  kind cursor lastReportAt
  results {{ contest {{ id }} area {{ id }} status validBallots invalidBallots noVoteBallots stationsReporting
    rows {{ votes share rank leading candidate {{ id }} }} }}
}} }}"""
SERVICES = cast(Services, SimpleNamespace(readers_need_token=False))


def deltas(feed: ElectionFeed) -> list[Update]:
    """One a round, each of all districts, each of them changed since the one before."""
    source, found = entries(), []
    chosen = Selection(level=AreaLevel.DISTRICT)
    updates = Updates(feed, cast(Any, None), chosen, Pace(), lambda _feed: True)
    for _ in range(ROUNDS):
        before = feed.sequence
        for _ in range(DISTRICTS):
            feed.add(next(source))
        update = updates.since(before, updates.stage(), conflated=False)
        assert update is not None
        found.append(update)
        for view in update.results:
            # Ranks and shares are the same work for both; they are no part of rendering.
            assert len(view.rows) == len(view.contest.candidates)
    return found


async def measure(file: Path | None) -> int:
    feed = ElectionFeed(definition(), state())
    schema = build_schema()
    asked = await Reading(schema).read(QUERY, {}, None)
    assert isinstance(asked, Asked)
    operation = Operation(schema, asked, context_of_group(SERVICES, feed, Context(SERVICES)))
    encode = compiled(asked, feed.definition)
    assert encode is not None
    core, plain = [], []
    for update in deltas(feed):
        began = time.process_time()
        executed = await operation.execute(update)
        between = time.process_time()
        encoded = encode(update)
        core.append(between - began)
        plain.append(time.process_time() - between)
        assert encoded == executed
    slow, fast = statistics.median(core) * 1e3, statistics.median(plain) * 1e3
    print(f"{DISTRICTS} results of 31 rows, {len(encoded):,} bytes, median CPU of {ROUNDS} deltas:")
    print(f"graphql-core {slow:.2f} ms, compiled {fast:.2f} ms: {slow / fast:.1f} times faster, the same bytes")
    put(
        file,
        {"results": DISTRICTS, "bytes": len(encoded), "core_ms": slow, "compiled_ms": fast, "ratio": slow / fast},
    )
    return 0


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--json", type=Path, help="write the figures there")
    return asyncio.run(measure(parser.parse_args().json))


if __name__ == "__main__":
    sys.exit(main())
