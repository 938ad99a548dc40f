"""What each district's own stations span so far: kept in memory by a process that writes, read anew as they grow.

A recomputation costs milliseconds, so it waits until half as many FINALs more have come: seldom, never once a tally.
Another node may compare with a range of a moment ago; the range only marks.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from counting.case import DistrictSpreads
from counting.spread import district_spreads
from counting.tally import Submission
from counting.vocabulary import AreaLevel, TallyCoverage, TallyRule
from db.database import Connection
from db.definitions import AreaNode, ElectionDefinition
from db.likeness import is_asked
from db.sheet import numbers_from

RANGE_RULES = (
    TallyRule.TURNOUT_OUT_OF_RANGE,
    TallyRule.SHARE_OUT_OF_RANGE,
    TallyRule.INVALID_BALLOTS_OUT_OF_RANGE,
    TallyRule.NO_VOTE_OUT_OF_RANGE,
)
GROWTH = 0.5
# Beyond so many entries of other writers it is cheaper to read every district anew when it is asked for.
CAUGHT_UP_MAX = 2_000
FINAL = TallyCoverage.FINAL.value
# In this order, as in db.sheet: else it reads a contest's stations again for every FINAL of the night.
READ_FINALS = """
    SELECT s.registered_voters, t.votes, t.valid_ballots, t.invalid_ballots, t.no_vote_ballots, t.ballots_cast
    FROM (SELECT id FROM station WHERE area_id = ANY($2::text[]) OFFSET 0) AS x
    CROSS JOIN LATERAL (SELECT * FROM station_contest WHERE station_id = x.id AND contest_id = $1 OFFSET 0) AS s
    CROSS JOIN LATERAL (SELECT * FROM tally WHERE id = s.standing_id AND coverage = 'FINAL' OFFSET 0) AS t
"""
READ_CHANGED = """
    SELECT contest_id, station_id FROM log_entry
    WHERE election_id = $1 AND sequence > $2 AND sequence <= $3 AND kind <> 'HELD'
        AND 'FINAL' IN (tally->>'coverage', previous->>'coverage')
"""
SpreadKey = tuple[str, str]


@dataclass(slots=True)
class _Known:
    """`finals`: how many the spreads were made of; `changed`: how many have come or gone since."""

    spreads: DistrictSpreads
    finals: int
    changed: int = 0


class SpreadBook:
    """The spreads of one election, by contest and district."""

    def __init__(self) -> None:
        self._epoch = ""
        self._sequence = 0
        self._known: dict[SpreadKey, _Known] = {}
        # Whoever was there from the first entry on knows without asking that a district has none yet.
        self._from_the_first = False

    def of(self, definition: ElectionDefinition, submission: Submission) -> DistrictSpreads | None:
        """What a FINAL is compared with; None for what is not compared."""
        known = self._known.get(_key(definition, submission.contest_id, submission.station_id))
        return known.spreads if known and submission.coverage is TallyCoverage.FINAL else None

    async def look(
        self, connection: Connection, definition: ElectionDefinition, submissions: Sequence[Submission], head: int
    ) -> None:
        """Reads what these FINALs will be compared with, where it has grown enough; `head` is the log's."""
        if definition.epoch != self._epoch:
            self._epoch, self._sequence, self._known = definition.epoch, head, {}
            self._from_the_first = head == 0
        if not any(is_asked(rule, definition.bounds) for rule in RANGE_RULES):
            return
        await self._catch_up(connection, definition, head)
        for key in {
            _key(definition, submission.contest_id, submission.station_id)
            for submission in submissions
            if submission.coverage is TallyCoverage.FINAL
            and submission.contest_id in definition.contests
            and submission.station_id in definition.stations
        }:
            if self._is_stale(key, definition.bounds.range_stations_min):
                await self._read(connection, definition, key)

    def wrote(self, definition: ElectionDefinition, before: int, entries: Sequence[dict[str, Any]]) -> None:
        """This process has committed these entries, the first of them following `before`."""
        if before == self._sequence:
            self._count(definition, (_place(entry) for entry in entries if _changes_a_final(entry)))
            self._sequence = before + len(entries)

    def _is_stale(self, key: SpreadKey, stations_min: int) -> bool:
        known = self._known.get(key)
        if known is None:
            return not self._from_the_first
        enough = known.finals + known.changed >= stations_min
        return enough and known.changed > 0 and known.changed >= GROWTH * known.finals

    async def _read(self, connection: Connection, definition: ElectionDefinition, key: SpreadKey) -> None:
        contest_id, area_id = key
        inside = [area.id for area in definition.areas[area_id].subtree()]
        rows = await connection.fetch(READ_FINALS, contest_id, inside)
        finals = [(numbers_from(row), row["registered_voters"]) for row in rows]
        self._known[key] = _Known(district_spreads(finals, definition.bounds), len(finals))

    async def _catch_up(self, connection: Connection, definition: ElectionDefinition, head: int) -> None:
        """Counts what others have written since: editors, imports, other nodes."""
        if head <= self._sequence:
            return
        if head - self._sequence > CAUGHT_UP_MAX:
            self._known, self._from_the_first = {}, False
        else:
            rows = await connection.fetch(READ_CHANGED, definition.id, self._sequence, head)
            self._count(definition, (_place(row) for row in rows))
        self._sequence = head

    def _count(self, definition: ElectionDefinition, places: Iterable[tuple[str, str]]) -> None:
        for contest_id, station_id in places:
            key = _key(definition, contest_id, station_id)
            if self._from_the_first and key not in self._known:
                self._known[key] = _Known(DistrictSpreads(), 0)
            if key in self._known:
                self._known[key].changed += 1


def district_of(area: AreaNode) -> AreaNode:
    """The area whose stations are alike: the district, else the constituency, else the station's own area."""
    for level in (AreaLevel.DISTRICT, AreaLevel.CONSTITUENCY):
        for node in area.path():
            if node.level is level:
                return node
    return area


def _key(definition: ElectionDefinition, contest_id: str, station_id: str) -> SpreadKey:
    station = definition.stations.get(station_id)
    return contest_id, district_of(station.area).id if station else ""


def _place(entry: Any) -> tuple[str, str]:
    return entry["contest_id"], entry["station_id"]


def _changes_a_final(entry: dict[str, Any]) -> bool:
    numbers = (entry["tally"], entry["previous"])
    return entry["kind"] != "HELD" and any(one is not None and one["coverage"] == FINAL for one in numbers)
