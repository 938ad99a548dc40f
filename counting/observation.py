"""Statistics over stations that election observers use. Each is a question to the sheets, and none is a proof.

Turnout against share: Klimek, Yegorov, Hanel and Thurner, "Statistical detection of systematic election
irregularities", PNAS 109 (2012). Last digits: Beber and Scacco, "What the Numbers Say", Political Analysis 20 (2012).
"""

import math
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

STEP_PERCENT = 2  # width of a cell
DIGITS = 10
# The last digit of a small number follows its size: one vote for a candidate says nothing.
VOTES_MIN = 100
NUMBERS_MIN = 200


@dataclass(frozen=True, slots=True)
class StationSheet:
    """A station's FINAL tally that counts, each number legible; votes in ballot order; voters of the contest."""

    station_id: str
    votes: tuple[int, ...]
    valid_ballots: int
    invalid_ballots: int
    no_vote_ballots: int
    registered_voters: int

    @property
    def ballots_cast(self) -> int:
        return self.valid_ballots + self.invalid_ballots + self.no_vote_ballots

    @property
    def numbers(self) -> tuple[int, ...]:
        return (*self.votes, self.invalid_ballots, self.no_vote_ballots)


@dataclass(frozen=True, slots=True)
class Cell:
    """So many stations have a turnout and a share from these percentages to under `STEP_PERCENT` more."""

    turnout_percent: int
    share_percent: int
    stations: int


@dataclass(frozen=True, slots=True)
class TurnoutAndShare:
    """`correlation` (Pearson's r, -1..1) is None where turnout or share is everywhere the same, or under 3 stations."""

    stations: int
    cells: tuple[Cell, ...]
    correlation: float | None


@dataclass(frozen=True, slots=True)
class LastDigits:
    """How often each digit 0…9 stands last, in the `numbers` votes that are at least `VOTES_MIN`.

    `chance`: how often digits that are all equally likely would be as uneven as these; None under `NUMBERS_MIN`.
    """

    counts: tuple[int, ...]
    numbers: int
    chi_square: float | None
    chance: float | None


def turnout_and_share(sheets: Iterable[StationSheet], place: int) -> TurnoutAndShare:
    """Of one candidate; stations without a voter or a valid vote are left out."""
    cells: dict[tuple[int, int], int] = defaultdict(int)
    points = []
    for sheet in sheets:
        total = sum(sheet.votes)
        if total and sheet.registered_voters:
            point = sheet.ballots_cast / sheet.registered_voters, sheet.votes[place] / total
            points.append(point)
            cells[_cell(point[0]), _cell(point[1])] += 1
    counted = tuple(Cell(turnout, share, number) for (turnout, share), number in sorted(cells.items()))
    return TurnoutAndShare(len(points), counted, _correlation(points))


def last_digits(sheets: Iterable[StationSheet]) -> LastDigits:
    """Over every candidate's votes at every station."""
    counts = [0] * DIGITS
    for sheet in sheets:
        for votes in sheet.votes:
            if votes >= VOTES_MIN:
                counts[votes % DIGITS] += 1
    numbers = sum(counts)
    if numbers < NUMBERS_MIN:
        return LastDigits(tuple(counts), numbers, None, None)
    expected = numbers / DIGITS
    chi_square = sum((count - expected) ** 2 / expected for count in counts)
    return LastDigits(tuple(counts), numbers, chi_square, chance_of(chi_square))


def repeated(sheets: Iterable[StationSheet], ballots_min: int) -> tuple[tuple[StationSheet, ...], ...]:
    """Stations whose every number is the same, two or more together, most ballots first. Small ones may well agree."""
    alike: dict[tuple[int, ...], list[StationSheet]] = defaultdict(list)
    for sheet in sheets:
        if sheet.ballots_cast >= ballots_min:
            alike[sheet.numbers].append(sheet)
    groups = (tuple(sorted(group, key=lambda sheet: sheet.station_id)) for group in alike.values() if len(group) > 1)
    return tuple(sorted(groups, key=lambda group: (-group[0].ballots_cast, group[0].station_id)))


def chance_of(chi_square: float) -> float:
    """How often chance alone gives so large a value or a larger one, with nine degrees of freedom.

    The upper tail of the distribution, in its closed form for an odd number of degrees.
    """
    root = math.sqrt(chi_square)
    terms = root * (1 + chi_square / 3 + chi_square**2 / 15 + chi_square**3 / 105)
    return math.erfc(root / math.sqrt(2)) + math.sqrt(2 / math.pi) * math.exp(-chi_square / 2) * terms


def _cell(fraction: float) -> int:
    """The percentage at which its cell begins; whoever has all, or more ballots than voters, stands in the last."""
    return min(int(fraction * 100) // STEP_PERCENT * STEP_PERCENT, 100 - STEP_PERCENT)


def _correlation(points: Sequence[tuple[float, float]]) -> float | None:
    if len(points) < 3:
        return None
    across, up = zip(*points, strict=True)
    mean_across, mean_up = math.fsum(across) / len(points), math.fsum(up) / len(points)
    spread_across = math.fsum((x - mean_across) ** 2 for x in across)
    spread_up = math.fsum((y - mean_up) ** 2 for y in up)
    if spread_across < 1e-12 or spread_up < 1e-12:
        return None
    both = math.fsum((x - mean_across) * (y - mean_up) for x, y in points)
    return both / math.sqrt(spread_across * spread_up)
