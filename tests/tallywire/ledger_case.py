"""A served small election with all kinds of entries in its sealed log, and what is done to it."""

import asyncio
import itertools
import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from click.testing import Result
from typer.testing import CliRunner

from counting.vocabulary import Role, TallyCoverage
from db.answers import Accepted, Held
from tallywire.cli import build_cli
from tests.conftest import Night
from tests.db.desk import desk
from tests.served import wait_until

CHECKPOINT = "query Checkpoint($election: ID!) { checkpoint(electionId: $election) { size note } }"
REVIEW = """
mutation Review($input: ReviewTallyInput!) { reviewTally(input: $input) { __typename } }
"""
WITHDRAW = """
mutation Withdraw($input: WithdrawTallyInput!) { withdrawTally(input: $input) { __typename } }
"""
PARTIAL = TallyCoverage.PARTIAL
# Behind the server's back: what the database would refuse otherwise.
TABLES = {
    "log_entry": "log_is_append_only",
    "tally": "tally_transition",
    "ledger_head": "ledger_head_stays",
    "ledger_tile": "ledger_tile_grows",
    "ledger_bundle": "ledger_bundle_grows",
}
ENTRIES = 10


def unguarded(statements: str) -> str:
    """With the triggers off that would refuse them, and on again: others share the tables."""
    off = "".join(f"ALTER TABLE {table} DISABLE TRIGGER {trigger};" for table, trigger in TABLES.items())
    return f"{off}{statements};{off.replace(' DISABLE ', ' ENABLE ')}"


@dataclass
class Case:
    """One election, its log sealed, and `tallywire verify` on it."""

    night: Night
    folder: Path
    held_id: str

    def __post_init__(self) -> None:
        self._copies = itertools.count(1)

    @property
    def election(self) -> str:
        return self.night.election_id

    def verify(self, *arguments: str, place: str | None = None) -> Result:
        """With a state of this case's own."""
        given = [
            "verify",
            place or self.night.url,
            "--election",
            self.election,
            "--state",
            str(self.folder / "state.json"),
        ]
        return CliRunner().invoke(build_cli("verify"), [*given, *arguments])

    def sql(self, statement: str) -> None:
        """Changes this election behind everybody's back; "$" in it stands for its id."""
        self.night.sql_script(unguarded(statement.replace("$", self.election)))

    def copy(self) -> Path:
        """What `--save` keeps."""
        folder = self.folder / f"copy-{next(self._copies)}"
        assert self.verify("--save", str(folder)).exit_code == 0
        return folder

    def copy_anew(self) -> Path:
        """The same of a log that is not sound, and of which nothing is remembered."""
        folder = self.folder / f"copy-{next(self._copies)}"
        self.verify("--save", str(folder), "--state", str(folder / "state.json"))
        return folder

    def sealed(self, size: int) -> None:
        """Waits until the head covers so many entries."""
        wait_until(
            lambda: self.night.api(CHECKPOINT, election=self.election)["checkpoint"]["size"] == size,
            60,
            f"a head of {size} entries",
        )


def played(night: Night, folder: Path) -> Case:
    """Ten entries: partial counts, finals, a correction, a hold that is released, one that is refused, a withdrawal."""
    released, refused, held, last = asyncio.run(_reports(night))
    editor = night.api.as_(night.token(Role.EDITOR))
    for tally, decision in ((released, "ACCEPT"), (refused, "REJECT")):
        done = editor(REVIEW, input={"tallyId": tally, "decision": decision, "reason": "looked at the photograph"})
        assert "Conflict" not in done["reviewTally"]["__typename"], done
    done = editor(WITHDRAW, input={"tallyId": last, "reason": "the wrong station"})
    assert done["withdrawTally"]["__typename"] == "TallyWithdrawn", done
    case = Case(night, folder, held)
    case.sealed(ENTRIES)
    return case


async def _reports(night: Night) -> tuple[str, str, str, str]:
    """Ids of three held tallies and of one that stands; seven entries."""
    async with desk(night) as at:
        one, other, third = await at.person("a-1", "a-2"), await at.person("b-1"), await at.person()
        await at.write(at.request(one, "a-1", (10, 5, 5), coverage=PARTIAL))
        (final,) = await at.write(at.request(one, "a-1", (20, 30, 40)))
        assert isinstance(final, Accepted)
        await at.write(at.request(one, "a-1", (21, 30, 40), replaces=final.tally_id))
        (last,) = await at.write(at.request(other, "b-1", (7, 8, 9)))
        held = await at.write(
            at.request(third, "b-2", (50, 60, 70)),
            at.request(third, "b-3", (1, 2, 3)),
            at.request(third, "a-2", (4, 5, 6)),
        )
        assert isinstance(last, Accepted) and all(isinstance(one, Held) for one in held)
        return held[0].tally_id, held[1].tally_id, held[2].tally_id, last.tally_id  # type: ignore[union-attr]


def changed(path: Path, change: Callable[[list[dict[str, object]]], None]) -> None:
    """A JSON file with something changed in it."""
    value = json.loads(path.read_text())
    change(value)
    path.write_text(json.dumps(value))
