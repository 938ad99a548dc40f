"""What a benchmark measured, kept as JSON: a page and plots can be made from it again without running anything."""

import json
import os
import platform
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent.parent / "docs" / "performance"


@dataclass(frozen=True, slots=True)
class Record:
    """`command` as one types it; `load`: the machine's one-minute load before and after; `figures`: the benchmark's."""

    name: str
    command: str
    on: str
    seconds: float
    cores: int
    python: str
    load: list[float]
    figures: dict[str, Any]

    def write(self, folder: Path) -> None:
        """Whole or not at all: a record is replaced, never half written."""
        folder.mkdir(parents=True, exist_ok=True)
        whole = folder / f"{self.name}.json"
        half = whole.with_suffix(".part")
        half.write_text(json.dumps(asdict(self), indent=1, ensure_ascii=False) + "\n")
        half.replace(whole)


def read_records(folder: Path) -> dict[str, Record]:
    """By name."""
    found = [Record(**json.loads(path.read_text())) for path in sorted(folder.glob("*.json"))]
    return {record.name: record for record in found}


def machine() -> dict[str, Any]:
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return {"cores": cores, "python": platform.python_version()}


def put(path: Path | None, figures: dict[str, Any]) -> None:
    """What `--json` asks of a benchmark."""
    if path is not None:
        path.write_text(json.dumps(figures, ensure_ascii=False))
