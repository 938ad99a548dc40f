"""Errors that clients see: a code, the field where there is one, and the words in Thai and English."""

import logging
import secrets
from collections.abc import Iterator
from typing import Any

from graphql import GraphQLError
from strawberry.extensions import MaskErrors

from db.database import is_away
from gql.limits import Limit
from gql.meters import INCIDENTS

# Who is told to send again is told when; phones wait longer each time of their own.
RETRY_SECONDS = 5
# Numbers of 10¹⁰⁰⁰ are told as this many.
INT_MAX = 2**31 - 1
log = logging.getLogger(__name__)


class ApiError(GraphQLError):
    """`code` is stable; `field` is a path into the arguments. The message is the English one, both are attached."""

    def __init__(self, code: str, thai: str, english: str, field: str | None = None) -> None:
        extensions = {"code": code, "messages": {"TH": thai, "EN": english}}
        if field is not None:
            extensions["field"] = field
        super().__init__(english, extensions=extensions)


def unauthenticated() -> ApiError:
    return ApiError(
        "UNAUTHENTICATED",
        "ต้องมีโทเค็นที่ยังใช้ได้ ส่งในส่วนหัว Authorization: Bearer …",
        "This needs a valid token, sent as Authorization: Bearer …",
    )


def forbidden() -> ApiError:
    return ApiError("FORBIDDEN", "โทเค็นนี้ไม่มีสิทธิทำรายการนี้", "This token has no right to do this")


def bad_input(field: str, thai: str, english: str) -> ApiError:
    return ApiError("BAD_USER_INPUT", f"{field}: {thai}", f"{field}: {english}", field)


def not_found(field: str, value: str) -> ApiError:
    return ApiError("NOT_FOUND", f"{field}: ไม่พบ {value}", f"{field}: there is no {value}", field)


def read_only(origin: str) -> ApiError:
    """This node is a follower: it takes nothing but the origin's log."""
    return ApiError(
        "READ_ONLY",
        f"เครื่องนี้เป็นสำเนาสำหรับอ่านเท่านั้น ส่งที่ต้นทาง {origin}",
        f"This node is a copy that only reads. Send it to the origin, {origin}",
    )


def unavailable() -> ApiError:
    """The database is away, slow, full or only reads: nothing is known to be written."""
    error = ApiError(
        "UNAVAILABLE",
        "ระบบตอบไม่ได้ในตอนนี้ เก็บไว้แล้วส่งอีกครั้งด้วยรหัสเดิม",
        "This cannot be done right now. Keep it and send it again, under the same id",
    )
    assert error.extensions is not None
    error.extensions["retryAfterSeconds"] = RETRY_SECONDS
    return error


def over_limit(limit: Limit, most: int, found: int) -> ApiError:
    """`limit`, `most` and `found` stand beside the code, for programs."""
    refusal = ApiError(
        "LIMIT_EXCEEDED",
        f"เกินที่รับได้ ({limit.name}): {found:,} รับไม่เกิน {most:,}",
        f"{found:,} {limit.unit} are more than is answered: at most {most:,} ({limit.name})",
    )
    refusal.extensions = {**(refusal.extensions or {}), "limit": limit.name, "most": most, "found": min(found, INT_MAX)}
    return refusal


def too_often(limit: Limit, seconds: int) -> ApiError:
    refusal = ApiError(
        "TOO_MANY_REQUESTS",
        f"ถี่เกินไป ลองใหม่ในอีก {seconds} วินาที ({limit.name})",
        f"Too much in a short time. Ask again in {seconds} s ({limit.name})",
    )
    refusal.extensions = {**(refusal.extensions or {}), "limit": limit.name, "retryAfterSeconds": seconds}
    return refusal


def full(limit: Limit, most: int) -> ApiError:
    """As many as there may be at the same time."""
    refusal = ApiError(
        "TOO_MANY_AT_ONCE",
        f"เปิดพร้อมกันได้ไม่เกิน {most:,} ปิดบางรายการก่อน ({limit.name})",
        f"There are {most:,} {limit.unit} already. Close some first ({limit.name})",
    )
    refusal.extensions = {**(refusal.extensions or {}), "limit": limit.name, "most": most}
    return refusal


def timed_out(seconds: int) -> ApiError:
    return ApiError(
        "TIMED_OUT",
        f"ใช้เวลาเกิน {seconds} วินาที ถามให้น้อยลง หรือลองใหม่",
        f"This took longer than {seconds} s. Ask for less, or ask again",
    )


def not_a_stream() -> ApiError:
    """A subscription by a POST that asks for no stream."""
    return ApiError(
        "NOT_A_STREAM",
        "การติดตามผลสดใช้ WebSocket (graphql-transport-ws) หรือ Accept: text/event-stream (graphql-sse)"
        " หรือ multipart/mixed;subscriptionSpec=1.0",
        "A subscription comes over WebSocket (graphql-transport-ws), or with Accept: text/event-stream (graphql-sse)"
        " or multipart/mixed;subscriptionSpec=1.0",
    )


class Masked(MaskErrors):
    """Gives every error a code. What nobody foresaw is told by an incident id alone; its trace is in the server's log.

    GraphQL's own complaints keep their words; their code tells where the request stopped: at its text, at the schema,
    or at the values of its variables.
    """

    def __init__(self) -> None:
        super().__init__(should_mask_error=lambda error: "code" not in (error.extensions or {}))
        self._code = "GRAPHQL_PARSE_FAILED"

    def on_operation(self) -> Iterator[None]:
        """A document that cannot be parsed leaves by an exception, past every result."""
        try:
            yield from super().on_operation()
        except GraphQLError as error:
            raise (self.anonymise_error(error) if self.should_mask_error(error) else error) from error

    def on_validate(self) -> Iterator[None]:
        self._code = "GRAPHQL_VALIDATION_FAILED"
        yield

    def on_execute(self) -> Iterator[None]:
        self._code = "BAD_USER_INPUT"
        yield

    def anonymise_error(self, error: GraphQLError) -> GraphQLError:
        cause = error.original_error
        if cause is None or isinstance(cause, GraphQLError):
            return _with_extensions(error, error.message, complaint(self._code, error.message))
        if is_away(cause):
            away = unavailable()
            return _with_extensions(error, away.message, dict(away.extensions or {}))
        incident = secrets.token_hex(6)
        INCIDENTS.inc()
        log.error("incident %s", incident, exc_info=cause, extra={"incident": incident})
        words = f"Something went wrong on our side (incident {incident})"
        thai = f"เกิดข้อผิดพลาดที่ระบบ (รหัส {incident})"
        extensions = {"code": "INTERNAL", "incident": incident, "messages": {"TH": thai, "EN": words}}
        return _with_extensions(error, words, extensions)


def complaint(code: str, words: str) -> dict[str, Any]:
    """What stands beside GraphQL's own words."""
    return {"code": code, "messages": {"TH": f"คำขอไม่ถูกต้อง: {words}", "EN": words}}


def _with_extensions(error: GraphQLError, words: str, extensions: dict[str, Any]) -> GraphQLError:
    return GraphQLError(
        words,
        nodes=error.nodes,
        source=error.source,
        positions=error.positions,
        path=error.path,
        extensions=extensions,
    )
