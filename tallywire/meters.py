"""What one serving process measures of itself and of its elections; docs/metrics.md says what each means."""

from prometheus_client import Counter, Gauge, Histogram

REQUESTS = Counter("tallywire_requests", "HTTP requests answered, by route and status", ["route", "status"])
REQUEST_SECONDS = Histogram(
    "tallywire_request_seconds",
    "From a request's arrival to its answer's last byte; event streams and sockets are not in it",
    ["route"],
    buckets=(0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30),
)
BUILD = Gauge("tallywire_build_info", "1; the label says which version", ["version"], multiprocess_mode="livemax")
WORKERS = Gauge("tallywire_processes", "Serving processes that are counted here", multiprocess_mode="livesum")
LEAVING = Gauge("tallywire_ending", "Processes that are ending and send nobody new here", multiprocess_mode="livesum")
MEMORY = Gauge("tallywire_memory_bytes", "Resident memory of the processes", multiprocess_mode="livesum")
CPU = Counter("tallywire_cpu_seconds", "CPU that the processes spent, in user and system mode")
FILES = Gauge("tallywire_open_files", "Files and sockets that are open", multiprocess_mode="livesum")
LOOP_LAG = Gauge(
    "tallywire_loop_lag_seconds",
    "How late the event loop came back at worst in the last 15 s; of several workers the worst",
    multiprocess_mode="livemax",
)
GARBAGE_SECONDS = Histogram(
    "tallywire_garbage_seconds",
    "How long one of Python's searches for garbage in cycles stopped its process, by generation: 2 searches everything",
    ["generation"],
    buckets=(0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5),
)
TAIL_AGE = Gauge(
    "tallywire_tail_age_seconds",
    "Since the log was last read with success; of several workers the worst",
    multiprocess_mode="livemax",
)
WAITING = Gauge("tallywire_intake_waiting", "Submissions that wait for their transaction", multiprocess_mode="livesum")
READERS = Gauge("tallywire_readers", "Open WebSockets and event streams", multiprocess_mode="livesum")
POOL = Gauge(
    "tallywire_database_connections",
    "Connections to PostgreSQL: used, idle, most (so many there may be)",
    ["state"],
    multiprocess_mode="livesum",
)
BELL_WANTED = Gauge(
    "tallywire_bell_wanted",
    "Processes that share a doorbell and should hear it",
    multiprocess_mode="livesum",
)
DATABASE_UP = Gauge(
    "tallywire_database_up", "1 while the database answers; of several workers the worst", multiprocess_mode="livemin"
)


def _of_elections(name: str, what: str) -> Gauge:
    """Read from the database by every process: any one's word is good, so the newest is taken."""
    return Gauge(name, what, ["election"], multiprocess_mode="livemostrecent")


ENTRIES = _of_elections("tallywire_log_entries", "Entries of the election's log")
SEALED = _of_elections("tallywire_ledger_sealed_entries", "Entries that the newest signed head covers")
UNSEALED_AGE = _of_elections("tallywire_ledger_unsealed_seconds", "Age of the oldest entry that no head covers; else 0")
HEAD_AGE = _of_elections("tallywire_ledger_head_age_seconds", "Since the newest head was signed; 0 before the first")
CUT = _of_elections("tallywire_cut_number", "The newest cut's number; -1 before the first")
CUT_AGE = _of_elections("tallywire_cut_age_seconds", "Since the newest cut was made; 0 before the first")
HELD = _of_elections("tallywire_review_waiting", "Held tallies that wait for an editor")
HELD_AGE = _of_elections("tallywire_review_oldest_seconds", "How long the oldest of them has waited; else 0")
FOLLOW_AGE = Gauge(
    "tallywire_follow_age_seconds",
    "On a follower: since the origin last showed what verifies; -1 before the first time",
    ["election"],
    multiprocess_mode="livemostrecent",
)
FOLLOW_REFUSED = Gauge(
    "tallywire_follow_refused",
    "On a follower: 1 where the origin's log does not verify and is not followed",
    ["election"],
    multiprocess_mode="livemostrecent",
)
