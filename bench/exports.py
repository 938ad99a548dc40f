"""What exports take of a node's memory: a nation's stations beside a city's, each file made anew by the server.

python -m bench.exports                      Bangkok's 6,817 stations, and 95,000 with 100,000 entries in the log
python -m bench.exports --stations 20000     a smaller nation

The peak is of the serving process alone (VmHWM, set back before each file), less what it held before. Linux only.
"""

import argparse
import asyncio
import sys
import tempfile
import time
from pathlib import Path

import httpx
import psutil

from bench.national import ask, run, served, write_log
from bench.national_package import Nation, write
from bench.records import put
from bench.tables import exports
from tallywire.formats.catalogue import FORMATS
from tallywire.packaged import bangkok

MIB = 1024 * 1024
LONG_LOG = 100_000
# The contest that every station counts.
FILES = [form.file for form in FORMATS if form.file != "wide.csv"]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--stations", type=int, default=95_000)
    parser.add_argument("--constituencies", type=int, default=400)
    parser.add_argument("--json", type=Path, help="write the figures there")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="tallywire-exports-") as folder:
        package = Path(folder) / "package"
        write(Nation(arguments.stations, arguments.constituencies), package)
        city = measured(bangkok(), "bkk-2022", Path(folder) / "bkk")
        nation = measured(package, "nation", Path(folder) / "nation")
    figures = {"entries": LONG_LOG, "stations": arguments.stations, "city": city, "nation": nation}
    print(exports(figures))
    put(arguments.json, figures)
    return 0


def measured(package: Path, election: str, data: Path) -> dict[str, dict[str, float]]:
    """By file: its size, how long it took and what the server's memory grew by meanwhile."""
    run("import", str(package), "--data-dir", str(data))
    asyncio.run(write_log(data, election, LONG_LOG))
    rows = {}
    with served(data, cut_seconds=5) as (url, process, _ready):
        while not (cuts := ask(url, election)) or cuts[0]["sequence"] < LONG_LOG:
            time.sleep(1)
        place = f"{url}/results/{election}/cuts"
        number = httpx.get(f"{url}/results/{election}/latest.json", timeout=120).json()["cut"]
        # Reads the cut once, as every file of it does.
        fetched(f"{place}/{number}/graphics.json?lang=en")
        for file in (*(f"{number}/{name}" for name in FILES), f"{number}.csv"):
            rows[file.replace(str(number), "N", 1)] = grown(process, f"{place}/{file}")
    return rows


def grown(process: psutil.Process, address: str) -> dict[str, float]:
    clear = Path(f"/proc/{process.pid}/clear_refs")
    clear.write_text("5")
    before, began = peak(process), time.perf_counter()
    size = fetched(address)
    seconds = time.perf_counter() - began
    return {"mib": size / MIB, "seconds": seconds, "grown_mib": (peak(process) - before) / MIB}


def fetched(address: str) -> int:
    """The bytes of the file; they are not kept."""
    size = 0
    with httpx.stream("GET", address, headers={"Accept-Encoding": "identity"}, timeout=1_800) as answer:
        answer.raise_for_status()
        for piece in answer.iter_raw():
            size += len(piece)
    return size


def peak(process: psutil.Process) -> int:
    """The most memory that the process held since it was set back, in bytes."""
    status = Path(f"/proc/{process.pid}/status").read_text()
    return int(next(line.split()[1] for line in status.splitlines() if line.startswith("VmHWM"))) * 1024


if __name__ == "__main__":
    sys.exit(main())
