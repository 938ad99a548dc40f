"""Errors that clients see: a code, the field where there is one, and the words in Thai and English."""

import logging
import secrets

from graphql import GraphQLError
from strawberry.extensions import MaskErrors

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
        "ต้องใช้โทเค็นที่ใช้ได้ ส่งใน Authorization: Bearer …",
        "This needs a valid token, sent as Authorization: Bearer …",
    )


def forbidden() -> ApiError:
    return ApiError("FORBIDDEN", "โทเค็นนี้ไม่มีสิทธิทำสิ่งนี้", "This token has no right to do this")


def bad_input(field: str, thai: str, english: str) -> ApiError:
    return ApiError("BAD_USER_INPUT", f"{field}: {thai}", f"{field}: {english}", field)


def not_found(field: str, value: str) -> ApiError:
    return ApiError("NOT_FOUND", f"{field}: ไม่พบ {value}", f"{field}: there is no {value}", field)


def unavailable() -> ApiError:
    return ApiError(
        "UNAVAILABLE",
        "บันทึกไม่ได้ในตอนนี้ เก็บไว้แล้วส่งอีกครั้งด้วยรหัสเดิม",
        "It cannot be stored right now. Keep it and send it again, under the same id",
    )


class Masked(MaskErrors):
    """What nobody foresaw is told by an incident id alone; its trace stands in the server's log."""

    def __init__(self) -> None:
        super().__init__(should_mask_error=_unforeseen)

    def anonymise_error(self, error: GraphQLError) -> GraphQLError:
        incident = secrets.token_hex(6)
        log.error("incident %s", incident, exc_info=error.original_error)
        return GraphQLError(
            f"Something went wrong on our side (incident {incident})",
            nodes=error.nodes,
            source=error.source,
            positions=error.positions,
            path=error.path,
            extensions={
                "code": "INTERNAL",
                "incident": incident,
                "messages": {
                    "TH": f"เกิดข้อผิดพลาดที่ระบบ (รหัส {incident})",
                    "EN": f"Something went wrong on our side (incident {incident})",
                },
            },
        )


def _unforeseen(error: GraphQLError) -> bool:
    """GraphQL's own complaints about a document say what is wrong with it and stay."""
    cause = error.original_error
    return cause is not None and not isinstance(cause, GraphQLError)
