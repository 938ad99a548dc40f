"""Enrolment codes: made by an operator, traded once for a token.

Twelve digits, the last a Damm check digit, so that a phone tells every single wrong digit and every swap of
neighbours itself (H. M. Damm, Total anti-symmetrische Quasigruppen, Marburg 2004).
"""

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from counting.vocabulary import Role
from db.database import Connection
from db.people import Person, add_person, assign

CODE_DIGITS = 12
DAMM = (
    (0, 3, 1, 7, 5, 9, 8, 6, 4, 2),
    (7, 0, 9, 2, 1, 5, 4, 8, 6, 3),
    (4, 2, 0, 6, 8, 7, 1, 3, 5, 9),
    (1, 7, 5, 0, 9, 8, 3, 4, 2, 6),
    (6, 1, 2, 3, 0, 4, 5, 9, 7, 8),
    (3, 6, 7, 4, 2, 0, 9, 5, 8, 1),
    (5, 8, 6, 9, 7, 2, 0, 1, 3, 4),
    (8, 9, 4, 5, 3, 6, 2, 0, 1, 7),
    (9, 4, 3, 8, 6, 1, 7, 2, 0, 5),
    (2, 5, 8, 1, 4, 3, 6, 7, 9, 0),
)


class EnrolmentRefusedError(Exception):
    """The code is unknown, used, or expired: one answer for all three, so that nothing can be guessed from it."""


@dataclass(frozen=True, slots=True)
class EnrolmentCode:
    code: str
    role: Role
    station_ids: tuple[str, ...]
    expires_at: datetime | None


def damm_digit(digits: str) -> int:
    """The check digit of a string of digits; 0 for a string that ends in its own check digit."""
    interim = 0
    for digit in digits:
        interim = DAMM[interim][int(digit)]
    return interim


def well_formed(code: str) -> bool:
    return len(code) == CODE_DIGITS and code.isascii() and code.isdigit() and damm_digit(code) == 0


def new_code() -> str:
    digits = "".join(str(secrets.randbelow(10)) for _ in range(CODE_DIGITS - 1))
    return digits + str(damm_digit(digits))


def _digest(code: str) -> str:
    return hashlib.sha256(code.encode()).hexdigest()


async def create_codes(
    connection: Connection,
    election_id: str,
    role: Role,
    count: int,
    station_ids: Sequence[str],
    expires_at: datetime | None,
    created_by: str,
) -> list[EnrolmentCode]:
    codes = [EnrolmentCode(new_code(), role, tuple(station_ids), expires_at) for _ in range(count)]
    now = datetime.now(UTC)
    async with connection.transaction():
        await connection.executemany(
            "INSERT INTO enrolment_code (code_sha256, election_id, role, created_by, created_at, expires_at)"
            " VALUES ($1, $2, $3, $4, $5, $6)",
            [(_digest(code.code), election_id, role.value, created_by, now, expires_at) for code in codes],
        )
        await connection.executemany(
            "INSERT INTO enrolment_code_station (code_sha256, station_id) VALUES ($1, $2)",
            [(_digest(code.code), station_id) for code in codes for station_id in code.station_ids],
        )
    return codes


async def enrol(connection: Connection, code: str, display_name: str) -> tuple[Person, str]:
    """Trades a code for a person and a token; raises EnrolmentRefusedError.

    The code's row is locked: of two that trade the same code at once, one gets a token.
    """
    digits = "".join(character for character in code if character.isdigit())
    async with connection.transaction():
        row = await connection.fetchrow(
            "SELECT election_id, role FROM enrolment_code"
            " WHERE code_sha256 = $1 AND used_by IS NULL AND (expires_at IS NULL OR expires_at > now()) FOR UPDATE",
            _digest(digits),
        )
        if row is None or not well_formed(digits):
            raise EnrolmentRefusedError
        person, token = await add_person(connection, Role(row["role"]), row["election_id"], display_name)
        stations = await connection.fetch(
            "SELECT station_id FROM enrolment_code_station WHERE code_sha256 = $1", _digest(digits)
        )
        await assign(connection, person.id, [station["station_id"] for station in stations])
        await connection.execute(
            "UPDATE enrolment_code SET used_by = $2 WHERE code_sha256 = $1", _digest(digits), person.id
        )
    return person, token
