"""Draws the plots of docs/performance.md as SVG: small, and readable on light and on dark pages.

Ink is a variable of the drawing's own style, that the page's colour scheme sets; the lines' colours stand out on both.
The numbers that a plot shows stand in its description, so that a plot can be held against the records.
"""

import io
import json
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, NullLocator

from bench.plotted import PLOTS, Panel, Plot, series
from bench.records import Record

# Two that nothing else is drawn in; they become variables.
INK, FAINT = "#010203", "#040506"
STYLE = (
    "<style>:root{--ink:#24292f;--faint:#d0d7de}"
    "@media(prefers-color-scheme:dark){:root{--ink:#e6edf3;--faint:#3d444d}}</style>"
)
# At least 3:1 on white and on #0d1117, and told apart by those who see no red or green.
COLOURS = ("#0a84d8", "#d9730d", "#8e6bd8", "#2b9a66", "#c9538a")
PANEL_INCHES = (3.3, 2.4)
SETTINGS = {
    "svg.fonttype": "none",
    "svg.hashsalt": "tallywire",
    "font.family": "sans-serif",
    "font.sans-serif": ["DejaVu Sans"],
    "font.size": 8,
    "text.color": INK,
    "axes.labelcolor": INK,
    "axes.edgecolor": FAINT,
    "axes.prop_cycle": mpl.cycler(color=COLOURS),
    "axes.spines.top": False,
    "axes.spines.right": False,
    "xtick.color": INK,
    "ytick.color": INK,
    "grid.color": FAINT,
    "legend.frameon": False,
    "legend.fontsize": 7,
}


def draw_all(records: Mapping[str, Record], folder: Path) -> None:
    for name, plot in PLOTS.items():
        panels = series(plot, records)
        if panels is not None:
            (folder / f"{name}.svg").write_text(drawn(plot, panels))


def drawn(plot: Plot, panels: list[Panel]) -> str:
    with mpl.rc_context(SETTINGS):
        width, height = PANEL_INCHES
        figure = Figure(figsize=(width * len(panels), height), layout="constrained")
        for axes, panel in zip(figure.subplots(1, len(panels), squeeze=False)[0], panels, strict=True):
            _draw(axes, panel)
        file = io.StringIO()
        about = {"Title": plot.title, "Description": shown(panels), "Date": None, "Creator": None}
        figure.savefig(file, format="svg", transparent=True, metadata=about)
    return _themed(file.getvalue())


def shown(panels: list[Panel]) -> str:
    """The numbers of a plot."""
    return json.dumps([asdict(panel) for panel in panels], ensure_ascii=False)


def _draw(axes: Axes, panel: Panel) -> None:
    for name, points in panel.lines.items():
        x, y = [place for place, _ in points], [value for _, value in points]
        if panel.bars:
            axes.bar(x, y, width=0.55, color=COLOURS[: len(x)])
        else:
            dots = {"marker": "o", "markersize": 3} if len(points) < 20 else {}
            axes.plot(x, y, label=name, linewidth=1.5, **dots)  # type: ignore[arg-type]
    if panel.limit is not None:
        axes.axhline(panel.limit[1], color=INK, linewidth=0.8, linestyle=(0, (4, 3)))
        axes.annotate(panel.limit[0], (1, panel.limit[1]), xycoords=("axes fraction", "data"), ha="right", va="bottom")
    axes.set_title(panel.ylabel, fontsize=8, loc="left")
    axes.set_xlabel(panel.xlabel)
    axes.grid(axis="y", linewidth=0.6)
    axes.set_axisbelow(True)
    _scale(axes, panel)
    if len(panel.lines) > 1:
        axes.legend()


def _scale(axes: Axes, panel: Panel) -> None:
    plain = FuncFormatter(lambda value, _place: f"{value:,.10g}")
    if panel.wide_x:
        axes.set_xscale("log")
        every = sorted({place for points in panel.lines.values() for place, _ in points})
        axes.set_xticks(every)
        axes.xaxis.set_minor_locator(NullLocator())
        axes.xaxis.set_major_formatter(plain)
    if panel.wide_y:
        axes.set_yscale("log")
        axes.yaxis.set_major_formatter(plain)
        axes.yaxis.set_minor_formatter(FuncFormatter(lambda value, _place: _minor(value)))
        axes.tick_params(axis="y", which="minor", labelsize=6)
    else:
        highest = max(value for points in panel.lines.values() for _, value in points)
        axes.set_ylim(0, 1.1 * max(highest, panel.limit[1] if panel.limit else 0, 1e-9))
        axes.yaxis.set_major_formatter(plain)


def _minor(value: float) -> str:
    """1, 2, 5, 10, 20, …: what lies between would stand too close."""
    return f"{value:,.10g}" if f"{value:e}"[0] in "25" else ""


def _themed(svg: str) -> str:
    head, body = svg.split("<defs>", 1)
    return f"{head}{STYLE}\n <defs>{body}".replace(INK, "var(--ink)").replace(FAINT, "var(--faint)")
