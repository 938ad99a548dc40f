"""What the feed measures of itself; `/metrics` shows it, and docs/metrics.md says what each means."""

from prometheus_client import Counter, Gauge, Histogram

LAG = Histogram(
    "tallywire_board_lag_seconds",
    "From a tally being written to its standing on this process's board",
    buckets=(0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60),
)
TICK = Histogram(
    "tallywire_tick_seconds",
    "What telling one group what changed took: rendering and handing it to everybody",
    buckets=(0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5),
)
SLOW = Counter(
    "tallywire_slow_readers",
    "Readers that took their bytes too slowly: conflated (skip to the newest), closed (1013), caught_up (again later)",
    ["what"],
)
for what in ("conflated", "closed", "caught_up"):
    SLOW.labels(what)
FOLDED_ANEW = Counter("tallywire_boards_folded_anew", "Boards that were dropped for a gap in their log")
CUTS = Counter("tallywire_cuts_made", "Cuts that this process made")
SEQUENCE = Gauge(
    "tallywire_board_sequence",
    "The newest log entry on the board; of several workers, of the one furthest behind",
    ["election"],
    multiprocess_mode="livemin",
)
