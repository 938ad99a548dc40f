"""The check of what is depended on: a known fault fails it, a reviewed one for a while, and no network nothing."""

import json
import os
import subprocess
import sys
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

AUDIT = Path(__file__).parent.parent.parent / ".ci" / "audit.py"
FAULT = {"id": "PYSEC-2026-1", "aliases": ["GHSA-aaaa-bbbb-cccc"], "fix_versions": ["2.0"], "description": "…"}
PYTHON_SOUND = {"dependencies": [{"name": "starlette", "version": "1.9", "vulns": []}], "fixes": []}
PYTHON_FAULTY = {"dependencies": [{"name": "starlette", "version": "1.9", "vulns": [FAULT]}], "fixes": []}
PYTHON_UNKNOWN = {"dependencies": [{"name": "starlette", "skip_reason": "not found"}], "fixes": []}
NPM_SOUND: dict[str, Any] = {"auditReportVersion": 2, "vulnerabilities": {}}
NPM_FAULTY: dict[str, Any] = {
    "auditReportVersion": 2,
    "vulnerabilities": {
        "vite": {
            "name": "vite",
            "via": [{"name": "vite", "range": "<9", "source": 7, "url": "https://example.org/GHSA-dddd-eeee-ffff"}],
        },
        "plugin": {"name": "plugin", "via": ["vite"]},
    },
}
NPM_REFUSED = {"message": "405 Method Not Allowed", "statusCode": 405}


def audit(folder: Path, python: object, npm: object, allowed: str = "") -> "subprocess.CompletedProcess[str]":
    """With tools that answer this; a text is what they say on standard error, and nothing else."""
    for name, said in (("pip-audit", python), ("npm", npm)):
        stream, text = (2, said) if isinstance(said, str) else (1, json.dumps(said))
        (folder / name).write_text(f"#!/bin/sh\ncat >&{stream} <<'END'\n{text}\nEND\nexit 1\n")
        (folder / name).chmod(0o755)
    (folder / "allowed.toml").write_text(allowed)
    path = f"{folder}:{os.environ['PATH']}"
    environment = {**os.environ, "BIN": str(folder), "PATH": path, "AUDIT_ALLOWED": str(folder / "allowed.toml")}
    return subprocess.run([sys.executable, AUDIT], env=environment, capture_output=True, text=True, check=False)


def exception(package: str, name: str, days: int, reason: str = "read nowhere here") -> str:
    until = date.today() + timedelta(days=days)
    return f'[[allowed]]\npackage = "{package}"\nid = "{name}"\nreason = "{reason}"\nuntil = {until}\n'


def test_nothing_known_passes(tmp_path: Path) -> None:
    ran = audit(tmp_path, PYTHON_SOUND, NPM_SOUND)
    assert ran.returncode == 0 and ran.stdout.count("0 known faults") == 4


@pytest.mark.parametrize(
    ("python", "npm", "told"),
    [
        (PYTHON_FAULTY, NPM_SOUND, "starlette 1.9: PYSEC-2026-1 (fixed in 2.0)"),
        (PYTHON_SOUND, NPM_FAULTY, "vite <9: GHSA-dddd-eeee-ffff"),
        (PYTHON_FAULTY, NPM_REFUSED, "starlette 1.9: PYSEC-2026-1 (fixed in 2.0)"),
    ],
)
def test_a_known_fault_fails_and_is_named(tmp_path: Path, python: object, npm: object, told: str) -> None:
    ran = audit(tmp_path, python, npm)
    assert ran.returncode == 1 and told in ran.stdout and "audit-allowed.toml" in ran.stderr


@pytest.mark.parametrize(
    ("list_", "code"),
    [
        (exception("starlette", "GHSA-aaaa-bbbb-cccc", 1) + exception("vite", "GHSA-dddd-eeee-ffff", 0), 0),
        (exception("starlette", "PYSEC-2026-1", 1) + exception("vite", "GHSA-dddd-eeee-ffff", -2), 1),
        (exception("uvicorn", "PYSEC-2026-1", 1) + exception("vite", "GHSA-dddd-eeee-ffff", 1), 1),
        (exception("starlette", "PYSEC-2026-1", 1, " ") + exception("vite", "GHSA-dddd-eeee-ffff", 1), 1),
    ],
    ids=["by either name, to its last day", "run out", "another package", "without a reason"],
)
def test_a_reviewed_one_stands_for_a_while(tmp_path: Path, list_: str, code: int) -> None:
    assert audit(tmp_path, PYTHON_FAULTY, NPM_FAULTY, list_).returncode == code


@pytest.mark.parametrize(
    ("python", "npm"), [(PYTHON_UNKNOWN, NPM_REFUSED), ("ConnectionError: no route", "network"), (5, []), ({}, {})]
)
def test_without_advisories_it_says_so_and_fails_nothing(tmp_path: Path, python: object, npm: object) -> None:
    ran = audit(tmp_path, python, npm)
    assert ran.returncode == 0 and ran.stdout.count("NOT AUDITED") == 4
