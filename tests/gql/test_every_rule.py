"""No rule without a sheet that breaks it, sent through HTTP."""

from pathlib import Path

import pytest

from counting.vocabulary import TallyRule

HERE = Path(__file__).parent
SENT = "\n".join(path.read_text() for path in sorted(HERE.glob("test_*tall*.py")))


@pytest.mark.parametrize("rule", TallyRule)
def test_every_rule_is_broken_by_a_sheet_of_these_tests(rule: TallyRule) -> None:
    assert f'"{rule.value}"' in SENT or f"TallyRule.{rule.value}" in SENT
