"""The numbers of a log that was checked, for people to compare with what they were told."""

from collections.abc import Iterator

from ledger.sums import Total
from ledger.terms import ContestTerms
from ledger.verify import Verified

LEADERS = 3
CONTESTS_SHOWN = 5


def summary(found: Verified, *, sound: bool) -> Iterator[str]:
    """A few lines: what was checked, and who leads in the contests of the widest areas."""
    head, terms = found.head, found.terms
    reporting = {station for (_, station), sheet in found.sheets.sheets.items() if sheet.standing is not None}
    test = " (a test)" if terms.is_test else ""
    state = "OK" if sound else "NOT sound"
    yield f"{state}: {head.origin}{test}, {head.size:,} entries, root {head.root.hex()}"
    yield (
        f"{len(reporting):,} of {len(terms.stations):,} stations have reported;"
        f" {len(found.totals.by_result):,} results were added up from the entries"
    )
    widest = min((len(terms.area_paths[contest.area]) for contest in terms.contests.values()), default=0)
    shown = [one for one in terms.contests.values() if len(terms.area_paths[one.area]) == widest][:CONTESTS_SHOWN]
    for contest in shown:
        yield _contest(contest, found.totals.by_result[contest.id, contest.area])


def _contest(contest: ContestTerms, total: Total) -> str:
    ranked = sorted(zip(total.votes, contest.candidates, strict=True), key=lambda one: -one[0])
    leaders = ", ".join(f"{candidate} {votes:,}" for votes, candidate in ranked[:LEADERS])
    return (
        f"{contest.id}: {total.ballots_cast:,} ballots at {total.reporting:,} of {total.stations:,} stations"
        f" ({total.final:,} final): {leaders}"
    )
