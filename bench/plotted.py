"""What each plot of docs/performance.md shows: numbers out of the records, before anything is drawn."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from bench.records import Record

Points = list[tuple[Any, float]]


@dataclass(frozen=True)
class Panel:
    """One pair of axes; `lines`: by name. `bars`: x are names; else numbers, in logarithms where they are `wide`."""

    ylabel: str
    lines: Mapping[str, Points]
    xlabel: str = ""
    bars: bool = False
    wide_x: bool = False
    wide_y: bool = False
    limit: tuple[str, float] | None = None


@dataclass(frozen=True)
class Plot:
    """`records`: names of those that it needs."""

    title: str
    records: tuple[str, ...]
    panels: Callable[..., list[Panel]] = field(repr=False)


def series(plot: Plot, records: Mapping[str, Record]) -> list[Panel] | None:
    """None where what it needs is not recorded, or holds nothing to be shown."""
    if any(name not in records for name in plot.records):
        return None
    panels = plot.panels(*(records[name].figures for name in plot.records))
    return panels if all(any(points for points in panel.lines.values()) for panel in panels) else None


def _submit(figures: Mapping[str, Any]) -> list[Panel]:
    bars = [(server["name"], server["a_core_second"]) for server in figures["servers"]]
    p99 = [(server["name"], server["p99_ms"]) for server in figures["servers"]]
    return [
        Panel("tallies a second of server CPU", {"": bars}, bars=True),
        Panel("answer p99, ms", {"": p99}, bars=True, wide_y=True),
    ]


def _fanout(figures: Mapping[str, Any]) -> list[Panel]:
    def lines(groups: int, key: str) -> dict[str, Points]:
        found: dict[str, Points] = {}
        for one in figures["measured"]:
            if one["groups"] == groups:
                found.setdefault(one["kind"], []).append((one["readers"], one[key]))
        return found

    counts = sorted({one["groups"] for one in figures["measured"]})
    return [
        Panel(
            f"µs of CPU a delivery, {count} group{'s' * (count > 1)}",
            lines(count, "server_us"),
            xlabel="readers",
            wide_x=True,
            wide_y=True,
        )
        for count in counts
    ]


def _readers(figures: Mapping[str, Any]) -> list[Panel]:
    def lines(key: str) -> dict[str, Points]:
        found: dict[str, Points] = {}
        for one in figures["measured"]:
            if one["readers"] >= one["groups"]:
                name = f"{one['groups']} group{'s' * (one['groups'] > 1)}"
                found.setdefault(name, []).append((one["readers"], one[key]))
        return found

    return [
        Panel("µs of CPU a delivery", lines("server_us"), xlabel="readers", wide_x=True, wide_y=True),
        Panel("commit to receipt p99, ms", lines("p99_ms"), xlabel="readers", wide_x=True, wide_y=True),
    ]


def _night(figures: Mapping[str, Any]) -> list[Panel]:
    minutes = [(step[0] / 60, *step[1:]) for step in figures["steps"]]
    return [
        Panel("tallies a second", {"answered": [(x, rate) for x, rate, *_ in minutes]}, xlabel="minute"),
        Panel(
            "answer to update, ms",
            {"p99": [(x, p99) for x, _, _, p99 in minutes], "p50": [(x, p50) for x, _, p50, _ in minutes]},
            xlabel="minute",
            limit=("500 ms", 500.0),
        ),
    ]


def _stalled(figures: Mapping[str, Any]) -> list[Panel]:
    points = [(second / 60, mib) for second, mib in figures["samples"]]
    return [Panel("memory of the server, MiB", {"": points}, xlabel="minute")]


def _stations(figures: Mapping[str, Any]) -> list[Panel]:
    columns = sorted(figures["columns"], key=lambda one: int(one["stations"]))

    def line(key: str) -> Points:
        return [(one["stations"], one[key]) for one in columns if key in one]

    seconds = {"import": line("import_s"), "ready": line("ready_s"), "ready, long log": line("cut_s")}
    return [
        Panel("seconds", {k: v for k, v in seconds.items() if v}, xlabel="stations", wide_x=True, wide_y=True),
        Panel("memory of the server, MiB", {"": line("night_mib")}, xlabel="stations", wide_x=True),
        Panel("tallies a second", {"": line("a_second")}, xlabel="stations", wide_x=True),
    ]


def _board(figures: Mapping[str, Any]) -> list[Panel]:
    samples = figures["samples"]
    return [
        Panel("heap of the page, MiB", {"": [(one["minute"], one["heap_mib"]) for one in samples]}, xlabel="minute"),
        Panel(
            "frames a second",
            {"": [(one["minute"], one["frames"] / one["seconds"]) for one in samples]},
            xlabel="minute",
            limit=("60 Hz", 60.0),
        ),
    ]


PLOTS: Mapping[str, Plot] = {
    "submit": Plot("Tallies a second of CPU, and the slowest answers, beside a textbook server", ("submit",), _submit),
    "fanout": Plot("CPU a delivery, by server and number of readers", ("fanout",), _fanout),
    "readers": Plot("From 10 to 10,000 readers", ("readers",), _readers),
    "night": Plot("The night with readers: load, and what reaches them when", ("night",), _night),
    "stalled": Plot("Memory while readers are stalled", ("stalled",), _stalled),
    "stalled-hour": Plot("Memory over an hour with stalled readers", ("stalled-hour",), _stalled),
    "board": Plot("The board open for a whole night", ("board",), _board),
    "stations": Plot("From 1,000 to 95,000 stations", ("stations",), _stations),
}
