"""What fsck finds."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Fault:
    """`place`: log, tally, station, board, ledger, cut or served."""

    place: str
    what: str

    def __str__(self) -> str:
        return f"{self.place}: {self.what}"
