"""docs/settings.md says what the code says."""

from pathlib import Path

from gql.limits import LIMITS
from tallywire.settings import Settings

PAGE = (Path(__file__).parent.parent.parent / "docs" / "settings.md").read_text()


def test_every_setting_stands_on_the_page_with_its_description() -> None:
    rows = {line.split("`")[1]: line for line in PAGE.splitlines() if line.startswith("| `TALLYWIRE_")}
    assert set(rows) == {f"TALLYWIRE_{name.upper()}" for name in Settings.model_fields}
    for name, setting in Settings.model_fields.items():
        assert setting.description and rows[f"TALLYWIRE_{name.upper()}"].endswith(f"| {setting.description} |")


def test_every_limit_stands_on_the_page_with_its_number() -> None:
    rows = [line for line in PAGE.splitlines() if line.startswith("| `") and "TALLYWIRE_" not in line]
    assert rows == [f"| `{one.name}` | {one.default:,} {one.unit} | {one.why} |" for one in LIMITS]
