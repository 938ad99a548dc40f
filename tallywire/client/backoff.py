"""How long to wait before the next try: doubled from the first to the last, with chance added."""

import random
from collections.abc import Iterator

# Seconds.
FIRST, LAST = 0.1, 2.0


def waits(first: float = FIRST, last: float = LAST) -> Iterator[float]:
    """Seconds to wait before each try, without end. Chance spreads those who were cut off in the same moment."""
    wait = first
    while True:
        yield wait * random.uniform(0.5, 1.5)
        wait = min(wait * 2, last)
