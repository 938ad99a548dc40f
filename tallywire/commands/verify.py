"""`tallywire verify`."""

import asyncio
import hashlib
from dataclasses import replace
from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit

import httpx
import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from ledger.checkpoint import COSIGNATURE
from ledger.fork import heads_of
from ledger.note import BadKeyError, BadNoteError, VerifierKey, parse_key
from tallywire.commands.running import errors, fail, output, settings_from
from tallywire.commands.verify_paper import check_paper, is_paper
from tallywire.verify.checking import Outcome, Wanted, check
from tallywire.verify.memory import recall, remember
from tallywire.verify.served import Served
from tallywire.verify.source import Address, Folder, Saved, Source, SourceError
from tallywire.verify.summary import summary
from tallywire.verify.where import NoElectionError, Place, files_of, photographs_of, place_of
from tallywire.verify.witnessed import Witnesses

FAULTS_SHOWN = 50


def verify_command(
    place: Annotated[
        str, typer.Argument(metavar="URL|FOLDER|FILE", help="A server, a copy, a receipt, or evidence of a fork.")
    ],
    election: Annotated[str | None, typer.Option(help="Which election, where the server has several.")] = None,
    key: Annotated[list[str] | None, typer.Option(help="The log's key, as `tallywire key` prints it.")] = None,
    state: Annotated[Path | None, typer.Option(help="Where the last head seen is kept.", show_default=False)] = None,
    forget: Annotated[bool, typer.Option("--forget", help="Forget the head seen before, and begin anew.")] = False,
    save: Annotated[Path | None, typer.Option(help="Keep a copy in this folder, to verify it offline.")] = None,
    stations: Annotated[
        bool | None,
        typer.Option("--stations/--no-stations", help="Compare every station's tally too (small elections: always)."),
    ] = None,
    cuts: Annotated[
        bool | None,
        typer.Option("--cuts/--no-cuts", help="Check every cut's results file (few: always; else the newest)."),
    ] = None,
    evidence: Annotated[bool, typer.Option("--evidence", help="Fetch every photograph and check its digest.")] = False,
    witness: Annotated[list[str] | None, typer.Option(help="A witness's key: it must have cosigned the head.")] = None,
    quorum: Annotated[
        int | None, typer.Option(min=1, help="So many of the witnesses named are enough; else all.", show_default=False)
    ] = None,
    token: Annotated[str | None, typer.Option(envvar="TALLYWIRE_TOKEN", help="To read there, if needed.")] = None,
) -> None:
    """Check a log from its first entry to its last, add up every result, and compare it with what is served.

    Trusts nothing that the server computed. Ends with 0 and the numbers, or with 1 and what is wrong, station by
    station; with 2 where nothing could be checked.
    """
    keys = [_key(text) for text in key or []]
    witnesses = _witnesses(witness or [], quorum)
    if is_paper(Path(place)):
        check_paper(Path(place), keys, witnesses)
        return
    wanted = Wanted(stations, cuts=cuts, witnesses=witnesses)
    try:
        sound = asyncio.run(_run(place, election, keys, state, forget, save, wanted, evidence, token))
    except (SourceError, NoElectionError) as error:
        fail(str(error))
    except BadNoteError as error:
        errors.print(f"tallywire: the head of the log cannot be trusted: {error}", markup=False)
        raise typer.Exit(1) from error
    except KeyboardInterrupt:
        raise typer.Exit(130) from None
    if not sound:
        raise typer.Exit(1)


async def _run(
    given: str,
    election: str | None,
    keys: list[VerifierKey],
    state: Path | None,
    forget: bool,
    save: Path | None,
    wanted: Wanted,
    evidence: bool,
    token: str | None,
) -> bool:
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    async with httpx.AsyncClient(headers=headers, timeout=60, follow_redirects=True) as client:
        place = await place_of(given, election, client)
        source: Source = Folder(place.folder) if place.folder else Address(client, place.election)
        source = Saved(source, save) if save else source
        remembered = state or _state_file(place)
        memory = None if forget or remembered is None else recall(remembered)
        photographs = photographs_of(place, client, save) if evidence else None
        with _progress() as progress:
            tasks: dict[str, int] = {}

            def told(what: str, done: int, of: int) -> None:
                if what not in tasks:
                    tasks[what] = progress.add_task(what, total=of)
                progress.update(tasks[what], completed=done)  # type: ignore[arg-type]

            served = None if place.folder else Served(client)
            given_files = replace(wanted, photographs=photographs, files=files_of(place, client, save))
            outcome = await check(source, served, keys, memory, given_files, told)
    if remembered is not None and not outcome.faults:
        remember(remembered, outcome.memory)
    _report(outcome)
    if outcome.fork is not None and remembered is not None:
        _keep_fork(remembered.with_suffix(".fork"), outcome.fork)
    return not outcome.faults


def _report(outcome: Outcome) -> None:
    for note in outcome.notes:
        errors.print(f"note: {note}", markup=False)
    for line in summary(outcome.verified, sound=not outcome.faults):
        output.print(line, markup=False)
    for fault in outcome.faults[:FAULTS_SHOWN]:
        output.print(str(fault), markup=False)
    if len(outcome.faults) > FAULTS_SHOWN:
        output.print(f"… and {len(outcome.faults) - FAULTS_SHOWN} more", markup=False)
    if outcome.faults:
        errors.print(f"tallywire: NOT sound: {len(outcome.faults)} faults", markup=False)


def _keep_fork(path: Path, document: bytes) -> None:
    """Both signed heads are shown, and kept with what proves that not both can be true."""
    for head in heads_of(document):
        output.print(f"signed head:\n{head}", markup=False)
    try:
        path.write_bytes(document)
    except OSError as error:
        fail(f"{path}: {error.strerror}")
    errors.print(f"tallywire: the evidence is kept in {path}; anybody can check it: tallywire verify", markup=False)


def _progress() -> Progress:
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        console=errors,
        transient=True,
        disable=not errors.is_terminal,
    )


def _state_file(place: Place) -> Path | None:
    """Beside this installation's data, a file for each log of each server; a folder is remembered where told."""
    if place.folder is not None:
        return None
    name = hashlib.sha256(f"{place.server}/log/{place.election}".encode()).hexdigest()[:16]
    return settings_from().data_dir / "verify" / f"{urlsplit(place.server).hostname}-{place.election}-{name}.json"


def _witnesses(texts: list[str], quorum: int | None) -> Witnesses:
    keys = [_key(text) for text in texts]
    if wrong := next((key for key in keys if key.algorithm != COSIGNATURE), None):
        fail(f"{wrong} is no witness's key, but one that signs a log: name it with --key")
    if len({(key.name, key.id) for key in keys}) < len(keys):
        fail("one witness is named twice")
    if quorum is not None and quorum > len(keys):
        fail(f"--quorum {quorum} wants as many witnesses: {len(keys)} are named with --witness")
    return Witnesses(tuple(keys), len(keys) if quorum is None else quorum)


def _key(text: str) -> VerifierKey:
    try:
        return parse_key(text)
    except BadKeyError as error:
        fail(str(error))
