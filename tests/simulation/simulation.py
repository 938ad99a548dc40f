"""A seeded evening of reports, decisions, revocations, crashes and reconnections, each step held against the model.

`python -m bench.soak` plays ten thousand steps and more.
"""

import random
import time
from collections import Counter
from dataclasses import dataclass
from typing import Any

from counting.bounds import Bounds
from counting.tally import Submission, VotesRow
from counting.vocabulary import ElectionPhase, ReviewDecision, Role, TallyCoverage, TallyRule
from db.answers import Accepted, Answer, Held, Rejected, Request
from db.audit import Actor
from db.database import Database, is_away
from db.definitions import read_definition
from db.intake import Intake, SubmissionUnavailableError
from db.load import load_election
from db.log import read_entries
from db.people import Person, add_person, assign
from db.phases import set_phase
from db.review_case import Decided
from db.review_decisions import review_tally
from db.revocation import hold_tallies_of, revoke
from db.verdicts import ReporterRevokedError
from db.withdrawal import withdraw_tally
from feed.board import Board
from tallywire.fsck import inspect
from tests.elections import small_election
from tests.simulation.faulty import Fault, Plan, PlannedError, faulty_pool
from tests.simulation.model import ASIDE, Call, Model, Sheet, Tally

STATIONS = ("a-1", "a-2", "a-3", "b-1", "b-2", "b-3")
VOLUNTEERS, EDITORS = 8, 2
FAULTS = (Fault.RAISE, Fault.LOSE, Fault.CUT)
# More statements than one batch makes: some faults strike at its very end, or not at all.
STATEMENTS_MAX = 24
ANSWERED = {"ACCEPTED": "accepted", "HELD": "held", "REJECTED": "rejected", "REVOKED": "refused as revoked"}
LOOK_EVERY = 50
FSCK_EVERY = 1_000
# What depends on time, on other contests or on likeness is not the model's.
BOUNDS = Bounds(
    "simulated.1",
    same_numbers_ballots_min=1_000_000,
    range_stations_min=1_000_000,
    verdicts={TallyRule.OFFICES_DISAGREE: None, TallyRule.TOO_EARLY: None},
)


class MismatchError(AssertionError):
    """Tallywire did something else than the model; the message has seed and step."""


@dataclass
class Played:
    """What came of it, for whoever reads the numbers."""

    steps: int
    seconds: float
    done: Counter[str]
    faults: Counter[str]
    entries: int

    def __str__(self) -> str:
        done = ", ".join(f"{number:,} {what}" for what, number in sorted(self.done.items()))
        faults = ", ".join(f"{number:,} {what}" for what, number in sorted(self.faults.items()))
        return (
            f"{self.steps:,} steps in {self.seconds:.1f} s: {self.done.total():,} operations ({done});"
            f" faults survived: {self.faults.total():,} ({faults}); {self.entries:,} entries"
        )


