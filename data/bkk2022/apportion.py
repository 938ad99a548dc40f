"""Whole numbers that keep their sums: the arithmetic of reconstruct_stations.py.

Only + - * /, math.fsum and math.sqrt touch floats: they give the same bits on every machine and every Python, which
sum() of floats (changed in 3.12) and the other functions of the C library do not promise.
"""

import random
from collections.abc import Sequence
from math import fsum

Matrix = list[list[float]]
ROOT_OF_THREE = 1.7320508075688772
FITTING_ROUNDS = 6  # the rounding settles what is left, which is far under one ballot a cell
ROUNDING_NOISE = 0.8  # so that a candidate's few votes do not come at even distances


def near_one(chance: random.Random, deviation: float) -> float:
    """A factor around 1 with this standard deviation, never further away than 3.46 of them."""
    four = chance.random() + chance.random() + chance.random() + chance.random()
    return 1 + deviation * ROOT_OF_THREE * (four - 2)


def apportion(total: int, weights: Sequence[float], caps: Sequence[int] | None = None) -> list[int]:
    """`total` in whole parts by weight (largest remainders), none above its cap; ValueError where that cannot be."""
    parts = [0] * len(weights)
    limits = list(caps) if caps is not None else [total] * len(weights)
    left = total
    while left:
        able = [i for i, part in enumerate(parts) if part < limits[i] and weights[i] > 0]
        if not able:
            raise ValueError(f"{left} of {total} find no place")
        whole = fsum(weights[i] for i in able)
        quotas = {i: left * weights[i] / whole for i in able}
        for i in able:
            part = min(int(quotas[i]), limits[i] - parts[i], left)
            parts[i] += part
            left -= part
        for i in sorted(able, key=lambda i: int(quotas[i]) - quotas[i])[:left]:
            if parts[i] < limits[i]:
                parts[i] += 1
                left -= 1
    return parts


def fit(cells: Matrix, rows: Sequence[int], columns: Sequence[int]) -> Matrix:
    """Iterative proportional fitting: scaled until columns nearly, and rows exactly, have their sums."""
    for _ in range(FITTING_ROUNDS):
        sums = [fsum(row[j] for row in cells) for j in range(len(columns))]
        factors = [want / have if have else 0.0 for want, have in zip(columns, sums, strict=True)]
        cells = [[cell * factor for cell, factor in zip(row, factors, strict=True)] for row in cells]
        scaled = []
        for row, want in zip(cells, rows, strict=True):
            factor = want / fsum(row)
            scaled.append([cell * factor for cell in row])
        cells = scaled
    return cells


def rounded(cells: Matrix, rows: Sequence[int], columns: Sequence[int], chance: random.Random) -> list[list[int]]:
    """Whole numbers near `cells` whose row and column sums are exactly those given; their totals must be equal."""
    if sum(rows) != sum(columns):
        raise ValueError(f"rows sum to {sum(rows)}, columns to {sum(columns)}")
    debts = [0.0] * len(columns)
    whole = []
    for row, want in zip(cells, rows, strict=True):
        numbers = [int(cell) for cell in row]
        debts = [debt + cell - number for debt, cell, number in zip(debts, row, numbers, strict=True)]
        noise = [debt + ROUNDING_NOISE * chance.random() for debt in debts]
        order = sorted(range(len(row)), key=lambda j: -noise[j])
        for step in range(want - sum(numbers)):
            column = order[step % len(order)]
            numbers[column] += 1
            debts[column] -= 1
        whole.append(numbers)
    _settle(whole, cells, columns)
    return whole


def _settle(whole: list[list[int]], cells: Matrix, columns: Sequence[int]) -> None:
    """Moves single votes inside rows, where rounding bent them most, until every column has its sum."""
    over = [sum(row[j] for row in whole) - want for j, want in enumerate(columns)]
    while any(over):
        giver = next(j for j, count in enumerate(over) if count > 0)
        taker = next(j for j, count in enumerate(over) if count < 0)

        def bent(i: int, giver: int = giver, taker: int = taker) -> float:
            return whole[i][giver] - cells[i][giver] - whole[i][taker] + cells[i][taker]

        row = max((i for i, numbers in enumerate(whole) if numbers[giver]), key=bent)
        whole[row][giver] -= 1
        whole[row][taker] += 1
        over[giver] -= 1
        over[taker] += 1
