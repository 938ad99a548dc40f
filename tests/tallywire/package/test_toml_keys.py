"""Where a key stands in a TOML file, in each way of writing it."""

import pytest

from tallywire.package.toml_keys import line_of

TEXT = """\
# id = "no"
id = "a"

[name]
th = "x"
[rules]
verdicts.ALL_ZERO = "HOLD"
"number_max" = 5
[rules.verdicts]
TOO_EARLY = "OFF"
"""


@pytest.mark.parametrize(
    ("way", "line"),
    [
        (("id",), 2),
        (("name",), 4),
        (("name", "th"), 5),
        (("name", "en"), 4),
        (("rules", "number_max"), 8),
        (("rules", "verdicts", "ALL_ZERO"), 7),
        (("rules", "verdicts", "TOO_EARLY"), 10),
        (("notice",), None),
    ],
)
def test_the_line_of_a_key_or_of_the_table_around_it(way: tuple[str, ...], line: int | None) -> None:
    assert line_of(TEXT, way) == line
