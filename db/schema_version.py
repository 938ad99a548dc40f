"""Whether the tables fit the code: migrations only add, so newer tables serve older code, down to a floor.

A migration that takes something away (the contracting half of a change, a release after its expanding half) names in
`FLOOR` the oldest revision whose code still works on what it leaves; the database remembers it in `schema_floor`.
"""

from dataclasses import dataclass
from functools import cache
from pathlib import Path

import asyncpg
from alembic.config import Config
from alembic.script import ScriptDirectory

READ = "SELECT version_num FROM alembic_version"
READ_FLOOR = "SELECT floor FROM schema_floor"


class SchemaMismatchError(Exception):
    """The database's tables do not fit this code; the message says in one line what is wrong."""


@dataclass(frozen=True, slots=True)
class SchemaState:
    """`found`: the database's revision; `known`: the newest that this code knows; `floor`: the oldest that still works.

    Revisions are numbers with leading zeros, in order; None: there are no tables yet, or no floor.
    """

    found: str | None
    known: str
    floor: str | None

    @property
    def older(self) -> bool:
        return self.found is None or self.found < self.known

    @property
    def newer(self) -> bool:
        return self.found is not None and self.found > self.known

    @property
    def works(self) -> bool:
        return not self.older and (self.floor is None or self.known >= self.floor)

    @property
    def problem(self) -> str | None:
        """In one line; None where it works."""
        if self.older:
            return f"the database's tables are at {self.found or 'nothing'}, and this tallywire needs {self.known}"
        if not self.works:
            return (
                f"the database's tables are at {self.found} and want a tallywire that knows {self.floor};"
                f" this one knows {self.known}: install a newer one"
            )
        return None


def configuration() -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    config.set_main_option("path_separator", "os")
    return config


@cache
def head_revision() -> str:
    """The newest that this code knows."""
    head = ScriptDirectory.from_config(configuration()).get_current_head()
    assert head is not None
    return head


async def read_schema(connection: asyncpg.Pool | asyncpg.Connection) -> SchemaState:
    """As the database stands now."""
    try:
        found = await connection.fetchval(READ)
    except asyncpg.UndefinedTableError:
        return SchemaState(None, head_revision(), None)
    try:
        floor = await connection.fetchval(READ_FLOOR)
    except asyncpg.UndefinedTableError:
        floor = None
    return SchemaState(found, head_revision(), floor)
