"""Every limit on what strangers may ask, in one table.

Those of ADJUSTABLE can be set, or turned off, for one installation (TALLYWIRE_LIMITS); a test holds each at the limit,
one over it, and off. Those of FIXED are part of what the API promises.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Limit:
    """`unit` says of what; `why` what it protects."""

    name: str
    default: int
    unit: str
    why: str


PAGE_MAX = Limit("page_max", 1_000, "rows", "one page is read and encoded in one go")
BATCH_MAX = Limit("batch_max", 50, "tallies", "a phone that was offline sends so many in one call")
CODES_MAX = Limit("codes_max", 5_000, "codes", "codes are printed on sheets, twelve a page")
TEXT_MAX = Limit("text_max", 2_000, "characters", "notes and reasons are kept for ever")
ID_MAX = Limit("id_max", 100, "characters", "ids made by clients are keys in the database")
ROWS_MAX = Limit("rows_max", 1_000, "rows", "no sheet has more candidates")
EVIDENCE_MAX = Limit("evidence_max", 10, "photographs", "a sheet has few pages")
ENROL_GUESSES_MAX = Limit(
    "enrol_guesses_max", 20, "wrong codes in 10 minutes", "one address guesses no code; each tenth that works adds one"
)
ENROL_GUESSES_ALL_MAX = Limit(
    "enrol_guesses_all_max", 2_000, "wrong codes an hour", "all addresses together guess none"
)
CODE_STATIONS_MAX = Limit("code_stations_max", 200_000, "assignments", "codes × stations of one call are rows written")


# One document.
DOCUMENT_MAX = Limit("document_max", 20_000, "characters", "one token can be as long as the whole body")
TOKENS_MAX = Limit("tokens_max", 800, "tokens", "a document is refused by the lexer before it costs anything")
OPERATIONS_MAX = Limit("operations_max", 30, "operations", "one is executed, but all are checked")
DEPTH_MAX = Limit("depth_max", 12, "fields inside each other", "areas have parents and children without end")
BREADTH_MAX = Limit("breadth_max", 150, "fields side by side", "each is resolved and encoded on its own")
FIELDS_MAX = Limit("fields_max", 1_000, "fields", "fragments that spread fragments double with each level")
ALIASES_MAX = Limit("aliases_max", 200, "aliases", "under other names the same is done again")
REPEATS_MAX = Limit("repeats_max", 60, "repeated fields", "each is compared with each of its name")
DIRECTIVES_MAX = Limit("directives_max", 100, "directives", "each is looked at each time")
REQUESTS_A_BODY_MAX = Limit("requests_a_body_max", 1, "requests in one body", "several come over one connection anyway")
DOCUMENTS_REMEMBERED = Limit("documents_remembered", 512, "documents", "kept as they were parsed and checked")

# What one request may cost (gql/cost.py), by who asks.
COST_PUBLIC = Limit("cost_public", 400_000, "values", "a whole city's results with all their fields, and twice that")
COST_VOLUNTEER = Limit("cost_volunteer", 400_000, "values", "who has a token may ask what the public may")
COST_OUTLET = Limit("cost_outlet", 1_000_000, "values", "newsrooms draw whole nights into tables")
COST_EDITOR = Limit("cost_editor", 1_000_000, "values", "the desk's queue with all that stands beside it")
COST_OPERATOR = Limit("cost_operator", 1_000_000, "values", "every reporter with every station")

# How often, by address and by token; over 10 seconds, shared by all nodes where they share a Redis.
REQUESTS_AN_ADDRESS = Limit(
    "requests_an_address", 5_000, "requests in 10 s", "a stadium or a mobile carrier shares one address"
)
REQUESTS_A_TOKEN = Limit("requests_a_token", 1_000, "requests in 10 s", "a phone sends few, a newsroom's server many")
COST_AN_ADDRESS = Limit("cost_an_address", 2_000_000, "values in 10 s", "and 16 a character of a text that is new")
COST_A_TOKEN = Limit("cost_a_token", 2_000_000, "values in 10 s", "the same for one that changes its address")
SOCKETS_OPENED_AN_ADDRESS = Limit(
    "sockets_opened_an_address", 2_000, "sockets in 10 s", "after a restart everybody comes back within seconds"
)

# At the same time, in each process.
CONNECTIONS_AN_ADDRESS = Limit("connections_an_address", 10_000, "connections", "each is an open file")
SOCKETS_AN_ADDRESS = Limit("sockets_an_address", 5_000, "sockets and event streams", "each holds some 30 KiB")
SOCKETS_A_TOKEN = Limit("sockets_a_token", 2_000, "sockets and event streams", "an outlet's server may open many")
SUBSCRIPTIONS_AN_ADDRESS = Limit("subscriptions_an_address", 20_000, "subscriptions", "each is written to at each tick")
SUBSCRIPTIONS_A_TOKEN = Limit("subscriptions_a_token", 10_000, "subscriptions", "an outlet's server may hold many")
GROUPS_AN_ADDRESS = Limit(
    "groups_an_address",
    1_000,
    "different subscriptions",
    "each one that differs is rendered at each tick",
)
DOCUMENTS_WAITING_AN_ADDRESS = Limit(
    "documents_waiting_an_address", 50, "new documents that wait", "each is read and checked before it is remembered"
)
SUBSCRIPTIONS_A_SOCKET = Limit("subscriptions_a_socket", 100, "operations at once", "a page needs a handful")
MESSAGES_A_SOCKET = Limit("messages_a_socket", 500, "messages in 10 s", "a client that floods is closed with 4429")

# Bytes and seconds.
BODY_MAX = Limit("body_max", 1_000_000, "bytes", "fifty sheets of forty candidates are a quarter of that")
HEADERS_MAX = Limit("headers_max", 32_768, "bytes", "address and headers of one request")
HEADERS_SECONDS = Limit("headers_seconds", 15, "seconds", "until a request's headers are there, from its first byte on")
BODY_SECONDS = Limit("body_seconds", 60, "seconds", "a tally is 2 kB, on the worst line a few seconds")
EXECUTION_SECONDS = Limit(
    "execution_seconds", 30, "seconds", "who waits longer has gone; mutations are carried through"
)
INIT_SECONDS = Limit("init_seconds", 10, "seconds", "until a socket says connection_init")

FIXED = (
    PAGE_MAX,
    BATCH_MAX,
    CODES_MAX,
    TEXT_MAX,
    ID_MAX,
    ROWS_MAX,
    EVIDENCE_MAX,
    CODE_STATIONS_MAX,
    REQUESTS_A_BODY_MAX,
    DOCUMENTS_REMEMBERED,
)
ADJUSTABLE = (
    ENROL_GUESSES_MAX,
    ENROL_GUESSES_ALL_MAX,
    DOCUMENT_MAX,
    TOKENS_MAX,
    OPERATIONS_MAX,
    DEPTH_MAX,
    BREADTH_MAX,
    FIELDS_MAX,
    ALIASES_MAX,
    REPEATS_MAX,
    DIRECTIVES_MAX,
    COST_PUBLIC,
    COST_VOLUNTEER,
    COST_OUTLET,
    COST_EDITOR,
    COST_OPERATOR,
    REQUESTS_AN_ADDRESS,
    REQUESTS_A_TOKEN,
    COST_AN_ADDRESS,
    COST_A_TOKEN,
    SOCKETS_OPENED_AN_ADDRESS,
    CONNECTIONS_AN_ADDRESS,
    SOCKETS_AN_ADDRESS,
    SOCKETS_A_TOKEN,
    SUBSCRIPTIONS_AN_ADDRESS,
    SUBSCRIPTIONS_A_TOKEN,
    GROUPS_AN_ADDRESS,
    DOCUMENTS_WAITING_AN_ADDRESS,
    SUBSCRIPTIONS_A_SOCKET,
    MESSAGES_A_SOCKET,
    BODY_MAX,
    HEADERS_MAX,
    HEADERS_SECONDS,
    BODY_SECONDS,
    EXECUTION_SECONDS,
    INIT_SECONDS,
)
LIMITS = FIXED + ADJUSTABLE


class UnknownLimitError(Exception):
    """No limit of this name can be set."""


@dataclass(frozen=True, slots=True)
class Limits:
    """Those of one installation; `changed`: by name, None turns one off."""

    changed: Mapping[str, int | None] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Raises UnknownLimitError."""
        unknown = set(self.changed) - {one.name for one in ADJUSTABLE}
        if unknown:
            raise UnknownLimitError(", ".join(sorted(unknown)))

    def most(self, limit: Limit) -> int | None:
        """None: as many as come."""
        return self.changed.get(limit.name, limit.default)

    def over(self, limit: Limit, number: float) -> bool:
        most = self.most(limit)
        return most is not None and number > most


DEFAULT = Limits()
