"""station_counts.csv: what each station's count ends at, which simulations play."""

from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from counting.election import Election, Register, StationCount
from tallywire.package import cell
from tallywire.package.csv_table import Cell, Row, read_table
from tallywire.package.fault import Fault, PackageFaults

FILE = "station_counts.csv"
COLUMNS = ("station", "contest", "invalid_ballots", "no_vote_ballots", "votes")


@dataclass(frozen=True, slots=True)
class _Expected:
    registers: dict[tuple[str, str], Register]
    candidates: Counter[str]
    votes_per_ballot: dict[str, int]


def read_station_counts(folder: Path, election: Election) -> tuple[StationCount, ...]:
    """One count for each row of registers.csv, in the file's order; none where there is no such file.

    Raises PackageFaults with everything that is wrong in it.
    """
    if not (folder / FILE).exists():
        return ()
    faults: list[Fault] = []
    expected = _Expected(
        registers={(register.station, register.contest): register for register in election.registers},
        candidates=Counter(candidate.contest for candidate in election.candidates),
        votes_per_ballot={contest.code: contest.votes_per_ballot for contest in election.contests},
    )
    table = read_table(folder / FILE, COLUMNS, faults)
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
    )
    if register is None:
        faults.append(station.fault(f'no station "{station.text}" with contest "{contest.text}" in registers.csv'))
    elif len(votes) != expected.candidates[contest.text]:
        what = f"{len(votes)} numbers for {expected.candidates[contest.text]} candidates of {contest.text}"
        faults.append(row["votes"].fault(what))
    elif len(faults) == before:
        _check_ballots(row["votes"], count, register, expected.votes_per_ballot[contest.text], faults)
    return count


def _votes(votes: Cell, faults: list[Fault]) -> tuple[int, ...]:
    parts = votes.text.split()
    if cell.NUMBERS.fullmatch(votes.text):  # the plain case, and there are hundreds of thousands
        return tuple(map(int, parts))
    cells = [Cell(votes.file, votes.line, votes.column, votes.name, part) for part in parts]
    return tuple(cell.whole_number(one, faults) for one in cells)


def _check_ballots(
    votes: Cell, count: StationCount, register: Register, votes_per_ballot: int, faults: list[Fault]
) -> None:
    """No more ballots than voters; where a ballot carries several votes, at least so many ballots were valid."""
    valid = -(-sum(count.votes) // votes_per_ballot)
    ballots = valid + count.invalid_ballots + count.no_vote_ballots
    if ballots > register.registered_voters:
        faults.append(votes.fault(f"{ballots} ballots for {register.registered_voters} registered voters"))


def _check_each_register(expected: _Expected, counts: list[StationCount], faults: list[Fault]) -> None:
    counted = {(count.station, count.contest) for count in counts}
    for station, contest in expected.registers:
        if (station, contest) not in counted:
            what = f'no count of station "{station}" for contest "{contest}", which registers.csv names'
            faults.append(Fault(FILE, None, None, None, what))
