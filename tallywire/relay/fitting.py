"""Which reports of the feed's pages a relay sends on: as the server says it of a subscription with the same filter."""

from dataclasses import dataclass

from tallywire.client import Client, RefusedError, Report
from tallywire.relay.state import Course


@dataclass(frozen=True, slots=True)
class Fitting:
    """`areas`: those named and all inside them; None: every one."""

    contests: frozenset[str] | None
    areas: frozenset[str] | None

    def __call__(self, report: Report) -> bool:
        if self.contests is not None and report.contest.id not in self.contests:
            return False
        return self.areas is None or report.station.area.id in self.areas


async def fitting(client: Client, course: Course) -> Fitting:
    """Raises RefusedError where a contest or an area is named that the election does not have."""
    for contest_id in course.contests:
        if await client.contest(contest_id) is None:
            raise _unknown("--contest", contest_id)
    areas = await _areas(client, course) if course.areas else None
    return Fitting(frozenset(course.contests) or None, areas)


async def _areas(client: Client, course: Course) -> frozenset[str]:
    found = await client.areas(course.election)
    inside: dict[str | None, list[str]] = {}
    known = set()
    for area in found.areas if found is not None else ():
        known.add(area.id)
        inside.setdefault(area.parent.id if area.parent else None, []).append(area.id)
    wanted, open_ = set(course.areas), list(course.areas)
    for area_id in course.areas:
        if area_id not in known:
            raise _unknown("--area", area_id)
    while open_:
        below = inside.get(open_.pop(), [])
        wanted.update(below)
        open_ += below
    return frozenset(wanted)


def _unknown(option: str, value: str) -> RefusedError:
    return RefusedError("NOT_FOUND", f"{option} {value}: the election has no such one")
