"""What the command was given: a server, one of its logs, or a folder."""

from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote

import httpx

from tallywire.verify.cuts import ResultsFiles
from tallywire.verify.served import Served
from tallywire.verify.source import Folder, Saved, Source, asked


class NoElectionError(Exception):
    """The server has no such election, or several and none was named; the message says which."""


@dataclass(frozen=True, slots=True)
class Place:
    """`folder` where it is one; else `server` and `election`."""

    server: str = ""
    election: str = ""
    folder: Path | None = None


class Photographs:
    """A server's photographs, by their digest."""

    def __init__(self, client: httpx.AsyncClient) -> None:
        self._client = client
        self.name = f"{client.base_url}evidence/"

    async def get(self, path: str) -> bytes | None:
        answer = await asked(self._client, f"/evidence/{path}")
        return None if answer.status_code == 404 else answer.content


async def place_of(given: str, election: str | None, client: httpx.AsyncClient) -> Place:
    """Points the client at the server. Raises NoElectionError, SourceError."""
    if not given.startswith(("http://", "https://")):
        return _folder(Path(given))
    server, _, named = given.rstrip("/").partition("/log/")
    try:
        client.base_url = httpx.URL(server)
    except httpx.InvalidURL as error:
        raise NoElectionError(f"{given} is no address: {error}") from error
    if chosen := election or unquote(named.split("/")[0]):
        return Place(server, chosen)
    known = await Served(client).elections()
    if len(known) != 1:
        raise NoElectionError(f"name the election with --election: {', '.join(known) or 'there is none'}")
    return Place(server, known[0])


def _folder(path: Path) -> Place:
    if not path.is_dir():
        raise NoElectionError(f"{path} is no address (http://…), and no folder")
    return Place(folder=path)


def photographs_of(place: Place, client: httpx.AsyncClient, save: Path | None) -> Source:
    """From the server (kept in the copy's folder `evidence`), or out of that folder."""
    if place.folder is not None:
        return Folder(place.folder / "evidence")
    photographs: Source = Photographs(client)
    return Saved(photographs, save / "evidence") if save else photographs


def files_of(place: Place, client: httpx.AsyncClient, save: Path | None) -> Source:
    """Results files of cuts: from the server (kept in the copy's folder `cuts`), or out of that folder."""
    if place.folder is not None:
        return Folder(place.folder)
    files: Source = ResultsFiles(client, place.election)
    return Saved(files, save) if save else files
