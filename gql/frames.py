"""Shapes of what strangers send, checked before Strawberry sees it.

Strawberry trusts the shape of a body and of a frame: a `5`, a `null`, a list where an object belongs would raise inside
it. Here they are told what is wrong: HTTP 400, or close code 4400.
"""

from typing import Any

import orjson

from gql.limits import REQUESTS_A_BODY_MAX

JSON_DEPTH_MAX = 64
DEPTH_MESSAGE = f"JSON nested deeper than {JSON_DEPTH_MAX}"


class BadShapeError(Exception):
    """The message is no GraphQL request; says why in one line."""


def parse(text: str | bytes) -> Any:
    """JSON, in UTF-8 and not nested for ever; raises BadShapeError."""
    try:
        value = orjson.loads(text)
    except ValueError as error:
        raise BadShapeError("not valid JSON in UTF-8") from error
    if _brackets(text) > JSON_DEPTH_MAX:
        _check_depth(value)
    return value


def _brackets(text: str | bytes) -> int:
    """No JSON is nested deeper than it has opening brackets; counting those costs nothing."""
    if isinstance(text, bytes):
        return text.count(b"[") + text.count(b"{")
    return text.count("[") + text.count("{")


def _check_depth(value: Any) -> None:
    level = [value]
    for _ in range(JSON_DEPTH_MAX):
        level = [
            inner
            for outer in level
            if isinstance(outer, dict | list)
            for inner in (outer.values() if isinstance(outer, dict) else outer)
        ]
        if not level:
            return
    raise BadShapeError(DEPTH_MESSAGE)


def check_request(body: Any) -> dict[str, Any]:
    """One GraphQL request as HTTP and subscribe messages carry it; raises BadShapeError."""
    if isinstance(body, list) and body:
        raise BadShapeError(f"a body holds {REQUESTS_A_BODY_MAX.default} request: a JSON object, no list of them")
    if not isinstance(body, dict):
        raise BadShapeError("a GraphQL request is a JSON object")
    if not (isinstance(body.get("query"), str) or (body.get("query") is None and _names_document(body))):
        raise BadShapeError("query must be a string")
    for name, shape, word in (
        ("variables", dict, "an object"),
        ("extensions", dict, "an object"),
        ("operationName", str, "a string"),
        ("documentId", str, "a string"),
    ):
        if not isinstance(body.get(name), shape | None):
            raise BadShapeError(f"{name} must be {word} or null")
    return body


def _names_document(body: dict[str, Any]) -> bool:
    extensions = body.get("extensions")
    persisted = extensions.get("persistedQuery") if isinstance(extensions, dict) else None
    return isinstance(body.get("documentId"), str) or (
        isinstance(persisted, dict) and isinstance(persisted.get("sha256Hash"), str)
    )


def check_frame(frame: Any) -> dict[str, Any]:
    """One graphql-transport-ws message; raises BadShapeError."""
    if not isinstance(frame, dict) or not isinstance(frame.get("type"), str):
        raise BadShapeError("a message is a JSON object with a type")
    kind = frame["type"]
    if kind in ("subscribe", "complete") and not (isinstance(frame.get("id"), str) and frame["id"]):
        raise BadShapeError("id must be a string that is not empty")
    if kind == "subscribe":
        check_request(frame.get("payload"))
    if kind in ("connection_init", "ping", "pong") and not isinstance(frame.get("payload"), dict | None):
        raise BadShapeError("payload must be an object or null")
    if kind == "connection_init" and "payload" in frame and frame["payload"] is None:
        del frame["payload"]
    return frame
