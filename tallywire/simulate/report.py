"""What a simulated night came to: for people as a table, for machines as JSON."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import orjson
from rich.console import Console
from rich.table import Table

from tallywire.simulate.comparison import Cell, Comparison
from tallywire.simulate.score import Score

DIFFERING_SHOWN_MAX = 20


@dataclass(frozen=True, slots=True)
class NightReport:
    """Tallies by what became of them, each clientTallyId once; latencies in milliseconds, of answered requests.

    `resent` counts repeated sendings of tallies, `replayed` the answers that said so. `differing` holds all
    differing cells. `decided`: by editors; `set_right`: sheets that they had to correct when all was sent.
    `tallies_per_second`: accepted ones, over the whole run.
    """

    sent: int
    accepted: int
    confirmed: int
    held_by_rule: dict[str, int]
    rejected_by_rule: dict[str, int]
    mistyped: int
    mistakes_taken: int
    bursts: int
    doubts_by_kind: dict[str, int]
    decided: dict[str, int]
    corrected: int
    withdrawn: int
    set_right: int
    photographs: int
    photographs_refused: int
    resent: int
    replayed: int
    latency_ms_p50: float
    latency_ms_p99: float
    latency_ms_max: float
    tallies_per_second: float
    seconds: float
    speed: float
    seed: int
    results_compared: int
    cells_compared: int
    differing: tuple[Cell, ...]

    @property
    def equal(self) -> bool:
        """Every result equals the truth."""
        return not self.differing

    def as_json(self) -> bytes:
        return orjson.dumps(asdict(self) | {"equal": self.equal}, option=orjson.OPT_INDENT_2)

    def write(self, path: Path) -> None:
        """Raises OSError."""
        path.write_bytes(self.as_json() + b"\n")


def night_report(score: Score, comparison: Comparison, *, seconds: float, seed: int, speed: float) -> NightReport:
    ordered = sorted(score.seconds)
    return NightReport(
        sent=score.sent,
        accepted=score.accepted,
        confirmed=score.confirmed,
        held_by_rule=dict(score.held.most_common()),
        rejected_by_rule=dict(score.rejected.most_common()),
        mistyped=score.mistyped,
        mistakes_taken=score.mistakes_taken,
        bursts=score.bursts,
        doubts_by_kind=dict(score.doubts.most_common()),
        decided=dict(score.decided.most_common()),
        corrected=score.corrected,
        withdrawn=score.withdrawn,
        set_right=score.set_right,
        photographs=score.photographs,
        photographs_refused=score.photographs_refused,
        resent=score.resent,
        replayed=score.replayed,
        latency_ms_p50=_quantile_ms(ordered, 0.5),
        latency_ms_p99=_quantile_ms(ordered, 0.99),
        latency_ms_max=_quantile_ms(ordered, 1.0),
        tallies_per_second=round(score.accepted / seconds, 1) if seconds else 0.0,
        seconds=round(seconds, 3),
        speed=speed,
        seed=seed,
        results_compared=comparison.results,
        cells_compared=comparison.cells,
        differing=comparison.differing,
    )


def print_report(report: NightReport, console: Console) -> None:
    """The table, then the verdict, then the first differing cells where there are any."""
    table = Table(title="The night", show_header=False)
    table.add_column()
    table.add_column(justify="right")
    for name, value in _rows(report):
        table.add_row(name, value)
    console.print(table)
    if report.equal:
        console.print(
            f"All {report.results_compared:,} results ({report.cells_compared:,} numbers) equal the truth.",
            style="bold green",
            highlight=False,
        )
        return
    console.print(
        f"{len(report.differing):,} of {report.cells_compared:,} numbers differ from the truth:",
        style="bold red",
        highlight=False,
    )
    for cell in report.differing[:DIFFERING_SHOWN_MAX]:
        console.print(
            f"  {cell.contest} in {cell.area}: {cell.item} should be {cell.expected}, is {cell.served}",
            highlight=False,
            soft_wrap=True,
        )


def _rows(report: NightReport) -> list[tuple[str, str]]:
    return [
        ("sent", f"{report.sent:,}"),
        ("accepted", f"{report.accepted:,}"),
        *((f"held: {rule}", f"{number:,}") for rule, number in report.held_by_rule.items()),
        *((f"rejected: {rule}", f"{number:,}") for rule, number in report.rejected_by_rule.items()),
        ("mistyped on purpose", f"{report.mistyped:,}"),
        ("mistyped, yet accepted", f"{report.mistakes_taken:,}"),
        ("bursts after a lost network", f"{report.bursts:,}"),
        *((f"in doubt: {kind}", f"{number:,}") for kind, number in report.doubts_by_kind.items()),
        *((f"editors: {what}", f"{number:,}") for what, number in report.decided.items()),
        ("corrected", f"{report.corrected:,}"),
        ("withdrawn", f"{report.withdrawn:,}"),
        ("set right at the end", f"{report.set_right:,}"),
        ("photographs, refused", f"{report.photographs:,}, {report.photographs_refused:,}"),
        ("resent", f"{report.resent:,}"),
        ("answered as replayed", f"{report.replayed:,}"),
        ("confirmed by others", f"{report.confirmed:,}"),
        ("latency p50 / p99 / max", _latencies(report)),
        ("accepted a second", f"{report.tallies_per_second:,.1f}"),
        ("duration", f"{report.seconds:,.1f} s at speed {report.speed:g}"),
        ("seed", str(report.seed)),
    ]


def _latencies(report: NightReport) -> str:
    return f"{report.latency_ms_p50:.1f} / {report.latency_ms_p99:.1f} / {report.latency_ms_max:.1f} ms"


def _quantile_ms(ordered: Sequence[float], share: float) -> float:
    """The value below which `share` of them lie, in milliseconds; 0 where there are none."""
    if not ordered:
        return 0.0
    return round(ordered[min(len(ordered) - 1, int(share * len(ordered)))] * 1000, 2)
