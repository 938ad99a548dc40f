"""The tables of docs/performance.md, each from one record."""

from collections.abc import Callable, Mapping
from typing import Any

from bench import stations_table
from bench.records import Record

Figures = Mapping[str, Any]


def table(record: Record) -> str:
    """Markdown: the figures, and below them where they are from."""
    return f"{TABLES[record.name](record.figures)}\n\n{told(record)}"


def told(record: Record) -> str:
    minutes = record.seconds / 60
    took = f"{minutes:.1f} min" if minutes >= 1 else f"{record.seconds:.0f} s"
    before, after = record.load
    return (
        f"*`{record.command}` on {record.on}: {took} on {record.cores} cores, Python {record.python}; load"
        f" {before:g} before, {after:g} after.*"
    )


def _rows(head: list[str], rows: list[list[str]]) -> str:
    lines = [f"| {' | '.join(head)} |", "|" + "---|" * len(head)]
    return "\n".join([*lines, *(f"| {' | '.join(row)} |" for row in rows)])


def _pairs(rows: list[tuple[str, str]]) -> str:
    return _rows(["figure", "value"], [[name, value] for name, value in rows])


def submit(figures: Figures) -> str:
    ours, textbook = figures["servers"]
    wanted = (
        ("accepted and on disk", "accepted", "{:,}"),
        ("tallies a second", "a_second", "{:,.1f}"),
        ("answer p50, ms", "p50_ms", "{:,.1f}"),
        ("answer p99, ms", "p99_ms", "{:,.1f}"),
        ("CPU of the server a tally, ms", "cpu_ms", "{:.2f}"),
        ("**tallies a second of server CPU**", "a_core_second", "**{:,.0f}**"),
        ("CPU of PostgreSQL a tally, ms", "postgres_cpu_ms", "{:.2f}"),
        ("CPU of the phones a tally, ms", "phones_cpu_ms", "{:.3f}"),
    )
    rows = [[name, shape.format(ours[key]), shape.format(textbook[key])] for name, key, shape in wanted]
    by_turn = ", ".join(f"{ratio:.2f}" for ratio in figures["ratio_a_core_by_turn"])
    return (
        _rows(["figure", "tallywire", "textbook"], rows)
        + f"\n\nA server core takes **{figures['ratio_a_core']:.2f} times** the textbook's tallies (by turn {by_turn});"
        f" {figures['tallies_a_transaction']:.1f} tallies a transaction over {figures['connections']} connections."
    )


def rendering(figures: Figures) -> str:
    return (
        f"A delta of {figures['results']} districts × 31 rows, {figures['bytes']:,} bytes: graphql-core"
        f" {figures['core_ms']:.1f} ms, compiled selection {figures['compiled_ms']:.2f} ms,"
        f" **{figures['ratio']:.1f} times faster**, the same bytes."
    )


def fanout(figures: Figures) -> str:
    measured = figures["measured"]
    head = ["readers", "groups", "server", "CPU a delivery", "readers' CPU", "messages a second"]
    rows = []
    for one in measured:
        ratio = _ratio(measured, one)
        rows.append(
            [
                f"{one['readers']:,}",
                str(one["groups"]),
                one["kind"],
                f"{one['server_us']:,.1f} µs" + (f" (**1/{ratio:.0f}**)" if ratio else ""),
                f"{one['readers_us']:,.1f} µs",
                f"{one['deliveries_a_second']:,.0f}",
                f"{one['p50_ms']:,.0f} / {one['p99_ms']:,.0f} / {one['max_ms']:,.0f}",
                f"{one['memory_kib']:.0f} KiB",
            ]
        )
    return _rows([*head, "p50 / p99 / max, ms", "memory each"], rows)


