"""The page: A4 sheets of eight slips, everything inside one file, so that nothing is fetched and nothing is missing.

The QR holds the code in the address's fragment, which browsers keep to themselves: no server log ever sees it.
"""

import base64
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from html import escape
from itertools import groupby
from pathlib import Path

import segno

from counting.election import Text
from counting.vocabulary import Language, Role
from db.definitions import AreaNode, StationNode
from db.enrolment import EnrolmentCode
from tallywire.code_sheets.allotment import Allotment, pieces
from tallywire.code_sheets.words import PAGES, WORDS, clock, day
from tallywire.packaged import web

SLIPS_A_SHEET = 8
DIGITS_A_GROUP = 4
# Trying all eight for the best takes two thirds of the time, and any of them can be read.
MASK = 2
# More do not fit beside the QR.
STATIONS_IN_LINES, STATIONS_SHOWN = 3, 25
FONTS = (("thai", 400), ("thai", 600), ("latin", 400), ("latin", 600))
RANGES = {"thai": "U+0E01-0E5B,U+200C-200D,U+25CC", "latin": "U+0000-00FF,U+2000-200B,U+200E-206F"}


Numbered = tuple[int, tuple[Allotment, EnrolmentCode]]


@dataclass(frozen=True, slots=True)
class Print:
    """What all slips share. `address`: where the apps are reached, without a slash at its end; `at`: local time."""

    election: Text
    role: Role
    address: str
    language: Language
    at: datetime
    expires_at: datetime | None
    is_test: bool = False


def render(job: Print, allotments: Sequence[Allotment], codes: Sequence[EnrolmentCode]) -> Iterator[str]:
    """The HTML, sheet by sheet; each coordinator's begin on a sheet of their own, numbered from 1."""
    title = _title(job)
    style = (Path(__file__).parent / "style.css").read_text("utf-8")
    yield (
        f'<!doctype html>\n<html lang="{job.language.value.lower()}"><head><meta charset="utf-8">'
        f'<meta name="viewport" content="width=device-width,initial-scale=1"><title>{title}</title>'
        f"<style>\n{_fonts()}{style}</style></head><body>\n"
        f'<div class="bar">{len(codes):,} · {title}</div>\n'
    )
    for area, handed in groupby(zip(allotments, codes, strict=True), key=lambda one: one[0].area):
        sheets = pieces(list(enumerate(handed, 1)), SLIPS_A_SHEET)
        for number, slips in enumerate(sheets, 1):
            yield _sheet(job, area, f"{number}/{len(sheets)}", slips)
    yield "</body></html>\n"


def sheet_count(allotments: Sequence[Allotment]) -> int:
    """How many parts `render` yields."""
    return 2 + sum(-(-len(list(slips)) // SLIPS_A_SHEET) for _, slips in groupby(allotments, key=lambda one: one.area))


def _title(job: Print) -> str:
    return _marked(job) + escape(WORDS[job.language].title.format(election=job.election.in_language(job.language)))


def _marked(job: Print) -> str:
    """On each sheet and each slip: codes of a rehearsal are no good on the night."""
    return f"{WORDS[job.language].rehearsal} · " if job.is_test else ""


def _sheet(job: Print, area: AreaNode | None, place: str, slips: Sequence[Numbered]) -> str:
    words = WORDS[job.language]
    where = _name(area, job.language) if area else words.everywhere
    about = f"{words.sheet.format(place=place)} · {words.printed.format(date=day(job.at, job.language))}"
    no_scan = words.no_scan.format(address=escape(job.address + PAGES[job.role]))
    inside = "".join(_slip(job, f"{where} · {place}", slip) for slip in slips)
    return (
        f'<main class="a4"><div class="top"><div><h1>{_title(job)}</h1><p>{words.told}</p></div>'
        f'<div class="r"><b>{where}</b><br>{about}</div></div>\n<div class="g">{inside}</div>\n'
        f'<div class="end"><span>{no_scan}</span><span>{words.contact}</span></div></main>\n'
    )


def _slip(job: Print, where: str, numbered: Numbered) -> str:
    words, (number, (allotment, code)) = WORDS[job.language], numbered
    digits = "".join(f"<span>{part}</span>" for part in pieces(code.code, DIGITS_A_GROUP))
    steps = "".join(f"<li>{escape(step)}</li>" for step in words.steps[job.role])
    until = ""
    if job.expires_at is not None:
        until = " " + words.until.format(
            date=day(job.expires_at, job.language), time=clock(job.expires_at, job.language)
        )
    return (
        f'<article class="slip"><div class="q">{_qr(job, code)}</div><div class="b"><header><b>{words.slip[job.role]}'
        f' {number:02}</b><span>{_marked(job)}{where}</span></header>\n<p class="code">{digits}</p>'
        f"{_stations(job.language, allotment.stations)}</div>\n<ol>{steps}</ol>\n"
        f"<footer>{words.once}{until} · {words.secret}</footer></article>\n"
    )


def _qr(job: Print, code: EnrolmentCode) -> str:
    made = segno.make(f"{job.address}{PAGES[job.role]}#{code.code}", error="m", micro=False, mask=MASK)
    return str(made.svg_inline(border=0, omitsize=True))


def _stations(language: Language, stations: Sequence[StationNode]) -> str:
    """A line a station; of many, which all lie in one area, their numbers in one line."""
    if not stations:
        return ""
    numbers = [str(station.number) for station in stations]
    if len(stations) > STATIONS_IN_LINES:
        more = [f"+{len(stations) - STATIONS_SHOWN}"] if len(stations) > STATIONS_SHOWN else []
        numbers = [", ".join(numbers[:STATIONS_SHOWN] + more)]
    line, area = WORDS[language].station, _name(stations[0].area, language)
    return f"<ul>{''.join(f'<li>{line.format(number=number, area=area)}</li>' for number in numbers)}</ul>"


def _name(area: AreaNode, language: Language) -> str:
    return escape(area.name.in_language(language))


def _fonts() -> str:
    """The apps' own fonts, where the apps are built; any Thai font of the machine elsewhere."""
    faces = []
    for script, weight in FONTS:
        for path in (web() / "assets").glob(f"ibm-plex-sans-thai-{script}-{weight}-normal-*.woff2"):
            data = base64.b64encode(path.read_bytes()).decode()
            faces.append(
                f'@font-face {{ font-family: "IBM Plex Sans Thai"; font-weight: {weight};'
                f' unicode-range: {RANGES[script]}; src: url("data:font/woff2;base64,{data}") format("woff2"); }}\n'
            )
    return "".join(faces)
