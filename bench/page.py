"""docs/performance.md keeps its prose; what stands between its marks is made from the records.

<!-- bench:NAME --> … <!-- /bench:NAME --> hold the table of a record, <!-- plot:NAME --> … <!-- /plot:NAME --> a plot.
<!-- sizing --> … <!-- /sizing --> in docs/operations.md hold what is planned with.
"""

import re
from pathlib import Path

from bench import sizing, tables
from bench.records import FOLDER, Record, read_records

PAGE = FOLDER.with_suffix(".md")
OPERATIONS = FOLDER.parent / "operations.md"
MARKED = re.compile(r"<!-- (bench|plot):([\w-]+) -->\n.*?<!-- /\1:\2 -->", re.DOTALL)
SIZED = re.compile(r"<!-- sizing -->\n.*?<!-- /sizing -->", re.DOTALL)


def make(folder: Path) -> Path:
    """The page beside the folder of these records, and their plots in it; its prose is docs/performance.md's."""
    # Only here: it takes a second to load, and tests of the page need no plots.
    from bench.plots import draw_all

    records = read_records(folder)
    draw_all(records, folder)
    page = folder.with_suffix(".md")
    page.write_text(filled(PAGE.read_text(), records, folder.name))
    if folder == FOLDER:
        OPERATIONS.write_text(sized(OPERATIONS.read_text(), records))
    return page


def sized(text: str, records: dict[str, Record]) -> str:
    """The text with its table of sizes as these records say."""
    return SIZED.sub(lambda _: f"<!-- sizing -->\n{sizing.table(records)}\n<!-- /sizing -->", text)


def filled(text: str, records: dict[str, Record], folder: str) -> str:
    """The text with its marked blocks as these records say; `folder`: where the plots lie, seen from the page."""

    def block(match: re.Match[str]) -> str:
        kind, name = match[1], match[2]
        inner = _table(records, name) if kind == "bench" else _plot(records, name, folder)
        return f"<!-- {kind}:{name} -->\n{inner}\n<!-- /{kind}:{name} -->"

    return MARKED.sub(block, text)


def _table(records: dict[str, Record], name: str) -> str:
    if name not in records:
        return f'*Not recorded yet: `make bench BENCH="--only {name}"`.*'
    return tables.table(records[name])


def _plot(records: dict[str, Record], name: str, folder: str) -> str:
    from bench.plotted import PLOTS, series

    plot = PLOTS[name]
    if series(plot, records) is None:
        return f"*No plot yet: {name} needs {' and '.join(plot.records)}.*"
    return f"![{plot.title}]({folder}/{name}.svg)"
