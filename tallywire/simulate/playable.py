"""Whether a package's night can be played: it needs station counts, and polls that have closed by now."""

from datetime import datetime
from pathlib import Path

from counting.election import Election
from tallywire.package.count_rows import FILE
from tallywire.package.table import has_table


class NothingToPlayError(Exception):
    """The package reads well, but its night cannot be played; the message says why and what helps."""


def check_playable(folder: Path, election: Election, now: datetime) -> None:
    """Raises NothingToPlayError."""
    if not has_table(folder / FILE):
        raise NothingToPlayError(f"{folder} has no {FILE}: there is nothing to play")
    if election.polls_close_at > now:
        raise NothingToPlayError(
            f"polls of {election.id} close at {election.polls_close_at.isoformat()}, and no tally is taken before: "
            "for a rehearsal, set an earlier polls_close_at in a copy of the package"
        )
