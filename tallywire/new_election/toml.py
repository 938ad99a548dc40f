"""election.toml of a new package, with what each key is for beside it."""

import json

from tallywire.new_election.answers import Answers

TEMPLATE = """\
# What this election is called, when its polls close, and by which rules its sheets are judged.
# Every key: docs/election-package.md

id = {id}                     # stands in addresses; never change it once results were shown
polls_close_at = {close}      # without quotes, with its offset from UTC
time_zone = {zone}            # of the IANA database
is_test = {test}              # true in rehearsals: every page says so

[name]
local = {name}
en = {name_en}

# Stands first on every page, where there is something to say of the data.
#[notice]
#local = "…"
#en = "…"

# Whom a volunteer calls.
#[help_contact]
#local = "…"
#en = "…"

[rules]
version = {version}           # change it with every change below: log entries carry it
evidence_min = 0              # photographs that a final sheet needs
"""


def election_toml(answers: Answers) -> str:
    return TEMPLATE.format(
        id=quoted(answers.id),
        close=answers.polls_close_at.isoformat(),
        zone=quoted(answers.time_zone),
        test=str(answers.is_test).lower(),
        name=quoted(answers.name),
        name_en=quoted(answers.name_en or answers.name),
        version=quoted(f"{answers.id}.1"),
    )


def quoted(text: str) -> str:
    """As a TOML string: JSON's escapes are among TOML's."""
    return json.dumps(text, ensure_ascii=False)
