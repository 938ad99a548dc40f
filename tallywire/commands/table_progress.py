"""A bar that shows which table or file is in hand."""

from collections.abc import Callable

from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from tallywire.commands.running import errors


class TableProgress:
    """Inside `with`, a function of the table's name, how much is done, and of how much."""

    def __init__(self) -> None:
        self._bar = Progress(
            TextColumn("{task.description:<24}"), BarColumn(), TimeElapsedColumn(), console=errors, transient=True
        )
        self._task = self._bar.add_task("checking", total=None)

    def __enter__(self) -> Callable[[str, int, int], None]:
        self._bar.start()
        return lambda name, done, total: self._bar.update(self._task, description=name, completed=done, total=total)

    def __exit__(self, *_: object) -> None:
        self._bar.stop()
