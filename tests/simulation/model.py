"""What tallywire must do with reports, in a hundred lines that share nothing with it but the words.

One contest, one vote a ballot, everybody's FINALs and PARTIALs, holds, decisions, revocations. No database, no log.
"""

from dataclasses import dataclass, field

Votes = tuple[int | None, ...]
# On every sheet of the simulation: papers that are for nobody.
ASIDE = 5


@dataclass(eq=False)
class Tally:
    id: str
    who: str
    votes: Votes
    final: bool
    confirmations: int = 0


@dataclass
class Sheet:
    registered: int
    standing: Tally | None = None
    held: list[Tally] = field(default_factory=list)

    @property
    def disputed(self) -> bool:
        now = self.standing
        return bool(now and now.final) and any(
            one.final and one.who != now.who and one.votes != now.votes
            for one in self.held  # type: ignore[union-attr]
        )


@dataclass(frozen=True)
class Call:
    """A report as a phone sends it. `cast`: the sheet's own total; `replaces`: a tally's id."""

    id: str
    who: str
    station: str
    votes: Votes
    final: bool
    cast: int
    replaces: str | None = None


@dataclass
class Model:
    """`head`: how many entries the log must have. `assigned`: stations of each volunteer; editors have all."""

    sheets: dict[str, Sheet]
    assigned: dict[str, frozenset[str]]
    editors: frozenset[str]
    head: int = 0
    revoked: set[str] = field(default_factory=set)
    answered: dict[tuple[str, str], tuple[Call, str, Tally | None]] = field(default_factory=dict)

    def submit(self, call: Call) -> tuple[str, Tally | None]:
        """What must be answered: REVOKED, REJECTED, HELD or ACCEPTED, and the tally; a new one has no id yet."""
        if call.who in self.revoked:
            return "REVOKED", None
        key = (call.who, call.id)
        if key in self.answered:
            first, kind, tally = self.answered[key]
            return (kind, tally) if first == call else ("REJECTED", None)
        kind, tally = self._judge(call, self.sheets[call.station])
        self.answered[key] = call, kind, tally
        return kind, tally

    def _judge(self, call: Call, sheet: Sheet) -> tuple[str, Tally | None]:
        now, new = sheet.standing, Tally("", call.who, call.votes, call.final)
        editor = call.who in self.editors
        corrects = now is not None and call.replaces == now.id and (now.who == call.who or editor)
        counted, complete = sum(vote or 0 for vote in call.votes) + ASIDE, None not in call.votes
        if counted > call.cast or (complete and counted < call.cast) or (call.replaces and not corrects):
            return "REJECTED", None
        if now and now.who != call.who and corrects:
            return "REJECTED", None  # an editor who says no reason
        own = now is not None and now.who == call.who
        if now and own and not call.replaces and now.final and call.final and now.votes != call.votes:
            return "REJECTED", None
        if now and own and now.final == call.final and now.votes == call.votes:
            return "ACCEPTED", now
        outside = not editor and call.station not in self.assigned[call.who]
        if now and not own and now.final and call.final and not corrects and now.votes == call.votes:
            if outside:
                return self._hold(sheet, new)
            now.confirmations += 1
            return "ACCEPTED", now
        falls = bool(now) and any(
            old and (vote is None or vote < old)
            for old, vote in zip(now.votes, call.votes, strict=True)  # type: ignore[union-attr]
        )
        doubtful = (
            outside
            or max(call.cast, counted) > sheet.registered
            or (call.final and not complete)
            or (now is not None and not corrects and now.final and call.final and not own)
            or (now is not None and not corrects and not now.final and falls)
            or (now is not None and not corrects and now.final and not call.final)
        )
        if doubtful:
            return self._hold(sheet, new)
        sheet.standing, self.head = new, self.head + 1
        return "ACCEPTED", new

    def _hold(self, sheet: Sheet, tally: Tally) -> tuple[str, Tally]:
        sheet.held.append(tally)
        self.head += 1
        return "HELD", tally

    def accept(self, sheet: Sheet, tally: Tally) -> None:
        sheet.held.remove(tally)
        sheet.standing, self.head = tally, self.head + 1

    def put_aside(self, sheet: Sheet, tally: Tally) -> None:
        """Refused, or taken back."""
        if tally is sheet.standing:
            sheet.standing = None
        else:
            sheet.held.remove(tally)
        self.head += 1

    def revoke(self, who: str, *, hold: bool) -> None:
        self.revoked.add(who)
        for sheet in self.sheets.values() if hold else ():
            if sheet.standing and sheet.standing.who == who and not sheet.standing.confirmations:
                sheet.held.append(sheet.standing)
                sheet.standing, self.head = None, self.head + 1

    def results(self, stations: frozenset[str]) -> tuple[list[int], int, int, int, int]:
        """Votes in ballot order; stations that report, that are final, that are disputed; tallies held."""
        sheets = [sheet for name, sheet in self.sheets.items() if name in stations]
        standing = [sheet.standing for sheet in sheets if sheet.standing]
        votes = [sum(tally.votes[place] or 0 for tally in standing) for place in range(3)]
        disputed = sum(sheet.disputed for sheet in sheets)
        return votes, len(standing), sum(t.final for t in standing), disputed, sum(len(s.held) for s in sheets)
