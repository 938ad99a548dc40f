"""Cursor connections as Relay wants them; pages by key, so that no row is lost or doubled while others come in."""

import base64
import binascii

import strawberry

from gql.errors import bad_input
from gql.limits import PAGE_MAX


@strawberry.type
class PageInfo:
    has_next_page: bool
    has_previous_page: bool
    start_cursor: str | None
    end_cursor: str | None


def page_info(cursors: list[str], *, more: bool, after: str | None) -> PageInfo:
    return PageInfo(
        has_next_page=more,
        has_previous_page=after is not None,
        start_cursor=cursors[0] if cursors else None,
        end_cursor=cursors[-1] if cursors else None,
    )


def page_size(first: int | None, default: int = 50) -> int:
    """`first`, or the default where null was sent; raises ApiError."""
    first = default if first is None else first
    if not 0 <= first <= PAGE_MAX.default:
        raise bad_input("first", f"ต้องเป็น 0 ถึง {PAGE_MAX.default}", f"must be 0 to {PAGE_MAX.default}, not {first}")
    return first


def key_to_cursor(*key: str) -> str:
    return base64.urlsafe_b64encode("\n".join(key).encode()).decode().rstrip("=")


def cursor_to_key(cursor: str, parts: int) -> list[str]:
    """Raises ApiError on what no edge's cursor ever held."""
    try:
        text = base64.b64decode(cursor.encode("ascii") + b"=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
        key = text.decode().split("\n")
    except (ValueError, binascii.Error):
        key = []
    if len(key) != parts or not all(key) or key_to_cursor(*key) != cursor or "\0" in "".join(key):
        raise bad_input("after", "ไม่ใช่ cursor ของรายการนี้", "is no cursor of this connection")
    return key
