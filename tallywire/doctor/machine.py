"""This machine: room on its disks, open files, the store of photographs, the folder of backups."""

import contextlib
import hashlib
import os
import shutil
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

from tallywire.doctor.finding import Finding, fail, ok, warn
from tallywire.evidence.store import Store, StoreUnavailableError, StoreUrlError
from tallywire.settings import Settings

# A whole night of Bangkok takes some 300 MB; its photographs, at 1 MB each, some 14 GB.
FREE_BYTES_LOW, FREE_BYTES_MIN = 20 * 2**30, 2 * 2**30
# Each reader is an open file; systems begin with a thousand.
FILES_LOW, FILES_MIN = 10_000, 1_024
BACKUP_HOURS_LOW, BACKUP_HOURS_MAX = 24.0, 24.0 * 7


def disk_findings(settings: Settings) -> Iterator[Finding]:
    """Of the data folder: photographs, the key, and the embedded PostgreSQL."""
    folder = settings.data_dir
    while not folder.exists():
        folder = folder.parent
    usage = shutil.disk_usage(folder)
    seen = f"{_size(usage.free)} free of {_size(usage.total)} for {settings.data_dir}"
    if not os.access(folder, os.W_OK):
        yield fail("disk", f"{folder} cannot be written to", "give it to the user that runs tallywire")
    elif usage.free < FREE_BYTES_MIN:
        yield fail("disk", seen, "make room, or choose another --data-dir: a full disk takes no tallies")
    elif usage.free < FREE_BYTES_LOW:
        yield warn("disk", seen, "a night with photographs may need more than 14 GB")
    else:
        yield ok("disk", seen)


def file_findings() -> Iterator[Finding]:
    """How many connections one process may hold."""
    import resource

    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    if most == resource.RLIM_INFINITY or most >= FILES_LOW:
        yield ok("open files", "no limit" if most == resource.RLIM_INFINITY else f"up to {most:,} a process")
    elif most >= FILES_MIN:
        yield warn("open files", f"only {most:,} a process", f"raise the limit to {FILES_LOW:,} (LimitNOFILE=)")
    else:
        yield fail("open files", f"only {most:,} a process", f"raise the limit to {FILES_LOW:,} (LimitNOFILE=)")


async def store_findings(settings: Settings) -> AsyncIterator[Finding]:
    """A small object is written, read and taken away again."""
    try:
        store = Store.by(settings)
    except StoreUrlError as error:
        yield fail("photographs", str(error), "no node starts with it: set TALLYWIRE_EVIDENCE_URL")
        return
    content = b"tallywire doctor " + os.urandom(16)
    name = hashlib.sha256(content).hexdigest()
    where = settings.evidence_url or settings.data_dir / "evidence"
    try:
        await store.put(name, content)
        _, pieces = await store.get(name)
        read = b"".join([piece async for piece in pieces])
        await store.delete([name])
    except StoreUnavailableError as error:
        yield fail("photographs", f"{where}: {error}", "phones keep photographs until this works: look at the store")
        return
    if read != content:
        yield fail("photographs", f"{where} gave back something else than was put there", "use another store")
        return
    yield ok("photographs", f"written and read in {where}")


def backup_findings(folder: Path | None) -> Iterator[Finding]:
    """The newest file below the folder that was named."""
    if folder is None:
        return
    if not folder.is_dir():
        yield fail("backups", f"there is no folder {folder}", "see docs/backup.md")
        return
    newest = 0.0
    for path in folder.rglob("*"):
        # Files come and go while a backup is being made.
        with contextlib.suppress(OSError):
            if path.is_file():
                newest = max(newest, path.stat().st_mtime)
    if not newest:
        yield fail("backups", f"{folder} is empty", "see docs/backup.md")
        return
    hours = (time.time() - newest) / 3_600
    seen = f"the newest in {folder} is {hours:.1f} hours old"
    if hours > BACKUP_HOURS_MAX:
        yield fail("backups", seen, "make one now, and see why none was made: docs/backup.md")
    elif hours > BACKUP_HOURS_LOW:
        yield warn("backups", seen, "make one before counting opens: docs/backup.md")
    else:
        yield ok("backups", seen)


def _size(size: int) -> str:
    return f"{size / 2**30:.1f} GB"
