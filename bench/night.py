"""The whole Bangkok night at full speed: a server of its own, every volunteer's tallies over HTTP, then fsck.

make night
"""

import argparse
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import psutil

ROOT = Path(__file__).parent.parent
TALLYWIRE = (sys.executable, "-m", "tallywire.cli")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--speed", type=float, default=0)
    parser.add_argument("--package", type=Path, default=ROOT / "data" / "bkk2022")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="tallywire-night-") as folder:
        return play(Path(folder), arguments.package, arguments.speed)


def play(folder: Path, package: Path, speed: float) -> int:
    data = ("--data-dir", str(folder))
    run("import", str(package), *data)
    token = run("token", "--role", "OPERATOR", *data).strip().splitlines()[-1]
    with subprocess.Popen((*TALLYWIRE, "serve", "--port", "0", *data), stdout=subprocess.PIPE, text=True) as server:
        try:
            assert server.stdout is not None
            url = server.stdout.readline().split("serves on ")[1].split("/graphql")[0]
            code = simulate(url, package, speed, token, psutil.Process(server.pid))
        finally:
            server.terminate()
    began = time.monotonic()
    print(run("fsck", *data), end="")
    print(f"fsck took {time.monotonic() - began:.1f} s")
    return code


def simulate(url: str, package: Path, speed: float, token: str, server: psutil.Process) -> int:
    """Plays the night, and says what it cost the server and the phones in CPU."""
    before, began = server.cpu_times(), time.monotonic()
    command = (*TALLYWIRE, "simulate", "--url", url, "--package", str(package), "--speed", str(speed))
    code = subprocess.run(command, env={**os.environ, "TALLYWIRE_TOKEN": token}, check=False).returncode
    after, phones = server.cpu_times(), resource.getrusage(resource.RUSAGE_CHILDREN)
    spent = after.user + after.system - before.user - before.system
    print(
        f"server: {spent:.1f} s of CPU in {time.monotonic() - began:.1f} s, {server.memory_info().rss / 2**20:.0f} MiB"
    )
    print(f"phones: {phones.ru_utime + phones.ru_stime:.1f} s of CPU (all commands before it included)")
    return code


def run(*arguments: str) -> str:
    return subprocess.run((*TALLYWIRE, *arguments), stdout=subprocess.PIPE, text=True, check=True).stdout


if __name__ == "__main__":
    sys.exit(main())
