"""Colours for candidates whose package names none: one for a party everywhere, distinct ones inside a contest."""

from collections.abc import Iterable, Iterator
from dataclasses import replace

from counting.election import Candidate

# Apart in hue and in lightness, so that neighbours differ for the colour-blind too (after Okabe & Ito, and Tol).
PALETTE = (
    *("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#8a6d00", "#56b4e9", "#882255", "#44aa99"),
    *("#332288", "#a0562c", "#117733", "#aa4499", "#6d757b", "#b8860b", "#4477aa", "#cc3311"),
)


def coloured(candidates: Iterable[Candidate]) -> Iterator[Candidate]:
    """The candidates, each with a colour: its own, its party's, or one by its place in the contest."""
    candidates = tuple(candidates)
    by_party = {one.party.th: one.color for one in reversed(candidates) if one.party and one.color}
    parties = dict.fromkeys(one.party.th for one in candidates if one.party)
    free = [color for color in PALETTE if color not in by_party.values()] or list(PALETTE)
    for place, party in enumerate(party for party in parties if party not in by_party):
        by_party[party] = free[place % len(free)]
    for one in candidates:
        if one.color:
            yield one
        else:
            color = by_party[one.party.th] if one.party else PALETTE[(one.ballot_number - 1) % len(PALETTE)]
            yield replace(one, color=color)
