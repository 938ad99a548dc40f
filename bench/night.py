"""The Bangkok night: a server of its own, every volunteer's tallies over HTTP, then fsck.

make night                                                   the whole of it at full speed
python -m bench.night --speed 60 --readers 1000              with readers: what reaches them when, and whether all of it
python -m bench.night --speed 60 --readers 1000 --minutes 5  the first five minutes of that
"""

import argparse
import asyncio
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
import tomllib
from pathlib import Path
from typing import Any

import psutil

from bench.night_watched import Watched, answers_in, watch
from bench.records import put
from tallywire.settings import Settings

ROOT = Path(__file__).parent.parent
TALLYWIRE = (sys.executable, "-m", "tallywire.cli")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--speed", type=float, default=0)
    parser.add_argument("--package", type=Path, default=ROOT / "data" / "bkk2022")
    parser.add_argument("--readers", type=int, default=0)
    parser.add_argument("--groups", type=int, default=20)
    parser.add_argument("--minutes", type=float, default=0, help="end the night after so many; 0: play all of it")
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--json", type=Path, help="write the figures there")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="tallywire-night-") as folder:
        return play(Path(folder), arguments)


def play(folder: Path, arguments: argparse.Namespace) -> int:
    data = ("--data-dir", str(folder))
    run("import", str(arguments.package), *data)
    token = run("token", "--role", "OPERATOR", *data).strip().splitlines()[-1]
    serve = (*TALLYWIRE, "serve", "--port", "0", "--workers", str(arguments.workers), *data)
    # Heartbeats tell readers of quiet districts how far the log has come, so that the end is not waited for.
    environment = {"TALLYWIRE_HEARTBEAT_SECONDS": "5", **os.environ}
    with subprocess.Popen(serve, stdout=subprocess.PIPE, text=True, env=environment) as server:
        try:
            assert server.stdout is not None
            url = server.stdout.readline().split("serves on ")[1].split("/graphql")[0]
            process = psutil.Process(server.pid)
            if arguments.readers:
                code, figures = watched(url, process, arguments, token, folder)
            else:
                code, figures = simulate(url, arguments.package, arguments.speed, token, process, folder)
        finally:
            server.terminate()
    began = time.monotonic()
    print(run("fsck", *data), end="")
    took = time.monotonic() - began
    print(f"fsck took {took:.1f} s")
    put(arguments.json, figures | {"minutes": arguments.minutes, "fsck_s": took})
    return code


def watched(
    url: str, server: psutil.Process, arguments: argparse.Namespace, token: str, folder: Path
) -> tuple[int, dict[str, Any]]:
    """With readers; 1 where one did not end exact."""
    report = folder / "report.json"
    night = [
        "--url",
        url,
        "--package",
        str(arguments.package),
        "--speed",
        str(arguments.speed),
        "--report",
        str(report),
    ]
    crowd = {"readers": arguments.readers, "groups": arguments.groups, "minutes": arguments.minutes}

    async def work() -> tuple[Watched, int]:
        audience, seen, code = await watch(server, url, read_id(arguments.package), folder, night, token, **crowd)
        await audience.measure(seen, answers_in(folder / "answers.txt"), Settings(data_dir=folder))
        return seen, 0 if arguments.minutes else code

    memory = server.memory_info
    seen, code = asyncio.run(work())
    figures = seen.figures() | {"memory_mib": memory().rss / 2**20, "report": read_report(report)}
    return code if seen.show() else 1, figures


def read_report(file: Path) -> dict[str, Any] | None:
    """None where the night was ended before its end."""
    return json.loads(file.read_text()) if file.exists() else None


def read_id(package: Path) -> str:
    return tomllib.loads((package / "election.toml").read_text())["id"]  # type: ignore[no-any-return]


def simulate(
    url: str, package: Path, speed: float, token: str, server: psutil.Process, folder: Path
) -> tuple[int, dict[str, Any]]:
    """Plays the night, and says what it cost the server and the phones in CPU."""
    before, began = server.cpu_times(), time.monotonic()
    report = folder / "report.json"
    options = ("--package", str(package), "--speed", str(speed), "--force", "--report", str(report))
    command = (*TALLYWIRE, "simulate", "--url", url, *options)
    code = subprocess.run(command, env={**os.environ, "TALLYWIRE_TOKEN": token}, check=False).returncode
    after, phones = server.cpu_times(), resource.getrusage(resource.RUSAGE_CHILDREN)
    spent = after.user + after.system - before.user - before.system
    seconds, memory = time.monotonic() - began, server.memory_info().rss / 2**20
    print(f"server: {spent:.1f} s of CPU in {seconds:.1f} s, {memory:.0f} MiB")
    print(f"phones: {phones.ru_utime + phones.ru_stime:.1f} s of CPU (all commands before it included)")
    figures = {"seconds": seconds, "cpu": {"server": spent}, "memory_mib": memory, "report": read_report(report)}
    return code, figures


def run(*arguments: str) -> str:
    return subprocess.run((*TALLYWIRE, *arguments), stdout=subprocess.PIPE, text=True, check=True).stdout


if __name__ == "__main__":
    sys.exit(main())
