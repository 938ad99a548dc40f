"""What comes on top of the truth: wrong assignments, disputes, corrections, and tallies that need an editor.

Pure: a share of the sheets gets one doubt each, of a kind that its place in the night allows. The true FINAL of every
sheet is sent besides, so that the night can end exact.
"""

import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import count as counter

from counting.election import Election
from tallywire.simulate.sending import Doubt, PlannedTally, Sending

# Seconds between a doubtful tally and the FINAL that it belongs to.
BEFORE_SECONDS, AFTER_SECONDS = (20.0, 90.0), (30.0, 900.0)
# Beyond all keys of the plan.
FIRST_KEY = 1_000_000_000
SOON_SECONDS = 5.0
WRITTEN_OFF_BY = 3

Crew = tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Sheet:
    """One count of one station as it is sent: its FINAL, when and by whom, and the partial tallies before it."""

    final: PlannedTally
    at: float
    volunteer: int
    partials: tuple[tuple[float, PlannedTally], ...]


@dataclass(slots=True)
class Scene:
    """All sheets of the night. `crew` grows where somebody is to look at a station besides its own volunteer."""

    sheets: Mapping[tuple[str, str], Sheet]
    own: Mapping[tuple[int, str], list[Sheet]]
    registered: Mapping[tuple[str, str], int]
    crew: list[tuple[str, ...]]
    end: float
    rng: random.Random
    keys: "counter[int]" = field(default_factory=lambda: counter(FIRST_KEY))
    # Who reports from which station as a stranger to it: whoever is assigned for another count must be somebody else.
    strangers: set[tuple[int, str]] = field(default_factory=set)

    def before(self, sheet: Sheet) -> float:
        return max(0.0, sheet.at - self.rng.uniform(*BEFORE_SECONDS))

    def after(self, sheet: Sheet) -> float:
        return min(self.end, sheet.at + self.rng.uniform(*AFTER_SECONDS))

    def elsewhere(self, sheet: Sheet) -> list[int]:
        """The volunteers who are not assigned to the sheet's station."""
        return [n for n in range(len(self.crew)) if sheet.final.station not in self.crew[n]]

    def sent_before(self, sheet: Sheet) -> list[Sheet]:
        """The same volunteer's FINALs of the same contest at other stations, well before this one."""
        own = self.own[sheet.volunteer, sheet.final.contest]
        return [other for other in own if other.at < sheet.at - BEFORE_SECONDS[1]]

    def changed(self, sheet: Sheet, doubt: Doubt, at: float, **changes: object) -> PlannedTally:
        """The FINAL with changes, as a tally of its own; without its photograph unless that is among them."""
        kept: dict[str, object] = {"counted_at": at, "photographed": False, **changes}
        return replace(sheet.final, key=next(self.keys), doubt=doubt, mistake=None, **kept)  # type: ignore[arg-type]


Maker = Callable[[Scene, Sheet], Sending | None]


def plan_doubts(
    election: Election, sendings: Sequence[Sending], crew: Crew, share: float, rng: random.Random, end: float
) -> tuple[Crew, tuple[Sending, ...]]:
    """The crew with whom else is assigned, and the doubtful sendings in order of time."""
    scene = _scene(election, sendings, crew, rng, end)
    doubtful = []
    for sheet in scene.sheets.values():
        if rng.random() < share and (sending := _some_doubt(scene, sheet)):
            doubtful.append(sending)
    return tuple(scene.crew), tuple(sorted(doubtful, key=lambda sending: sending.at))


def _scene(election: Election, sendings: Sequence[Sending], crew: Crew, rng: random.Random, end: float) -> Scene:
    partials: dict[tuple[str, str], list[tuple[float, PlannedTally]]] = {}
    sheets: dict[tuple[str, str], Sheet] = {}
    own: dict[tuple[int, str], list[Sheet]] = {}
    for sending in sendings:
        for tally in sending.tallies:
            if tally.is_final:
                sheet = Sheet(tally, sending.at, sending.volunteer, tuple(partials.get(tally.sheet, ())))
                sheets[tally.sheet] = sheet
                own.setdefault((sending.volunteer, tally.contest), []).append(sheet)
            else:
                partials.setdefault(tally.sheet, []).append((sending.at, tally))
    registered = {(register.station, register.contest): register.registered_voters for register in election.registers}
    return Scene(sheets, own, registered, list(crew), end, rng)


