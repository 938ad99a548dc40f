"""Known faults of what is depended on, by PyPI's and npm's own advisories and their tools; `make check` runs it.

    BIN=.venv/bin .ci/node .venv/bin/python .ci/audit.py

A finding fails the check unless audit-allowed.toml, beside this file, says why it may stand and until when. Where no
advisories can be had (no network, or a mirror that has none), it says so and fails nothing: the code is no worse by it.
"""

import json
import os
import re
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent
ALLOWED = Path(os.environ.get("AUDIT_ALLOWED", Path(__file__).parent / "audit-allowed.toml"))
SECONDS = 60
SOCKET_SECONDS = 10


class NotAuditedError(Exception):
    """Nothing was learnt; says why in one line."""


@dataclass(frozen=True, slots=True)
class Finding:
    """`names`: the advisory's id and its aliases; `fix`: where a version without it is known."""

    package: str
    version: str
    names: tuple[str, ...]
    fix: str

    def __str__(self) -> str:
        return f"{self.package} {self.version}: {self.names[0]}{f' (fixed in {self.fix})' if self.fix else ''}"


@dataclass(frozen=True, slots=True)
class Allowed:
    """One line of the reviewed list: it stands for a while, and for a reason."""

    package: str
    name: str
    until: date

    def covers(self, finding: Finding, today: date) -> bool:
        return finding.package == self.package and self.name in finding.names and today <= self.until


def python(lock: Path) -> list[Finding]:
    """Raises NotAuditedError."""
    # Whether there are advisories at all is asked about one package, before all are asked about.
    pin = re.search(r"^\S+==\S+", lock.read_text(encoding="utf-8"), re.MULTILINE)
    if pin is None:
        raise NotAuditedError("it pins nothing")
    with tempfile.NamedTemporaryFile("w", suffix=".txt") as one:
        one.write(f"{pin.group()}\n")
        one.flush()
        _pip_audit(one.name, "--no-deps")
    return _pip_audit(str(lock), "--require-hashes")


def _pip_audit(requirements: str, *options: str) -> list[Finding]:
    tool = str(Path(os.environ.get("BIN", ROOT / ".venv" / "bin")) / "pip-audit")
    timeout = ("--timeout", str(SOCKET_SECONDS))
    report = _json(
        tool, "-r", requirements, "--disable-pip", "--format", "json", "--progress-spinner", "off", *timeout, *options
    )
    try:
        packages = report["dependencies"]
        skipped = [one for one in packages if "skip_reason" in one]
        if len(skipped) == len(packages):
            raise NotAuditedError(f"{packages[0]['skip_reason'] if packages else 'no package at all'}")
        for one in skipped:
            print(f"NOT AUDITED {one['name']}: {one['skip_reason']}")
        return [
            Finding(
                one["name"],
                one["version"],
                (fault["id"], *fault.get("aliases", ())),
                ", ".join(fault["fix_versions"]),
            )
            for one in packages
            for fault in one.get("vulns", ())
        ]
    except (KeyError, TypeError) as error:
        raise NotAuditedError(f"pip-audit answered something else: {str(report)[:200]}") from error


def node(folder: Path) -> list[Finding]:
    """Raises NotAuditedError."""
    patience = ("--fetch-retries=0", f"--fetch-timeout={SOCKET_SECONDS * 1000}")
    report = _json("npm", "audit", "--json", "--package-lock-only", "--prefix", str(folder), *patience)
    if "vulnerabilities" not in report:
        raise NotAuditedError(str(report.get("message") or report)[:200])
    return [
        Finding(fault["name"], fault["range"], (fault["url"].rsplit("/", 1)[-1], str(fault["source"])), "")
        for one in report["vulnerabilities"].values()
        for fault in one["via"]
        if isinstance(fault, dict)
    ]


def _json(*command: str) -> dict[str, Any]:
    """What a tool printed, whatever its exit code. Raises NotAuditedError."""
    try:
        ran = subprocess.run(command, capture_output=True, text=True, timeout=SECONDS, check=False, cwd=ROOT)
    except subprocess.TimeoutExpired:
        raise NotAuditedError(f"no answer within {SECONDS} s") from None
    except OSError as error:
        raise NotAuditedError(f"{command[0]} does not run: {error.strerror}") from error
    try:
        report = json.loads(ran.stdout)
    except ValueError:
        said = (ran.stderr.strip() or "nothing").splitlines()[-1]
        raise NotAuditedError(f"{Path(command[0]).name} said {said[:200]}") from None
    return report if isinstance(report, dict) else {}


def allowed() -> list[Allowed]:
    """Each with its reason, or the list is none. Raises KeyError."""
    found = tomllib.loads(ALLOWED.read_text(encoding="utf-8")).get("allowed", [])
    for one in found:
        if not one["reason"].strip():
            raise KeyError("reason")
    return [Allowed(one["package"], one["id"], one["until"]) for one in found]


def audits() -> Iterator[tuple[str, Callable[[], list[Finding]]]]:
    for lock in ("locks/development.txt", "locks/gql-client.txt"):
        yield lock, lambda lock=lock: python(ROOT / lock)
    for folder in ("web", "tests/clients/npm"):
        yield f"{folder}/package-lock.json", lambda folder=folder: node(ROOT / folder)


def main() -> int:
    today, exceptions, wrong = datetime.now(UTC).date(), allowed(), 0
    with ThreadPoolExecutor() as pool:
        running = [(name, pool.submit(audit)) for name, audit in audits()]
    for name, one in running:
        try:
            found = set(one.result())
        except NotAuditedError as error:
            print(f"NOT AUDITED {name}: {error}")
            continue
        standing = sorted(str(it) for it in found if not any(ok.covers(it, today) for ok in exceptions))
        print(f"audited {name}: {len(standing)} known faults, {len(found) - len(standing)} allowed")
        for line in standing:
            print(f"  {line}")
        wrong += len(standing)
    if wrong:
        print(f"{wrong} known faults: update, or say in .ci/audit-allowed.toml why not and until when", file=sys.stderr)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
