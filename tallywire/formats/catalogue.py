"""The formats, by the name that `tallywire export --format` and the address of a file give them."""

from collections.abc import Callable
from dataclasses import dataclass

from tallywire.formats.cdf import Cdf
from tallywire.formats.geojson import GeoJson
from tallywire.formats.graphics import Graphics
from tallywire.formats.parquet import Parquet
from tallywire.formats.picture import Picture
from tallywire.formats.stations_csv import StationsCsv
from tallywire.formats.wide_csv import WideCsv
from tallywire.formats.writer import Sink, Writer

JSON, CSV = "application/json", "text/csv; charset=utf-8"
PARQUET, GEOJSON = "application/vnd.apache.parquet", "application/geo+json"


@dataclass(frozen=True, slots=True)
class Format:
    """`file`: the last part of its address. `packs`: gzip helps. `stations`: reads every station's count."""

    name: str
    file: str
    media_type: str
    writer: Callable[[Picture, Sink], Writer]
    packs: bool = True
    stations: bool = False
    attached: bool = False


FORMATS = (
    Format("cdf-json", "cdf.json", JSON, Cdf, stations=True),
    Format("csv", "stations.csv", CSV, StationsCsv, stations=True, attached=True),
    Format("csv-wide", "wide.csv", CSV, WideCsv, attached=True),
    Format("json", "graphics.json", JSON, Graphics),
    Format("parquet", "stations.parquet", PARQUET, Parquet, packs=False, stations=True, attached=True),
    Format("geojson", "areas.geojson", GEOJSON, GeoJson),
)
BY_NAME = {one.name: one for one in FORMATS}
BY_FILE = {one.file: one for one in FORMATS}
