"""A simulated night of some of Bangkok's stations, three followers, and an origin that is killed in the middle of it.

What it asks is what test_follow.py asks of a smaller city: here the origin stays away as long as wanted.
"""

import os
import time
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from db.embedded import EmbeddedPostgres
from tallywire.packaged import bangkok
from tallywire.simulate.command import _read_plan
from tests.conftest import Databases, Night, _fill_bangkok
from tests.tallywire.followed_evening import Evening
from tests.tallywire.following import follower

FOLLOWERS = 3
VOLUNTEERS = 200
SEED = 2022


def play(folder: Path, away_seconds: float, stations: int) -> dict[str, Any]:
    """Prints what everybody held in the end; `faults`: what was lost, or differs."""
    os.environ["TALLYWIRE_DATA_DIR"] = str(folder / "origin")
    plan = _read_plan(bangkok(), stations, seed=SEED, volunteers=VOLUNTEERS, doubts=0.0, photographs=0.0, partials=True)
    postgres = EmbeddedPostgres.start(folder / "postgres")
    with ExitStack() as stack:
        stack.callback(postgres.stop)
        databases = Databases(postgres)
        origin = Night(databases.fresh("template_bangkok", _fill_bangkok), plan.election.id).open()
        origin.serve()
        stack.callback(origin.close)
        nodes = [
            stack.enter_context(follower(databases, folder / f"outlet-{place}", origin.url))
            for place in range(1, FOLLOWERS + 1)
        ]
        for node in nodes:
            node.reach(plan.election.id, 0)
        evening = Evening(origin, nodes, plan, answers=plan.tallies_total // 2, away_seconds=away_seconds)
        began = time.monotonic()
        evening.play()
        faults = evening.faults()
        seconds = time.monotonic() - began
        print(f"{evening.size:,} entries of {stations} stations in {seconds:.0f} s")
        print(f"the origin was killed at entry {evening.size_when_killed:,}, and away for {evening.away_seen:.0f} s")
        again = sum(reader.cuts for reader in evening.readers)
        print(f"readers: {len(evening.readers)}, who came back, or tried to, {again:,} times")
    for fault in faults:
        print(fault)
    print("nothing was lost: all hold the same by the same cursors" if not faults else f"{len(faults)} faults")
    return {
        "stations": stations,
        "entries": evening.size,
        "seconds": seconds,
        "killed_at": evening.size_when_killed,
        "away_s": evening.away_seen,
        "followers": FOLLOWERS,
        "readers": len(evening.readers),
        "returns": again,
        "faults": faults,
    }