class Simulation:
    """One evening. `url`: an empty database with tables."""

    def __init__(self, url: str, seed: int) -> None:
        self._url = url
        self._seed = seed
        self._rng = random.Random(seed)
        self._plan = Plan()
        self._calls = 0
        self._step = 0
        self._sent: list[Call] = []
        self.done: Counter[str] = Counter()
        self.faults: Counter[str] = Counter()

    async def play(self, steps: int) -> Played:
        """Raises MismatchError."""
        began = time.monotonic()
        await self._open()
        try:
            for self._step in range(1, steps + 1):
                await self._do()
                if self._step % LOOK_EVERY == 0:
                    await self._look()
                if self._step % FSCK_EVERY == 0:
                    await self._fsck()
            await self._look()
            await self._fsck()
            return Played(steps, time.monotonic() - began, self.done, self.faults, self._model.head)
        finally:
            await self._database.close()

    async def _open(self) -> None:
        self._database = await Database.open(self._url)
        async with self._database.pool.acquire() as connection:
            await load_election(connection, small_election("small", bounds=BOUNDS, is_test=True), "simulated")
            for phase in (ElectionPhase.VOTING, ElectionPhase.COUNTING):
                await set_phase(connection, "small", phase)
            definition = await read_definition(connection, "small")
            assert definition is not None
            self._definition = definition
        registered = {name: definition.stations[f"small/{name}"].registered("small/mayor") for name in STATIONS}
        self._model = Model({name: Sheet(registered[name] or 0) for name in STATIONS}, {}, frozenset())
        # In the order of their enrolment: pseudonyms are drawn by the database's side, and no seed's.
        self._people: dict[str, Person] = {}
        for _ in range(EDITORS):
            self._model.editors |= {await self._enrol(Role.EDITOR)}
        for _ in range(VOLUNTEERS):
            await self._enrol(Role.VOLUNTEER)
        self._board = Board(definition)
        await self._reopen()

    async def _enrol(self, role: Role) -> str:
        stations = frozenset(self._rng.sample(STATIONS, 4)) if role is Role.VOLUNTEER else frozenset()
        async with self._database.pool.acquire() as connection:
            person, _ = await add_person(connection, role, "small", None)
            await assign(connection, person.id, [f"small/{name}" for name in sorted(stations)])
        self._people[person.id] = person
        self._model.assigned[person.id] = stations
        return person.id

    async def _reopen(self) -> None:
        """A new process: nothing is remembered but what the database has."""
        await self._database.pool.close()
        self._database.pool = await faulty_pool(self._url, self._plan)

        async def definition_of(_election_id: str) -> Any:
            return self._definition

        self._intake = Intake(self._database, "small", definition_of, lambda _election_id: None)

    async def _do(self) -> None:
        kinds = {self._submit: 70, self._crash: 8, self._review: 12, self._withdraw: 6, self._revoke: 1}
        await self._rng.choices([*kinds, self._reconnect], [*kinds.values(), 1])[0]()

    async def _submit(self) -> None:
        await self._send(self._made_up())

    async def _crash(self) -> None:
        """The same calls, with a fault in the middle; then again until they are answered."""
        at, fault = self._rng.randint(1, STATEMENTS_MAX), self._rng.choice(FAULTS)
        self._plan.arm(at, fault)
        calls = self._made_up()
        try:
            await self._answers(calls)
        except (SubmissionUnavailableError, PlannedError):
            pass
        except Exception as error:
            if not is_away(error):
                raise
        if self._plan.disarm():
            self.faults[fault.value.lower()] += 1
        if self._rng.random() < 0.3:
            await self._reopen()
            self.faults["begun anew"] += 1
        await self._send(calls)

    async def _answers(self, calls: list[Call]) -> list[Answer | Exception]:
        """One after another, as the model judges them one after another."""
        answers: list[Answer | Exception] = []
        for call in calls:
            try:
                answers.append(await self._intake.submit(Request(_submission(call), self._people[call.who])))
            except ReporterRevokedError as refused:
                answers.append(refused)
        return answers

    async def _send(self, calls: list[Call]) -> None:
        for call, answer in zip(calls, await self._answers(calls), strict=True):
            kind, tally = self._model.submit(call)
            told = _kind(answer)
            if told != kind:
                self._fail(f"{call} is answered {answer}, by the model {kind}")
            self.done[ANSWERED[kind]] += 1
            if tally is not None:
                assert isinstance(answer, Accepted | Held)
                known = tally.id or answer.tally_id
                if answer.tally_id != known:
                    self._fail(f"{call} is answered with tally {answer.tally_id}, by the model {known}")
                tally.id = known

    def _made_up(self) -> list[Call]:
        return [self._call() for _ in range(self._rng.choice((1, 1, 2, 3)))]

    def _call(self) -> Call:
        """Mostly in keeping with what stands; now and then sent again, with a slip, or for what it is not."""
        rng = self._rng
        if self._sent and rng.random() < 0.12:
            call = rng.choice(self._sent[-40:])
            return call if rng.random() < 0.8 else _changed(call)
        # Those who were revoked try now and then; there are ever more of them.
        everybody = list(self._people) if rng.random() < 0.03 else self._there()
        who, station = rng.choice(everybody), rng.choice(STATIONS)
        sheet = self._model.sheets[station]
        before = sheet.standing.votes if sheet.standing else (0, 0, 0)
        top = max(1, sheet.registered // 6)
        votes = tuple(min(top * 3, (old or 0) + rng.choice((0, 0, 0, 1, 2, 5, -1))) for old in before)
        votes = tuple(max(0, vote) for vote in votes)
        shown = tuple(None if rng.random() < 0.02 else vote for vote in votes)
        cast = sum(vote or 0 for vote in shown) + ASIDE + (rng.choice((-1, 3)) if rng.random() < 0.05 else 0)
        cast = sheet.registered + 50 if rng.random() < 0.01 else max(0, cast)
        replaces = sheet.standing.id if sheet.standing and rng.random() < 0.25 else None
        replaces = "nothing" if rng.random() < 0.02 else replaces
        self._calls += 1
        call = Call(f"call-{self._calls}", who, station, shown, rng.random() < 0.4, cast, replaces)
        self._sent.append(call)
        return call

    def _there(self) -> list[str]:
        return [who for who in self._people if who not in self._model.revoked]

    def _waiting(self) -> list[tuple[Sheet, Tally]]:
        return [(sheet, tally) for sheet in self._model.sheets.values() for tally in sheet.held]

    def _editor(self) -> Person | None:
        there = [who for who in self._people if who in self._model.editors - self._model.revoked]
        return self._people[self._rng.choice(there)] if there else None

    async def _review(self) -> None:
        waiting, editor = self._waiting(), self._editor()
        if not waiting or editor is None:
            return
        sheet, tally = self._rng.choice(waiting)
        if tally.who == editor.id:
            return
        verdict = self._rng.choice((ReviewDecision.ACCEPT, ReviewDecision.REJECT))
        standing = sheet.standing.id if sheet.standing else None
        outcome = await review_tally(
            self._database.pool,
            *(tally.id, verdict, "looked"),
            person=editor,
            actor=Actor.of(editor, None),
            standing_id=standing if verdict is ReviewDecision.ACCEPT else None,
        )
        (self._model.accept if verdict is ReviewDecision.ACCEPT else self._model.put_aside)(sheet, tally)
        self._decided(outcome, f"{verdict} of {tally}")
        self.done["reviewed"] += 1

    async def _withdraw(self) -> None:
        sheet = self._rng.choice(list(self._model.sheets.values()))
        tally = self._rng.choice([*sheet.held, *([sheet.standing] if sheet.standing else [])] or [None])
        if tally is None or tally.who in self._model.revoked:
            return
        person = self._people[tally.who]
        outcome = await withdraw_tally(
            self._database.pool, tally.id, "a slip", person=person, actor=Actor.of(person, None)
        )
        self._model.put_aside(sheet, tally)
        self._decided(outcome, f"withdrawal of {tally}")
        self.done["withdrawn"] += 1

    async def _revoke(self) -> None:
        who = self._rng.choice(self._there())
        hold, by = self._rng.random() < 0.5, Actor("the-operator")
        async with self._database.pool.acquire() as connection:
            await revoke(connection, who, by)
        if hold:
            await hold_tallies_of(self._database, who, by, reason="revoked", committed=lambda _id: None)
        self._model.revoke(who, hold=hold)
        fresh = await self._enrol(self._people[who].role)
        if who in self._model.editors:
            self._model.editors |= {fresh}
        self.done["revoked"] += 1

    async def _reconnect(self) -> None:
        """A reader that begins anew holds what one that was there all the time holds."""
        await self._reopen()
        await self._follow()
        anew = Board(self._definition)
        for entry in await read_entries(self._database.pool, "small", 0, 1_000_000):
            anew.add(entry)
        if dict(anew.counts()) != dict(self._board.counts()):
            self._fail("a board that is folded anew is another than the one that was followed")
        self.done["reconnected"] += 1

    async def _follow(self) -> None:
        for entry in await read_entries(self._database.pool, "small", self._board.sequence, 1_000_000):
            self._board.add(entry)

    async def _look(self) -> None:
        """Every number that readers see is the model's."""
        await self._follow()
        if self._board.sequence != self._model.head:
            self._fail(f"the log has {self._board.sequence} entries, by the model {self._model.head}")
        for area, stations in {"city": STATIONS, "a": STATIONS[:3], "b": STATIONS[3:]}.items():
            count = self._board.count("small/mayor", f"small/{area}")
            assert count is not None
            seen = ([*count.votes], count.reporting, count.final, count.disputed, count.held)
            if seen != self._model.results(frozenset(stations)):
                self._fail(f"results in {area} are {seen}, by the model {self._model.results(frozenset(stations))}")

    async def _fsck(self) -> None:
        async with self._database.pool.acquire() as connection:
            found = await inspect(connection, "small")
        assert found is not None
        if found.faults:
            self._fail(f"fsck: {found.faults[:3]}")

    def _decided(self, outcome: object, what: str) -> None:
        if not isinstance(outcome, Decided) or outcome.sequence != self._model.head:
            self._fail(f"{what} is answered {outcome}, by the model entry {self._model.head}")

    def _fail(self, what: str) -> None:
        raise MismatchError(f"seed {self._seed}, step {self._step}: {what}")


def _kind(answer: Answer | Exception) -> str:
    if isinstance(answer, ReporterRevokedError):
        return "REVOKED"
    return {Accepted: "ACCEPTED", Held: "HELD", Rejected: "REJECTED"}[type(answer)]  # type: ignore[index]


def _changed(call: Call) -> Call:
    """Another report under the same id."""
    return Call(call.id, call.who, call.station, call.votes, call.final, call.cast + 1, call.replaces)


def _submission(call: Call) -> Submission:
    return Submission(
        client_tally_id=call.id,
        station_id=f"small/{call.station}",
        contest_id="small/mayor",
        coverage=TallyCoverage.FINAL if call.final else TallyCoverage.PARTIAL,
        votes=tuple(VotesRow(f"small/mayor/{number}", vote) for number, vote in enumerate(call.votes, start=1)),
        valid_ballots=None,
        invalid_ballots=2,
        no_vote_ballots=3,
        ballots_cast=call.cast,
        as_written=False,
        replaces=call.replaces,
        evidence=(),
        counted_at=None,
        note=None,
        reporter=call.who,
    )
