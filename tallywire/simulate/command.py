"""`tallywire simulate`: plays a package's night against a server."""

import asyncio
from collections.abc import Coroutine
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any, NoReturn

import typer
from rich.console import Console

from tallywire.client import RefusedError, UnreachableError
from tallywire.package import PackageFaults, read_package, read_station_counts
from tallywire.packaged import election_folder
from tallywire.simulate.desk import EDITORS
from tallywire.simulate.night import CONNECTIONS, run_night
from tallywire.simulate.operator import NightRefusedError
from tallywire.simulate.pace import PaceError, read_pace
from tallywire.simulate.plan import VOLUNTEERS, NightPlan, plan_night
from tallywire.simulate.playable import NothingToPlayError, check_playable
from tallywire.simulate.progress import shown_progress
from tallywire.simulate.report import NightReport, print_report

SEED = 2022
DOUBTS, PHOTOGRAPHS = 0.03, 0.03
BAD_INPUT, DIFFERS = 2, 1


def simulate_command(
    url: Annotated[str, typer.Option(help="The server's address.")] = "http://127.0.0.1:8000",
    package: Annotated[
        Path | None,
        typer.Option(help="The election package whose station counts are played.", show_default="Bangkok 2022"),
    ] = None,
    speed: Annotated[float, typer.Option(min=0, help="1: real time. 0: as fast as the server takes.")] = 60,
    seed: Annotated[int, typer.Option(help="The same seed plans the same night.")] = SEED,
    volunteers: Annotated[int, typer.Option(min=1, help="How many phones send.")] = VOLUNTEERS,
    token: Annotated[str, typer.Option(envvar="TALLYWIRE_TOKEN", help="An operator's token.", show_default=False)] = "",
    election: Annotated[str | None, typer.Option(help="The election's id, where it is not the package's.")] = None,
    connections: Annotated[int, typer.Option(min=1, max=1000, help="HTTP connections.")] = CONNECTIONS,
    doubts: Annotated[
        float, typer.Option(min=0, max=1, help="Share of sheets with a dispute, a wrong assignment or another doubt.")
    ] = DOUBTS,
    editors: Annotated[int, typer.Option(min=1, max=50, help="How many editors work the queue.")] = EDITORS,
    photographs: Annotated[
        float, typer.Option(min=0, max=1, help="Share of final tallies with a photograph; all where it is required.")
    ] = PHOTOGRAPHS,
    finals_only: Annotated[
        bool, typer.Option("--finals-only", help="Send each count once, when it is over: a shorter night.")
    ] = False,
    stations: Annotated[
        int | None, typer.Option(min=1, help="Play so many stations, evenly spread.", show_default="all")
    ] = None,
    continue_: Annotated[
        bool, typer.Option("--continue", help="Go on where another run stopped; play only what is open.")
    ] = False,
    force: Annotated[
        bool,
        typer.Option("--force", help="Also into an election whose real count is now: made-up tallies among real ones."),
    ] = False,
    report: Annotated[Path | None, typer.Option(help="Write the report there, as JSON.")] = None,
) -> None:
    """Play election night: thousands of simulated volunteers send every station's tallies over HTTP.

    Into a rehearsal (is_test) or a night long past; into one that is counted now only if forced:
    `tallywire import --rehearsal` makes a rehearsal of any package.

    Some err, disagree or report from where they are not assigned, and editors work the queue.

    Ends with 0 where every result equals the package's station counts, 1 where one does not, 2 on bad input.
    """
    errors = Console(stderr=True)
    if not token:
        _end("an operator's token is needed: --token or TALLYWIRE_TOKEN (tallywire token --role OPERATOR)")
    if report is not None and not report.parent.is_dir():
        _end(f"--report: there is no folder {report.parent}")
    with errors.status("Planning the night"):
        plan = _read_plan(
            election_folder(package),
            stations,
            seed=seed,
            volunteers=volunteers,
            doubts=doubts,
            photographs=photographs,
            partials=not finals_only,
        )
    try:
        with shown_progress(errors) as progress:
            outcome: NightReport = _run(
                run_night(
                    plan,
                    url=url,
                    token=token,
                    speed=speed,
                    election_id=election,
                    connections=connections,
                    go_on=continue_,
                    real=force,
                    editors=editors,
                    progress=progress,
                )
            )
    except (NightRefusedError, RefusedError, UnreachableError) as fault:
        _end(str(fault))
    except KeyboardInterrupt:
        raise typer.Exit(130) from None
    print_report(outcome, Console())
    if report is not None:
        outcome.write(report)
    if not outcome.equal:
        raise typer.Exit(DIFFERS)


def _run(night: Coroutine[None, None, NightReport]) -> NightReport:
    """Runs it on uvloop where there is one: a phone's request then costs less of the server's machine."""
    try:
        import uvloop
    except ImportError:
        return asyncio.run(night)
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        return runner.run(night)


def _read_plan(folder: Path, stations: int | None, *, seed: int, **asked: Any) -> NightPlan:
    """`stations`: how many are played, evenly spread over the package's; None: all."""
    try:
        election = read_package(folder).election
        check_playable(folder, election, datetime.now(UTC))
        counts = read_station_counts(folder, election)
        if stations is not None and stations < len(election.stations):
            step = len(election.stations) / stations
            wanted = {election.stations[int(place * step)].code for place in range(stations)}
            counts = tuple(count for count in counts if count.station in wanted)
        return plan_night(election, counts, read_pace(folder, election, seed), seed=seed, **asked)
    except (PackageFaults, NothingToPlayError, PaceError, OSError) as fault:
        _end(str(fault))


def _end(message: str) -> NoReturn:
    Console(stderr=True).print(f"simulate: {message}", style="red", highlight=False, soft_wrap=True, markup=False)
    raise typer.Exit(BAD_INPUT)
