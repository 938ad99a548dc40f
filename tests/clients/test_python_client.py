"""tallywire.client against a served election: typed answers, refusals, subscriptions that go on after a cut.

That `generated` is what the generator writes, `make check` says.
"""

import asyncio
import hashlib
import subprocess
import sys
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from graphql import FieldNode, OperationDefinitionNode, build_schema, parse, validate

from counting.vocabulary import Role
from tallywire.client import (
    Accepted,
    CandidateVotesInput,
    Client,
    Conflict,
    CreateEnrolmentCodesInput,
    EnrolInput,
    Held,
    RefusedError,
    Rejected,
    Report,
    ReviewDecision,
    ReviewTallyInput,
    SubmitTallyInput,
    TallyCoverage,
    UnreachableError,
    UpdateKind,
    WithdrawTallyInput,
    connect,
    connect_in_step,
)
from tallywire.client.generated.enums import TallyRule
from tallywire.own_documents import client_documents
from tests.clients.cutter import Cutter
from tests.conftest import Night

ROOT = Path(__file__).parent.parent.parent
SDL = (ROOT / "gql" / "schema" / "schema.graphql").read_text()
SECONDS = 60
Tokens = dict[Role, str]


@pytest.fixture(scope="module")
def tokens(served: Night) -> Tokens:
    """A volunteer's is assigned to station a-1."""
    stations = {Role.VOLUNTEER: ["a-1"]}
    return {role: served.token(role, *stations.get(role, [])) for role in (Role.VOLUNTEER, Role.EDITOR, Role.OPERATOR)}


@pytest.fixture(scope="module")
def cutter(served: Night) -> Iterator[Cutter]:
    """Between a client and the server: its lines can be cut."""
    cutter = Cutter(served.servers[0].port)
    yield cutter
    cutter.close()


def sheet(station: str, votes: tuple[int, int, int], **more: Any) -> SubmitTallyInput:
    rows = [
        CandidateVotesInput(candidate_id=f"small/mayor/{number}", votes=count) for number, count in enumerate(votes, 1)
    ]
    filled = {"ballots_cast": sum(votes), "invalid_ballots": 0, "no_vote_ballots": 0, **more}
    return SubmitTallyInput(
        client_tally_id=str(uuid.uuid4()),
        station_id=f"small/{station}",
        contest_id="small/mayor",
        votes=rows,
        coverage=TallyCoverage.PARTIAL,
        **filled,
    )


def test_the_client_s_documents_ask_each_root_field_that_the_schema_has() -> None:
    schema, asked = build_schema(SDL), set()
    for text in client_documents().values():
        document = parse(text)
        assert validate(schema, document) == []
        operation = next(node for node in document.definitions if isinstance(node, OperationDefinitionNode))
        fields = (node for node in operation.selection_set.selections if isinstance(node, FieldNode))
        asked |= {(operation.operation.value, field.name.value) for field in fields}
    roots = {"query": schema.query_type, "mutation": schema.mutation_type, "subscription": schema.subscription_type}
    assert asked == {(kind, name) for kind, root in roots.items() if root for name in root.fields}


def test_a_server_does_not_load_the_client() -> None:
    found = "import sys, tallywire.app, tallywire.pages.card; sys.exit('aiohttp' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", found], cwd=ROOT, check=False).returncode == 0


def test_a_word_that_the_schema_learns_later_is_read_as_itself() -> None:
    rule = TallyRule("A_RULE_OF_NEXT_YEAR")
    assert (rule, rule.value, rule is TallyRule("A_RULE_OF_NEXT_YEAR")) == ("A_RULE_OF_NEXT_YEAR", str(rule), True)


async def test_answers_are_typed_and_a_tally_sent_again_is_told_so(served: Night, tokens: Tokens) -> None:
    async with connect(served.url, tokens[Role.VOLUNTEER]) as client:
        election = await client.election("small")
        assert election is not None and (election.phase, election.is_test) == ("COUNTING", False)
        tally = sheet("a-1", (10, 20, 5))
        first, again = await client.submit_tally(tally), await client.submit_tally(tally)
        assert isinstance(first, Accepted) and not first.replayed
        assert isinstance(again, Accepted) and again.replayed and again.tally.id == first.tally.id
        refused = await client.submit_tally(sheet("a-1", (11, 20, 5), ballots_cast=1_000))
        assert isinstance(refused, Rejected)
        assert {finding.rule for finding in refused.findings} == {TallyRule.BALLOTS_DO_NOT_ADD_UP}
        several = await client.submit_tallies([sheet("a-1", (12, 20, 5)), sheet("a-1", (12, 21, 5))])
        assert [type(one) for one in several] == [type(one) for one in several if isinstance(one, Accepted)]
        viewer = await client.viewer()
        assert viewer is not None and [station.id for station in viewer.stations] == ["small/a-1"]


