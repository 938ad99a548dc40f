"""docs/live-feed.md names the codes that the server closes with, and only settings that there are."""

import re
from pathlib import Path

from gql.closing import CLOSINGS
from gql.limits import LIMITS
from tallywire.settings import Settings

PAGE = (Path(__file__).parent.parent.parent / "docs" / "live-feed.md").read_text()


def test_every_closing_code_stands_on_the_page() -> None:
    rows = [line for line in PAGE.splitlines() if re.match(r"\| \d{4} ", line)]
    assert rows == [f"| {one.code} | {one.when} | {'yes' if one.back else 'no'} |" for one in CLOSINGS]


def test_its_settings_and_limits_are_real_ones() -> None:
    names = {name.removeprefix("TALLYWIRE_").lower() for name in re.findall(r"TALLYWIRE_[A-Z_]+", PAGE)}
    assert len(names) > 7 and names <= set(Settings.model_fields)
    assert {limit.name for limit in LIMITS} >= {"init_seconds"}
