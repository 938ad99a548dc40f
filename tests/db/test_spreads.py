"""The range of a district: read when it has grown by half, by whomever, and never once a tally."""

from collections.abc import AsyncIterator
from dataclasses import replace
from unittest.mock import patch

import pytest

from counting.bounds import Bounds
from counting.case import DistrictSpreads
from counting.spread import district_spreads
from counting.vocabulary import Role, TallyCoverage, TallyRule, Verdict
from db.answers import Accepted
from db.audit import Actor
from db.batch import write_batch
from db.definitions import AreaNode
from db.people import Person
from db.spreads import SpreadBook, district_of
from db.withdrawal import withdraw_tally
from tests.conftest import Night
from tests.db.desk import Desk, desk
from tests.feed.entries import definition as small_definition

BOUNDS = Bounds("small.1", range_stations_min=2, same_numbers_ballots_min=1_000)


@pytest.fixture
async def at(counting: Night) -> AsyncIterator[Desk]:
    async with desk(counting) as opened:
        opened.definition = replace(opened.definition, bounds=BOUNDS)
        yield opened


class Node:
    """A process that writes, and how often it has computed a spread."""

    def __init__(self, at: Desk, editor: Person) -> None:
        self.at, self.editor = at, editor
        self.book = SpreadBook()
        self.computed = 0

    async def send(self, station: str, votes: tuple[int, ...], **more: object) -> str:
        def counted(*arguments: object) -> DistrictSpreads:
            self.computed += 1
            return district_spreads(*arguments)  # type: ignore[arg-type]

        request = self.at.request(self.editor, station, votes, **more)  # type: ignore[arg-type]
        with patch("db.spreads.district_spreads", counted):
            async with self.at.database.pool.acquire() as connection:
                (answer,) = await write_batch(connection, self.at.definition, [request], self.book)
        assert isinstance(answer, Accepted), answer
        return answer.tally_id

    def known(self, district: str) -> int | None:
        """Of how many stations the range was made that this node compares with."""
        request = self.at.request(self.editor, f"{district}-1", (1, 2, 3))
        spreads = self.book.of(self.at.definition, request.submission)
        return spreads.turnout.n if spreads and spreads.turnout else None


async def test_a_district_is_looked_at_when_enough_are_in_and_again_when_half_as_many_more_are(at: Desk) -> None:
    node = Node(at, await at.person(role=Role.EDITOR))
    seen = []
    for station in ("a-1", "a-2", "a-3", "b-1"):
        last = await node.send(station, (10, 20, 30))
        seen.append((node.computed, node.known("a")))
    assert seen == [(0, None), (0, None), (1, 2), (1, 2)]
    await node.send("b-1", (10, 20, 31), replaces=last)
    assert node.computed == 1, "one FINAL and its correction are one station of b, and none of a"
    council = {"contest": "council"}
    await node.send("a-1", (10, 20, 30, 1), **council)
    assert node.computed == 1, "another contest of the district has a range of its own"


async def test_what_another_node_and_an_editor_wrote_is_noticed(at: Desk) -> None:
    editor = await at.person(role=Role.EDITOR)
    one, other = Node(at, editor), Node(at, editor)
    await one.send("a-1", (10, 20, 30))
    tally = await other.send("a-2", (10, 20, 30))
    last = await one.send("a-3", (10, 20, 30))
    assert (one.known("a"), one.computed) == (2, 1)
    await withdraw_tally(at.database.pool, tally, "ผิดหน่วย", person=editor, actor=Actor(editor.id, editor.role))
    await one.send("a-3", (10, 20, 31), replaces=last)
    assert (one.known("a"), one.computed) == (2, 2), "a-1 and a-3 are left"
    late = Node(at, editor)
    await late.send("a-2", (10, 20, 30))
    assert (late.known("a"), late.computed) == (2, 1), "one that starts late reads what stands"


async def test_partials_are_no_part_of_a_range(at: Desk) -> None:
    node = Node(at, await at.person(role=Role.EDITOR))
    for station in ("a-1", "a-2"):
        await node.send(station, (10, 20, 30), coverage=TallyCoverage.PARTIAL)
    await node.send("a-3", (10, 20, 30))
    assert (node.computed, node.known("a")) == (0, None)


async def test_a_batch_that_failed_leaves_a_range_that_is_read_again(at: Desk) -> None:
    node = Node(at, await at.person(role=Role.EDITOR))
    await node.send("a-1", (10, 20, 30))
    with patch("db.plan.update_sheets", side_effect=OSError), pytest.raises(OSError):
        await node.send("a-2", (10, 20, 30))
    await node.send("a-2", (10, 20, 30))
    await node.send("a-3", (10, 20, 30))
    assert node.known("a") == 2
    assert await at.faults() == []


async def test_nothing_is_read_where_the_election_looks_at_no_range(at: Desk) -> None:
    rules = [rule for rule in TallyRule if rule.value.endswith("OUT_OF_RANGE")]
    off: dict[TallyRule, Verdict | None] = dict.fromkeys(rules)
    at.definition = replace(at.definition, bounds=replace(BOUNDS, verdicts=off))
    node = Node(at, await at.person(role=Role.EDITOR))
    for station in ("a-1", "a-2", "a-3"):
        await node.send(station, (10, 20, 30))
    assert (node.computed, node.known("a")) == (0, None)


def test_stations_are_compared_inside_their_district_however_small_their_own_area() -> None:
    election = small_definition()
    district = election.areas["a"]
    inside = AreaNode("a1", "small", type(district.level).SUBDISTRICT, district.name, district)
    assert district_of(inside) is district
    assert district_of(election.areas["city"]) is election.areas["city"]
