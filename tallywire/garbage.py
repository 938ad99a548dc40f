"""Python's searches for garbage in cycles: few objects at a time, and how long each took.

Nothing else goes on in a process meanwhile: 1 to 5 µs for each object that was not touched for a while. What a night
leaves (boards, open sockets) is millions of them, so what a long search found alive is not searched again. Decision 45
tells how it was found.
"""

import gc
import time
from collections import deque

THRESHOLDS = (700, 4, 100)
# Of processor: what is alive after a search that took so long stays out of all later ones.
LONG_SECONDS = 0.02
# Far more than there are in the second after which they are counted.
KEPT = 4_096


class Searches:
    """What `gc` tells of each search: its generation, its seconds.

    Kept, and counted later: a search may begin inside of whatever counts, with its lock held.
    """

    def __init__(self) -> None:
        self._ended: deque[tuple[int, float]] = deque(maxlen=KEPT)
        self._began = self._spent = 0.0

    def note(self, phase: str, told: dict[str, int]) -> None:
        if phase == "start":
            self._began, self._spent = time.perf_counter(), time.thread_time()
            return
        self._ended.append((told["generation"], time.perf_counter() - self._began))
        if told["generation"] == 2 and time.thread_time() - self._spent > LONG_SECONDS:
            # Whatever of it ends later is let go of where it ends. What is in a cycle just now, as a request half
            # answered may be, stays for ever: some KiB each time, and it happens each time that so much more is kept.
            gc.freeze()

    def taken(self) -> list[tuple[int, float]]:
        """Those that ended since this was asked last."""
        return [self._ended.popleft() for _ in range(len(self._ended))]


SEARCHES = Searches()


def spare_what_stays() -> None:
    """Definitions, boards and schema live as long as the process; Python would search them for garbage all night."""
    gc.collect()
    gc.freeze()
    # Python searches everything once a quarter is new: of what it found the last time, which is nothing now.
    gc.collect()
    gc.set_threshold(*THRESHOLDS)
    if SEARCHES.note not in gc.callbacks:
        gc.callbacks.append(SEARCHES.note)
