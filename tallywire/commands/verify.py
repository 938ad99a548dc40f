"""`tallywire verify`."""

import asyncio
import hashlib
import unicodedata
from dataclasses import replace
from pathlib import Path
from typing import Annotated
from urllib.parse import quote, urlsplit

import httpx
import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from ledger.checkpoint import COSIGNATURE
from ledger.fork import heads_of
from ledger.note import BadKeyError, BadNoteError, VerifierKey, parse_key
from tallywire.commands.running import BAD_INPUT, errors, fail, output, settings_from
from tallywire.commands.verify_paper import check_paper, is_paper
from tallywire.verify.checking import Outcome, Wanted, check
from tallywire.verify.fetching import SECONDS, TOTAL_BYTES_MAX, Fetcher, SourceError, UnsoundError
from tallywire.verify.memory import recall, remember
from tallywire.verify.served import Served
from tallywire.verify.source import Saved
from tallywire.verify.summary import summary
from tallywire.verify.where import NoElectionError, Place, files_of, log_of, photographs_of, place_of
from tallywire.verify.witnessed import Witnesses

FAULTS_SHOWN = 50
LINE_MAX = 2_000
# Controls and halves of characters; and what changes the direction of writing.
UNPRINTED = frozenset({"Cc", "Cs"})
TURNING = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


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
    timeout: Annotated[float, typer.Option(min=0.1, help="So many seconds a file may take.")] = SECONDS,
) -> None:
    """Check a log from its first entry to its last, add up every result, and compare it with what is served.

    Trusts nothing that the server computed. Ends with 0 and the numbers, or with 1 and what is wrong, station by
    station; with 2 where nothing was found wrong, but something could not be checked.
    """
    keys = [_key(text) for text in key or []]
    witnesses = _witnesses(witness or [], quorum)
    if is_paper(Path(place)):
        check_paper(Path(place), keys, witnesses)
        return
    wanted = Wanted(stations, cuts=cuts, witnesses=witnesses)
    try:
        outcome = asyncio.run(_run(place, election, keys, state, forget, save, wanted, evidence, token, timeout))
    except UnsoundError as error:
        errors.print(f"tallywire: NOT sound: {_plain(str(error))}", markup=False)
        raise typer.Exit(1) from error
    except (SourceError, NoElectionError) as error:
        fail(_plain(str(error)))
    except BadNoteError as error:
        errors.print(f"tallywire: the head of the log cannot be trusted: {_plain(str(error))}", markup=False)
        raise typer.Exit(1) from error
    except KeyboardInterrupt:
        raise typer.Exit(130) from None
    if not outcome.sound:
        raise typer.Exit(1 if outcome.faults else BAD_INPUT)


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
    seconds: float,
) -> Outcome:
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    async with httpx.AsyncClient(headers=headers, timeout=seconds) as client:
        fetcher = Fetcher(client, seconds, total_max=TOTAL_BYTES_MAX)
        place = await place_of(given, election, fetcher)
        log = log_of(place, fetcher)
        source = Saved(log, save) if save else log
        remembered = state or _state_file(place)
        memory = None if forget or remembered is None else recall(remembered)
        photographs = photographs_of(place, fetcher, save) if evidence else None
        with _progress() as progress:
            tasks: dict[str, int] = {}

            def told(what: str, done: int, of: int) -> None:
                if what not in tasks:
                    tasks[what] = progress.add_task(what, total=of)
                progress.update(tasks[what], completed=done)  # type: ignore[arg-type]

            served = None if place.folder else Served(fetcher)
            given_files = replace(wanted, photographs=photographs, files=files_of(place, fetcher, save))
            outcome = await check(source, served, keys, memory, given_files, told)
    if remembered is not None and outcome.sound:
        remember(remembered, outcome.memory)
    _report(outcome)
    if outcome.fork is not None and remembered is not None:
        _keep_fork(remembered.with_suffix(".fork"), outcome.fork)
    return outcome


def _report(outcome: Outcome) -> None:
    for note in outcome.notes:
        errors.print(f"note: {_plain(note)}", markup=False)
    for line in summary(outcome.verified, sound=outcome.sound):
        output.print(_plain(line), markup=False)
    for fault in outcome.faults[:FAULTS_SHOWN]:
        output.print(_plain(str(fault)), markup=False)
    if len(outcome.faults) > FAULTS_SHOWN:
        output.print(f"… and {len(outcome.faults) - FAULTS_SHOWN} more", markup=False)
    for line in outcome.unchecked:
        errors.print(f"tallywire: could not be checked: {_plain(line)}", markup=False)
    if outcome.faults:
        errors.print(f"tallywire: NOT sound: {len(outcome.faults)} faults", markup=False)


def _plain(text: str) -> str:
    """As it may be printed: names and messages of a stranger's server move no cursor and turn no line around."""
    shown = (sign if unicodedata.category(sign) not in UNPRINTED and sign not in TURNING else "\ufffd" for sign in text)
    return "".join(shown)[:LINE_MAX]


def _keep_fork(path: Path, document: bytes) -> None:
    """Both signed heads are shown, and kept with what proves that not both can be true."""
    for head in heads_of(document):
        output.print("signed head:", markup=False)
        for line in head.splitlines():
            output.print(_plain(line), markup=False)
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
    election = quote(place.election, safe="")
    return settings_from().data_dir / "verify" / f"{urlsplit(place.server).hostname}-{election}-{name}.json"


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
