"""official.csv: what the authority published, to compare the reported results with."""

from collections import defaultdict
from collections.abc import Mapping
from pathlib import Path

from counting.election import Area, Candidate, Contest, OfficialFigure
from tallywire.package import cell
from tallywire.package.area_rows import AreaTree
from tallywire.package.contest_rows import ContestTable
from tallywire.package.fault import Fault
from tallywire.package.table import Row, has_table, read_table

FILE = "official.csv"
COLUMNS = ("contest", "area", "item", "ballot_number", "value")
OPTIONAL = ("ballot_number",)
VOTES = "votes"
ITEMS = (VOTES, "valid_ballots", "invalid_ballots", "no_vote_ballots", "ballots_cast", "registered_voters")

Figures = dict[tuple[str, int | None], int]


def read_official(
    folder: Path, tree: AreaTree, contests: ContestTable, candidates: tuple[Candidate, ...], faults: list[Fault]
) -> tuple[OfficialFigure, ...]:
    """The figures; none where there is no such file."""
    if not has_table(folder / FILE):
        return ()
    table = read_table(folder / FILE, COLUMNS, faults, OPTIONAL)
    once = cell.Once("for this contest and area the item", faults)
    standing = {(candidate.contest, candidate.ballot_number) for candidate in candidates}
    contest_areas = {contest.code: contest.area for contest in contests.contests}
    figures = []
    for row in table.rows if table else ():
        contests.check(row["contest"], faults)
        _check_area(row, tree, contest_areas, faults)
        number = ballot_number(row, standing, faults)
        figure = OfficialFigure(
            row["contest"].text, row["area"].text, item_of(row, faults), number, cell.whole_number(row["value"], faults)
        )
        once.see(row["item"], figure.contest, figure.area, figure.item, number)
        figures.append(figure)
    return tuple(figures)


def item_of(row: Row, faults: list[Fault]) -> str:
    """One of ITEMS, or what stands there with its fault noted."""
    item = row["item"]
    if item.text not in ITEMS:
        faults.append(item.fault(f'"{item.text}" is not one of {", ".join(ITEMS)}'))
    return item.text


def _check_area(row: Row, tree: AreaTree, contest_areas: Mapping[str, str], faults: list[Fault]) -> None:
    area, outer = row["area"], contest_areas.get(row["contest"].text)
    if not tree.has(area.text):
        faults.append(area.fault(f'no area "{area.text}" in areas.csv{cell.meant(area, tree.codes, faults)}'))
    elif outer and tree.apart(area.text, outer):
        faults.append(area.fault(f'area "{area.text}" lies outside area "{outer}" of "{row["contest"].text}"'))


def ballot_number(row: Row, standing: set[tuple[str, int]], faults: list[Fault]) -> int | None:
    """The candidate's, who must stand for the row's contest; None where the item is not votes."""
    number, contest = row["ballot_number"], row["contest"].text
    if row["item"].text != VOTES:
        if number.text:
            faults.append(number.fault(f"must be empty where the item is not {VOTES}"))
        return None
    value = cell.whole_number(number, faults, least=1)
    if value != cell.UNREADABLE and standing and (contest, value) not in standing:
        faults.append(number.fault(f'no candidate {value} of contest "{contest}" in candidates.csv'))
    return value


def official_warnings(
    official: tuple[OfficialFigure, ...],
    areas: tuple[Area, ...],
    contests: tuple[Contest, ...],
    candidates: tuple[Candidate, ...],
) -> tuple[Fault, ...]:
    """Where the authority's own sums miss, as published ones do: worth a look, and no reason to refuse the package."""
    figures: dict[tuple[str, str], Figures] = defaultdict(dict)
    for figure in official:
        figures[figure.contest, figure.area][figure.item, figure.ballot_number] = figure.value
    numbers = defaultdict(list)
    for candidate in candidates:
        numbers[candidate.contest].append(candidate.ballot_number)
    each = {contest.code: contest.votes_per_ballot for contest in contests}
    inner = defaultdict(list)
    for one in areas:
        inner[one.parent].append(one.code)
    misses = []
    for (contest, area), own in figures.items():
        misses += [f"{contest}, area {area}: {miss}" for miss in _own_sums(own, numbers[contest], each[contest])]
        parts = [figures.get((contest, code), {}) for code in inner[area]]
        misses += [f"{contest}, area {area}: {miss}" for miss in _area_sums(own, parts)]
    return tuple(Fault(FILE, None, None, None, miss) for miss in misses)


def _own_sums(own: Figures, numbers: list[int], votes_per_ballot: int) -> list[str]:
    """Votes against valid ballots, and the parts against ballots cast, where all of them were published.

    Where a ballot carries several votes, they must fit on the valid ones.
    """
    misses = []
    votes = [own.get((VOTES, number)) for number in numbers]
    known = [value for value in votes if value is not None]
    valid = own.get(("valid_ballots", None))
    total = sum(known) if known and len(known) == len(votes) else None
    if votes_per_ballot > 1:
        if valid is not None and sum(known) > valid * votes_per_ballot:
            misses.append(f"valid ballots {valid:,} cannot carry {sum(known):,} votes, {votes_per_ballot} on each")
    elif valid is not None and total is not None and valid != total:
        misses.append(f"valid ballots {valid:,}, but the votes sum to {total:,}")
    elif valid is None:
        valid = total
    invalid, no_vote = own.get(("invalid_ballots", None)), own.get(("no_vote_ballots", None))
    cast = own.get(("ballots_cast", None))
    if valid is not None and invalid is not None and no_vote is not None and cast is not None:
        parts = valid + invalid + no_vote
        if parts != cast:
            misses.append(f"ballots cast {cast:,}, but valid, invalid and no-vote sum to {parts:,}")
    return misses


def _area_sums(own: Figures, parts: list[Figures]) -> list[str]:
    """An area's figure against the sum of the areas in it, where each of those has one."""
    misses = []
    for key, value in own.items():
        item, number = key
        inside = [part[key] for part in parts if key in part]
        if inside and len(inside) == len(parts) and sum(inside) != value:
            what = item.replace("_", " ") if number is None else f"votes of number {number}"
            misses.append(f"{what} {value:,}, but the areas in it sum to {sum(inside):,}")
    return misses
