"""The board without JavaScript, and what a shared link shows: title, words and picture, drawn by the server."""

import io
import re
import time
from typing import Any

import httpx
import pytest
from PIL import Image
from playwright.sync_api import Browser, expect

from tests.web.test_board_page import Night, Reporter, leader

pytestmark = pytest.mark.browser

# Candidate 8's, and an area's without a report.
LEADER, NO_REPORT = (10, 125, 79), (223, 226, 222)


def near(colour: tuple[int, int, int], other: tuple[int, int, int]) -> bool:
    return sum(abs(a - b) for a, b in zip(colour, other, strict=True)) < 30


def waited_for(night: Night, path: str, wanted: str) -> httpx.Response:
    """The page once it holds this; it is made anew every few seconds."""
    deadline = time.monotonic() + 60
    while wanted not in (answer := httpx.get(f"{night.url.rstrip('/')}{path}")).text:
        assert time.monotonic() < deadline, f"{wanted} never came: {answer.text[:3000]}"
        time.sleep(0.2)
    return answer


def after_report(night: Night, reporter: Reporter, votes: dict[int, int]) -> tuple[str, str, int]:
    """Who leads once the board has taken the report, which adds to what the station had."""
    before = leader(night)[2]
    reporter.report(1, votes)
    deadline = time.monotonic() + 60
    while (found := leader(night))[2] == before:
        assert time.monotonic() < deadline, "the board never took the report"
        time.sleep(0.05)
    return found


def test_without_script_the_page_is_a_table_of_what_stands(browser: Browser, night: Night, reporter: Reporter) -> None:
    name, _, votes = after_report(night, reporter, {8: 77, 4: 12, 1: 9})
    waited_for(night, "/", f"{votes:,}")
    with browser.new_context(java_script_enabled=False, viewport={"width": 320, "height": 700}) as context:
        page = context.new_page()
        page.goto(night.url)
        expect(page.get_by_role("heading", level=1)).to_contain_text(re.compile(rf"{name}(นำ|ชนะ)"))
        tables = page.get_by_role("table")
        expect(tables.first.get_by_role("row").nth(1)).to_contain_text(f"{votes:,}")
        expect(tables.last.get_by_role("row")).to_have_count(51)
        page.get_by_role("link", name="Results in English").click()
        expect(page.get_by_role("heading", level=1)).to_contain_text("leads by")


def test_the_page_is_answered_304_while_nothing_changes(night: Night, reporter: Reporter) -> None:
    votes = after_report(night, reporter, {8: 78, 4: 12, 1: 9})[2]
    first = waited_for(night, "/", f"{votes:,}")
    again = httpx.get(night.url, headers={"If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert httpx.get(night.url, headers={"If-None-Match": 'W/"0"'}).status_code == 200


def test_a_shared_link_says_who_leads_and_shows_a_picture(night: Night, reporter: Reporter) -> None:
    _, name, votes = leader(night)
    text = waited_for(night, "/?lang=en", f"{votes:,}").text
    metas: dict[str, Any] = dict(re.findall(r'<meta (?:property|name)="([^"]+)" content="([^"]*)"', text))
    assert metas["og:title"].startswith(f"{name} leads by")
    assert "stations reporting" in metas["og:description"]
    assert metas["og:image"].startswith(f"{night.url.rstrip('/')}/card.png?")
    picture = httpx.get(metas["og:image"].replace("&amp;", "&"))
    assert picture.headers["content-type"] == "image/png"
    drawn = Image.open(io.BytesIO(picture.content)).convert("RGB")
    assert drawn.size == (1200, 630)
    # Stations of one district have come: it is in the colour of who leads there, the others are grey.
    found = drawn.crop((830, 200, 1140, 500)).getcolors(93_000) or []
    led = sum(covers for covers, colour in found if near(colour, LEADER))  # type: ignore[arg-type]
    grey = sum(covers for covers, colour in found if near(colour, NO_REPORT))  # type: ignore[arg-type]
    assert 50 < led < 2_000
    assert grey > 10_000
    again = httpx.get(f"{night.url.rstrip('/')}/card.png?lang=en", headers={"If-None-Match": picture.headers["etag"]})
    assert again.status_code == 304


@pytest.mark.parametrize(
    ("address", "place", "below"),
    [
        ("area=1033", "Khlong Toei", 3),
        ("area=1033&office=council", "Khlong Toei", 3),
        ("area=103301", "Khlong Toei", 0),
        ("station=103301-001", "Khlong Toei", 0),
    ],
)
def test_a_shared_link_of_a_place_tells_of_that_place(
    night: Night, reporter: Reporter, address: str, place: str, below: int
) -> None:
    council = "office=council" in address
    wanted = f"No report yet from {place}" if council else f"in {place}"
    text = waited_for(night, f"/?{address}&lang=en", wanted).text
    metas: dict[str, Any] = dict(re.findall(r'<meta (?:property|name)="([^"]+)" content="([^"]*)"', text))
    assert metas["og:title"].endswith(wanted)
    assert not re.search("of 6,817 stations", metas["og:description"])
    rows = re.findall(r'<tr><td><a href="/\?([^"]*)">', text)
    assert len(rows) == below and all("area=1033" in row for row in rows)
    assert '">The whole result</a>' in text
    at = metas["og:image"].replace("&amp;", "&")
    assert ("office=council" in at) == council
    drawn = httpx.get(at)
    assert drawn.content != httpx.get(f"{night.url.rstrip('/')}/card.png?lang=en").content
    assert Image.open(io.BytesIO(drawn.content)).size == (1200, 630)


def test_no_picture_of_an_election_is_made_of_what_an_address_says(night: Night) -> None:
    text = httpx.get(night.url, params={"election": '"><script>', "lang": '"><script>'}).text
    assert '"><script>' not in text
