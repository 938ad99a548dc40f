"""Why a photograph is not taken or not served: a code that is stable, and the words in Thai and English."""

from dataclasses import asdict, dataclass


# Not frozen: Python itself writes tracebacks into exceptions.
@dataclass(eq=False)
class RefusedError(Exception):
    """`field`: what was wrong: sha256 (of the address), width, body or Authorization. `retry_after`: seconds."""

    status: int
    code: str
    field: str | None
    th: str
    en: str
    retry_after: int | None = None

    def as_json(self) -> dict[str, str | None]:
        return {name: value for name, value in asdict(self).items() if name not in ("status", "retry_after")}

    def __reduce__(self) -> tuple[type["RefusedError"], tuple[object, ...]]:
        """Crosses from the process that decodes to the one that serves."""
        fields = (self.status, self.code, self.field, self.th, self.en, self.retry_after)
        return RefusedError, fields


def bad_digest() -> RefusedError:
    return RefusedError(
        400,
        "BAD_DIGEST",
        "sha256",
        "ที่อยู่ต้องเป็น sha256 ของไฟล์ เลขฐานสิบหกตัวพิมพ์เล็ก 64 ตัว",
        "The address must be the file's sha256 in 64 lower-case hex digits",
    )


def unauthenticated() -> RefusedError:
    return RefusedError(
        401,
        "UNAUTHENTICATED",
        "Authorization",
        "ต้องมีโทเค็นที่ยังใช้ได้ ส่งในส่วนหัว Authorization: Bearer …",
        "This needs a valid token, sent as Authorization: Bearer …",
    )


def forbidden() -> RefusedError:
    return RefusedError(
        403, "FORBIDDEN", "Authorization", "โทเค็นนี้ไม่มีสิทธิส่งรูป", "This token has no right to send photographs"
    )


def not_found() -> RefusedError:
    return RefusedError(404, "NOT_FOUND", "sha256", "ไม่พบรูปนี้", "There is no such photograph")


def bad_width(widths: tuple[int, ...]) -> RefusedError:
    listed = ", ".join(map(str, widths))
    return RefusedError(
        400, "BAD_WIDTH", "width", f"width ใช้ได้: {listed}", f"width must be one of {listed}, or be left out"
    )


def too_slow(seconds: int) -> RefusedError:
    return RefusedError(
        408,
        "TOO_SLOW",
        "body",
        f"ไม่ได้รับข้อมูลนาน {seconds} วินาที เก็บรูปไว้แล้วส่งอีกครั้ง",
        f"Nothing came for {seconds} s. Keep the photograph and send it again",
        retry_after=1,
    )


def too_large(bytes_max: int) -> RefusedError:
    most = f"{bytes_max / 1_000_000:g}"
    return RefusedError(
        413,
        "TOO_LARGE",
        "body",
        f"รูปใหญ่เกิน {most} MB ย่อรูปแล้วส่งใหม่",
        f"The photograph is larger than {most} MB. Make it smaller and send that",
    )


def unsupported() -> RefusedError:
    return RefusedError(
        415,
        "UNSUPPORTED_TYPE",
        "body",
        "ไฟล์นี้ไม่ใช่รูป JPEG, PNG, WebP หรือ HEIC ที่อ่านได้",
        "This file is no JPEG, PNG, WebP or HEIC that can be read",
    )


def empty() -> RefusedError:
    return RefusedError(422, "EMPTY", "body", "ไม่ได้รับข้อมูลรูป", "There is nothing in the body")


def digest_mismatch(found: str) -> RefusedError:
    return RefusedError(
        422,
        "DIGEST_MISMATCH",
        "sha256",
        f"ข้อมูลที่ได้รับไม่ตรงกับที่อยู่ (ได้ {found}) ส่งอีกครั้ง",
        f"What arrived has another digest than the address ({found}). Send it again",
    )


def too_many_pixels(width: int, height: int, pixels_max: int) -> RefusedError:
    size, most = f"{width:,} × {height:,}", f"{pixels_max / 1_000_000:g}"
    return RefusedError(
        422,
        "TOO_MANY_PIXELS",
        "body",
        f"รูปขนาด {size} พิกเซล เกิน {most} ล้านพิกเซล ย่อรูปแล้วส่งใหม่",
        f"The photograph has {size} pixels, more than {most} million. Make it smaller and send that",
    )


def unreadable() -> RefusedError:
    return RefusedError(
        422,
        "UNREADABLE",
        "body",
        "รูปเสียหรือมาไม่ครบ ถ่ายใหม่หรือส่งเป็น JPEG",
        "The photograph is damaged or incomplete. Take it again, or send it as JPEG",
    )


def too_many_uploads(retry_after: int) -> RefusedError:
    return RefusedError(
        429,
        "TOO_MANY_UPLOADS",
        None,
        "ส่งรูปถี่เกินไป เก็บรูปไว้แล้วส่งอีกครั้งภายหลัง",
        "Too many photographs in a short time. Keep them and send them later",
        retry_after=retry_after,
    )


def busy() -> RefusedError:
    return RefusedError(
        503,
        "BUSY",
        None,
        "มีรูปเข้ามาพร้อมกันมาก เก็บรูปไว้แล้วส่งอีกครั้ง",
        "Many photographs are coming in at once. Keep yours and send it again",
        retry_after=5,
    )


def unavailable() -> RefusedError:
    return RefusedError(
        503,
        "UNAVAILABLE",
        None,
        "ระบบเก็บรูปไม่ได้ในตอนนี้ เก็บรูปไว้แล้วส่งอีกครั้ง",
        "This cannot be done right now. Keep the photograph and send it again",
        retry_after=5,
    )


def store_full() -> RefusedError:
    return RefusedError(
        507,
        "STORE_FULL",
        None,
        "ที่เก็บรูปเต็ม เก็บรูปไว้แล้วส่งอีกครั้งภายหลัง ยอดที่ส่งแล้วไม่หาย",
        "There is no room for photographs. Keep it and send it later; tallies sent are not lost",
        retry_after=60,
    )
