"""What to plan with: the table of docs/operations.md, from the records that docs/performance.md shows whole."""

from collections.abc import Mapping
from typing import Any

from bench.records import Record

Figures = Mapping[str, Any]
NEEDED = ("ledger", "fanout", "crowd", "night")
READERS = 1_000


def table(records: Mapping[str, Record]) -> str:
    """Markdown; the figures are of the day of their records, rounded for planning."""
    if missing := [name for name in NEEDED if name not in records]:
        return f"*Not recorded yet: {', '.join(missing)}.*"
    ledger, fanout, crowd, night = (records[name].figures for name in NEEDED)
    rows = [_tally(ledger["with"], night), _delivery(fanout), _reader(crowd), _return(crowd)]
    head = "| what | measured | so |\n|---|---|---|\n"
    return head + "\n".join(f"| {what} | {measured} | {so} |" for what, measured, so in rows)


def _tally(signed: Figures, night: Figures) -> tuple[str, str, str]:
    own, database = signed["cpu_ms"], signed["postgres_cpu_ms"]
    measured = (
        f"{own:.1f} ms of a server core, {database:.1f} ms of PostgreSQL; {signed['a_second']:.0f} a second with the"
        " phones on the same two cores"
    )
    busiest, accepted = max(step[1] for step in night["steps"]), night["report"]["accepted"]
    return (
        "a tally",
        measured,
        f"one core takes {_down(1_000 / own):,} a second; Bangkok's whole night was {accepted:,}, and at sixty times"
        f" its speed {busiest:.0f} a second in its busiest ten seconds",
    )


def _delivery(fanout: Figures) -> tuple[str, str, str]:
    own = {
        one["groups"]: one["server_us"]
        for one in fanout["measured"]
        if one["kind"] == "tallywire" and one["readers"] == READERS
    }
    few, many = min(own), max(own)
    least, most = _down(1e6 / own[many]), _down(1e6 / own[few])
    return (
        "a delivery to a reader",
        f"{own[few]:.0f} µs in one group of {READERS:,}, {own[many]:.0f} µs in {many} groups",
        f"one core: {least:,} to {most:,} a second; at two updates a second, {_down(least / 2):,} readers",
    )


def _reader(crowd: Figures) -> tuple[str, str, str]:
    each, readers = crowd["kib"], crowd["readers"]
    return (
        "a connected reader",
        f"{each:.0f} KiB",
        f"{readers:,} readers: {each * readers / 1024:.0f} MiB; `ulimit -n` above twice the readers",
    )


def _return(crowd: Figures) -> tuple[str, str, str]:
    return (
        "coming back after a cut",
        f"{crowd['cpu_us'] / 1_000:.1f} ms of a core each; {crowd['readers']:,} at once: {crowd['live_s']:.0f} s until"
        " all have their results",
        "spread the end (`TALLYWIRE_END_SPREAD_SECONDS`)",
    )


def _down(number: float) -> int:
    """One figure, rounded down: nobody plans with more."""
    unit = int(10 ** (len(str(int(number))) - 1))
    return int(number // unit * unit)
