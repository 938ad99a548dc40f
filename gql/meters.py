"""What the wire counts; `/metrics` shows it."""

from prometheus_client import Counter, Gauge

EXECUTIONS = Counter("tallywire_executions", "Answers made for groups of subscribers, by what made them", ["by"])
DELIVERIES = Counter("tallywire_deliveries", "Answers handed to subscribers")
CLOSED = Counter("tallywire_subscribers_ended", "Subscriptions that the server ended, by why", ["why"])
INCIDENTS = Counter("tallywire_incidents", "Errors that nobody foresaw; each has an id, told to the client, in the log")
GROUPS = Gauge("tallywire_groups", "Groups of equal subscriptions", multiprocess_mode="livesum")
SUBSCRIBERS = Gauge("tallywire_subscribers", "Subscribers in groups", multiprocess_mode="livesum")
