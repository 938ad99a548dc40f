"""What log entries refer to, as one public document: areas, contests, candidates, stations and their registers.

Its digest stands in every leaf. It is made once, when the log is begun, and served as it was made: another version
of this code must not change what entries point at.
"""

import hashlib
import json
from dataclasses import dataclass
from typing import Any

import asyncpg

from db.database import Connection
from ledger.leaf import instant

FORMAT = "tallywire-definition/1"
READ_AREAS = "SELECT * FROM area WHERE election_id = $1 ORDER BY ordinal"
READ_CONTESTS = "SELECT * FROM contest WHERE election_id = $1 ORDER BY ordinal"
READ_CANDIDATES = """
    SELECT k.* FROM candidate k JOIN contest c ON c.id = k.contest_id WHERE c.election_id = $1
    ORDER BY c.ordinal, k.ballot_number
"""
READ_STATIONS = "SELECT * FROM station WHERE election_id = $1 ORDER BY id"
READ_REGISTERS = """
    SELECT r.station_id, r.contest_id, r.registered_voters FROM station_contest r JOIN contest c ON c.id = r.contest_id
    WHERE c.election_id = $1 ORDER BY r.station_id, c.ordinal
"""


@dataclass(frozen=True, slots=True)
class Document:
    """`content` as it is served, and its sha256 (hex)."""

    content: bytes
    sha256: str


async def make_document(connection: Connection, election_id: str) -> Document:
    """Reads the tables as they stand; the election must be loaded."""
    election = await connection.fetchrow("SELECT * FROM election WHERE id = $1", election_id)
    assert election is not None
    candidates: dict[str, list[dict[str, Any]]] = {}
    for row in await connection.fetch(READ_CANDIDATES, election_id):
        candidates.setdefault(row["contest_id"], []).append(_candidate(row))
    registers: dict[str, list[list[Any]]] = {}
    for row in await connection.fetch(READ_REGISTERS, election_id):
        registers.setdefault(row["station_id"], []).append([row["contest_id"], row["registered_voters"]])
    value = {
        "format": FORMAT,
        "election": election["id"],
        "epoch": election["epoch"],
        "isTest": election["is_test"],
        "name": _text(election, "name"),
        "notice": _text(election, "notice"),
        "pollsCloseAt": instant(election["polls_close_at"]),
        "timeZone": election["time_zone"],
        "rules": {"version": election["ruleset"], "verdicts": election["bounds"].get("verdicts", {})},
        "areas": [_area(row) for row in await connection.fetch(READ_AREAS, election_id)],
        "contests": [
            _contest(row, candidates.get(row["id"], [])) for row in await connection.fetch(READ_CONTESTS, election_id)
        ],
        "stations": [
            _station(row, registers.get(row["id"], [])) for row in await connection.fetch(READ_STATIONS, election_id)
        ],
    }
    content = json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
    return Document(content, hashlib.sha256(content).hexdigest())


def _text(row: asyncpg.Record, name: str) -> dict[str, str | None] | None:
    thai = row[f"{name}_th"]
    return None if thai is None else {"th": thai, "en": row[f"{name}_en"]}


def _area(row: asyncpg.Record) -> dict[str, Any]:
    return {"id": row["id"], "level": row["level"], "parent": row["parent_id"], "name": _text(row, "name")}


def _contest(row: asyncpg.Record, candidates: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "id": row["id"],
        "office": row["office"],
        "name": _text(row, "name"),
        "area": row["area_id"],
        "seats": row["seats"],
        "votingVariation": row["voting_variation"],
        "votesPerBallot": row["votes_per_ballot"],
        "candidates": candidates,
    }


def _candidate(row: asyncpg.Record) -> dict[str, Any]:
    return {
        "id": row["id"],
        "ballotNumber": row["ballot_number"],
        "name": _text(row, "name"),
        "shortName": _text(row, "short_name"),
        "party": _text(row, "party"),
        "color": row["color"],
    }


def _station(row: asyncpg.Record, registers: list[list[Any]]) -> dict[str, Any]:
    return {
        "id": row["id"],
        "area": row["area_id"],
        "number": row["number"],
        "location": _text(row, "location"),
        "registers": registers,
    }
