from dataclasses import fields

from db.new_tally import NewTally
from db.plan import TALLY_COLUMNS


def test_a_tally_on_its_way_has_each_column_of_its_table() -> None:
    assert {field.name for field in fields(NewTally)} == set(TALLY_COLUMNS)
