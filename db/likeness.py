"""Where else the numbers and the photographs of a batch were sent: other stations' tallies that count or are held."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from counting.bounds import Bounds
from counting.case import EvidenceUse
from counting.election import Text
from counting.numbers import ballots_of, numbers_digest, numbers_of
from counting.tally import Submission
from counting.vocabulary import TallyCoverage, TallyRule
from db.database import Connection
from db.definitions import ElectionDefinition, StationNode
from db.new_tally import NewTally

# What was superseded, rejected or withdrawn stands for nothing any more: whoever sent a sheet to the wrong station and
# took it back may send it to the right one.
SAME_NUMBERS = """
    SELECT t.id, t.contest_id, t.numbers_sha256, t.station_id
    FROM unnest($1::text[], $2::text[]) AS n (contest_id, numbers_sha256)
    JOIN tally t ON t.numbers_sha256 = n.numbers_sha256 AND t.contest_id = n.contest_id
    WHERE t.state IN ('ACCEPTED', 'HELD') ORDER BY t.recorded_at, t.id
"""
SAME_EVIDENCE = """
    SELECT id, station_id, evidence, reporter_id, recorded_at FROM tally
    WHERE election_id = $1 AND evidence && $2::text[] AND state IN ('ACCEPTED', 'HELD') ORDER BY recorded_at, id
"""
Alive = Callable[[str], bool]


@dataclass(frozen=True, slots=True)
class Twin:
    """A tally that has the same numbers."""

    tally_id: str
    station_id: str


@dataclass(frozen=True, slots=True)
class PhotographedTwin(Twin):
    """A tally that carries the same photograph."""

    reporter: str
    recorded_at: datetime


@dataclass(slots=True)
class Likeness:
    """Twins by contest and digest of their numbers, and by photograph; grows with the batch.

    `digests` runs beside the submissions of the batch; None where equal numbers would say nothing.
    Of what it finds, only tallies that are `alive` count: those that this batch has not superseded.
    """

    definition: ElectionDefinition
    digests: list[str | None]
    by_numbers: dict[tuple[str, str], list[Twin]] = field(default_factory=dict)
    by_photograph: dict[str, list[PhotographedTwin]] = field(default_factory=dict)

    def add(self, tally: NewTally) -> None:
        """A tally of this very batch: the next one of it may be its twin."""
        if tally.numbers_sha256 is not None:
            twins = self.by_numbers.setdefault((tally.contest_id, tally.numbers_sha256), [])
            twins.append(Twin(tally.id, tally.station_id))
        for sha256 in tally.evidence:
            use = PhotographedTwin(tally.id, tally.station_id, tally.reporter_id, tally.recorded_at)
            self.by_photograph.setdefault(sha256, []).append(use)

    def same_numbers_at(self, place: int, submission: Submission, alive: Alive) -> Text | None:
        """The first other station whose tally has the numbers of the submission at this place of the batch."""
        digest = self.digests[place]
        if digest is None:
            return None
        for twin in self.by_numbers.get((submission.contest_id, digest), ()):
            if twin.station_id != submission.station_id and alive(twin.tally_id):
                return self._label(twin)
        return None

    def evidence_elsewhere(self, submission: Submission, alive: Alive) -> tuple[EvidenceUse, ...]:
        """Each use of this submission's photographs by a tally of another station, the earliest first."""
        return tuple(
            EvidenceUse(sha256, self._label(twin), twin.reporter, twin.recorded_at)
            for sha256 in submission.evidence
            for twin in self.by_photograph.get(sha256, ())
            if twin.station_id != submission.station_id and alive(twin.tally_id)
        )

    def _label(self, twin: Twin) -> Text:
        return station_label(self.definition.stations[twin.station_id])


async def read_likeness(
    connection: Connection, definition: ElectionDefinition, submissions: Sequence[Submission]
) -> Likeness:
    """Asks for no more than the rules of this election look at: none, one or two statements."""
    likeness = Likeness(definition, [sheet_digest(submission, definition) for submission in submissions])
    await _read_same_numbers(connection, likeness, submissions)
    photographs = {sha256 for submission in submissions for sha256 in submission.evidence}
    if photographs and is_asked(TallyRule.SAME_EVIDENCE_ELSEWHERE, definition.bounds):
        for row in await connection.fetch(SAME_EVIDENCE, definition.id, sorted(photographs)):
            use = PhotographedTwin(row["id"], row["station_id"], row["reporter_id"], row["recorded_at"])
            for sha256 in photographs.intersection(row["evidence"]):
                likeness.by_photograph.setdefault(sha256, []).append(use)
    return likeness


async def _read_same_numbers(connection: Connection, likeness: Likeness, submissions: Sequence[Submission]) -> None:
    pairs = zip(submissions, likeness.digests, strict=True)
    keys = sorted({(submission.contest_id, digest) for submission, digest in pairs if digest is not None})
    if not keys:
        return
    for row in await connection.fetch(SAME_NUMBERS, [key[0] for key in keys], [key[1] for key in keys]):
        twins = likeness.by_numbers.setdefault((row["contest_id"], row["numbers_sha256"]), [])
        twins.append(Twin(row["id"], row["station_id"]))


def sheet_digest(submission: Submission, definition: ElectionDefinition) -> str | None:
    """The digest to find a sheet by at other stations.

    None for one that need not be looked for: a PARTIAL, a small station's, no whole sheet of its contest.
    """
    contest = definition.contests.get(submission.contest_id)
    if (
        contest is None
        or submission.coverage is not TallyCoverage.FINAL
        or not is_asked(TallyRule.SAME_NUMBERS_ELSEWHERE, definition.bounds)
        or {row.candidate_id for row in submission.votes} != contest.facts.position.keys()
    ):
        return None
    numbers = numbers_of(submission, contest.facts)
    return numbers_digest(numbers) if ballots_of(numbers) >= definition.bounds.same_numbers_ballots_min else None


def is_asked(rule: TallyRule, bounds: Bounds) -> bool:
    """False where the election's package switched the rule off."""
    return rule not in bounds.verdicts or bounds.verdicts[rule] is not None


def station_label(station: StationNode) -> Text:
    """The station as people there call it: its number, and the area that numbers it."""
    area = station.area.name
    return Text(f"{station.number} {area.th}", f"{station.number} {area.en or area.th}")
