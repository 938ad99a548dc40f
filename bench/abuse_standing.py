"""Which answers to abuse are clear refusals, for `bench.abuse`: a code that says what was wrong, whatever was sent."""

from collections import Counter
from collections.abc import Mapping

# By a code of the API, a status of HTTP or a close code: the client is told, and nothing inside is.
REFUSED = frozenset(
    {
        *("LIMIT_EXCEEDED", "TOO_MANY_REQUESTS", "TOO_MANY_AT_ONCE", "BAD_USER_INPUT"),
        *("GRAPHQL_PARSE_FAILED", "GRAPHQL_VALIDATION_FAILED", "UNAUTHENTICATED", "EnrolmentRefused"),
        *("UNREADABLE", "TOO_MANY_PIXELS", "TOO_LARGE", "UNSUPPORTED_TYPE", "EMPTY"),
        *("400", "408", "413", "415", "429", "431"),
        *("closed 1002", "closed 1007", "closed 1009", "closed 4400", "closed 4429"),
    }
)
# Those who only sit there are let sit; a document is not wrong for being new; of a slow line nothing was read.
ALSO: Mapping[str, frozenset[str]] = {
    "idle sockets": frozenset({"101"}),
    "slow lines": frozenset({"408", "closed"}),
    "documents never met before": frozenset({"200 answered", "answered", "NOT_FOUND", "200 NOT_FOUND"}),
}


def clear(kind: str, word: str) -> bool:
    """`word`: a status, a code or both, or a close code."""
    if word in ALSO.get(kind, ()) or word in REFUSED:
        return True
    status, _, code = word.partition(" ")
    return code in REFUSED and not status.startswith("5")


def shown(words: Counter[str]) -> str:
    return ", ".join(f"{word}: {number:,}" for word, number in words.most_common(6))