def _ratio(measured: list[Figures], one: Figures) -> float | None:
    """How many times the textbook's CPU; of tallywire's own rows."""
    if not one["kind"].startswith("tallywire"):
        return None
    same = (one["readers"], one["groups"])
    for other in measured:
        if (other["readers"], other["groups"]) == same and other["kind"].startswith("Strawberry"):
            return float(other["server_us"] / one["server_us"])
    return None


def division(figures: Figures) -> str:
    measured = figures["measured"]
    timed = [one for one in measured if one["division_us"]]
    parts = [*timed[0]["division_us"]]
    rows = []
    for one in timed:
        same = {m["kind"]: m["server_us"] for m in measured if m["groups"] == one["groups"]}
        rest = one["server_us"] - sum(one["division_us"].values())
        spent = [f"{one['division_us'][part]:.1f}" for part in parts]
        others = [f"{same[kind]:.1f}" if kind in same else "" for kind in ("tallywire --ws asgi", RAW)]
        rows.append(
            [f"{one['groups']} of {one['readers']:,}", *spent, f"{rest:.1f}", f"{one['server_us']:.1f}", *others]
        )
    head = ["groups, readers", *parts, "loop and bookkeeping", "whole", "plain ASGI", "ready frames"]
    return "µs of CPU a delivery:\n\n" + _rows(head, rows)


RAW = "ready frames, bare uvloop"


def crowd(figures: Figures) -> str:
    readers = figures["readers"]
    return _pairs(
        [
            ("open subscriptions, in groups", f"{readers:,} in {figures['groups']}"),
            ("memory of the server each", f"**{figures['kib']:.1f} KiB**"),
            ("all open after", f"{figures['opened_s']:.1f} s"),
            ("after kill -9: a new process listens after", f"{figures['ready_s']:.1f} s"),
            ("all answered again, from then", f"**{figures['live_s']:.1f} s**"),
            ("executions for that", f"**{figures['executions']}**"),
            ("CPU of the server for that", f"{figures['cpu_us']:.0f} µs a reader"),
            ("hold exactly the board in the end", f"{figures['exact']:,} of {readers:,}"),
            ("had to begin anew", str(figures["resets"])),
        ]
    )


def stalled(figures: Figures) -> str:
    first, last = figures["first_mib"], figures["last_mib"]
    return _pairs(
        [
            ("minutes, entries", f"{figures['minutes']:g}, {figures['entries']:,}"),
            ("readers, in groups", f"{figures['readers']:,} in {figures['groups']}"),
            ("updates, connections", f"{figures['updates']:,}, {figures['connections']:,}"),
            ("readers found slow", f"{figures['slow']:,.0f} times"),
            ("memory of the server, first third", f"{first:.1f} MiB"),
            ("memory of the server, last third", f"**{last:.1f} MiB** ({last - first:+.1f})"),
            ("hold exactly the board in the end", f"{figures['exact']:,} of {figures['readers']:,}"),
        ]
    )


def night(figures: Figures) -> str:
    server, seconds = figures["cpu"]["server"], figures["seconds"]
    rows = [
        ("readers, in groups", f"{figures['readers']:,} in {figures['groups']}"),
        ("answer to update p50 / **p99** / max", _latency(figures)),
        ("over so many pairs of tally and reader", f"{figures['pairs']:,}"),
        ("updates received, connections", f"{figures['updates']:,}, {figures['connections']:,}"),
        ("conflated updates, readers begun anew", f"{figures['conflated']:,}, {figures['resets']}"),
        ("readers who ended with exactly the board", f"**{figures['exact']:,} of {figures['readers']:,}**"),
        ("duration", f"{seconds:.1f} s" + (f", the first {figures['minutes']:g} min" if figures["minutes"] else "")),
        ("CPU of the server", f"{server:.1f} s, {server / seconds:.0%} of a core"),
        ("CPU of the readers", f"{figures['cpu']['readers']:.1f} s"),
        ("memory of the server at the end", f"{figures['memory_mib']:.0f} MiB"),
        ("`tallywire fsck` afterwards", f"{figures['fsck_s']:.1f} s"),
    ]
    if report := figures["report"]:
        verdict = "equal the truth" if report["equal"] else "DIFFER"
        rows[:0] = [
            ("tallies sent, accepted", f"{report['sent']:,}, {report['accepted']:,}"),
            ("answer to a phone p50 / p99 / max", _answers(report)),
            ("results", f"{report['results_compared']:,} ({report['cells_compared']:,} numbers) {verdict}"),
        ]
    return _pairs(rows)