async def test_a_volunteer_is_enrolled_and_an_editor_decides(served: Night, tokens: Tokens) -> None:
    async with connect(served.url, tokens[Role.OPERATOR]) as operator:
        wanted = CreateEnrolmentCodesInput(election_id="small", role="VOLUNTEER", count=1, station_ids=["small/a-2"])
        (made,) = await operator.create_enrolment_codes(wanted)
        enrolled = await operator.as_(None).enrol(EnrolInput(code=made.code, display_name="Somebody"))
        assert enrolled.typename__ == "Enrolled"
        volunteer = operator.as_(enrolled.token)
        held = await volunteer.submit_tally(sheet("b-2", (1, 2, 3)))
        assert isinstance(held, Held) and held.findings[0].rule == TallyRule.NOT_ASSIGNED
        editor = operator.as_(tokens[Role.EDITOR])
        queue = await editor.review_queue("small")
        assert held.tally.id in {edge.node.id for edge in queue.edges}
        decision = ReviewTallyInput(tally_id=held.tally.id, decision=ReviewDecision.REJECT, reason="Not theirs")
        assert isinstance(await editor.review_tally(decision), Rejected)
        other = ReviewTallyInput(tally_id=held.tally.id, decision=ReviewDecision.ACCEPT, reason="Theirs")
        assert isinstance(await editor.review_tally(other), Conflict)
        mine = await volunteer.submit_tally(sheet("a-2", (1, 2, 3)))
        assert isinstance(mine, Accepted)
        back = await volunteer.withdraw_tally(WithdrawTallyInput(tally_id=mine.tally.id, reason="Too early"))
        assert back.typename__ == "TallyWithdrawn"


async def test_refusals_carry_their_code_and_silence_has_an_end(served: Night) -> None:
    async with connect(served.url, "no-token-of-ours") as client:
        with pytest.raises(RefusedError) as refused:
            await client.review_queue("small")
        assert refused.value.code == "UNAUTHENTICATED"
        with pytest.raises(RefusedError) as refused:
            await anext(client.result_updates("small"))
        assert refused.value.code == "CLOSED_4403"
    async with connect("http://127.0.0.1:1", patience_seconds=0.05) as nowhere:
        with pytest.raises(UnreachableError):
            await nowhere.elections()
        with pytest.raises(UnreachableError):
            await anext(nowhere.result_updates("small", patience=0.05))


async def send(served: Night, editor: str, votes: range) -> None:
    async with connect(served.url, editor) as client:
        for count in votes:
            assert isinstance(await client.submit_tally(sheet("b-1", (count, 1, 0))), Accepted)


@pytest.mark.parametrize("streams", [False, True], ids=["WebSocket", "event stream"])
async def test_results_go_on_after_a_cut_without_beginning_anew(
    served: Night, tokens: Tokens, cutter: Cutter, streams: bool
) -> None:
    first = 50 + 20 * streams
    returns: list[bool] = []
    async with asyncio.timeout(SECONDS), connect(cutter.url, streams=streams) as client:
        updates = client.result_updates("small", contest_ids=["small/mayor"], came_back=lambda: returns.append(True))
        snapshot = await anext(updates)
        assert snapshot.kind is UpdateKind.SNAPSHOT and len(snapshot.results) == 3
        await asyncio.to_thread(cutter.cut)
        await send(served, tokens[Role.EDITOR], range(first, first + 3))
        kinds, seen = set(), 0
        while seen < first + 2:
            update = await anext(updates)
            kinds.add(update.kind)
            assert not update.reset
            for result in update.results:
                if result.area.id == "small/b":
                    seen = result.rows[0].votes
        assert UpdateKind.SNAPSHOT not in kinds and returns


async def test_of_the_feed_no_report_is_lost_or_told_twice(served: Night, tokens: Tokens, cutter: Cutter) -> None:
    async with asyncio.timeout(SECONDS), connect(cutter.url) as client:
        election = await client.election("small")
        assert election is not None
        reports = client.tally_reports("small", after=election.cursor)
        told: list[Report] = []
        for round_ in range(3):
            await send(served, tokens[Role.EDITOR], range(100 + 2 * round_, 102 + 2 * round_))
            told += [await anext(reports) for _ in range(2)]
            await asyncio.to_thread(cutter.cut)
        page = await client.feed("small", after=election.cursor)
        assert [report.sequence for report in told] == [report.sequence for report in page.reports]


async def test_files_are_fetched_once_and_asked_for_by_etag(served: Night) -> None:
    async with connect(served.url) as client:
        latest = await until_there(client)
        assert await client.files.latest("small", etag=latest.etag) is None
        cut = await client.files.cut("small", latest.json()["cut"])
        assert hashlib.sha256(cut.content).hexdigest() == latest.json()["resultsSha256"]
        assert "type Query" in await client.files.schema()
        with pytest.raises(RefusedError) as refused:
            await client.files.photograph("0" * 64)
        assert refused.value.code == "HTTP_404"


async def until_there(client: Client) -> Any:
    """The pointer to the newest cut, once there is one."""
    async with asyncio.timeout(SECONDS):
        while True:
            try:
                return await client.files.latest("small")
            except RefusedError:
                await asyncio.sleep(0.1)


def test_without_an_event_loop_calls_are_done_in_step(served: Night) -> None:
    with connect_in_step(served.url) as step:
        result = step.do(step.client.result("small/mayor"))
        assert result is not None and result.stations_total == 6
        updates = step.each(step.client.result_updates("small", contest_ids=["small/mayor"]))
        assert next(updates).kind is UpdateKind.SNAPSHOT
