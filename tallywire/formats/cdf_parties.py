"""Parties as NIST SP 1500-100 lists them: ours are texts of candidates, so equal texts are one party."""

from collections.abc import Sequence
from typing import Any

from counting.election import Text
from counting.vocabulary import VotingVariation
from db.definitions import CandidateNode, ContestNode
from tallywire.formats.cdf_words import text, typed


class Parties:
    """`objects`: in the order of the ballots. A list in a proportional contest is a party, by its own name."""

    def __init__(self, contests: Sequence[ContestNode]) -> None:
        self._ids: dict[Text, str] = {}
        self.objects: list[dict[str, Any]] = []
        for contest in contests:
            lists = contest.voting_variation is VotingVariation.PROPORTIONAL
            for candidate in contest.candidates:
                name = candidate.party or (candidate.name if lists else None)
                if name is not None:
                    self._add(name, candidate.color)

    def of(self, candidate: CandidateNode) -> str | None:
        return None if candidate.party is None else self._ids[candidate.party]

    def of_list(self, candidate: CandidateNode) -> str:
        return self._ids[candidate.party or candidate.name]

    def _add(self, name: Text, color: str) -> None:
        if name not in self._ids:
            self._ids[name] = identity = f"party:{len(self._ids) + 1}"
            self.objects.append({"@id": identity, **typed("Party", Name=text(name), Color=color[1:].lower())})
