"""Every row of every table as a line of JSON, out of one database and into an empty one.

The tables are those that SQLModel knows, parents before children; PostgreSQL itself writes and reads the lines, so that
a new column needs nothing here. What lets somebody in (digests of tokens and codes) stays behind, unless asked for.
"""

from collections.abc import AsyncIterator, Sequence

from sqlalchemy import Integer, Table
from sqlmodel import SQLModel

import db.tables  # noqa: F401
from db.database import Connection

PAGE = 500
# Rows of these name one another, in any order.
TOGETHER = frozenset({"area"})
# Put in place of a digest: no digest is of this form, and nobody can tell from it what it was.
WITHHELD = "'withheld:' || encode(sha256(convert_to($1 || t.{0}, 'UTF8')), 'hex')"
SECRETS = {"reporter": "token_sha256", "enrolment_code": "code_sha256", "enrolment_code_station": "code_sha256"}
# Times and bytes are written in one way, whatever the database is set to.
AS_WRITTEN = "SET LOCAL TIME ZONE 'UTC'; SET LOCAL bytea_output = 'hex'"
READ = "SELECT row_to_json(t)::text AS line FROM {0} t ORDER BY {1}"
READ_WITHHELD = "SELECT (to_jsonb(t) || jsonb_build_object('{2}', {3}))::text AS line FROM {0} t ORDER BY {1}"
WRITE = """
    INSERT INTO {0} OVERRIDING SYSTEM VALUE
    SELECT r.* FROM unnest($1::text[]) AS line, LATERAL json_populate_record(NULL::{0}, line::json) AS r
"""
COUNT_UP = "SELECT setval(pg_get_serial_sequence($1, $2), (SELECT max({1}) FROM {0})) WHERE EXISTS (SELECT FROM {0})"
# What migrations themselves keep.
OF_THE_TABLES = frozenset({"schema_floor"})


def tables() -> list[str]:
    """Their names, parents before children."""
    return [table.name for table in SQLModel.metadata.sorted_tables if table.name not in OF_THE_TABLES]


async def read_revision(connection: Connection) -> str:
    """Which migration the tables are at."""
    return str(await connection.fetchval("SELECT version_num FROM alembic_version"))


async def first_filled(connection: Connection) -> str | None:
    """A table in which there is a row; None where all are empty."""
    for name in sorted(tables(), key=lambda name: name != "election"):
        if await connection.fetchval(f"SELECT EXISTS (SELECT FROM {name})"):
            return name
    return None


async def count_rows(connection: Connection, name: str) -> int:
    return int(await connection.fetchval(f"SELECT count(*) FROM {name}"))


async def read_lines(connection: Connection, name: str, salt: str | None) -> AsyncIterator[str]:
    """A table's rows, in the order of its key; inside a transaction. `salt`: digests are withheld, made unlike by it.

    Withheld ones still lead from row to row: the same digest is withheld in the same way.
    """
    table = SQLModel.metadata.tables[name]
    key, secret = ", ".join(f"t.{column.name}" for column in table.primary_key), SECRETS.get(name)
    if salt is None or secret is None:
        cursor = connection.cursor(READ.format(name, key), prefetch=PAGE)
    else:
        withheld = READ_WITHHELD.format(name, key, secret, WITHHELD.format(secret))
        cursor = connection.cursor(withheld, salt, prefetch=PAGE)
    async for row in cursor:
        yield row["line"]


async def write_lines(connection: Connection, name: str, lines: Sequence[str]) -> None:
    """Raises what the database says of lines that are no rows of this table."""
    await connection.execute(WRITE.format(name), list(lines))


async def count_up(connection: Connection) -> None:
    """Numbers that the database gives go on behind those that were written."""
    for table in SQLModel.metadata.sorted_tables:
        for column in _numbered(table):
            await connection.execute(COUNT_UP.format(table.name, column), table.name, column)


def _numbered(table: Table) -> list[str]:
    """Columns that the database numbers."""
    key = table.autoincrement_column
    return [] if key is None or not isinstance(key.type, Integer) or key.foreign_keys else [key.name]
