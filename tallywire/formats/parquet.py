"""For data desks: Parquet, a row for each candidate at each station, typed; what is not known is null, never 0.

pyarrow is 55 MB, so it is an extra: `pip install 'tallywire[parquet]'`.
"""

from collections.abc import Sequence
from typing import Any

from db.station_counts import StationCounted
from tallywire.formats.picture import Picture, code
from tallywire.formats.selection import ExportRefusedError, no_level
from tallywire.formats.stations_csv import county, state
from tallywire.formats.writer import Sink, Writer

# Rows that are held before they are written as one group.
GROUP_ROWS = 65_536
TEXTS = (
    *("contest", "office", "area", "county", "station", "state", "candidate"),
    *("candidate_name_th", "candidate_name_en", "party_th", "party_en", "location_th", "location_en"),
)
NUMBERS = (
    *("ballot_number", "votes", "registered_voters", "valid_ballots", "invalid_ballots", "no_vote_ballots"),
    *("ballots_cast", "held_tallies"),
)


class Parquet(Writer):
    """Raises ExportRefusedError where pyarrow is not installed, or a level is named."""

    wants_counts = True

    def __init__(self, picture: Picture, sink: Sink) -> None:
        super().__init__(picture, sink)
        no_level(picture.selection)
        try:
            import pyarrow as arrow
            import pyarrow.parquet as parquet
        except ImportError as error:
            raise ExportRefusedError(
                "เครื่องนี้ไม่มี pyarrow ติดตั้งด้วย pip install 'tallywire[parquet]'",
                "this needs pyarrow, which is not installed here: pip install 'tallywire[parquet]'",
            ) from error
        self._arrow = arrow
        self._schema = _schema(arrow, picture)
        self._writer = parquet.ParquetWriter(_Whole(sink), self._schema, compression="zstd")
        self._columns: dict[str, list[Any]] = {name: [] for name in self._schema.names}
        self._rows = 0

    def counts(self, page: Sequence[StationCounted]) -> None:
        for one in page:
            self._add(one)
        if self._rows >= GROUP_ROWS:
            self._flush()

    def end(self) -> None:
        self._flush()

    def close(self) -> None:
        self._writer.close()

    def _add(self, one: StationCounted) -> None:
        definition = self.picture.definition
        contest, area, numbers = definition.contests[one.contest_id], definition.areas[one.place.area_id], one.numbers
        votes = numbers.votes if numbers else (None,) * len(contest.candidates)
        shared = {
            "contest": code(contest.id),
            "office": contest.office,
            "area": code(area.id),
            "county": code(county(area).id),
            "station": code(one.place.id),
            "state": state(one),
            "location_th": one.place.location.th,
            "location_en": one.place.location.en,
            "registered_voters": one.registered,
            "valid_ballots": numbers.valid_ballots if numbers else None,
            "invalid_ballots": numbers.invalid_ballots if numbers else None,
            "no_vote_ballots": numbers.no_vote_ballots if numbers else None,
            "ballots_cast": numbers.counted if numbers else None,
            "held_tallies": one.held,
            "last_sequence": one.sequence,
            "updated_at": one.recorded_at,
        }
        for candidate, number in zip(contest.candidates, votes, strict=True):
            row = shared | {
                "candidate": code(candidate.id),
                "candidate_name_th": candidate.name.th,
                "candidate_name_en": candidate.name.en,
                "party_th": candidate.party.th if candidate.party else None,
                "party_en": candidate.party.en if candidate.party else None,
                "ballot_number": candidate.ballot_number,
                "votes": number,
            }
            for name, column in self._columns.items():
                column.append(row[name])
            self._rows += 1

    def _flush(self) -> None:
        if self._rows:
            self._writer.write_table(self._arrow.table(self._columns, schema=self._schema))
            self._columns = {name: [] for name in self._columns}
            self._rows = 0


def _schema(arrow: Any, picture: Picture) -> Any:
    fields = [
        *((name, arrow.string()) for name in TEXTS),
        *((name, arrow.int64()) for name in NUMBERS),
        ("last_sequence", arrow.int64()),
        ("updated_at", arrow.timestamp("us", tz="UTC")),
    ]
    told = {
        "election": picture.definition.id,
        "isTest": str(picture.definition.is_test).lower(),
        "cut": "" if picture.cut is None else str(picture.cut),
        "sequence": str(picture.board.sequence),
        "takenAt": picture.taken or "",
        "phase": picture.phase.value,
    }
    return arrow.schema(fields, metadata=told)


class _Whole:
    """A sink as pyarrow wants one: it asks where it is, and never goes back."""

    closed = False

    def __init__(self, sink: Sink) -> None:
        self._sink = sink
        self._at = 0

    def write(self, content: Any) -> int:
        piece = bytes(content)
        self._sink.write(piece)
        self._at += len(piece)
        return len(piece)

    def tell(self) -> int:
        return self._at

    def flush(self) -> None: ...

    def close(self) -> None: ...

    def readable(self) -> bool:
        return False

    def seekable(self) -> bool:
        return False

    def writable(self) -> bool:
        return True