def rolling(figures: Figures) -> str:
    ends = " and ".join(f"{end:g}" for end in figures["ends_s"])
    return _pairs(
        [
            ("readers, in groups", f"{figures['readers']:,} in {figures['groups']}"),
            ("doorbell", "Redis" if figures["doorbell"] == "redis" else "PostgreSQL"),
            ("from the first new node's start to the last old one's end", f"{figures['rolled_s']:g} s"),
            ("the old nodes' ends", f"{ends} s"),
            (
                "readers cut, of those who did not stall",
                f"{figures['cut']:,} of {figures['counted']:,}, at most **{figures['most']} times**",
            ),
            ("from a reader's cut to its next update p50 / p99 / max", _times(figures["away"])),
            ("from a phone's answer to the update, all the time, p50 / p99 / max", _times(figures["update"])),
            ("tallies answered, and missing in the log", f"{figures['answered']:,}, **{figures['missing']}**"),
            ("entries of the log", f"{figures['entries']:,}, {'with gaps' if figures['gap'] else 'without a gap'}"),
            ("readers who ended with exactly the board", f"**{figures['exact']:,} of {figures['readers']:,}**"),
            ("readers begun anew", str(figures["resets"])),
            ("`tallywire fsck` afterwards", "sound" if figures["sound"] else "**NOT SOUND**"),
        ]
    )


def _times(figures: Figures) -> str:
    return f"{figures['p50_ms']:,.0f} / {figures['p99_ms']:,.0f} / {figures['max_ms']:,.0f} ms"


def _latency(figures: Figures) -> str:
    return f"{figures['p50_ms']:,.0f} / **{figures['p99_ms']:,.0f}** / {figures['max_ms']:,.0f} ms"


def _answers(report: Figures) -> str:
    return f"{report['latency_ms_p50']:,.0f} / {report['latency_ms_p99']:,.0f} / {report['latency_ms_max']:,.0f} ms"


def verify(figures: Figures) -> str:
    ways = {"first": "`tallywire verify`, the first time", "again": "again", "offline": "offline, from the copy"}
    rows = [("entries in the log", f"{figures['entries']:,}")]
    rows += [
        (told, f"{figures[way]['seconds']:.1f} s ({figures[way]['cpu_s']:.1f} s of CPU)") for way, told in ways.items()
    ]
    return _pairs([*rows, ("all sealed, from the start of a server", f"{figures['sealed_s']:.1f} s")])


def ledger(figures: Figures) -> str:
    sides = ("with", "without")
    wanted = (
        ("accepted and on disk", "accepted", "{:,}"),
        ("tallies a second", "a_second", "{:,.1f}"),
        ("answer p50, ms", "p50_ms", "{:,.1f}"),
        ("answer p99, ms", "p99_ms", "{:,.1f}"),
        ("CPU of the server a tally, ms", "cpu_ms", "{:.3f}"),
        ("CPU of PostgreSQL a tally, ms", "postgres_cpu_ms", "{:.3f}"),
    )
    rows = [[name, *(shape.format(figures[side][key]) for side in sides)] for name, key, shape in wanted]
    costs = {"time": "tallies a second", "server": "CPU of the server", "all": "CPU of server and PostgreSQL"}
    lines = []
    for key, name in costs.items():
        cost = figures["cost"][key]
        lines.append([name, f"**{cost['median']:+.1f} %**", f"{cost['low']:+.1f} to {cost['high']:+.1f} %"])
    return (
        _rows(["figure", "with the ledger", "without"], rows)
        + "\n\n"
        + _rows(
            ["what a tally takes more with the ledger", f"median of {figures['blocks']} blocks", "95 % interval"], lines
        )
    )