def _some_doubt(scene: Scene, sheet: Sheet) -> Sending | None:
    """One of the kinds, the likelier ones sooner; None where none fits."""
    # A weighted order: exponents after Efraimidis and Spirakis.
    kinds = sorted(MAKERS, key=lambda kind: scene.rng.random() ** (1 / MAKERS[kind][0]), reverse=True)
    return next((sending for kind in kinds if (sending := MAKERS[kind][1](scene, sheet))), None)


def _own(scene: Scene, sheet: Sheet, doubt: Doubt, **changes: object) -> Sending:
    at = scene.before(sheet)
    return Sending(at, sheet.volunteer, (scene.changed(sheet, doubt, at, **changes),))


def _swapped(scene: Scene, sheet: Sheet) -> Sending | None:
    votes = _with_two_swapped(scene, sheet)
    if votes is None:
        return None
    photograph = {"photographed": sheet.final.photographed, "borrowed": sheet.final.key}
    return _own(scene, sheet, Doubt.SWAPPED, votes=votes, **photograph)


def _added_a_digit(scene: Scene, sheet: Sheet) -> Sending | None:
    more = scene.registered[sheet.final.sheet] + 1
    votes = [vote or 0 for vote in sheet.final.votes]
    votes[scene.rng.randrange(len(votes))] += more
    cast, valid = (sheet.final.ballots_cast or 0) + more, (sheet.final.valid_ballots or 0) + more
    return _own(scene, sheet, Doubt.ADDED_A_DIGIT, votes=tuple(votes), ballots_cast=cast, valid_ballots=valid)


def _not_legible(scene: Scene, sheet: Sheet) -> Sending | None:
    blot = scene.rng.randrange(len(sheet.final.votes))
    votes = tuple(None if place == blot else vote for place, vote in enumerate(sheet.final.votes))
    return _own(scene, sheet, Doubt.NOT_LEGIBLE, votes=votes, photographed=sheet.final.photographed)


def _empty(scene: Scene, sheet: Sheet) -> Sending | None:
    if not sheet.final.ballots_cast:
        return None
    none = {"valid_ballots": 0, "invalid_ballots": 0, "no_vote_ballots": 0, "ballots_cast": 0}
    return _own(scene, sheet, Doubt.EMPTY, votes=(0,) * len(sheet.final.votes), **none)


def _too_soon(scene: Scene, sheet: Sheet) -> Sending | None:
    return _own(scene, sheet, Doubt.TOO_SOON, counted_at=SOON_SECONDS)


def _as_written(scene: Scene, sheet: Sheet) -> Sending | None:
    cast = (sheet.final.ballots_cast or 0) + WRITTEN_OFF_BY
    return _own(scene, sheet, Doubt.AS_WRITTEN, ballots_cast=cast, as_written=True)


def _old_photograph(scene: Scene, sheet: Sheet) -> Sending | None:
    taken = [other.final.key for other in scene.sent_before(sheet) if other.final.photographed]
    if not taken:
        return None
    return _own(scene, sheet, Doubt.OLD_PHOTOGRAPH, photographed=True, borrowed=scene.rng.choice(taken))


def _wrong_station(scene: Scene, sheet: Sheet) -> Sending | None:
    """The numbers of one's other station, which stand there by then."""
    others = scene.sent_before(sheet)
    if not others:
        return None
    other = scene.rng.choice(others).final
    names = ("votes", "valid_ballots", "invalid_ballots", "no_vote_ballots", "ballots_cast")
    return _own(scene, sheet, Doubt.WRONG_STATION, **{name: getattr(other, name) for name in names})


