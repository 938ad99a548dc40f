"""A short storm with real processes: kill -9 of a server, a worker, PostgreSQL and Redis, and a line cut, under load.

`make soak` goes on for as long as one likes, with every fault of bench/soak_faults.py, in thousands of submissions.
"""

import tempfile
from pathlib import Path

import pytest

from bench.soak_crews import MismatchError
from bench.soak_evening import Storm
from bench.soak_house import external_house
from tests.redis_server import NoRedisError

SEED = 20_220_522
CREWS, READERS = 6, 25
PLANNED = (
    "kill -9 of PostgreSQL",
    "kill -9 of A",
    "kill -9 of Redis",
    "kill -9 of a worker of B",
    "a line cut between A and readers",
)


async def test_nothing_is_lost_and_everybody_is_exact_after_each_kill() -> None:
    # Not pytest's own folder, which others may not enter: PostgreSQL runs as somebody else where we are root.
    with tempfile.TemporaryDirectory(prefix="tallywire-storm-") as folder:
        try:
            house = await external_house(Path(folder), CREWS, clocks=False)
        except NoRedisError as error:
            pytest.skip(str(error))
        try:
            storm = Storm(house, SEED, CREWS, READERS, verifies=False, share=0.6)
            await storm.play(600, list(PLANNED))
            print(storm.told())
            assert storm.faults_struck == dict.fromkeys(PLANNED, 1)
            assert storm.head > CREWS
            with pytest.raises(MismatchError, match="was answered with tally"):
                await _look_with_a_lost_tally(storm)
        finally:
            house.close()


async def _look_with_a_lost_tally(storm: Storm) -> None:
    """The checker itself: a tally that was answered, and is not there."""
    storm.crews[0].taken["nobody call"] = "a tally that never was"
    await storm.look_at_database()
