"""A server of its own with a night that is being played into it, for what looks at its pages."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
from playwright.sync_api import Browser, Playwright

from bench.night import ROOT, TALLYWIRE, run

FLAGS = ("--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update")


def chromium(playwright: Playwright) -> Browser:
    """CHROMIUM, else the one on the PATH, else Playwright's own."""
    executable = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
    return playwright.chromium.launch(executable_path=executable, args=list(FLAGS))


@dataclass
class PlayedNight:
    """`operator`: a token. `process`: what plays."""

    url: str
    operator: str
    folder: Path
    process: subprocess.Popen[bytes]
    package: Path

    def ask(self, query: str, token: str | None = None, **variables: Any) -> Any:
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        body = {"query": query, "variables": variables}
        answer = httpx.post(f"{self.url}/graphql", json=body, headers=headers, timeout=60).json()
        assert "errors" not in answer, answer
        return answer["data"]

    def token(self, role: str) -> str:
        return run("token", "--role", role, "--data-dir", str(self.folder)).strip().splitlines()[-1]

    def stop_playing(self) -> None:
        self.process.terminate()
        self.process.wait()

    def play_rest(self, *options: str) -> None:
        """What is open yet, otherwise than until now, to its end."""
        self.stop_playing()
        self.process = _playing(self.url, self.operator, self.package, "--continue", *options)
        self.process.wait()


def _playing(url: str, token: str, package: Path, *options: str) -> subprocess.Popen[bytes]:
    command = (*TALLYWIRE, "simulate", "--url", url, "--package", str(package), "--force", *options)
    environment = {**os.environ, "TALLYWIRE_TOKEN": token}
    return subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


@contextmanager
def played(*options: str, package: Path = ROOT / "data" / "bkk2022", cut_seconds: float = 60) -> Iterator[PlayedNight]:
    """`options`: of `tallywire simulate`. Server and phones end with the block."""
    with tempfile.TemporaryDirectory(prefix="tallywire-played-") as name:
        folder = Path(name)
        data = ("--data-dir", name)
        run("import", str(package), *data)
        token = run("token", "--role", "OPERATOR", *data).strip().splitlines()[-1]
        environment = {**os.environ, "TALLYWIRE_CUT_SECONDS": str(cut_seconds)}
        serve = (*TALLYWIRE, "serve", "--port", "0", *data)
        with subprocess.Popen(serve, stdout=subprocess.PIPE, text=True, env=environment) as server:
            assert server.stdout is not None
            try:
                url = server.stdout.readline().split("serves on ")[1].split("/graphql")[0]
                night = PlayedNight(url, token, folder, _playing(url, token, package, *options), package)
                try:
                    yield night
                finally:
                    night.stop_playing()
            finally:
                server.terminate()
