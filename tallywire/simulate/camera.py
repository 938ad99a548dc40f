"""The volunteers' cameras: a photograph of each sheet that is to have one, drawn when it is needed."""

import asyncio
import hashlib
from collections import OrderedDict
from dataclasses import dataclass

from counting.election import Candidate, Contest, Election, Station, StationCount
from tallywire.simulate.plan import NightPlan
from tallywire.simulate.sending import PlannedTally
from tallywire.simulate.tally_sheet import TallySheet, photograph

# A photograph is named first and sent after its numbers; in between it is kept.
KEPT_MAX = 64


@dataclass(frozen=True, slots=True)
class Shot:
    """`sha256`: of the JPEG, in hex."""

    sha256: str
    jpeg: bytes


class Camera:
    """What a board shows is the truth, but for what nobody can read; the tally typed from it may differ."""

    def __init__(self, plan: NightPlan) -> None:
        election: Election = plan.election
        self._seed = plan.seed
        self._stations: dict[str, Station] = {station.code: station for station in election.stations}
        self._contests: dict[str, Contest] = {contest.code: contest for contest in election.contests}
        self._areas = {area.code: area.name for area in election.areas}
        self._counts: dict[tuple[str, str], StationCount] = {(one.station, one.contest): one for one in plan.counts}
        self._numbers: dict[str, list[int]] = {}
        for candidate in sorted(election.candidates, key=_ballot_number):
            self._numbers.setdefault(candidate.contest, []).append(candidate.ballot_number)
        self._by_key = {
            tally.key: tally for sending in plan.sendings for tally in sending.tallies if tally.photographed
        }
        self._kept: OrderedDict[int, Shot] = OrderedDict()

    async def shoot(self, tally: PlannedTally) -> Shot | None:
        """The photograph that goes with it; None where none does."""
        if not tally.photographed:
            return None
        subject = self._by_key.get(tally.borrowed, tally) if tally.borrowed is not None else tally
        shot = self._kept.get(subject.key)
        if shot is None:
            jpeg = await asyncio.to_thread(photograph, self._sheet(subject), f"{self._seed}/{subject.key}")
            shot = Shot(hashlib.sha256(jpeg).hexdigest(), jpeg)
            self._kept[subject.key] = shot
            if len(self._kept) > KEPT_MAX:
                self._kept.popitem(last=False)
        return shot

    def _sheet(self, tally: PlannedTally) -> TallySheet:
        station, contest = self._stations[tally.station], self._contests[tally.contest]
        count = self._counts[tally.sheet]
        votes = [None if typed is None else true for typed, true in zip(tally.votes, count.votes, strict=True)]
        return TallySheet(
            station=f"หน่วยเลือกตั้งที่ {station.number} · {self._areas[station.area].th} · {station.code}",
            contest=contest.name.th,
            counts=tuple(zip(self._numbers[tally.contest], votes, strict=True)),
            ballots=(
                ("บัตรดี · valid", count.valid_ballots),
                ("บัตรเสีย · invalid", count.invalid_ballots),
                ("ไม่เลือกผู้ใด · no vote", count.no_vote_ballots),
                ("บัตรที่ใช้ · ballots used", tally.ballots_cast if tally.as_written else count.ballots_cast),
            ),
        )


def _ballot_number(candidate: Candidate) -> int:
    return candidate.ballot_number
