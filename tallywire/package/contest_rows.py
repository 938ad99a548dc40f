"""contests.csv and candidates.csv: what is decided, and who stands."""

from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

from counting.election import Candidate, Contest
from counting.vocabulary import VotingVariation
from tallywire.package import cell
from tallywire.package.area_rows import AreaTree
from tallywire.package.cell import meant
from tallywire.package.colours import coloured
from tallywire.package.fault import Fault
from tallywire.package.table import Cell, Row, Table, read_table

FILE = "contests.csv"
CANDIDATES_FILE = "candidates.csv"
COLUMNS = ("code", "office", "name_th", "name_en", "area", "seats", "voting_variation", "votes_per_ballot")
CANDIDATE_COLUMNS = (
    *("contest", "ballot_number", "name_th", "name_en", "short_name_th", "short_name_en"),
    *("party_th", "party_en", "color"),
)
OPTIONAL = ("name_en",)
CANDIDATE_OPTIONAL = ("name_en", "short_name_th", "short_name_en", "party_th", "party_en", "color")
# As many as a sheet's rows in the API.
CANDIDATES_MAX = 1_000


@dataclass(frozen=True, slots=True)
class ContestTable:
    """The contests, and the rows that further files refer to. `table` is None where contests.csv could not be read."""

    contests: tuple[Contest, ...]
    table: Table | None
    codes: frozenset[str]

    def check(self, reference: Cell, faults: list[Fault]) -> None:
        """Notes a fault where a cell names a contest that does not exist."""
        if self.table is not None and reference.text not in self.codes:
            faults.append(
                reference.fault(f'no contest "{reference.text}" in {FILE}{meant(reference, self.codes, faults)}')
            )

    def check_each_has(self, what: str, had: frozenset[str], faults: list[Fault]) -> None:
        for row in self.table.rows if self.table else ():
            code = row["code"]
            if code.text and code.text not in had:
                faults.append(code.fault(f'the contest "{code.text}" has no {what}'))


def read_contests(folder: Path, tree: AreaTree, faults: list[Fault]) -> ContestTable:
    table = read_table(folder / FILE, COLUMNS, faults, OPTIONAL)
    if table is None:
        return ContestTable((), None, frozenset())
    once = cell.Once("the code", faults)
    contests = []
    for row in table.rows:
        contest = _contest(row, faults)
        once.see(row["code"], contest.code)
        if not tree.has(contest.area):
            faults.append(
                row["area"].fault(f'no area "{contest.area}" in areas.csv{meant(row["area"], tree.codes, faults)}')
            )
        contests.append(contest)
    if not table.rows and not table.broken:
        faults.append(Fault(FILE, None, None, None, "no contest stands here"))
    return ContestTable(tuple(contests), table, table.texts("code"))


def _contest(row: Row, faults: list[Fault]) -> Contest:
    variation = cell.word(row["voting_variation"], VotingVariation, faults)
    votes = cell.whole_number(row["votes_per_ballot"], faults, least=1)
    if variation is VotingVariation.PLURALITY and votes > 1:
        faults.append(row["votes_per_ballot"].fault("must be 1 where voting_variation is PLURALITY"))
    return Contest(
        code=cell.code(row["code"], faults),
        office=cell.code(row["office"], faults),
        name=cell.text(row, "name", faults),
        area=cell.required(row["area"], faults),
        seats=cell.whole_number(row["seats"], faults, least=1),
        voting_variation=variation or VotingVariation.PLURALITY,
        votes_per_ballot=votes,
    )


def read_candidates(folder: Path, contests: ContestTable, faults: list[Fault]) -> tuple[Candidate, ...]:
    """Every candidate, by contest as contests.csv orders them, then by ballot number."""
    table = read_table(folder / CANDIDATES_FILE, CANDIDATE_COLUMNS, faults, CANDIDATE_OPTIONAL)
    if table is None:
        return ()
    once = cell.Once("in this contest the ballot number", faults)
    by_contest: dict[str, list[Candidate]] = defaultdict(list)
    for row in table.rows:
        contests.check(row["contest"], faults)
        candidate = _candidate(row, faults)
        once.see(row["ballot_number"], candidate.contest, candidate.ballot_number)
        by_contest[candidate.contest].append(candidate)
    contests.check_each_has(f"candidate in {CANDIDATES_FILE}", table.texts("contest"), faults)
    _check_not_too_many(contests, by_contest, faults)
    in_order = [sorted(by_contest[contest.code], key=_ballot_number) for contest in contests.contests]
    return tuple(coloured(candidate for candidates in in_order for candidate in candidates))


def _check_not_too_many(contests: ContestTable, by_contest: dict[str, list[Candidate]], faults: list[Fault]) -> None:
    for row in contests.table.rows if contests.table else ():
        if (number := len(by_contest[row["code"].text])) > CANDIDATES_MAX:
            what = f"{number:,} candidates, and a tally sheet takes {CANDIDATES_MAX:,} at most"
            faults.append(row["code"].fault(what))


def _candidate(row: Row, faults: list[Fault]) -> Candidate:
    name = cell.text(row, "name", faults)
    return Candidate(
        contest=row["contest"].text,
        ballot_number=cell.whole_number(row["ballot_number"], faults, least=1),
        name=name,
        short_name=cell.optional_text(row, "short_name", faults) or name,
        party=cell.optional_text(row, "party", faults),
        color=cell.color(row["color"], faults),
    )


def _ballot_number(candidate: Candidate) -> int:
    return candidate.ballot_number
