"""The table of elections of several sizes, on the terminal and on the page."""

from collections.abc import Callable
from typing import Any

Column = dict[str, Any]
Row = tuple[str, Callable[[Column], str]]


def _with_memory(name: str) -> Callable[[Column], str]:
    return lambda one: f"{one[f'{name}_s']:.1f} s, {one[f'{name}_mib']:.0f} MiB"


def _cost(name: str) -> Callable[[Column], str]:
    return lambda one: f"{one[f'{name}_s']:.1f} s ({one[f'{name}_cpu_s']:.1f} s of CPU), {one[f'{name}_mib']:.0f} MiB"


ROWS: tuple[Row, ...] = (
    ("results", lambda one: f"{one['results']:,}"),
    ("import", _cost("import")),
    ("ready, no entry yet", _with_memory("ready")),
    ("stations played", lambda one: f"{one['played']:,} of {one['stations']:,}"),
    ("night", lambda one: f"{one['night_s']:,.0f} s"),
    ("tallies accepted", lambda one: f"{one['accepted']:,}"),
    ("results afterwards", lambda one: f"{'all' if one['exact'] else 'NOT ALL'} exact ({one['compared']:,} numbers)"),
    ("accepted a second", lambda one: f"{one['a_second']:,.0f}"),
    ("answer p50 / p99, ms", lambda one: f"{one['p50_ms']:.0f} / {one['p99_ms']:.0f}"),
    ("CPU of the server a tally, ms", lambda one: f"{one['cpu_ms']:.2f}"),
    ("memory of the server afterwards", lambda one: f"{one['night_mib']:.0f} MiB"),
    ("fsck", _cost("fsck")),
    ("entries of a long log", lambda one: f"{one['entries']:,}"),
    ("ready, that log folded", _with_memory("folded")),
    ("ready, from its newest cut", _with_memory("cut")),
)


def table(columns: list[Column]) -> str:
    """In Markdown; what was not measured of a column stays empty."""
    lines = [f"| figure | {' | '.join(column['name'] for column in columns)} |", "|---|" + "---|" * len(columns)]
    for name, tell in ROWS:
        cells = [_told(tell, column) for column in columns]
        if any(cells):
            lines.append(f"| {name} | {' | '.join(cells)} |")
    return "\n".join(lines)


def _told(tell: Callable[[Column], str], column: Column) -> str:
    try:
        return tell(column)
    except KeyError:
        return ""
