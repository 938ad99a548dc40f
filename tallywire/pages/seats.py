"""Offices of many races, such as a council: how many seats each party is ahead for, and who leads in each race."""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby, takewhile

from counting.election import Text
from counting.vocabulary import Language
from db.definitions import CandidateNode, ContestNode
from feed.board import ResultView
from feed.election_feed import ElectionFeed

INDEPENDENT = Text("อิสระ", "Independent")


@dataclass(frozen=True)
class Race:
    """`ahead`: one candidate a seat that somebody leads for; empty while nobody does."""

    contest: ContestNode
    view: ResultView
    ahead: tuple[CandidateNode, ...]


@dataclass(frozen=True)
class Seats:
    """One office."""

    races: tuple[Race, ...]

    @property
    def total(self) -> int:
        return sum(race.contest.seats for race in self.races)

    def name(self, language: Language) -> str:
        """What the names of all its races share, in whole words: "City Council" of "City Council, Dusit"."""
        names = [race.contest.name.in_language(language) for race in self.races]
        shared = _beginning(names)
        if all(name == shared for name in names):
            return shared
        whole = shared if shared.endswith((" ", ",", ":")) else shared.rpartition(" ")[0]
        return whole.strip(" ,:") or names[0]

    def by_party(self, language: Language) -> list[tuple[str, int]]:
        """Largest first, then by name."""
        parties = sorted((one.party or INDEPENDENT).in_language(language) for race in self.races for one in race.ahead)
        counted = [(party, len(list(seats))) for party, seats in groupby(parties)]
        return sorted(counted, key=lambda one: -one[1])


def _beginning(names: list[str]) -> str:
    """As far as all of them are the same, letter by letter."""
    alike = takewhile(lambda letters: len(set(letters)) == 1, zip(*names, strict=False))
    return "".join(letters[0] for letters in alike)


def seats_of(feed: ElectionFeed) -> list[Seats]:
    """The offices that have more than one race, in the package's order."""
    offices: dict[str, list[ContestNode]] = {}
    for contest in feed.definition.contests.values():
        offices.setdefault(contest.office, []).append(contest)
    return [Seats(tuple(_races(feed, contests))) for contests in offices.values() if len(contests) > 1]


def _races(feed: ElectionFeed, contests: list[ContestNode]) -> Iterable[Race]:
    keys = [(contest.id, contest.area.id) for contest in contests]
    for contest, view in zip(contests, feed.views(keys, visible=feed.opened), strict=True):
        ahead = [contest.candidates[row.place] for row in view.rows if row.leading] if view.count.valid else []
        yield Race(contest, view, tuple(ahead))


def seats_in_words(seats: Seats, language: Language) -> str:
    """ "Council: Pheu Thai 20 · Move Forward 14 · … of 50 seats"; empty while nobody leads anywhere."""
    parties = seats.by_party(language)
    if not parties:
        return ""
    told = " · ".join(f"{party} {count:,}" for party, count in parties)
    whole = f"จาก {seats.total:,} ที่นั่ง" if language is Language.TH else f"of {seats.total:,} seats"
    return f"{seats.name(language)}: {told} · {whole}"
