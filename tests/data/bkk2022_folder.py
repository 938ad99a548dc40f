"""Where the Bangkok package lies, and its scripts as modules."""

import subprocess
import sys
from pathlib import Path

FOLDER = Path(__file__).resolve().parents[2] / "data" / "bkk2022"


def run(script: str, *arguments: str) -> str:
    """What one of the package's scripts prints, run as a person runs it."""
    command = [sys.executable, str(FOLDER / script), *arguments]
    return subprocess.run(command, check=True, capture_output=True, encoding="utf-8").stdout
