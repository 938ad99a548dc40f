"""Where a recorded night comes from: a file of `rules --save`, a server, a copy of its log, or a whole export."""

import base64
import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

import httpx

from counting.bounds import Bounds
from counting.election import Election
from ledger.leaf import BadLeafError, leaf_of, parsed
from ledger.merkle import leaf_hash, root_of
from ledger.note import BadNoteError
from tallywire.export.archive import ArchiveError, is_export, lines_of, opened, read_manifest
from tallywire.export.writing import member_of
from tallywire.follow.definition import election_from
from tallywire.follow.refusal import RefusedError
from tallywire.night_log import NightLogError, read_night
from tallywire.verify.copying import CHECKPOINT, needed, read_copy, read_keys
from tallywire.verify.fetching import SECONDS, Fetcher, SourceError
from tallywire.verify.where import NoElectionError, log_of, place_of

Leaf = dict[str, Any]
Progress = Callable[[int, int], None]


class RecordingError(Exception):
    """There is no recorded night, or it cannot be read; the message says where and why."""


@dataclass(frozen=True, slots=True)
class Recording:
    """`entries`: in order, from 1 on, by the names that the ledger's leaves have."""

    name: str
    election: Election
    entries: list[Leaf]

    @property
    def seconds(self) -> float:
        """From the first entry to the last."""
        if not self.entries:
            return 0.0
        return (moment(self.entries[-1]) - moment(self.entries[0])).total_seconds()


def moment(entry: Leaf) -> datetime:
    return datetime.fromisoformat(entry["recordedAt"])


async def read_recording(given: str, election: str | None, token: str | None, progress: Progress) -> Recording:
    """`given`: an address, a file or a folder; `election`: which, where there are several. Raises RecordingError."""
    try:
        if given.startswith(("http://", "https://")) or _is_copy(Path(given)):
            return await _from_log(given, election, token, progress)
        if is_export(Path(given)):
            try:
                return _from_export(Path(given), election)
            except (ValueError, KeyError, TypeError, AttributeError) as error:
                raise RecordingError(f"{given}: what was exported cannot be read: {error!r}") from error
        night = read_night(Path(given))
        content = json.dumps(night.definition).encode()
        return _recording(given, content, night.bounds, night.entries)
    except (NightLogError, SourceError, NoElectionError) as error:
        raise RecordingError(str(error)) from error
    except ArchiveError as error:
        raise RecordingError(f"{given}: {error}") from error
    except BadNoteError as error:
        raise RecordingError(f"{given}: the head of the log cannot be trusted: {error}") from error
    except OSError as error:
        raise RecordingError(f"{given}: {error.strerror}") from error


def _is_copy(path: Path) -> bool:
    """What `verify --save` keeps."""
    return (path / "checkpoint").is_file()


def _recording(name: str, definition: bytes, bounds: Bounds | None, entries: list[Leaf]) -> Recording:
    try:
        election, _ = election_from(definition)
    except RefusedError as error:
        raise RecordingError(f"{name}: {error}") from error
    return Recording(name, replace(election, bounds=bounds) if bounds else election, entries)


async def _from_log(given: str, election: str | None, token: str | None, progress: Progress) -> Recording:
    """Only what its head signs, and just that."""
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    async with httpx.AsyncClient(headers=headers, timeout=SECONDS) as client:
        fetcher = Fetcher(client)
        place = await place_of(given, election, fetcher)
        source = log_of(place, fetcher)
        keys = await read_keys(source, [])
        head, copy = await read_copy(source, await needed(source, CHECKPOINT), keys.trusted, progress)
    if root_of([leaf_hash(entry) for entry in copy.entries]) != head.root:
        raise RecordingError(f"{given}: the entries are not those that were signed: tallywire verify says which")
    return _recording(given, copy.definition, None, [_parsed(given, entry) for entry in copy.entries])


def _parsed(name: str, entry: bytes) -> Leaf:
    try:
        return parsed(entry)
    except BadLeafError as error:
        raise RecordingError(f"{name}: an entry cannot be read: {error}") from error


def _from_export(path: Path, election: str | None) -> Recording:
    with opened(path) as archive:
        manifest = read_manifest(archive)
        known = [one.id for one in manifest.elections]
        chosen = election or (known[0] if len(known) == 1 else None)
        if chosen not in known:
            raise RecordingError(f"{path}: name the election with --election: {', '.join(known) or 'there is none'}")

        def rows(table: str) -> list[dict[str, Any]]:
            lines = lines_of(archive, member_of(table), manifest.members[member_of(table)]["sha256"])
            return [row for row in map(json.loads, lines) if row["election_id"] == chosen]

        ledger = rows("ledger")
        if not ledger:
            raise RecordingError(f"{path}: the log of {chosen} was not begun")
        definition = bytes.fromhex(ledger[0]["definition"].removeprefix("\\x"))
        sha256 = hashlib.sha256(definition).hexdigest()
        entries = [
            parsed(leaf_of({**row, "recorded_at": datetime.fromisoformat(row["recorded_at"])}, sha256))
            for row in rows("log_entry")
        ]
    for wanted, entry in enumerate(entries, start=1):
        if entry["sequence"] != wanted:
            raise RecordingError(f"{path}: entry {wanted} is wanted, and {entry['sequence']} is there")
    return _recording(str(path), definition, None, entries)


def digest_of(recording: Recording) -> str:
    """What tells one recording from another (base64 of a sha256)."""
    last = json.dumps(recording.entries[-1:], sort_keys=True).encode()
    return base64.b64encode(hashlib.sha256(recording.election.id.encode() + last).digest()).decode()
