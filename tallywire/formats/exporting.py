"""An export out of a database, without a server: the board is folded from the newest cut and the log, as at a start."""

from datetime import datetime

from db.cuts import read_cut
from db.database import Database
from db.definitions import ElectionDefinition, read_definition
from db.log import ElectionState, read_states
from feed.board import GapError
from feed.history import History
from tallywire.formats.catalogue import Format
from tallywire.formats.moment import Moment, beyond, entry_at
from tallywire.formats.picture import OPENED, Picture
from tallywire.formats.selection import ExportRefusedError, Selection
from tallywire.formats.writer import Sink, write


async def find_election(database: Database, wanted: str | None) -> ElectionDefinition:
    """The one that is there, where none is named. Raises ExportRefusedError."""
    known = await read_states(database.pool)
    if wanted is None and len(known) == 1:
        wanted = next(iter(known))
    if wanted not in known:
        names = ", ".join(known) or "–"
        if wanted is None:
            raise ExportRefusedError(f"ระบุ --election: {names}", f"name the election, with --election: {names}")
        raise ExportRefusedError(
            f"ไม่มีการเลือกตั้ง {wanted} มี {names}", f"there is no election {wanted}; there are {names}"
        )
    async with database.pool.acquire() as connection:
        definition = await read_definition(connection, wanted)
    assert definition is not None
    return definition


async def export(
    database: Database, definition: ElectionDefinition, form: Format, selection: Selection, moment: Moment, sink: Sink
) -> Picture:
    """Writes it; what it was of. Raises ExportRefusedError."""
    state = (await read_states(database.pool))[definition.id]
    sequence, taken_at = await _position(database, definition, state, moment)
    try:
        board = await History(definition).at(database.pool, sequence)
    except GapError as error:
        raise beyond(state.sequence) from error
    shown = Picture(board, state.phase, moment.cut, taken_at or board.last_report_at, selection)
    await write(form.writer(shown, sink), database.pool)
    return shown


async def _position(
    database: Database, definition: ElectionDefinition, state: ElectionState, moment: Moment
) -> tuple[int, datetime | None]:
    """The entry up to which is counted, and when a cut was taken. Raises ExportRefusedError."""
    if moment.cut is not None:
        cut = await read_cut(database.pool, definition.id, definition.epoch, moment.cut)
        if cut is None:
            raise ExportRefusedError(f"ไม่มีผลรอบที่ {moment.cut}", f"there is no cut {moment.cut}")
        return cut.sequence, cut.taken_at
    if moment.cursor is None:
        return (state.sequence if state.phase in OPENED else 0), None
    return entry_at(definition, moment.cursor), None
