"""What a package would change of the election that stands: told to whoever brings it after the count has begun."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from counting.election import Election
from db.database import Connection
from db.definition_rows import ELECTION_COLUMNS, definition_tables, election_values
from db.official import figures_digest, versions

# What an import draws or derives by itself.
DRAWN = frozenset({"id", "epoch", "phase", "ruleset", "package_sha256", "imported_at"})
ORDER = "ordinal"
OF_CONTESTS = "contest_id IN (SELECT id FROM contest WHERE election_id = $1)"
OF_ELECTION = "election_id = $1"
# By table: which rows are the election's, and the columns that name one.
KEYS = {
    "area": (OF_ELECTION, ("id",)),
    "contest": (OF_ELECTION, ("id",)),
    "candidate": (OF_CONTESTS, ("id",)),
    "station": (OF_ELECTION, ("id",)),
    "station_contest": (OF_CONTESTS, ("station_id", "contest_id")),
}

Row = Mapping[str, Any]
Key = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class DefinitionChange:
    """One difference. `key`: the codes that name the row, as the package writes them; empty for the election itself.

    `column` None: the whole row, which is new where `stood` is None and gone where it is not. `column` "ordinal": the
    order of rows is another from this one on. `table` "official_figure": figures that no version of them has.
    """

    table: str
    key: Key
    column: str | None = None
    stood: Any = None
    brought: Any = None


async def definition_changes(connection: Connection, election: Election) -> tuple[DefinitionChange, ...]:
    """All differences, table by table, rows in the package's order; those that are gone stand last."""
    found = [*_of_election(await _election_row(connection, election.id), election)]
    for table, columns, rows in definition_tables(election):
        where, names = KEYS[table]
        fetched = await connection.fetch(f"SELECT {', '.join(columns)} FROM {table} WHERE {where}", election.id)
        standing = [dict(row) for row in fetched]
        brought = [dict(zip(columns, row, strict=True)) for row in rows]
        found += _of_table(table, _keyed(standing, names, election.id), _keyed(brought, names, election.id))
    known = {version.sha256 for version in await versions(connection, election.id)}
    if election.official and figures_digest(election.official) not in known:
        found.append(DefinitionChange("official_figure", ()))
    return tuple(found)


async def _election_row(connection: Connection, election_id: str) -> Row:
    row = await connection.fetchrow("SELECT * FROM election WHERE id = $1", election_id)
    assert row is not None  # the caller holds its lock
    return dict(row)


def _of_election(standing: Row, election: Election) -> Iterator[DefinitionChange]:
    brought = dict(zip(ELECTION_COLUMNS, election_values(election, ""), strict=True))
    for column in ELECTION_COLUMNS:
        if column == "bounds":
            for rule, value in brought[column].items():
                if value != (stood := standing[column].get(rule)):
                    yield DefinitionChange("election", (), f"rules.{rule}", stood, value)
        elif column not in DRAWN and standing[column] != brought[column]:
            yield DefinitionChange("election", (), column, standing[column], brought[column])


def _keyed(rows: Sequence[Row], names: Key, election_id: str) -> dict[Key, Row]:
    """By codes, with codes in the place of ids, in the order of the package."""
    ordered = sorted(rows, key=lambda row: row[ORDER]) if rows and ORDER in rows[0] else rows
    coded: Iterator[Row] = ({name: _code(value, election_id) for name, value in row.items()} for row in ordered)
    return {tuple(row[name] for name in names): row for row in coded}


def _code(value: Any, election_id: str) -> Any:
    return value.removeprefix(f"{election_id}/") if isinstance(value, str) else value


def _of_table(table: str, standing: dict[Key, Row], brought: dict[Key, Row]) -> Iterator[DefinitionChange]:
    for key, row in brought.items():
        stood = standing.get(key)
        if stood is None:
            yield DefinitionChange(table, key, brought=key)
            continue
        for column, value in row.items():
            if column not in (ORDER, "election_id") and stood[column] != value:
                yield DefinitionChange(table, key, column, stood[column], value)
    moved = _moved([key for key in standing if key in brought], [key for key in brought if key in standing])
    if moved and ORDER in brought[moved]:
        yield DefinitionChange(table, moved, ORDER)
    for key in standing:
        if key not in brought:
            yield DefinitionChange(table, key, stood=key)


def _moved(standing: list[Key], brought: list[Key]) -> Key | None:
    """The first row that stands at another place among those that both have."""
    return next((after for before, after in zip(standing, brought, strict=True) if before != after), None)
