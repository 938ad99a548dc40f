"""The board's page with what stands written into it: a table for those without script, title and picture to share."""

from html import escape
from urllib.parse import urlencode

from counting.vocabulary import Language
from db.definitions import AreaNode
from tallywire.pages.places import code_of
from tallywire.pages.seats import Race, Seats, seats_in_words, seats_of
from tallywire.pages.standing import Standing, notices, progress, sentence, status

MARKER = "<!--standing-->"
# Headings of columns of numbers, which stand at the right as those do.
OF_NUMBERS = frozenset({"คะแนน", "ร้อยละ", "ห่าง", "หน่วย", "Votes", "Share", "Lead", "Stations"})
NUMBERS = ' class="n"'
TITLE = "<title>tallywire</title>"


def page_with(shell: str, standing: Standing | None, language: Language, base: str) -> str:
    """`base`: scheme and host by which the reader came, for addresses that must be whole."""
    if standing is None:
        return shell
    return shell.replace(TITLE, _head(standing, language, base), 1).replace(MARKER, _body(standing, language), 1)


def _head(standing: Standing, language: Language, base: str) -> str:
    title, told = sentence(standing, language), f"{progress(standing, language)} · {status(standing, language)}"
    seats = [seats_in_words(one, language) for one in _offices(standing)]
    told = " · ".join([told, *filter(None, seats), *notices(standing, language)])
    asked = _asked(standing, language, _here(standing))
    picture = f"{base}/card.png?{asked}&at={standing.view.position.sequence}"
    metas = [
        ("property", "og:type", "website"),
        ("property", "og:site_name", "tallywire"),
        ("property", "og:locale", "th_TH" if language is Language.TH else "en_GB"),
        ("property", "og:title", title),
        ("property", "og:description", told),
        ("property", "og:image", picture),
        ("property", "og:image:width", "1200"),
        ("property", "og:image:height", "630"),
        ("property", "og:image:alt", f"{title}. {told}"),
        ("name", "twitter:card", "summary_large_image"),
    ]
    lines = [f'<meta {kind}="{name}" content="{escape(value)}" />' for kind, name, value in metas]
    return "\n    ".join([f"<title>{escape(title)} · tallywire</title>", *lines])


def _body(standing: Standing, language: Language) -> str:
    thai = language is Language.TH
    other = Language.EN if thai else Language.TH
    asked = _asked(standing, other, _here(standing))
    name = standing.name(language)
    up = ("ผลรวม", "The whole result")[not thai]
    whole = f" · {_link(_asked(standing, language, None), up)}" if standing.subject.inside else ""
    words = ("Results in English", "ดูผลภาษาไทย")[not thai]
    parts = [
        f'<div lang="{language.value.lower()}">',
        *(f'<div class="notice"><p class="wrap">{escape(notice)}</p></div>' for notice in notices(standing, language)),
        f'<p class="kick">{escape(name)} · {escape(status(standing, language))}</p>',
        f"<h1>{escape(sentence(standing, language))}</h1>",
        f'<p class="lead">{escape(progress(standing, language))}</p>',
        f'<p><a href="/?{escape(asked)}" lang="{other.value.lower()}">{words}</a>{whole}</p>',
        _candidates(standing, language),
        "" if standing.before else _areas(standing, language),
        *(_seats(seats, language) for seats in _offices(standing)),
        "</div>",
    ]
    return "\n".join(part for part in parts if part)


def _offices(standing: Standing) -> list[Seats]:
    """Offices of many races are told of with the whole, once there are numbers."""
    return [] if standing.subject.inside or standing.before else seats_of(standing.feed)


def _asked(standing: Standing, language: Language, area: AreaNode | None) -> str:
    """What an address says of this race in the area; None: of the whole election."""
    asked = {"election": standing.feed.id, "lang": language.value.lower()}
    inside = {"area": code_of(area), "office": standing.contest.office} if area else {}
    return urlencode(asked | inside)


def _here(standing: Standing) -> AreaNode | None:
    return standing.subject.area if standing.subject.inside else None


def _link(asked: str, words: str) -> str:
    return f'<a href="/?{escape(asked)}">{escape(words)}</a>'


def _candidates(standing: Standing, language: Language) -> str:
    thai = language is Language.TH
    heads = ["เบอร์", "ผู้สมัคร", "คะแนน", "ร้อยละ"] if thai else ["No.", "Candidate", "Votes", "Share"]
    lines = standing.lines
    if standing.before:
        heads, lines = heads[:2], sorted(lines, key=lambda line: line.candidate.ballot_number)
    rows = []
    for line in lines:
        candidate = line.candidate
        party = candidate.party.in_language(language) if candidate.party else ("อิสระ" if thai else "Independent")
        who = f"{escape(candidate.name.in_language(language))} <small>{escape(party)}</small>"
        numbers = "" if standing.before else f'<td class="n">{line.votes:,}</td><td class="n">{line.share:.1%}</td>'
        rows.append(f"<tr><td>{candidate.ballot_number}</td><td>{who}</td>{numbers}</tr>")
    return _table(standing.contest.name.in_language(language), heads, rows)


def _areas(standing: Standing, language: Language) -> str:
    thai = language is Language.TH
    heads = ["พื้นที่", "อันดับหนึ่ง", "อันดับสอง", "หน่วย"] if thai else ["Area", "First", "Second", "Stations"]
    rows = []
    for area, view in standing.areas_below():
        ahead = [standing.contest.candidates[row.place] for row in view.rows[:2]] if view.count.valid else []
        told = [
            f"{escape(candidate.short_name.in_language(language))} {row.share:.1%}"
            for candidate, row in zip(ahead, view.rows, strict=False)
        ]
        first, second = [*told, "–", "–"][:2]
        counted = f"{view.count.reporting:,}/{view.count.stations:,}"
        name = _link(_asked(standing, language, area), area.name.in_language(language))
        rows.append(f"<tr><td>{name}</td><td>{first}</td><td>{second}</td><td class='n'>{counted}</td></tr>")
    return _table("รายพื้นที่" if thai else "By area", heads, rows) if rows else ""


def _seats(seats: Seats, language: Language) -> str:
    """Seats by party, and each race in a line; nothing while nobody leads anywhere."""
    told = seats_in_words(seats, language)
    if not told:
        return ""
    thai = language is Language.TH
    heads = ["เขต", "ผู้นำ", "ห่าง", "หน่วย"] if thai else ["Race", "Ahead", "Lead", "Stations"]
    rows = [_race(race, language) for race in seats.races]
    return f"<h2>{escape(told)}</h2>{_table(seats.name(language), heads, rows)}"


def _race(race: Race, language: Language) -> str:
    ahead = [
        f"{one.ballot_number} {escape(one.short_name.in_language(language))}"
        + (f" <small>{escape(one.party.in_language(language))}</small>" if one.party else "")
        for one in race.ahead
    ]
    margin = race.view.margin
    lead = "–" if margin is None or not race.ahead else f"{margin:,}"
    counted = f"{race.view.count.reporting:,}/{race.view.count.stations:,}"
    name = escape(race.contest.area.name.in_language(language))
    told = ", ".join(ahead) or "–"
    return f'<tr><td>{name}</td><td>{told}</td><td class="n">{lead}</td><td class="n">{counted}</td></tr>'


def _table(caption: str, heads: list[str], rows: list[str]) -> str:
    head = "".join(f'<th scope="col"{NUMBERS if text in OF_NUMBERS else ""}>{text}</th>' for text in heads)
    body = "".join(rows)
    return (
        f'<div class="scroll"><table><caption>{escape(caption)}</caption>'
        f"<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>"
    )
