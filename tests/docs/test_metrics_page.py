"""docs/metrics.md, the dashboard and the alerts name what the code measures, and nothing else."""

import importlib
import json
import pkgutil
import re
from pathlib import Path

import prometheus_client
import pytest
import yaml

import db
import feed
import gql
import ledger
import tallywire

ROOT = Path(__file__).parent.parent.parent
ROW = re.compile(r"^\| `(tallywire_\w+)` \| (\w+)((?: `\w+`)*) \| (.+?) \| ")
NAME = re.compile(r"\btallywire_\w+")
SUFFIXES = ("_bucket", "_sum", "_count")


def measured() -> dict[str, tuple[str, tuple[str, ...], str]]:
    """Kind, labels and help of everything that any module of ours registers."""
    for package in (db, feed, gql, ledger, tallywire):
        for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            if module.name.rsplit(".", 1)[-1] in ("meters", "bell"):
                importlib.import_module(module.name)
    found = {}
    for collector, names in prometheus_client.REGISTRY._collector_to_names.items():
        if any(name.startswith("tallywire_") for name in names):
            (family,) = collector.describe() if hasattr(collector, "describe") else collector.collect()
            name = f"{family.name}_total" if family.type == "counter" else family.name
            found[name] = family.type, tuple(collector._labelnames), family.documentation  # type: ignore[attr-defined]
    return found


def documented() -> dict[str, tuple[str, tuple[str, ...], str]]:
    rows = [ROW.match(line) for line in (ROOT / "docs" / "metrics.md").read_text().splitlines()]
    return {
        row[1]: (row[2], tuple(label.strip(" `") for label in row[3].split()), row[4])
        for row in rows
        if row is not None
    }


def test_the_page_says_what_the_code_measures() -> None:
    assert len(measured()) > 40
    assert documented() == measured()


def _unknown(query: str) -> list[str]:
    known = measured()
    histograms = {name for name, (kind, _, _) in known.items() if kind == "histogram"}
    names = {f"{name}{suffix}" for name in histograms for suffix in SUFFIXES} | (set(known) - histograms)
    return [name for name in NAME.findall(query) if name not in names]


@pytest.mark.parametrize(
    ("query", "unknown"),
    [
        ("rate(tallywire_tallies_total[1m])", []),
        ("tallywire_tallies", ["tallywire_tallies"]),
        ("tallywire_tick_seconds_bucket", []),
        ("tallywire_tick_seconds", ["tallywire_tick_seconds"]),
    ],
)
def test_a_name_that_is_not_measured_is_found(query: str, unknown: list[str]) -> None:
    assert _unknown(query) == unknown


def _alerts() -> list[dict[str, str]]:
    groups = yaml.safe_load((ROOT / "deploy" / "prometheus" / "alerts.yml").read_text())["groups"]
    return [rule for group in groups for rule in group["rules"]]


def test_alerts_ask_for_what_is_measured_and_say_what_to_do() -> None:
    alerts = _alerts()
    assert len(alerts) > 10
    assert {rule["alert"]: _unknown(rule["expr"]) for rule in alerts if _unknown(rule["expr"])} == {}
    runbook = (ROOT / "docs" / "operations.md").read_text()
    headings = [line[4:] for line in runbook.splitlines() if line.startswith("### ")]
    anchors = {re.sub(r"[^\w -]", "", heading).strip().lower().replace(" ", "-") for heading in headings}
    linked = {rule["alert"]: rule["annotations"]["runbook"].split("#")[1] for rule in alerts}  # type: ignore[index]
    assert {alert: anchor for alert, anchor in linked.items() if anchor not in anchors} == {}


def test_the_dashboard_asks_for_what_is_measured() -> None:
    dashboard = json.loads((ROOT / "deploy" / "grafana" / "tallywire.json").read_text())
    panels = [panel for panel in dashboard["panels"] if panel["type"] != "row"]
    queries = [target["expr"] for panel in panels for target in panel["targets"]]
    assert len(panels) > 15
    assert {query: _unknown(query) for query in queries if _unknown(query)} == {}
    places = [tuple(panel["gridPos"].values()) for panel in dashboard["panels"]]
    assert len(places) == len(set(places)) and len({panel["id"] for panel in dashboard["panels"]}) == len(places)
    shown = {name for query in queries for name in NAME.findall(query)}
    assert {"tallywire_tallies_total", "tallywire_findings_total", "tallywire_board_lag_seconds_bucket"} <= shown
