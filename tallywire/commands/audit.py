"""`tallywire audit export` and `tallywire audit forget-addresses`."""

import csv
import io
from datetime import UTC, datetime
from enum import StrEnum
from typing import Annotated, Any

import orjson
import typer

from db.audit_reading import AuditFilter, AuditRecord, forget_addresses, whole_audit
from tallywire.commands.running import DatabaseUrl, DataDir, fail, output, run, settings_from
from tallywire.storage import open_storage

COLUMNS = ("id", "recorded_at", "election", "actor", "actor_role", "action", "subject", "details", "address")
# Spreadsheets run what begins so.
FORMULA = ("=", "+", "-", "@", "\t", "\r")


class Format(StrEnum):
    CSV = "csv"
    JSON = "json"


audit_cli = typer.Typer(
    help="Who changed what, and when: read it whole, or forget addresses.", invoke_without_command=True
)


@audit_cli.callback()
def audit_command(
    context: typer.Context,
    form: Annotated[Format, typer.Option("--format", help="csv, or json: one object a line.")] = Format.CSV,
    election: Annotated[str | None, typer.Option(help="Only records of this election.")] = None,
    data_dir: DataDir = None,
    database_url: DatabaseUrl = None,
) -> None:
    """Print every record of the audit, in order, as it stands at this moment."""
    if context.invoked_subcommand is not None:
        return
    settings = settings_from(data_dir=data_dir, database_url=database_url)

    async def work() -> None:
        write = _csv_line if form is Format.CSV else _json_line
        async with open_storage(settings) as database, database.pool.acquire() as connection:
            typer.echo(_row(COLUMNS) if form is Format.CSV else "", nl=False)
            async for record in whole_audit(connection, AuditFilter(election)):
                typer.echo(write(record), nl=False)

    run(work)


@audit_cli.command("forget-addresses")
def forget_command(
    before: Annotated[str, typer.Option(help="Addresses of records older than this: 2022-06-22.")],
    data_dir: DataDir = None,
    database_url: DatabaseUrl = None,
) -> None:
    """Delete the network addresses of old records, as personal data; the records stay."""
    settings = settings_from(data_dir=data_dir, database_url=database_url)
    try:
        moment = datetime.fromisoformat(before)
    except ValueError:
        fail(f"--before must be like 2022-06-22 or 2022-06-22T00:00+07:00, not {before}")
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)

    async def work() -> int:
        async with open_storage(settings) as database, database.pool.acquire() as connection:
            return await forget_addresses(connection, moment)

    output.print(f"{run(work):,} addresses forgotten, of records before {moment.isoformat()}", markup=False)


def _values(record: AuditRecord) -> dict[str, Any]:
    return {
        "id": record.id,
        "recorded_at": record.recorded_at.astimezone(UTC).isoformat(),
        "election": record.election_id,
        "actor": record.actor,
        "actor_role": record.actor_role and record.actor_role.value,
        "action": record.action,
        "subject": record.subject,
        "details": orjson.loads(record.details_json),
        "address": record.address,
    }


def _json_line(record: AuditRecord) -> str:
    return orjson.dumps(_values(record)).decode() + "\n"


def _csv_line(record: AuditRecord) -> str:
    values = {**_values(record), "details": record.details_json}
    return _row([_cell(values[column]) for column in COLUMNS])


def _cell(value: Any) -> str:
    text = "" if value is None else str(value)
    return f"'{text}" if text.startswith(FORMULA) else text


def _row(cells: Any) -> str:
    line = io.StringIO()
    csv.writer(line).writerow(cells)
    return line.getvalue()
