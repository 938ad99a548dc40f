"""The two media types of an answer (GraphQL over HTTP): the specification's own where it is asked for, else plain JSON.

Under the specification's own, the status tells whether anything was executed; under plain JSON it is 200 as ever, since
clients of that kind look at the body alone.
"""

from collections.abc import Mapping
from typing import Any

RESPONSE, JSON = "application/graphql-response+json", "application/json"
CONTENT_TYPES = {kind: f"{kind}; charset=utf-8" for kind in (RESPONSE, JSON)}
# Not the asker's fault: to be asked again.
TIMED_OUT_STATUS = 503


def wants_response(accept: str) -> bool:
    """Whether the Accept header asks for the specification's own kind, and for plain JSON no more than for it."""
    if RESPONSE not in accept:
        return False
    weights = dict(_weighed(part) for part in accept.split(","))
    return weights.get(RESPONSE, 0.0) > 0 and weights[RESPONSE] >= weights.get(JSON, 0.0)


def nothing_executed(answer: Mapping[str, Any]) -> bool:
    """A request error: no data, and no error that a field raised."""
    return answer.get("data") is None and bool(answer.get("errors")) and not any("path" in e for e in answer["errors"])


def as_response(answer: dict[str, Any], status: int) -> tuple[dict[str, Any], int]:
    """The answer and its status under the specification's own kind; `status`: what it has under plain JSON."""
    if not nothing_executed(answer):
        return answer, status
    codes = {error.get("extensions", {}).get("code") for error in answer["errors"]}
    if status == 200:
        status = TIMED_OUT_STATUS if "TIMED_OUT" in codes else 400
    return {name: value for name, value in answer.items() if name != "data"}, status


def _weighed(part: str) -> tuple[str, float]:
    kind, *parameters = (piece.strip().lower() for piece in part.split(";"))
    given = next((one[2:] for one in parameters if one.startswith("q=")), "1")
    try:
        return kind, float(given)
    except ValueError:
        return kind, 0.0
