"""What every result must be when all is counted: sums of the package's station counts, nothing else."""

from collections.abc import Iterable
from dataclasses import dataclass

from counting.election import Election, StationCount
from counting.vocabulary import ResultsStatus
from tallywire.simulate.schedule import area_chains


@dataclass(frozen=True, slots=True)
class TrueResult:
    """One contest in one area. `candidates` (codes) and `votes` in ballot order; counts of papers and stations."""

    candidates: tuple[str, ...]
    votes: tuple[int, ...]
    valid_ballots: int
    invalid_ballots: int
    no_vote_ballots: int
    stations_final: int
    stations_total: int

    @property
    def ballots_cast(self) -> int:
        return self.valid_ballots + self.invalid_ballots + self.no_vote_ballots

    @property
    def status(self) -> ResultsStatus:
        complete = self.stations_final == self.stations_total
        return ResultsStatus.UNOFFICIAL_COMPLETE if complete else ResultsStatus.UNOFFICIAL_PARTIAL


def true_results(election: Election, counts: Iterable[StationCount]) -> dict[tuple[str, str], TrueResult]:
    """By (contest code, area code), for each area inside the contest's own in which stations count it."""
    chains = area_chains(election)
    area_of = {station.code: station.area for station in election.stations}
    own_area = {contest.code: contest.area for contest in election.contests}
    stations: dict[tuple[str, str], int] = {}
    for register in election.registers:
        for area in _up_to(chains[area_of[register.station]], own_area[register.contest]):
            stations[register.contest, area] = stations.get((register.contest, area), 0) + 1
    sums: dict[tuple[str, str], list[int]] = {}
    for count in counts:
        parts = (*count.votes, count.valid_ballots, count.invalid_ballots, count.no_vote_ballots, 1)
        for area in _up_to(chains[area_of[count.station]], own_area[count.contest]):
            total = sums.setdefault((count.contest, area), [0] * len(parts))
            for index, part in enumerate(parts):
                total[index] += part
    ballot: dict[str, list[str]] = {}
    for candidate in sorted(election.candidates, key=lambda candidate: candidate.ballot_number):
        ballot.setdefault(candidate.contest, []).append(candidate.code)
    results = {}
    for key, total in sums.items():
        *votes, valid, invalid, no_vote, final = total
        results[key] = TrueResult(tuple(ballot[key[0]]), tuple(votes), valid, invalid, no_vote, final, stations[key])
    return results


def _up_to(chain: tuple[str, ...], top: str) -> tuple[str, ...]:
    return chain[: chain.index(top) + 1]
