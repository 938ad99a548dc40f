"""One race as it stands, in its whole or in one area of it, ready to be told: in a sentence, a table or a picture."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from counting.vocabulary import ElectionPhase, Language, ResultsStatus
from db.definitions import AreaNode, CandidateNode, ContestNode
from feed.board import ResultView
from feed.election_feed import ElectionFeed
from tallywire.pages.places import Subject, place_name
from tallywire.pages.thai import run_on

COMPLETE = frozenset({ResultsStatus.UNOFFICIAL_COMPLETE, ResultsStatus.CORRECTION})


@dataclass(frozen=True)
class Line:
    """One candidate: `share` of all votes for candidates, 0 to 1."""

    candidate: CandidateNode
    votes: int
    share: float


@dataclass(frozen=True)
class Standing:
    feed: ElectionFeed
    subject: Subject
    view: ResultView

    @property
    def contest(self) -> ContestNode:
        return self.subject.contest

    def name(self, language: Language) -> str:
        """Of the election; where an address asks for an area, of the race that is shown there."""
        return (self.contest if self.subject.inside else self.feed.definition).name.in_language(language)

    @property
    def before(self) -> bool:
        return self.feed.state.phase in (ElectionPhase.SETUP, ElectionPhase.VOTING)

    @property
    def lines(self) -> list[Line]:
        return [Line(self.contest.candidates[row.place], row.votes, row.share) for row in self.view.rows]

    @property
    def as_of(self) -> datetime | None:
        board = self.feed.board
        return self.feed.definition.local(board.counted_until or board.last_report_at)

    def areas_below(self) -> Iterator[tuple[AreaNode, ResultView]]:
        known = {area.id for area in self.contest.areas}
        below = [area for area in self.subject.area.children if area.id in known]
        keys = [(self.contest.id, area.id) for area in below]
        yield from zip(below, self.feed.views(keys, visible=self.feed.opened), strict=True)


def standing_of(feed: ElectionFeed, subject: Subject) -> Standing:
    """Before counting opens, every number is zero."""
    (view,) = feed.views([(subject.contest.id, subject.area.id)], visible=feed.opened)
    return Standing(feed, subject, view)


def sentence(standing: Standing, language: Language) -> str:
    """The answer in a sentence, as the board's headline has it; of an area, with its name."""
    if standing.before or not standing.subject.inside:
        return _answer(standing, language)
    place = place_name(standing.subject.area, language)
    if not standing.lines or not standing.view.count.valid:
        return run_on("ยังไม่มีรายงานจาก", place) if language is Language.TH else f"No report yet from {place}"
    told = _answer(standing, language)
    return f"{told} {run_on('ใน', place)}" if language is Language.TH else f"{told} in {place}"


def _answer(standing: Standing, language: Language) -> str:
    thai = language is Language.TH
    lines, view = standing.lines, standing.view
    if standing.before:
        at = clock(standing.feed.definition.local(standing.feed.definition.polls_close_at), language)
        return f"ปิดหีบเวลา {at} คะแนนจะเริ่มเข้ามาหลังจากนั้น" if thai else f"Polls close at {at}. Numbers come after that."
    if not lines or not view.count.valid:
        return "เริ่มนับแล้ว ทุกหน่วยยังเป็นศูนย์" if thai else "Counting has opened. Every station stands at zero."
    first = lines[0].candidate.short_name.in_language(language)
    second = lines[1] if len(lines) > 1 else None
    lead = lines[0].votes - (second.votes if second else 0)
    if second and lead == 0:
        other = second.candidate.short_name.in_language(language)
        return run_on(first, "กับ", other, "คะแนนเท่ากัน") if thai else f"{first} and {other} are level"
    # One area alone decides nothing.
    if not standing.subject.inside and view.status in COMPLETE and view.decided:
        votes = f"{lines[0].votes:,}"
        won = run_on(first, f"ชนะด้วย {votes} คะแนน นับครบทุกหน่วยแล้ว")
        return won if thai else f"{first} wins with {votes} votes; every station is counted"
    return run_on(first, f"นำ {lead:,} คะแนน") if thai else f"{first} leads by {lead:,} votes"


def progress(standing: Standing, language: Language) -> str:
    """How far the count is, and which time it speaks of."""
    thai = language is Language.TH
    count = standing.view.count
    share = percent_of_stations(count.reporting, count.stations)
    told = (
        f"รายงานแล้ว {count.reporting:,} จาก {count.stations:,} หน่วย ({share}%)"
        if thai
        else f"{count.reporting:,} of {count.stations:,} stations reporting ({share}%)"
    )
    if standing.before or standing.as_of is None:
        return told
    at = clock(standing.as_of, language)
    return f"{told} · ข้อมูลถึงเวลา {at}" if thai else f"{told} · as of {at}"


def status(standing: Standing, language: Language) -> str:
    words = {
        ResultsStatus.PRE_ELECTION: ("ยังไม่เริ่มนับ", "Counting has not opened"),
        ResultsStatus.UNOFFICIAL_PARTIAL: ("ไม่เป็นทางการ ยังนับไม่ครบ", "Unofficial, still counting"),
        ResultsStatus.UNOFFICIAL_COMPLETE: ("ไม่เป็นทางการ นับครบทุกหน่วย", "Unofficial, every station counted"),
        ResultsStatus.CORRECTION: ("ไม่เป็นทางการ มีการแก้ไขหลังนับครบ", "Unofficial, corrected after completion"),
    }
    return words[standing.view.status][language is Language.EN]


def notices(standing: Standing, language: Language) -> list[str]:
    """What kind of data this is, where it is no live result: never to be left out."""
    definition = standing.feed.definition
    test = {Language.TH: "การซ้อม ไม่ใช่ผลจริง", Language.EN: "Rehearsal, not a real result"}
    notice = definition.notice.in_language(language) if definition.notice else ""
    return [text for text in (test[language] if definition.is_test else "", notice) if text]


def clock(moment: datetime | None, language: Language) -> str:
    if moment is None:
        return ""
    return f"{moment:%H.%M} น." if language is Language.TH else f"{moment:%H:%M}"


def percent_of_stations(part: int, whole: int) -> int:
    """Never 100 while one is open, never 0 once one has come."""
    if whole == 0 or part == 0:
        return 0
    return 100 if part >= whole else min(99, max(1, round(100 * part / whole)))
