"""What a format is made of: something that is told of the stations, page by page, and writes bytes as it goes."""

import asyncio
from collections.abc import Sequence
from typing import Protocol

import asyncpg

from db.station_counts import StationCounted, StationPlace, read_places, read_station_counts
from tallywire.formats.picture import Picture


class Sink(Protocol):
    """Where bytes go."""

    def write(self, content: bytes, /) -> object: ...


class Writer:
    """Told in this order: `begin`, `places` for each page of stations, `counts` for each page of sheets, `end`."""

    wants_places = False
    wants_counts = False

    def __init__(self, picture: Picture, sink: Sink) -> None:
        self.picture = picture
        self.sink = sink

    def begin(self) -> None: ...

    def places(self, page: Sequence[StationPlace]) -> None: ...

    def counts(self, page: Sequence[StationCounted]) -> None: ...

    def end(self) -> None: ...

    def close(self) -> None:
        """After the end, or where it did not come to that."""


async def write(writer: Writer, pool: asyncpg.Pool) -> None:
    """To the end; the work between pages is done beside the event loop."""
    try:
        await asyncio.to_thread(writer.begin)
        if writer.wants_places:
            async for places in read_places(pool, writer.picture.range):
                await asyncio.to_thread(writer.places, places)
        if writer.wants_counts:
            async for page in read_station_counts(pool, writer.picture.range):
                await asyncio.to_thread(writer.counts, page)
        await asyncio.to_thread(writer.end)
    finally:
        writer.close()
