"""`tallywire demo`: one command, one port, results that move; Ctrl-C ends all of it."""

import signal
import subprocess
import sys
from pathlib import Path

import httpx
import psutil

from tests.served import Api, wait_until

MOVED = 'query { election(id: "bkk-2022") { phase lastReportAt } }'


def test_the_demo_serves_moves_and_leaves_nothing_behind(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "tallywire.cli", "demo", "--port", "0", "--no-browser", "--speed", "600"]
    demo = subprocess.Popen(
        [*command, "--data-dir", str(tmp_path), "--volunteers", "50"],
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    assert demo.stdout is not None
    try:
        lines = iter(demo.stdout.readline, "")
        url = next(line for line in lines if "Live board" in line).split()[-1].rstrip("/")
        assert next(line for line in lines if "GraphiQL" in line).split()[-1] == f"{url}/graphql"
        assert httpx.get(url, timeout=30).headers["content-type"].split(";")[0] in ("text/html", "text/plain")
        wait_until(lambda: Api(url)(MOVED)["election"]["lastReportAt"], 90, "the first report")
        assert Api(url)(MOVED)["election"]["phase"] == "COUNTING"
        children = psutil.Process(demo.pid).children(recursive=True)
        postmaster = int((tmp_path / "postgres" / "postmaster.pid").read_text().split()[0])
    finally:
        demo.send_signal(signal.SIGINT)
        code = demo.wait(timeout=30)
    assert code == 0
    for pid in [*(child.pid for child in children), postmaster]:
        assert not psutil.pid_exists(pid) or psutil.Process(pid).status() == psutil.STATUS_ZOMBIE
    assert not (tmp_path / "postgres" / "postmaster.pid").exists()
