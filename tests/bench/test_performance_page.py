"""docs/performance.md and its plots say what the recorded benchmarks say, and every benchmark has its place there."""

import json
import re
from dataclasses import replace
from xml.etree import ElementTree

import pytest

from bench import sizing
from bench.page import OPERATIONS, PAGE, filled, sized
from bench.plotted import PLOTS, series
from bench.records import FOLDER, read_records
from bench.suite import BENCHMARKS, NAMES
from bench.tables import TABLES, table

RECORDS = read_records(FOLDER)
DESCRIPTION = "{http://purl.org/dc/elements/1.1/}description"


def test_the_page_says_what_is_recorded() -> None:
    text = PAGE.read_text()
    assert RECORDS
    assert filled(text, RECORDS, FOLDER.name) == text, 'make bench BENCH="--page" makes it anew'


def test_what_operators_plan_with_is_what_is_recorded() -> None:
    text = OPERATIONS.read_text()
    assert sized(text, RECORDS) == text, 'make bench BENCH="--page" makes it anew'
    for name in sizing.NEEDED:
        # Measured values, not how many of what there were.
        figures = json.loads(json.dumps(RECORDS[name].figures), parse_float=lambda told: 2 * float(told))
        changed = replace(RECORDS[name], figures=figures)
        assert sized(text, {**RECORDS, name: changed}) != text, name


@pytest.mark.parametrize("name", sorted(RECORDS))
def test_another_figure_would_be_another_page(name: str) -> None:
    def doubled(value: object) -> object:
        if isinstance(value, dict):
            return {key: doubled(each) for key, each in value.items()}
        if isinstance(value, list):
            return [doubled(each) for each in value]
        return value * 2 if isinstance(value, int | float) and not isinstance(value, bool) else value

    record = RECORDS[name]
    changed = replace(record, figures=doubled(record.figures))
    assert table(changed) != table(record)
    assert filled(PAGE.read_text(), {**RECORDS, name: changed}, FOLDER.name) != PAGE.read_text()


@pytest.mark.parametrize("name", PLOTS)
def test_a_plot_shows_what_is_recorded(name: str) -> None:
    panels, file = series(PLOTS[name], RECORDS), FOLDER / f"{name}.svg"
    assert file.exists() is (panels is not None)
    if panels is not None:
        (described,) = ElementTree.fromstring(file.read_text()).iter(DESCRIPTION)
        assert described.text is not None
        told = [one["lines"] for one in json.loads(described.text)]
        wanted = [{key: [list(point) for point in points] for key, points in panel.lines.items()} for panel in panels]
        assert told == wanted


def test_every_benchmark_has_a_table_and_a_place_on_the_page() -> None:
    assert set(TABLES) == set(NAMES)
    assert set(re.findall(r"<!-- bench:([\w-]+) -->", PAGE.read_text())) == set(NAMES)
    assert set(re.findall(r"<!-- plot:([\w-]+) -->", PAGE.read_text())) == set(PLOTS)
    assert set(RECORDS) <= set(NAMES)


def test_all_that_make_bench_runs_ends_some_time() -> None:
    assert sum(one.minutes_max for one in BENCHMARKS if one.usual) <= 80
