"""`tallywire enrolment-codes`: makes codes and prints them as sheets; they are shown nowhere else, and never again."""

import contextlib
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, TextIO

import asyncpg
import typer
from rich.progress import track

from counting.vocabulary import Language, Role
from db.audit import COMMAND_LINE
from db.definitions import ElectionDefinition, read_definition
from db.enrolment import EnrolmentCode, create_codes
from gql.limits import CODES_MAX
from tallywire.code_sheets import Allotment, Print, UnknownPlaceError, allot, render, sheet_count
from tallywire.commands.running import DatabaseUrl, DataDir, errors, fail, output, run, settings_from
from tallywire.storage import open_storage


def enrolment_codes_command(
    out: Annotated[Path, typer.Option("--output", "-o", help="The HTML file to write; it must not be there yet.")],
    election: Annotated[str | None, typer.Option(help="The election; needed where several are loaded.")] = None,
    role: Annotated[Role, typer.Option(help="What the holders may do.", case_sensitive=False)] = Role.VOLUNTEER,
    area: Annotated[list[str] | None, typer.Option(help="Volunteers of this area's stations.")] = None,
    station: Annotated[list[str] | None, typer.Option(help="Volunteers of this station.")] = None,
    stations_a_code: Annotated[int, typer.Option(min=1, max=100, help="Stations that one volunteer reports from.")] = 3,
    count: Annotated[
        int, typer.Option(min=1, max=100, help="Codes for each group of stations; for other roles, codes in all.")
    ] = 1,
    expires: Annotated[
        str | None, typer.Option(help="When unused codes end: 2022-05-22T20:00, election's time.")
    ] = None,
    address: Annotated[str, typer.Option(help="Where phones reach this service: https://…")] = "http://127.0.0.1:8000",
    lang: Annotated[Language, typer.Option(help="The language of the slips.", case_sensitive=False)] = Language.TH,
    data_dir: DataDir = None,
    database_url: DatabaseUrl = None,
) -> None:
    """Make one-time enrolment codes and print them: A4 sheets of eight slips with QR codes, in one HTML file."""
    settings = settings_from(data_dir=data_dir, database_url=database_url)
    if not address.startswith(("https://", "http://")) or any(mark in address for mark in "#?"):
        fail("--address must be like https://wire.example, without ? and #")

    async def work() -> int:
        async with open_storage(settings) as database, database.pool.acquire() as connection:
            definition = await _definition(connection, election)
            ends = _moment(expires, definition)
            allotments = _allotments(definition, role, area or [], station or [], stations_a_code, count)
            with _opened(out) as file, _gone_on_failure(out):
                job = Print(
                    definition.name,
                    role,
                    address.rstrip("/"),
                    lang,
                    datetime.now(UTC).astimezone(definition.zone),
                    ends,
                    definition.is_test,
                )
                lists = [[one.id for one in allotment.stations] for allotment in allotments]
                async with connection.transaction():
                    codes = await create_codes(connection, definition.id, role, lists, ends, COMMAND_LINE)
                    # Written before the codes are good: of those that work, none is lost.
                    _write(file, job, allotments, codes)
            return len(codes)

    made = run(work)
    errors.print("keep this file from everybody else, and delete it once it is printed: each code makes a reporter")
    output.print(f"{made:,} codes in {out}", markup=False)


async def _definition(connection: asyncpg.pool.PoolConnectionProxy, election: str | None) -> ElectionDefinition:
    known = [row["id"] for row in await connection.fetch("SELECT id FROM election ORDER BY id")]
    if election is None and len(known) != 1:
        fail(f"name the election with --election; there is: {', '.join(known) or 'none'}")
    definition = await read_definition(connection, election or known[0]) if election in (None, *known) else None
    if definition is None:
        fail(f"no election {election} is loaded; there is: {', '.join(known) or 'none'}")
    return definition


def _moment(text: str | None, definition: ElectionDefinition) -> datetime | None:
    """Without an offset, the election's own time; what is past would make codes that never work."""
    if text is None:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        fail(f"--expires must be like 2022-05-22T20:00, not {text}")
    moment = moment if moment.tzinfo else moment.replace(tzinfo=definition.zone)
    if moment <= datetime.now(UTC):
        fail(f"--expires {text} is past")
    return moment.astimezone(definition.zone)


def _allotments(
    definition: ElectionDefinition, role: Role, areas: list[str], stations: list[str], stations_a_code: int, count: int
) -> list[Allotment]:
    if role is not Role.VOLUNTEER:
        if areas or stations:
            fail("only volunteers report from stations: leave --area and --station out")
        return [Allotment(None, ())] * count
    try:
        found = allot(definition, areas, stations, stations_a_code=stations_a_code, codes_a_group=count)
    except UnknownPlaceError as error:
        fail(f"{error} in {definition.id}")
    if not 1 <= len(found) <= CODES_MAX.default:
        fail(f"that would be {len(found):,} codes; 1 to {CODES_MAX.default:,} are printed at once")
    return found


def _opened(path: Path) -> TextIO:
    """Readable by its owner alone: whoever has the file can report."""
    try:
        path.touch(mode=0o600, exist_ok=False)
        return path.open("w", encoding="utf-8")
    except FileExistsError:
        fail(f"{path} is there already; codes are never written over")
    except OSError as error:
        fail(f"cannot write {path}: {error.strerror}")


@contextlib.contextmanager
def _gone_on_failure(path: Path) -> Iterator[None]:
    try:
        yield
    except BaseException:
        path.unlink(missing_ok=True)
        raise


def _write(file: TextIO, job: Print, allotments: list[Allotment], codes: list[EnrolmentCode]) -> None:
    try:
        parts = render(job, allotments, codes)
        for part in track(parts, "printing", sheet_count(allotments), console=errors, transient=True):
            file.write(part)
        file.flush()
    except OSError as error:
        fail(f"cannot write {file.name}: {error.strerror}; no code was made")