def follow(figures: Figures) -> str:
    counted = [(who, us) for who, us in figures["cost_us"].items() if who != "warming up"]
    rows = [(f"CPU of the origin an entry, {who}", f"{us:,.0f} µs") for who, us in counted]
    follower, reader = figures["follower_us"], figures["reader_us"]
    rows.append(("so one follower adds", f"**{follower:,.0f} µs**, {follower / reader:.2f} of what that reader adds"))
    return _pairs(rows)


def away(figures: Figures) -> str:
    lost = "nothing" if not figures["faults"] else f"{len(figures['faults'])} FAULTS"
    return _pairs(
        [
            ("stations, entries", f"{figures['stations']:,}, {figures['entries']:,}"),
            ("followers, readers at all nodes", f"{figures['followers']}, {figures['readers']}"),
            ("the origin was killed at entry", f"{figures['killed_at']:,}"),
            ("and away for", f"{figures['away_s']:.0f} s"),
            ("readers came back, or tried to", f"{figures['returns']:,} times"),
            ("lost, or not the same in the end", f"**{lost}**"),
        ]
    )


def exports(figures: Figures) -> str:
    def told(one: Figures) -> str:
        return f"{one['mib']:,.1f} MiB, {one['seconds']:.1f} s, **+{one['grown_mib']:.0f} MiB**"

    rows = [[f"`{name}`", told(city), told(figures["nation"][name])] for name, city in figures["city"].items()]
    return _rows(["file", "Bangkok", f"{figures['stations']:,} stations"], rows)


def stations(figures: Figures) -> str:
    return stations_table.table(figures["columns"])


def board(figures: Figures) -> str:
    dropped = figures["dropped"] / figures["frames"]
    return _pairs(
        [
            ("minutes, stations reporting in the end", f"{figures['minutes']:.1f}, {figures['stations']:,}"),
            ("frames a second", f"{figures['frames_a_second']:.1f}"),
            ("frames over 50 ms", f"{figures['dropped']:,} of {figures['frames']:,} (**{dropped:.2%}**)"),
            ("of these in a row at most", str(figures["row"])),
            ("longest frame", f"{figures['worst_ms']:,.0f} ms"),
            ("tasks over 50 ms, share of the time in them", f"{figures['tasks']:,}, {figures['busy_share']:.1%}"),
            ("heap after a collection, first third", f"{figures['first_mib']:.1f} MiB"),
            ("heap after a collection, last third", f"**{figures['last_mib']:.1f} MiB**"),
            ("nodes, first and last third", f"{figures['first_nodes']:,}, {figures['last_nodes']:,}"),
            ("every number equals the server's in the end", "**yes**" if figures["equal"] else "**NO**"),
        ]
    )


def phone(figures: Figures) -> str:
    rows = [
        [
            one["page"],
            one["line"],
            f"{one['slower']}x slower",
            f"{one['painted_s']:.2f} s",
            f"**{one['ready_s']:.2f} s**",
            f"{one['kb']} kB",
        ]
        for one in figures["measured"]
    ]
    return _rows(["page", "line", "processor", "first paint", "can be used", "came until then"], rows)


TABLES: Mapping[str, Callable[[Figures], str]] = {
    "submit": submit,
    "rendering": rendering,
    "fanout": fanout,
    "division": division,
    "readers": fanout,
    "crowd": crowd,
    "stalled": stalled,
    "stalled-hour": stalled,
    "night": night,
    "rolling": rolling,
    "verify": verify,
    "ledger": ledger,
    "follow": follow,
    "away": away,
    "exports": exports,
    "stations": stations,
    "nation": stations,
    "board": board,
    "phone": phone,
}
