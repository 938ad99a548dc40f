"""What the command was given: a server, one of its logs, or a folder."""

from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote

import httpx

from tallywire.verify.fetching import Fetcher
from tallywire.verify.served import Served
from tallywire.verify.source import Address, Files, Folder, Saved, Source

# A photograph as a server keeps it is well below this.
PHOTOGRAPH_BYTES_MAX = 64 * 1024**2


class NoElectionError(Exception):
    """The server has no such election, or several and none was named; the message says which."""


@dataclass(frozen=True, slots=True)
class Place:
    """`folder` where it is one; else `server` and `election`."""

    server: str = ""
    election: str = ""
    folder: Path | None = None


async def place_of(given: str, election: str | None, fetcher: Fetcher) -> Place:
    """Points the fetcher's client at the server. Raises NoElectionError, SourceError."""
    if not given.startswith(("http://", "https://")):
        return _folder(Path(given))
    server, _, named = given.rstrip("/").partition("/log/")
    try:
        fetcher.client.base_url = httpx.URL(server)
    except httpx.InvalidURL as error:
        raise NoElectionError(f"{given} is no address: {error}") from error
    if chosen := election or unquote(named.split("/")[0]):
        return Place(server, chosen)
    known = await Served(fetcher).elections()
    if len(known) != 1:
        raise NoElectionError(f"name the election with --election: {', '.join(known) or 'there is none'}")
    return Place(server, known[0])


def _folder(path: Path) -> Place:
    if not path.is_dir():
        raise NoElectionError(f"{path} is no address (http://…), and no folder")
    return Place(folder=path)


def log_of(place: Place, fetcher: Fetcher) -> Source:
    return Folder(place.folder) if place.folder is not None else Address(fetcher, place.election)


def photographs_of(place: Place, fetcher: Fetcher, save: Path | None) -> Source:
    """From the server (kept in the copy's folder `evidence`), or out of that folder.

    A follower leads to its origin for them, so redirects are followed; digests say whether they are the right ones.
    """
    if place.folder is not None:
        return Folder(place.folder / "evidence")
    wherever = Fetcher(fetcher.client, fetcher.seconds, elsewhere=True)
    photographs: Source = Files(wherever, "/evidence/", PHOTOGRAPH_BYTES_MAX)
    return Saved(photographs, save / "evidence") if save else photographs


def files_of(place: Place, fetcher: Fetcher, save: Path | None) -> Source:
    """Results files of cuts: from the server (kept in the copy's folder `cuts`), or out of that folder."""
    if place.folder is not None:
        return Folder(place.folder)
    files: Source = Files(fetcher, f"/results/{place.election}/")
    return Saved(files, save) if save else files
