"""The command line: `tallywire COMMAND --help`."""

import importlib
import os
import sys
from pathlib import Path

import typer

# Imported when asked for: a command that needs little starts at once.
COMMANDS = {
    "serve": "tallywire.commands.serve:serve_command",
    "demo": "tallywire.commands.demo:demo_command",
    "new-election": "tallywire.commands.new_election:new_election_command",
    "migrate": "tallywire.commands.migrate:migrate_command",
    "import": "tallywire.commands.import_package:import_command",
    "export": "tallywire.commands.export:export_command",
    "relay": "tallywire.relay.command:relay_command",
    "simulate": "tallywire.simulate.command:simulate_command",
    "replay": "tallywire.commands.replay:replay_command",
    "verify": "tallywire.commands.verify:verify_command",
    "fsck": "tallywire.commands.fsck:fsck_command",
    "doctor": "tallywire.commands.doctor:doctor_command",
    "rules": "tallywire.commands.rules:rules_command",
    "key": "tallywire.commands.key:key_command",
    "token": "tallywire.commands.token:token_command",
    "enrolment-codes": "tallywire.commands.enrolment_codes:enrolment_codes_command",
    "audit": "tallywire.commands.audit:audit_cli",
    "tidy-evidence": "tallywire.commands.tidy_evidence:tidy_evidence_command",
    "trusted-documents": "tallywire.commands.trusted_documents:trusted_documents_cli",
    "phase": "tallywire.commands.phase:phase_command",
}


def build_cli(*names: str) -> typer.Typer:
    """The command line with these commands; all of them where none is named."""
    cli = typer.Typer(
        name="tallywire",
        help="The wire service for election-night tallies.",
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
    )
    # A callback keeps the name of a command in the line where only one is built.
    cli.callback()(_describe)
    for name in names or COMMANDS:
        module, function = COMMANDS[name].split(":")
        command = getattr(importlib.import_module(module), function)
        if isinstance(command, typer.Typer):
            cli.add_typer(command, name=name)
        else:
            cli.command(name)(command)
    return cli


def _describe() -> None:
    """The wire service for election-night tallies."""


def _token_from_file() -> None:
    """Commands that talk to a server read TALLYWIRE_TOKEN; it may stand in a file instead."""
    path = os.environ.get("TALLYWIRE_TOKEN_FILE")
    if path is None or "TALLYWIRE_TOKEN" in os.environ:
        return
    try:
        os.environ["TALLYWIRE_TOKEN"] = Path(path).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        sys.exit(f"tallywire: TALLYWIRE_TOKEN_FILE: {path} cannot be read: {error}")


def main() -> None:
    _token_from_file()
    asked = [name for name in sys.argv[1:2] if name in COMMANDS]
    build_cli(*asked)()


if __name__ == "__main__":
    main()
