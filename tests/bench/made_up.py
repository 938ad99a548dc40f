"""Benchmarks that tests of the suite run: python -m tests.bench.made_up good|bad|silent|endless FILE --json FIGURES."""

import json
import subprocess
import sys
import time
from pathlib import Path


def main(how: str, file: str, _option: str, figures: str) -> int:
    if how == "bad":
        return 3
    if how == "endless":
        child = subprocess.Popen((sys.executable, "-c", "import time; time.sleep(600)"))
        Path(file).write_text(str(child.pid))
        time.sleep(600)
    if how == "good":
        Path(figures).write_text(json.dumps({"entries": 7}))
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
