"""Enrolment codes: made by an operator, traded once for a token.

Twelve digits, the last a Damm check digit, so that a phone tells every single wrong digit and every swap of
neighbours itself (H. M. Damm, Total anti-symmetrische Quasigruppen, Marburg 2004).
"""

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from unicodedata import decimal

import asyncpg

from counting.vocabulary import Role
from db.audit import COMMAND_LINE, Actor, AuditAction, record
from db.database import Connection
from db.people import Person, add_person, assign, renew_token

CODE_DIGITS = 12
# As long as a phone keeps trying after an answer that never came; a code that is found later is of no use.
AGAIN_FOR = timedelta(minutes=15)
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
    """The code is unknown, used, or expired: one answer for all three. `guessed`: nobody ever made such a code."""

    def __init__(self, *, guessed: bool) -> None:
        super().__init__("the code does not work")
        self.guessed = guessed


class MistypedCodeError(Exception):
    """The digits do not end in their check digit: no code is like this, so nothing is looked up."""


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
    station_ids_by_code: Sequence[Sequence[str]],
    expires_at: datetime | None,
    by: Actor,
) -> list[EnrolmentCode]:
    """One code for each list of stations, in order. Only digests are kept."""
    async with connection.transaction():
        numbers = await _unused(connection, len(station_ids_by_code))
        codes = [
            EnrolmentCode(number, role, tuple(stations), expires_at)
            for number, stations in zip(numbers, station_ids_by_code, strict=True)
        ]
        now, maker = datetime.now(UTC), None if by.id == COMMAND_LINE.id else by.id
        await connection.copy_records_to_table(
            "enrolment_code",
            columns=("code_sha256", "election_id", "role", "created_by", "created_at", "expires_at"),
            records=[(_digest(code.code), election_id, role.value, maker, now, expires_at) for code in codes],
        )
        await connection.copy_records_to_table(
            "enrolment_code_station",
            columns=("code_sha256", "station_id"),
            records=[(_digest(code.code), station_id) for code in codes for station_id in code.station_ids],
        )
        details = {
            "role": role.value,
            "count": len(codes),
            "stations": len({station for code in codes for station in code.station_ids}),
            "expiresAt": expires_at.isoformat() if expires_at else None,
        }
        await record(connection, by, AuditAction.CODES_CREATED, election_id=election_id, details=details)
    return codes


async def _unused(connection: Connection, count: int) -> list[str]:
    """Codes that nobody was ever given."""
    found: dict[str, str] = {}
    while len(found) < count:
        fresh = {_digest(code): code for code in (new_code() for _ in range(count - len(found)))}
        taken = await connection.fetch(
            "SELECT code_sha256 FROM enrolment_code WHERE code_sha256 = ANY($1::text[])", list(fresh)
        )
        found |= {digest: code for digest, code in fresh.items() if digest not in {row[0] for row in taken}}
    return list(found.values())


def digits_of(code: str) -> str:
    """The code without what people type between its digits, Thai digits too; raises MistypedCodeError."""
    digits = "".join(str(decimal(character)) for character in code if character.isdecimal())
    if not well_formed(digits):
        raise MistypedCodeError
    return digits


async def enrol(
    connection: Connection,
    code: str,
    display_name: str,
    address: str | None = None,
    client_id: str | None = None,
) -> tuple[Person, str]:
    """Trades a code for a person and a token; raises MistypedCodeError, EnrolmentRefusedError.

    The code's row is locked: of two that trade the same code at once, one gets a token. Whoever names the `client_id`
    of the first trade again, within AGAIN_FOR and before anything was sent, is the same person with a token anew: the
    answer to a phone can be lost.
    """
    digest = _digest(digits_of(code))
    client = None if client_id is None else _digest(f"{digest} {client_id}")
    async with connection.transaction():
        row = await connection.fetchrow(
            "SELECT election_id, role, created_by, created_at, used_by, client_sha256, used_by IS NULL AND"
            " (expires_at IS NULL OR expires_at > now()) AS good FROM enrolment_code WHERE code_sha256 = $1 FOR UPDATE",
            digest,
        )
        if row is not None and client is not None and row["client_sha256"] == client:
            return await _again(connection, row["used_by"], display_name)
        if row is None or not row["good"]:
            raise EnrolmentRefusedError(guessed=row is None)
        person, token = await add_person(connection, Role(row["role"]), row["election_id"], display_name)
        await assign(connection, person.id, await _stations(connection, digest))
        await connection.execute(
            "UPDATE enrolment_code SET used_by = $2, client_sha256 = $3 WHERE code_sha256 = $1",
            digest,
            person.id,
            client,
        )
        await _record_use(connection, person, row, address)
    return person, token


async def _again(connection: Connection, person_id: str, display_name: str) -> tuple[Person, str]:
    renewed = await renew_token(connection, person_id, display_name, datetime.now(UTC) - AGAIN_FOR)
    if renewed is None:
        raise EnrolmentRefusedError(guessed=False)
    return renewed


async def _stations(connection: Connection, digest: str) -> list[str]:
    rows = await connection.fetch("SELECT station_id FROM enrolment_code_station WHERE code_sha256 = $1", digest)
    return [row["station_id"] for row in rows]


async def _record_use(connection: Connection, person: Person, code: asyncpg.Record, address: str | None) -> None:
    details = {
        "role": person.role.value,
        "createdBy": code["created_by"] or COMMAND_LINE.id,
        "createdAt": code["created_at"].isoformat(),
    }
    by = Actor.of(person, address)
    await record(
        connection, by, AuditAction.CODE_USED, election_id=person.election_id, subject=person.id, details=details
    )
