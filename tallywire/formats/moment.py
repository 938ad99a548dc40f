"""Which moment of an election is exported, as whoever asks names it."""

from dataclasses import dataclass

from db.definitions import ElectionDefinition
from feed.position import BadCursorError, decode
from tallywire.formats.selection import ExportRefusedError


@dataclass(frozen=True, slots=True)
class Moment:
    """A cut by its number, a position by its cursor; neither: the newest."""

    cut: int | None = None
    cursor: str | None = None


def entry_at(definition: ElectionDefinition, cursor: str) -> int:
    """The last entry of the log that counts at this cursor. Raises ExportRefusedError."""
    try:
        position = decode(cursor)
    except BadCursorError as error:
        raise ExportRefusedError("at: ไม่ใช่ cursor", "at: this is no cursor") from error
    if position.epoch != definition.epoch:
        raise ExportRefusedError(
            "at: เป็น cursor ของการเลือกตั้งอื่น หรือของข้อมูลชุดก่อน",
            "at: this cursor is of another election, or of an earlier load of it",
        )
    return max(position.sequence, 0)


def beyond(sequence: int) -> ExportRefusedError:
    """The log ends at this entry, and a later one was named."""
    return ExportRefusedError(f"at: บันทึกมีถึงลำดับที่ {sequence}", f"at: the log ends at entry {sequence}")
