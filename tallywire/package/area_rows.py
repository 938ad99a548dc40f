"""areas.csv: the areas of an election, each inside one that is wider."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path

from counting.election import Area
from counting.vocabulary import AreaLevel
from tallywire.package import cell
from tallywire.package.fault import Fault
from tallywire.package.table import Row, Table, read_table

FILE = "areas.csv"
COLUMNS = ("code", "level", "parent", "name_th", "name_en")
OPTIONAL = ("name_en",)
WIDEST_FIRST = tuple(AreaLevel)


@dataclass(frozen=True, slots=True)
class AreaTree:
    """Which area lies in which. `parents` is None where areas.csv could not be read: then nothing is objected to."""

    parents: Mapping[str, str] | None

    @property
    def codes(self) -> Collection[str]:
        return self.parents or ()

    def has(self, code: str) -> bool:
        return self.parents is None or code in self.parents

    def above(self, code: str) -> tuple[str, ...]:
        """The area itself, then those around it; a circle is walked once."""
        found: list[str] = []
        while self.parents is not None and code in self.parents and code not in found:
            found.append(code)
            code = self.parents[code]
        return tuple(found)

    def apart(self, inner: str, outer: str) -> bool:
        """Both are known, and `inner` does not lie in `outer`."""
        return self.parents is not None and self.has(inner) and self.has(outer) and outer not in self.above(inner)


def read_areas(folder: Path, faults: list[Fault]) -> tuple[tuple[Area, ...], AreaTree]:
    table = read_table(folder / FILE, COLUMNS, faults, OPTIONAL)
    if table is None:
        return (), AreaTree(None)
    tree = _tree(table)
    once = cell.Once("the code", faults)
    areas = []
    for row in table.rows:
        code = cell.code(row["code"], faults)
        once.see(row["code"], code)
        level = cell.word(row["level"], AreaLevel, faults)
        name = cell.text(row, "name", faults)
        _check_parent(row, tree, faults)
        if level is not None:
            areas.append(Area(code, level, row["parent"].text or None, name))
    _check_circles(table, tree, faults)
    _check_levels(table, areas, faults)
    if not table.rows and not table.broken:
        faults.append(Fault(FILE, None, None, None, "no area stands here"))
    return tuple(areas), tree


def _tree(table: Table) -> AreaTree:
    parents = dict.fromkeys(table.texts("code"), "")
    for row in table.rows:
        parents[row["code"].text] = row["parent"].text
    return AreaTree(parents)


def _check_parent(row: Row, tree: AreaTree, faults: list[Fault]) -> None:
    parent = row["parent"]
    if parent.text and not tree.has(parent.text):
        faults.append(parent.fault(f'no area "{parent.text}" in {FILE}{cell.meant(parent, tree.codes, faults)}'))


def _check_circles(table: Table, tree: AreaTree, faults: list[Fault]) -> None:
    """Every area must end at one without a parent; a circle is named once, at its first row."""
    told: set[str] = set()
    for row in table.rows:
        code = row["code"].text
        way = tree.above(code)
        back = tree.parents[way[-1]] if tree.parents and way else ""
        if back == code and told.isdisjoint(way):
            faults.append(row["parent"].fault(f"the areas go in a circle: {' in '.join((*way, code))}"))
            told.update(way)


def _check_levels(table: Table, areas: list[Area], faults: list[Fault]) -> None:
    levels = {area.code: area.level for area in areas}
    for row in table.rows:
        inner, outer = levels.get(row["code"].text), levels.get(row["parent"].text)
        if inner and outer and WIDEST_FIRST.index(inner) <= WIDEST_FIRST.index(outer):
            faults.append(
                row["level"].fault(f"a {inner} cannot lie in a {outer}; from the widest: {', '.join(AreaLevel)}")
            )
