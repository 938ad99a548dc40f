"""Every limit on what a request may ask, in one table."""

from dataclasses import dataclass


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
BODY_MAX = Limit("body_max", 1_000_000, "bytes", "a request over HTTP is read into memory")
SUBSCRIPTIONS_MAX = Limit("subscriptions_max", 100, "operations a socket", "each holds memory as long as it is open")
INIT_SECONDS = Limit("init_seconds", 10, "seconds", "a socket that never says connection_init holds a place")
TOKENS_MAX = Limit("tokens_max", 800, "tokens", "a document is refused by the lexer before it costs anything")
QUERY_MAX = Limit("query_max", 50_000, "characters", "documents are remembered by their text, comments included")
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

LIMITS = (
    PAGE_MAX,
    BATCH_MAX,
    CODES_MAX,
    BODY_MAX,
    SUBSCRIPTIONS_MAX,
    INIT_SECONDS,
    TOKENS_MAX,
    QUERY_MAX,
    TEXT_MAX,
    ID_MAX,
    ROWS_MAX,
    EVIDENCE_MAX,
    ENROL_GUESSES_MAX,
    ENROL_GUESSES_ALL_MAX,
    CODE_STATIONS_MAX,
)
