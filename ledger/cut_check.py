"""Checks results files against the log: each is the one that was signed, and its results are the sums of the entries.

The newest file's digest stands in the signed head, and each file names the digest of the one before it.
"""

import hashlib
from base64 import b64encode
from collections.abc import Iterator, Sequence
from typing import Any

from ledger.cut_line import CutLine
from ledger.entry import entry_in
from ledger.leaf import BadLeafError
from ledger.sheets import Sheets
from ledger.strict_json import strict
from ledger.sums import Totals, add_up
from ledger.terms import Terms
from ledger.tiles import all_tiles, tree_root

FORMAT = "tallywire-results/1"


class CutCheck:
    """Takes files in the order of their numbers. `leaves`, `hashes`: the log's entries, and those that were signed."""

    def __init__(self, definition: bytes, terms: Terms, leaves: Sequence[bytes], hashes: Sequence[bytes]) -> None:
        self._terms = terms
        self._leaves = leaves
        self._tiles = all_tiles(list(hashes))
        value = strict(definition)
        self._areas = value["areas"]
        self._contests = [_without_short_names(contest) for contest in value["contests"]]
        self._sheets = Sheets(terms)
        self._added = 0
        self._digests: dict[int, str] = {}

    def faults(self, content: bytes, number: int, newest: CutLine) -> Iterator[str]:
        """What is wrong with the file of cut `number`; `newest`: the cut that the signed head names."""
        self._digests[number] = digest = hashlib.sha256(content).hexdigest()
        if number == newest.number and digest != newest.results_sha256:
            yield f"its sha256 is {digest}; the signed head says {newest.results_sha256}"
        try:
            value = strict(content)
            yield from self._heading_faults(value, number, newest)
            if not self._added <= value["sequence"] <= len(self._leaves):
                yield f"it says that it was taken after entry {value['sequence']}, which cannot be"
                return
            totals = self._totals(value["sequence"])
            for one in totals.compare(_as_served(result, self._terms) for result in value["results"]):
                yield f"{one.contest} in {one.area}: {one.what} is {one.served}; the entries add up to {one.by_the_log}"
        except (KeyError, TypeError, ValueError, AttributeError, IndexError, ArithmeticError) as error:
            yield f"it is no results file: {error!r}"

    def _heading_faults(self, value: dict[str, Any], number: int, newest: CutLine) -> Iterator[str]:
        sequence = value["sequence"]
        expected = {
            "format": FORMAT,
            "election": self._terms.election,
            "definition": self._terms.sha256,
            "isTest": self._terms.is_test,
            "cut": number,
        }
        if number == 0:
            expected |= {"sequence": 0, "previous": None}
        elif number - 1 in self._digests:
            expected["previous"] = self._digests[number - 1]
        if number == newest.number:
            expected["sequence"] = newest.sequence
        if 0 <= sequence <= len(self._leaves):
            expected["rootHash"] = b64encode(tree_root(self._tiles, sequence)).decode()
        for name, right in expected.items():
            if value[name] != right:
                yield f"{name} is {value[name]!r}, not {right!r}"
        if (value["areas"], value["contests"]) != (self._areas, self._contests):
            yield "its names of areas, contests and candidates are not those of definition.json"

    def _totals(self, sequence: int) -> Totals:
        """Of the entries up to this one; what is wrong with an entry itself was told when the log was checked."""
        for leaf in self._leaves[self._added : sequence]:
            self._added += 1
            try:
                for _ in self._sheets.add(entry_in(leaf), self._added):
                    continue
            except (BadLeafError, KeyError, TypeError, ValueError, AttributeError):
                continue
        return add_up(self._sheets)


def _as_served(result: dict[str, Any], terms: Terms) -> dict[str, Any]:
    """A result of the file in the shape that GraphQL gives results in."""
    candidates = terms.contests[result["contest"]].candidates
    reporting, total = result["registeredReporting"], sum(result["votes"])
    return result | {
        "contest": {"id": result["contest"]},
        "area": {"id": result["area"]},
        "rows": [
            {
                "candidate": {"id": candidate},
                "votes": votes,
                "rank": rank,
                "share": votes / total if total else 0,
                "leading": place in result["leading"],
            }
            for place, (candidate, votes, rank) in enumerate(
                zip(candidates, result["votes"], result["ranks"], strict=True)
            )
        ],
        "turnout": result["ballotsCast"] / reporting if reporting else None,
    }


def _without_short_names(contest: dict[str, Any]) -> dict[str, Any]:
    candidates = [
        {name: value for name, value in candidate.items() if name != "shortName"} for candidate in contest["candidates"]
    ]
    return contest | {"candidates": candidates}
