"""station_counts.csv: what each station's count ends at, which simulations play."""

from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from counting.election import Election, Register, StationCount
from counting.numbers import valid_ballots
from tallywire.package import cell
from tallywire.package.fault import Fault, PackageFaults
from tallywire.package.table import Cell, Row, has_table, read_table

FILE = "station_counts.csv"
COLUMNS = ("station", "contest", "valid_ballots", "invalid_ballots", "no_vote_ballots", "votes")
OPTIONAL = ("valid_ballots",)


@dataclass(frozen=True, slots=True)
class _Expected:
    registers: dict[tuple[str, str], Register]
    candidates: Counter[str]
    votes_per_ballot: dict[str, int]


def read_station_counts(folder: Path, election: Election) -> tuple[StationCount, ...]:
    """One count for each row of registers.csv, in the file's order; none where there is no such file.

    Raises PackageFaults with everything that is wrong in it.
    """
    if not has_table(folder / FILE):
        return ()
    faults: list[Fault] = []
    expected = _Expected(
        registers={(register.station, register.contest): register for register in election.registers},
        candidates=Counter(candidate.contest for candidate in election.candidates),
        votes_per_ballot={contest.code: contest.votes_per_ballot for contest in election.contests},
    )
    table = read_table(folder / FILE, COLUMNS, faults, OPTIONAL)
    once = cell.Once("with this contest the station", faults)
    counts = []
    for row in table.rows if table else ():
        once.see(row["station"], row["station"].text, row["contest"].text)
        counts.append(_count(row, expected, faults))
    if table is not None and not table.broken:
        _check_each_register(expected, counts, faults)
    if faults:
        raise PackageFaults(faults)
    return tuple(counts)


def _count(row: Row, expected: _Expected, faults: list[Fault]) -> StationCount:
    station, contest = row["station"], row["contest"]
    before = len(faults)
    register = expected.registers.get((station.text, contest.text))
    votes = _votes(row["votes"], faults)
    count = StationCount(
        station.text,
        contest.text,
        votes,
        cell.whole_number(row["invalid_ballots"], faults),
        cell.whole_number(row["no_vote_ballots"], faults),
        _papers(row, votes, expected.votes_per_ballot.get(contest.text, 1), faults),
    )
    if register is None:
        faults.append(station.fault(f'no station "{station.text}" with contest "{contest.text}" in registers.csv'))
    elif len(votes) != expected.candidates[contest.text]:
        what = f"{len(votes)} numbers for {expected.candidates[contest.text]} candidates of {contest.text}"
        faults.append(row["votes"].fault(what))
    elif len(faults) == before:
        _check_ballots(row, count, register, expected.votes_per_ballot[contest.text], faults)
    return count


def _papers(row: Row, votes: tuple[int, ...], votes_per_ballot: int, faults: list[Fault]) -> int | None:
    """Valid ballots where one may carry several votes: as given, else as few as can carry these votes."""
    given = row["valid_ballots"]
    number = cell.whole_number(given, faults) if given.text else None
    if votes_per_ballot > 1:
        return valid_ballots(list(votes), number, votes_per_ballot)
    if number is not None and number != sum(votes):
        faults.append(given.fault(f"{number} valid ballots, and the votes sum to {sum(votes)}"))
    return None


def _votes(votes: Cell, faults: list[Fault]) -> tuple[int, ...]:
    parts = votes.text.split()
    if cell.NUMBERS.fullmatch(votes.text):  # the plain case, and there are hundreds of thousands
        return tuple(map(int, parts))
    cells = [Cell(votes.file, votes.line, votes.column, votes.name, part) for part in parts]
    return tuple(cell.whole_number(one, faults) for one in cells)


def _check_ballots(
    row: Row, count: StationCount, register: Register, votes_per_ballot: int, faults: list[Fault]
) -> None:
    """No more ballots than voters; no more votes than its ballots carry, for one candidate or for all."""
    if count.ballots_cast > register.registered_voters:
        what = f"{count.ballots_cast} ballots for {register.registered_voters} registered voters"
        faults.append(row["votes"].fault(what))
    fit = count.valid_ballots * votes_per_ballot
    if sum(count.votes) > fit or max(count.votes, default=0) > count.valid_ballots:
        what = f"{count.valid_ballots} valid ballots cannot carry these votes, {votes_per_ballot} at most on each"
        faults.append(row["valid_ballots"].fault(what))


def _check_each_register(expected: _Expected, counts: list[StationCount], faults: list[Fault]) -> None:
    counted = {(count.station, count.contest) for count in counts}
    for station, contest in expected.registers:
        if (station, contest) not in counted:
            what = f'no count of station "{station}" for contest "{contest}", which registers.csv names'
            faults.append(Fault(FILE, None, None, None, what))
