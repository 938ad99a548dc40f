"""What a client is told instead of an answer."""

from typing import Any

# The server asks for the same again, later: as good as no answer.
ASK_AGAIN = frozenset({"UNAVAILABLE", "OVERLOADED"})


class RefusedError(Exception):
    """The server answered, and sending the same again would change nothing.

    `code`: of the first GraphQL error, HTTP_… or CLOSED_… without one. `errors`: as they came.
    """

    def __init__(self, code: str, message: str, errors: tuple[dict[str, Any], ...] = ()) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.errors = errors


class UnreachableError(Exception):
    """No answer from the server, for longer than the client waits."""


class UnansweredError(Exception):
    """One attempt without a usable answer: no connection, none left, a time-out, or the server's own fault."""


def data_of(answer: dict[str, Any], otherwise: str = "REFUSED") -> dict[str, Any]:
    """The data of one GraphQL answer. Raises UnansweredError where another attempt may help, else RefusedError."""
    if errors := answer.get("errors"):
        refused = refusal(errors, otherwise)
        raise UnansweredError(refused.code) if refused.code in ASK_AGAIN else refused
    data = answer.get("data")
    if not isinstance(data, dict):
        raise RefusedError(otherwise, "the answer holds no data")
    return data


def refusal(errors: list[dict[str, Any]], otherwise: str) -> RefusedError:
    """Of the errors of one answer; `otherwise`: the code where the first names none."""
    first = errors[0]
    code = (first.get("extensions") or {}).get("code") or otherwise
    return RefusedError(str(code), str(first.get("message", "")), tuple(errors))
