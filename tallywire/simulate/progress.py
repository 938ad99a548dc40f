"""How far the night is: for a bar on a terminal, lines in a log, or a page of the demo."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, TaskProgressColumn, TextColumn
from rich.progress import Progress as Bar

LINE_EVERY_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class NightProgress:
    """`clock` is simulated, in the election's time zone. `behind_seconds`: of the night, that sending lags.

    `held`: tallies that wait for an editor. `trouble`: why the server does not answer; None while it does.
    """

    tallies_sent: int
    tallies_total: int
    stations_final: int
    stations_total: int
    clock: datetime
    behind_seconds: float
    trouble: str | None
    done: bool = False
    held: int = 0


ProgressCallback = Callable[[NightProgress], None]


@contextmanager
def shown_progress(console: Console) -> Iterator[ProgressCallback]:
    """A bar where `console` is a terminal, else a line every few seconds."""
    if not console.is_terminal:
        yield _Lines(console)
        return
    columns = (
        TextColumn("{task.fields[clock]}"),
        BarColumn(),
        MofNCompleteColumn(),
        TaskProgressColumn(),
        TextColumn("{task.fields[note]}", markup=False),
    )
    with Bar(*columns, console=console, refresh_per_second=4) as bar:
        task = bar.add_task("", total=None, clock="", note="")

        def show(progress: NightProgress) -> None:
            bar.update(
                task,
                completed=progress.tallies_sent,
                total=progress.tallies_total,
                clock=f"{progress.clock:%H:%M:%S}",
                note=_note(progress),
            )

        yield show


class _Lines:
    def __init__(self, console: Console) -> None:
        self._console = console
        self._last = float("-inf")

    def __call__(self, progress: NightProgress) -> None:
        if time.monotonic() - self._last < LINE_EVERY_SECONDS and not progress.done:
            return
        self._last = time.monotonic()
        self._console.print(
            f"{progress.clock:%H:%M:%S}  {progress.tallies_sent:,}/{progress.tallies_total:,} tallies, "
            f"{_note(progress)}",
            highlight=False,
            markup=False,
            soft_wrap=True,
        )


def _note(progress: NightProgress) -> str:
    note = f"{progress.stations_final:,}/{progress.stations_total:,} stations final"
    if progress.held:
        note += f", {progress.held:,} before the editors"
    if progress.trouble:
        return f"{note}, waiting for the server ({progress.trouble})"
    if progress.behind_seconds > 60:
        return note + f", {progress.behind_seconds / 60:.0f} min behind"
    return note
