"""An election's definition as rows of its tables, as they are written and as a changed package is compared."""

import secrets
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from enum import Enum
from typing import Any

from counting.bounds import Bounds
from counting.election import Election
from counting.vocabulary import ElectionPhase

ELECTION_COLUMNS = (
    *("id", "epoch", "name_th", "name_en", "phase", "is_test", "polls_close_at", "time_zone", "notice_th", "notice_en"),
    *("help_th", "help_en", "bounds", "ruleset", "package_sha256", "imported_at"),
)


def election_values(election: Election, sha256: str) -> tuple[Any, ...]:
    """In the order of ELECTION_COLUMNS, under an epoch drawn now."""
    return (
        election.id,
        secrets.token_hex(4),
        election.name.th,
        election.name.en,
        ElectionPhase.SETUP.value,
        election.is_test,
        election.polls_close_at,
        election.time_zone,
        election.notice.th if election.notice else None,
        election.notice.en if election.notice else None,
        election.help_contact.th if election.help_contact else None,
        election.help_contact.en if election.help_contact else None,
        bounds_to_json(election.bounds),
        election.bounds.version,
        sha256,
        datetime.now(UTC),
    )


def bounds_to_json(bounds: Bounds) -> dict[str, Any]:
    """The bounds as the election row keeps them; `counting.bounds` reads them back."""
    values = asdict(bounds)
    values["verdicts"] = {rule.value: verdict and verdict.value for rule, verdict in bounds.verdicts.items()}
    return values


def definition_tables(election: Election) -> Iterable[tuple[str, Sequence[str], list[tuple[Any, ...]]]]:
    """Each table's columns and rows, parents before children."""

    def sid(code: str | None) -> str | None:
        return None if code is None else f"{election.id}/{code}"

    def word(value: Enum) -> str:
        return str(value.value)

    yield (
        "area",
        ("id", "election_id", "ordinal", "level", "parent_id", "name_th", "name_en"),
        [
            (sid(a.code), election.id, n, word(a.level), sid(a.parent), a.name.th, a.name.en)
            for n, a in enumerate(election.areas)
        ],
    )
    yield (
        "contest",
        (
            *("id", "election_id", "ordinal", "office", "name_th", "name_en", "area_id", "seats"),
            *("voting_variation", "votes_per_ballot"),
        ),
        [
            (
                *(sid(c.code), election.id, n, c.office, c.name.th, c.name.en, sid(c.area), c.seats),
                *(word(c.voting_variation), c.votes_per_ballot),
            )
            for n, c in enumerate(election.contests)
        ],
    )
    yield (
        "candidate",
        (
            *("id", "contest_id", "ballot_number", "name_th", "name_en", "short_name_th", "short_name_en"),
            *("party_th", "party_en", "color"),
        ),
        [
            (
                *(sid(c.code), sid(c.contest), c.ballot_number, c.name.th, c.name.en, c.short_name.th),
                *(c.short_name.en, c.party.th if c.party else None, c.party.en if c.party else None, c.color),
            )
            for c in election.candidates
        ],
    )
    yield (
        "station",
        ("id", "election_id", "area_id", "number", "location_th", "location_en"),
        [(sid(s.code), election.id, sid(s.area), s.number, s.location.th, s.location.en) for s in election.stations],
    )
    yield (
        "station_contest",
        ("station_id", "contest_id", "registered_voters"),
        [(sid(r.station), sid(r.contest), r.registered_voters) for r in election.registers],
    )
