"""What the log says of each tally: what became of it, and whether the entry that decided opened its commitment."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import asyncpg

from counting.tally import TRANSITIONS
from counting.vocabulary import ReportKind, TallyState
from db.log import LogEntry
from db.plan import commitment
from db.sheet import public_from

COUNTS = frozenset({ReportKind.ACCEPTED, ReportKind.CORRECTED})
# A held tally is refused by an editor or taken back by who sent it: one kind of entry, as neither changes a result.
PUT_ASIDE = frozenset({TallyState.REJECTED, TallyState.WITHDRAWN})


@dataclass(slots=True)
class Story:
    """One tally as the log tells it. `committed`: a commitment that no entry has opened yet."""

    state: TallyState | None = None
    committed: str | None = None
    superseded_by_id: str | None = None

    def fits(self, state: TallyState) -> bool:
        return state is self.state or (self.state is TallyState.REJECTED and state in PUT_ASIDE)


class TallyFold:
    """Folds entry by entry; every fault is a sentence."""

    def __init__(self) -> None:
        self._stories: dict[str, Story] = {}

    def add(self, entry: LogEntry) -> Iterator[str]:
        """Does the entry follow from what its tally was, and say all that a decision has to say?"""
        story = self._stories.setdefault(entry.tally_id, Story())
        before, after = story.state, _state_after(entry)
        if after not in TRANSITIONS.get(before, frozenset()):
            yield f"makes {before or 'nothing'} into {after}"
        if entry.held - entry.held_before != (after is TallyState.HELD) - (before is TallyState.HELD):
            yield "counts another number of held tallies than it leaves"
        if not _does_what_it_says(entry):
            yield f"is {entry.kind}, and does something else to what counts"
        if entry.kind in (ReportKind.WITHDRAWN, ReportKind.REJECTED) and not entry.reason:
            yield "decides without a reason"
        yield from _opening(entry, story)
        story.state = after
        if entry.kind in COUNTS and entry.previous_id is not None and entry.previous_id != entry.tally_id:
            displaced = self._stories.setdefault(entry.previous_id, Story())
            displaced.state, displaced.superseded_by_id = TallyState.SUPERSEDED, entry.tally_id

    def compare(self, tallies: Mapping[str, asyncpg.Record]) -> Iterator[str]:
        """Where the table's tallies are not what the log made of them."""
        nothing = Story()
        for tally_id, row in tallies.items():
            story = self._stories.get(tally_id, nothing)
            if not story.fits(TallyState(row["state"])):
                yield f"{tally_id} is {row['state']}, which is not what the log says of it"
            if row["superseded_by_id"] != story.superseded_by_id:
                yield f"{tally_id} is superseded by {row['superseded_by_id']}, by the log {story.superseded_by_id}"
            if story.committed is None and row["salt"] is not None:
                yield f"{tally_id} keeps a salt, and the log commits to nothing"
            if story.committed is not None and story.committed != commitment(row["salt"] or "", public_from(row)):
                yield f"held tally {tally_id} is not the one that the log commits to"


def _state_after(entry: LogEntry) -> TallyState:
    """A withdrawn tally by whose entry the number of held ones rises is before an editor again."""
    if entry.kind is ReportKind.WITHDRAWN and entry.held > entry.held_before:
        return TallyState.HELD
    return TallyState.ACCEPTED if entry.kind in COUNTS else TallyState(entry.kind.value)


def _does_what_it_says(entry: LogEntry) -> bool:
    """HELD and REJECTED change no result; ACCEPTED and CORRECTED bring theirs; WITHDRAWN takes away what stood."""
    if entry.kind in COUNTS:
        return entry.standing_id == entry.tally_id
    if entry.kind is ReportKind.WITHDRAWN:
        return entry.standing_id is None and entry.previous_id == entry.tally_id
    return entry.standing_id == entry.previous_id


def _opening(entry: LogEntry, story: Story) -> Iterator[str]:
    """The decision on a held tally tells its numbers and the salt, and they are what was committed to."""
    if entry.kind is ReportKind.HELD:
        story.committed = entry.commitment
        return
    if story.committed is None:
        if entry.salt is not None:
            yield "tells a salt, and nothing was committed to"
        return
    if entry.salt is None or entry.tally is None or commitment(entry.salt, entry.tally) != story.committed:
        yield "does not open the commitment to its tally"
    story.committed = None