def _fell_back(scene: Scene, sheet: Sheet) -> Sending | None:
    """An earlier board is sent again between the newest one and the FINAL."""
    if len(sheet.partials) < 2 or None in sheet.partials[0][1].votes + sheet.partials[-1][1].votes:
        return None
    at = (sheet.partials[-1][0] + sheet.at) / 2
    again = replace(sheet.partials[0][1], key=next(scene.keys), doubt=Doubt.FELL_BACK, mistake=None)
    return Sending(at, sheet.volunteer, (again,)) if again.votes != sheet.partials[-1][1].votes else None


def _late_partial(scene: Scene, sheet: Sheet) -> Sending | None:
    if not sheet.partials or sheet.at >= scene.end:
        return None
    again = replace(sheet.partials[-1][1], key=next(scene.keys), doubt=Doubt.LATE_PARTIAL, mistake=None)
    return Sending(scene.after(sheet), sheet.volunteer, (again,))


def _not_assigned(scene: Scene, sheet: Sheet) -> Sending | None:
    others = scene.elsewhere(sheet)
    if not others:
        return None
    somebody = scene.rng.choice(others)
    scene.strangers.add((somebody, sheet.final.station))
    at = scene.rng.choice((scene.before, scene.after))(sheet)
    return Sending(at, somebody, (scene.changed(sheet, Doubt.NOT_ASSIGNED, at),))


def _second_report(scene: Scene, sheet: Sheet) -> Sending | None:
    return _by_second(scene, sheet, Doubt.SECOND_REPORT, sheet.final.votes)


def _dispute(scene: Scene, sheet: Sheet) -> Sending | None:
    votes = _with_two_swapped(scene, sheet)
    return _by_second(scene, sheet, Doubt.DISPUTE, votes) if votes else None


def _by_second(scene: Scene, sheet: Sheet, doubt: Doubt, votes: tuple[int | None, ...]) -> Sending | None:
    """By a second volunteer, who is assigned to the station as well, and may be the first to send."""
    others = [n for n in scene.elsewhere(sheet) if (n, sheet.final.station) not in scene.strangers]
    if not others:
        return None
    second = scene.rng.choice(others)
    scene.crew[second] += (sheet.final.station,)
    at = scene.rng.choice((scene.before, scene.after))(sheet)
    changed = scene.changed(sheet, doubt, at, votes=votes, photographed=sheet.final.photographed)
    return Sending(at, second, (changed,))


def _with_two_swapped(scene: Scene, sheet: Sheet) -> tuple[int | None, ...] | None:
    """Slipped by a row: two neighbours' votes; None where no two differ."""
    votes = list(sheet.final.votes)
    places = [place for place in range(len(votes) - 1) if votes[place] != votes[place + 1]]
    if not places:
        return None
    place = scene.rng.choice(places)
    votes[place], votes[place + 1] = votes[place + 1], votes[place]
    return tuple(votes)


# How likely each is beside the others, and what makes it.
MAKERS: dict[Doubt, tuple[float, Maker]] = {
    Doubt.SWAPPED: (3, _swapped),
    Doubt.ADDED_A_DIGIT: (2, _added_a_digit),
    Doubt.NOT_LEGIBLE: (2, _not_legible),
    Doubt.EMPTY: (1, _empty),
    Doubt.TOO_SOON: (1, _too_soon),
    Doubt.AS_WRITTEN: (2, _as_written),
    Doubt.OLD_PHOTOGRAPH: (1, _old_photograph),
    Doubt.WRONG_STATION: (2, _wrong_station),
    Doubt.FELL_BACK: (2, _fell_back),
    Doubt.LATE_PARTIAL: (2, _late_partial),
    Doubt.NOT_ASSIGNED: (3, _not_assigned),
    Doubt.SECOND_REPORT: (4, _second_report),
    Doubt.DISPUTE: (4, _dispute),
}
