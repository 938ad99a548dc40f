"""Python's searches for garbage in cycles: few objects at a time, and how long each took.

Nothing else goes on in a process meanwhile: 5 µs for each object that was not touched for a while. So it looks at few
at a time; at everything (1.4 s with ten thousand sockets) only after some millions. Decision 45 tells how it was found.
"""

import gc
import time
from collections import deque

THRESHOLDS = (2_000, 3, 500)
# Far more than there are in the second after which they are counted.
KEPT = 4_096


class Searches:
    """What `gc` tells of each search: its generation, its seconds.

    Kept, and counted later: a search may begin inside of whatever counts, with its lock held.
    """

    def __init__(self) -> None:
        self._ended: deque[tuple[int, float]] = deque(maxlen=KEPT)
        self._began = 0.0

    def note(self, phase: str, told: dict[str, int]) -> None:
        if phase == "start":
            self._began = time.perf_counter()
        else:
            self._ended.append((told["generation"], time.perf_counter() - self._began))

    def taken(self) -> list[tuple[int, float]]:
        """Those that ended since this was asked last."""
        return [self._ended.popleft() for _ in range(len(self._ended))]


SEARCHES = Searches()


def spare_what_stays() -> None:
    """Definitions, boards and schema live as long as the process; Python would search them for garbage all night."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(*THRESHOLDS)
    if SEARCHES.note not in gc.callbacks:
        gc.callbacks.append(SEARCHES.note)
