"""What commands share: running asynchronous work, ending on bad input with one clear line and exit code 2."""

import asyncio
import contextlib
import re
import warnings
from collections.abc import Callable, Coroutine, Iterator, Sequence
from pathlib import Path
from typing import Annotated, Any, NoReturn, TypeVar

import typer
import uvloop
from pydantic import ValidationError
from pydantic_settings import SettingsError
from rich.console import Console

from db.database import DatabaseUnavailableError
from db.embedded import EmbeddedPostgresError
from db.schema_version import SchemaMismatchError
from feed.bell import BellUrlError
from tallywire.edge import BadSettingError
from tallywire.evidence.store import StoreUrlError
from tallywire.logs import Format, Level, configure_log
from tallywire.settings import SecretFileError, Settings

BAD_INPUT = 2
Outcome = TypeVar("Outcome")
errors = Console(stderr=True, highlight=False, soft_wrap=True)
output = Console(highlight=False, soft_wrap=True)

DataDir = Annotated[
    Path | None, typer.Option("--data-dir", help="Folder of the embedded PostgreSQL.", show_default=False)
]
DatabaseUrl = Annotated[
    str | None,
    typer.Option("--database-url", help="Any PostgreSQL 15+ instead of the embedded one.", show_default=False),
]


def settings_from(**given: Any) -> Settings:
    """Settings of the environment, with what the command line gave in their place."""
    try:
        return Settings(**{name: value for name, value in given.items() if value is not None})
    except SecretFileError as error:
        fail(str(error))
    except ValidationError as error:
        # The value itself may be a secret.
        fail("; ".join(f"{_variable(one['loc'])}: {one['msg']}" for one in error.errors()))
    except SettingsError as error:
        name = re.search(r'field "(\w+)"', str(error))
        fail(f"{_variable(name.groups() if name else ())}: must be JSON, as docs/settings.md shows it")


def _variable(place: Sequence[int | str]) -> str:
    return "_".join(("TALLYWIRE", *(str(part) for part in place[:1]))).upper()


def fail(line: str) -> NoReturn:
    errors.print(f"tallywire: {line}", markup=False)
    raise typer.Exit(BAD_INPUT)


@contextlib.contextmanager
def clear_failures() -> Iterator[None]:
    """What can go wrong with a database, its folder, the store of photographs or the doorbell, said in one line."""
    try:
        yield
    except (
        *(DatabaseUnavailableError, EmbeddedPostgresError, SchemaMismatchError),
        *(StoreUrlError, BellUrlError, BadSettingError),
    ) as error:
        fail(str(error))


def run(
    work: Callable[[], Coroutine[Any, Any, Outcome]], format_: Format = "text", level: Level = "WARNING"
) -> Outcome:
    """Runs to the end; Ctrl-C ends with 130. `format_`, `level`: of the log, on standard error."""
    # Where a session has no runtime folder, platformdirs warns on every start and takes /tmp, which is fine.
    warnings.filterwarnings("ignore", module="platformdirs")
    configure_log(format_, level)
    try:
        with clear_failures():
            return uvloop.run(work())
    except (KeyboardInterrupt, asyncio.CancelledError):
        raise typer.Exit(130) from None
