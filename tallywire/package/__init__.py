"""The election package: a folder of TOML and CSV files that defines one election (docs/election-package.md)."""

from tallywire.package.count_rows import read_station_counts
from tallywire.package.fault import Fault, PackageFaults
from tallywire.package.reading import PackageReading, Progress, read_package

__all__ = ["Fault", "PackageFaults", "PackageReading", "Progress", "read_package", "read_station_counts"]
