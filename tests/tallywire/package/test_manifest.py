"""election.toml: each key, and the line its fault names."""

import pytest
from small_package import SmallPackage

from counting.election import Text
from tallywire.package import read_package


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ('id = "small-1"', 'id = "a/b"', 'election.toml:1 (key "id"): "a/b" is no code: '),
        ('id = "small-1"', 'id = ".."', 'election.toml:1 (key "id"): ".." is no code: '),
        ('id = "small-1"', "id = 7", 'election.toml:1 (key "id"): must be a text in quotes, as "bkk-2022"'),
        ('id = "small-1"\n', "", 'election.toml (key "id"): is missing: must be a text in quotes'),
        ("is_test = true", 'is_test = "no"', 'election.toml:2 (key "is_test"): must be true or false'),
        ("is_test = true", "is_test = 1", 'election.toml:2 (key "is_test"): must be true or false'),
        ("+07:00", "", 'election.toml:3 (key "polls_close_at"): needs an offset from UTC'),
        (
            "2022-05-22T17:00:00+07:00",
            '"17:00"',
            'election.toml:3 (key "polls_close_at"): must be a time without quotes',
        ),
        ("= 2022-05-22", "= 2565-05-22", 'election.toml:3 (key "polls_close_at"): 2565 is a year of the Buddhist'),
        ("2022-05-22T17:00:00+07:00", "2022-05-22", 'election.toml:3 (key "polls_close_at"): must be a time without'),
        ("Asia/Bangkok", "Asia/Bangcock", 'election.toml:4 (key "time_zone"): "Asia/Bangcock" is no time zone'),
        ("Asia/Bangkok", "Asia", 'election.toml:4 (key "time_zone"): "Asia" is no time zone'),
        ("Asia/Bangkok", "../Bangkok", 'election.toml:4 (key "time_zone"): "../Bangkok" is no time zone'),
        ("Asia/Bangkok", "", 'election.toml:4 (key "time_zone"): "" is no time zone'),
        ('th = "เลือกตั้งเล็ก"', 'th = " "', 'election.toml:7 (key "name.th"): must hold a text on one line'),
        ('en = "A small', 'de = "A small', 'election.toml:8 (key "name.de"): unknown key; known: en, local, th'),
        ("[rules]", "colour = 1\n[rules]", 'election.toml:10 (key "name.colour"): unknown key; known: en, local, th'),
        ("is_test", "polls = 1\nis_test", 'election.toml:2 (key "polls"): unknown key; known: help_contact, id, '),
        ("is_test = true", "is_test = ", "election.toml:2: not readable as TOML: Invalid value"),
    ],
)
def test_a_wrong_key_is_named_with_its_line(small: SmallPackage, old: str, new: str, fault: str) -> None:
    small.change("election.toml", old, new)
    (found,) = small.faults()
    assert found.startswith(fault)


def test_bad_utf_8_is_named_by_line(small: SmallPackage) -> None:
    small.write("election.toml", b'id = "x"\nname = "\xff"\n')
    assert small.faults() == ["election.toml:2: not UTF-8: byte 0xff; save the file as UTF-8"]


def test_a_byte_order_mark_and_windows_line_ends_change_nothing(small: SmallPackage) -> None:
    plain = read_package(small.folder).election
    data = (small.folder / "election.toml").read_bytes()
    small.write("election.toml", b"\xef\xbb\xbf" + data.replace(b"\n", b"\r\n"))
    assert read_package(small.folder).election == plain


def test_notice_and_help_contact_are_kept_in_both_languages(small: SmallPackage) -> None:
    small.change(
        "election.toml", "[name]", 'notice = { th = "ซ้อม", en = "Rehearsal" }\nhelp_contact = { th = "โทร" }\n[name]'
    )
    election = read_package(small.folder).election
    assert election.notice == Text("ซ้อม", "Rehearsal")
    assert election.help_contact == Text("โทร")


def test_a_fault_in_a_table_on_one_line_names_that_line(small: SmallPackage) -> None:
    small.change("election.toml", "[name]", "notice = { }\n[name]")
    assert small.faults() == ['election.toml:6 (key "notice.th"): is missing: must be a text in quotes']


@pytest.mark.parametrize(
    ("written", "text"),
    [
        ('local = "Ε"\nen = "E"', Text("Ε", "E")),
        ('local = "Ε"', Text("Ε", None)),
        ('en = "E"', Text("E", "E")),
    ],
)
def test_a_name_is_in_the_elections_own_language_or_in_english_alone(
    small: SmallPackage, written: str, text: Text
) -> None:
    small.change("election.toml", 'th = "เลือกตั้งเล็ก"\nen = "A small election"', written)
    assert read_package(small.folder).election.name == text


def test_a_name_in_the_own_language_stands_once(small: SmallPackage) -> None:
    small.change("election.toml", "[rules]", '[notice]\nth = "ก"\nlocal = "ก"\n[rules]')
    assert small.faults() == ['election.toml:12 (key "notice.local"): is the same as th; keep one']


def test_an_offset_that_the_time_zone_does_not_have_is_a_warning(small: SmallPackage) -> None:
    small.change("election.toml", "+07:00", "+08:00")
    (warning,) = read_package(small.folder).warnings
    assert str(warning) == (
        'election.toml (key "polls_close_at"): 2022-05-22T17:00:00+08:00 is 2022-05-22T16:00:00+07:00 '
        "in Asia/Bangkok; is the offset right?"
    )
