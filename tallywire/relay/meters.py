"""What a relay counts, for its own metrics page (`--metrics-port`)."""

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

REGISTRY = CollectorRegistry()
MESSAGES = Counter("tallywire_relay_messages_total", "Messages that the receiver took.", registry=REGISTRY)
FAILURES = Counter("tallywire_relay_failures_total", "Tries that failed; each is tried again.", registry=REGISTRY)
LAST = Gauge(
    "tallywire_relay_last_taken_timestamp_seconds", "When the receiver last took a message.", registry=REGISTRY
)
PENDING = Gauge("tallywire_relay_pending", "1 while a message is on its way.", registry=REGISTRY)
SECONDS = Histogram(
    "tallywire_relay_delivery_seconds",
    "From a message's first try to its being taken.",
    buckets=(0.01, 0.03, 0.1, 0.3, 1, 3, 10, 60, 600),
    registry=REGISTRY,
)
