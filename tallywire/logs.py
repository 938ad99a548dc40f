"""The log of a process: one line a happening, in JSON for machines or as text; never a token or a code in it."""

import logging
import re
import sys
from collections.abc import MutableMapping
from typing import Any, Literal

import orjson
import structlog
from structlog.typing import Processor

Format = Literal["text", "json"]
Level = Literal["DEBUG", "INFO", "WARNING", "ERROR"]
# Ours; what libraries say below a warning is nobody's business on the night.
OURS = ("tallywire", "gql", "feed", "ledger", "db", "counting")
# A last net, should a library ever put what it was given into its words.
SECRETS = (
    (re.compile(r"tw_[A-Za-z0-9_-]{8,}"), "tw_…"),
    (re.compile(r"(?i)(bearer\s+)[^\s'\",]+"), r"\1…"),
    (re.compile(r"(://[^:/@\s]*:)[^@/\s]+@"), r"\1…@"),
    (re.compile(r"(?<!\d)\d{12}(?!\d)"), "…"),
)


def without_secrets(text: str) -> str:
    for pattern, instead in SECRETS:
        text = pattern.sub(instead, text)
    return text


def _cleaned(_logger: Any, _name: str, line: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    for key, value in line.items():
        if isinstance(value, str) and key != "timestamp":
            line[key] = without_secrets(value)
    return line


def _as_text(_logger: Any, _name: str, line: MutableMapping[str, Any]) -> str:
    """`time LEVEL name: what happened  key=value`, and a trace below it."""
    line = dict(line)
    head = f"{line.pop('timestamp')} {line.pop('level', 'info').upper()} {line.pop('logger', '')}: {line.pop('event')}"
    trace = line.pop("exception", None)
    rest = "".join(f"  {key}={value}" for key, value in line.items())
    return f"{head}{rest}" + (f"\n{trace}" if trace else "")


def _as_json(_logger: Any, _name: str, line: MutableMapping[str, Any]) -> str:
    return orjson.dumps(line, default=str).decode()


def configure_log(format_: Format = "text", level: Level = "WARNING") -> None:
    """Every logger of this process, libraries included, writes to standard error this way."""
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        structlog.stdlib.ExtraAdder(),
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        # Traces without the values of variables: tokens are among them.
        structlog.processors.format_exc_info,
    ]
    formatter = structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=shared,
        processors=[
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            _cleaned,
            _as_json if format_ == "json" else _as_text,
        ],
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(formatter)
    root = logging.getLogger()
    for before in [*root.handlers]:
        root.removeHandler(before)
    root.addHandler(handler)
    root.setLevel(logging.WARNING)
    for name in OURS:
        logging.getLogger(name).setLevel(level)
