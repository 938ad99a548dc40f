"""What a night had come to at some entry: all that a rule looks at there, folded from the entries before it."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from counting.bounds import Bounds
from counting.case import DistrictSpreads, EvidenceUse, HeldTally, OtherOffice
from counting.election import Text
from counting.numbers import ballots_of, numbers_digest
from counting.spread import district_spreads
from counting.tally import Numbers, StandingTally
from counting.vocabulary import TallyCoverage
from db.spreads import GROWTH
from tallywire.rejudge.setting import Setting

SheetKey = tuple[str, str]


@dataclass(slots=True)
class PastSheet:
    """`standing` and `rivals` as they were; `held` by id."""

    standing: StandingTally | None = None
    rivals: dict[str, HeldTally] = field(default_factory=dict)


@dataclass(slots=True)
class _Ranges:
    """The spreads of one district under one set of bounds, and of how many stations they were made."""

    spreads: DistrictSpreads
    made_of: int


@dataclass(frozen=True, slots=True)
class _Likeness:
    """How a tally that counts or is held can be found at other stations."""

    station: str
    twins: tuple[str, str] | None
    photographs: tuple[str, ...]


class Past:
    """Changed by `enter` alone, entry by entry; every question is about the moment before the next one."""

    def __init__(self, setting: Setting) -> None:
        self._setting = setting
        self.sheets: dict[SheetKey, PastSheet] = defaultdict(PastSheet)
        self.known: set[str] = set()
        self._alive: dict[str, _Likeness] = {}
        self._twins: dict[tuple[str, str], dict[str, str]] = defaultdict(dict)
        self._uses: dict[str, dict[str, EvidenceUse]] = defaultdict(dict)
        self._finals: dict[tuple[str, str], dict[str, Numbers]] = defaultdict(dict)
        self._ranges: dict[tuple[str, str, int, float], _Ranges] = {}

    def enter(self, entry: Mapping[str, Any], tally: Mapping[str, Any] | None, decides: bool) -> None:
        """`tally`: the entry's, where its numbers are told here or later; `decides`: held for its dispute alone."""
        sheet = self.sheets[entry["station"], entry["contest"]]
        before = sheet.standing.id if sheet.standing else None
        self.known.add(entry["tallyId"])
        sheet.rivals.pop(entry["tallyId"], None)
        waits = entry["held"] > entry["heldBefore"]
        if waits and tally is not None and tally["coverage"] == TallyCoverage.FINAL:
            sheet.rivals[tally["id"]] = HeldTally(tally["id"], tally["reporter"], numbers_in(tally), decides)
        if entry["standingId"] is None:
            sheet.standing = None
        elif entry["standingId"] != before and tally is not None:
            sheet.standing = _standing(tally, moment_in(entry))
        self._forget(before if before != entry["standingId"] else None)
        self._forget(entry["tallyId"])
        if tally is not None and (waits or entry["standingId"] == tally["id"]):
            self._remember(entry, tally)
        self._note_final(entry, sheet.standing)

    def same_numbers_at(self, station: str, contest: str, numbers: Numbers) -> Text | None:
        twins = self._twins.get((contest, numbers_digest(numbers)), {})
        other = next((at for at in twins.values() if at != station), None)
        return self._setting.stations[other].label if other else None

    def evidence_elsewhere(self, station: str, digests: tuple[str, ...]) -> tuple[EvidenceUse, ...]:
        uses = (use for digest in digests for use in self._uses.get(digest, {}).items())
        return tuple(use for tally_id, use in uses if self._alive[tally_id].station != station)

    def other_offices(self, station: str, contest: str) -> tuple[OtherOffice, ...]:
        return tuple(
            OtherOffice(self._setting.contests[other].name, ballots_of(stands.numbers), stands.reporter)
            for other in self._setting.stations[station].registers
            if other != contest
            and (stands := self.sheets[station, other].standing) is not None
            and stands.coverage is TallyCoverage.FINAL
        )

    def spreads(self, station: str, contest: str, bounds: Bounds) -> DistrictSpreads:
        """As a server keeps them: made anew when half as many stations more are in."""
        district = self._setting.stations[station].facts.district_id
        finals = self._finals[contest, district]
        key = (contest, district, bounds.range_stations_min, bounds.range_spread)
        ranges = self._ranges.get(key, _Ranges(DistrictSpreads(), 0))
        grown = len(finals) - ranges.made_of
        if len(finals) >= bounds.range_stations_min and grown > 0 and grown >= GROWTH * ranges.made_of:
            pairs = [(one, self._setting.stations[at].registers.get(contest, 0)) for at, one in finals.items()]
            ranges = self._ranges[key] = _Ranges(district_spreads(pairs, bounds), len(finals))
        return ranges.spreads

    def _remember(self, entry: Mapping[str, Any], tally: Mapping[str, Any]) -> None:
        station = entry["station"]
        is_final = tally["coverage"] == TallyCoverage.FINAL
        twins = (entry["contest"], numbers_digest(numbers_in(tally))) if is_final else None
        self._alive[tally["id"]] = _Likeness(station, twins, tuple(tally["evidence"]))
        if twins is not None:
            self._twins[twins][tally["id"]] = station
        for sha256 in tally["evidence"]:
            label = self._setting.stations[station].label
            self._uses[sha256][tally["id"]] = EvidenceUse(sha256, label, tally["reporter"], moment_in(entry))

    def _forget(self, tally_id: str | None) -> None:
        """It neither stands nor waits any more."""
        likeness = self._alive.pop(tally_id, None) if tally_id is not None else None
        if likeness is None:
            return
        if likeness.twins is not None:
            self._twins[likeness.twins].pop(str(tally_id), None)
        for sha256 in likeness.photographs:
            self._uses[sha256].pop(str(tally_id), None)

    def _note_final(self, entry: Mapping[str, Any], standing: StandingTally | None) -> None:
        finals = self._finals[entry["contest"], self._setting.stations[entry["station"]].facts.district_id]
        if standing is not None and standing.coverage is TallyCoverage.FINAL:
            finals[entry["station"]] = standing.numbers
        else:
            finals.pop(entry["station"], None)


def numbers_in(tally: Mapping[str, Any]) -> Numbers:
    return Numbers(
        tuple(tally["votes"]),
        tally["validBallots"],
        tally["invalidBallots"],
        tally["noVoteBallots"],
        tally["ballotsCast"],
    )


def moment_in(entry: Mapping[str, Any]) -> datetime:
    return datetime.fromisoformat(entry["recordedAt"])


def _standing(tally: Mapping[str, Any], at: datetime) -> StandingTally:
    return StandingTally(
        tally["id"], tally["revision"], TallyCoverage(tally["coverage"]), numbers_in(tally), tally["reporter"], at
    )
