"""The roots of the schema: each field, its resolver, and the mark that says who may use it."""

from typing import Annotated

import strawberry
from strawberry.permission import BasePermission

from gql import resolvers
from gql.access import AtHome, Editing, Operating, Overseeing, Public, Reading, Reporting
from gql.limits import BATCH_MAX
from gql.schema.types.audit import AuditRecordConnection
from gql.schema.types.cut import Cut
from gql.schema.types.definition import Area, Candidate, Contest, Election
from gql.schema.types.difference import DifferenceConnection
from gql.schema.types.ledger import Checkpoint, ConsistencyProof, InclusionProof
from gql.schema.types.marks import PROVED, WORKED_OUT, sized
from gql.schema.types.people import Enrolled, EnrolmentCode, EnrolmentRefused, ReporterConnection, Viewer
from gql.schema.types.report import FeedPage, TallyReport
from gql.schema.types.result import Result, ResultUpdate
from gql.schema.types.review import ReviewTallyResult, WithdrawTallyResult
from gql.schema.types.station import Station, StationConnection
from gql.schema.types.statistics import StationStatistics
from gql.schema.types.submission import SubmitTallyResult
from gql.schema.types.tally import Tally, TallyConnection

EnrolResult = Annotated[Enrolled | EnrolmentRefused, strawberry.union(name="EnrolResult")]
READING: list[type[BasePermission]] = [Reading]


@strawberry.type
class Query:
    viewer: Viewer | None = strawberry.field(resolver=resolvers.people.viewer, permission_classes=[Public])
    elections: list[Election] = strawberry.field(
        resolver=resolvers.elections.elections, permission_classes=READING, directives=[sized(5)]
    )
    election: Election | None = strawberry.field(resolver=resolvers.elections.election, permission_classes=READING)
    contest: Contest | None = strawberry.field(resolver=resolvers.elections.contest, permission_classes=READING)
    candidates: list[Candidate] = strawberry.field(
        resolver=resolvers.elections.candidates, permission_classes=READING, directives=[sized(30)]
    )
    area: Area | None = strawberry.field(resolver=resolvers.elections.area, permission_classes=READING)
    station: Station | None = strawberry.field(resolver=resolvers.elections.station, permission_classes=READING)
    stations: StationConnection = strawberry.field(resolver=resolvers.elections.stations, permission_classes=READING)
    tally: Tally | None = strawberry.field(resolver=resolvers.tallies.tally, permission_classes=READING)
    tallies: TallyConnection = strawberry.field(
        resolver=resolvers.tallies.tallies,
        permission_classes=READING,
        description="Newest first. `rule`: only those with such a finding, flags included (editors).",
    )
    reporters: ReporterConnection = strawberry.field(
        resolver=resolvers.people.reporters, permission_classes=[Overseeing], description="Editors and operators."
    )
    audit_records: AuditRecordConnection = strawberry.field(
        resolver=resolvers.audit.audit_records,
        permission_classes=[Operating],
        description="Who changed what and when, newest first. Operators; without `electionId`, those of all elections.",
    )
    result: Result | None = strawberry.field(
        resolver=resolvers.results.result,
        permission_classes=READING,
        description=(
            "One contest in one area (its own area where none is given); with `at`, as it stood at that position."
        ),
    )
    results: list[Result] = strawberry.field(
        resolver=resolvers.results.results, permission_classes=READING, directives=[sized(500, "contestIds", "areaIds")]
    )
    cuts: list[Cut] = strawberry.field(
        resolver=resolvers.cuts.cuts,
        permission_classes=READING,
        description="The newest cuts first; `before`: those of smaller numbers alone.",
    )
    feed: FeedPage = strawberry.field(
        resolver=resolvers.results.feed_page,
        permission_classes=READING,
        description="The feed by pages, for those who poll: the same entries, in the same order, as `tallyReports`.",
    )
    checkpoint: Checkpoint = strawberry.field(resolver=resolvers.ledger.checkpoint, permission_classes=READING)
    inclusion_proof: InclusionProof = strawberry.field(
        resolver=resolvers.ledger.inclusion_proof,
        permission_classes=READING,
        directives=[PROVED],
    )
    consistency_proof: ConsistencyProof = strawberry.field(
        resolver=resolvers.ledger.consistency_proof,
        permission_classes=READING,
        directives=[PROVED],
    )
    differences: DifferenceConnection = strawberry.field(
        resolver=resolvers.differences.differences,
        permission_classes=READING,
        description=(
            "Where the reported results and the imported official ones differ. What changes who leads comes first, then"
            " what nothing missing explains, then the largest. `complete`: only where every station is FINAL (false:"
            " only where not). A place from which nothing is reported differs in nothing."
        ),
        directives=[WORKED_OUT],
    )
    station_statistics: StationStatistics | None = strawberry.field(
        resolver=resolvers.differences.station_statistics,
        permission_classes=READING,
        description="Statistics over the stations of one contest in one area (its own where none is given).",
        directives=[WORKED_OUT],
    )
    review_queue: TallyConnection = strawberry.field(
        resolver=resolvers.review.review_queue,
        permission_classes=[Editing],
        description="Held tallies, oldest first. Editors.",
    )


@strawberry.type
class Mutation:
    enrol: EnrolResult = strawberry.field(resolver=resolvers.people.enrol, permission_classes=[AtHome, Public])
    submit_tally: SubmitTallyResult = strawberry.field(
        resolver=resolvers.submissions.submit_tally, permission_classes=[AtHome, Reporting]
    )
    submit_tallies: list[SubmitTallyResult] = strawberry.field(
        resolver=resolvers.submissions.submit_tallies,
        permission_classes=[AtHome, Reporting],
        description=(
            "For a phone that was offline: 50 at most, one answer each, in order; one bad tally stops no other."
        ),
        directives=[sized(BATCH_MAX.default, "inputs")],
    )
    withdraw_tally: WithdrawTallyResult = strawberry.field(
        resolver=resolvers.review.withdraw,
        permission_classes=[AtHome, Reporting],
        description=(
            "One's own tally while it is counted; editors, anybody's, and in CLOSED too. What stood before it does not"
            " come back. A held one counted nothing, so its entry in the feed is REJECTED."
        ),
    )
    review_tally: ReviewTallyResult = strawberry.field(
        resolver=resolvers.review.review,
        permission_classes=[AtHome, Editing],
        description=(
            "Editors. Either decision makes the numbers and the reason public. The same decision sent again is answered"
            " as the first time."
        ),
    )
    set_election_phase: Election = strawberry.field(
        resolver=resolvers.people.set_election_phase, permission_classes=[AtHome, Operating], description="Operators."
    )
    create_enrolment_codes: list[EnrolmentCode] = strawberry.field(
        resolver=resolvers.people.create_enrolment_codes,
        permission_classes=[AtHome, Operating],
        description="Operators.",
        directives=[sized(500)],
    )
    revoke_reporter: bool = strawberry.field(
        resolver=resolvers.people.revoke_reporter,
        permission_classes=[AtHome, Operating],
        description="Operators. The person's token stops working at once, on every open connection too.",
    )


@strawberry.type
class Subscription:
    result_updates: ResultUpdate = strawberry.subscription(  # type: ignore[assignment]
        resolver=resolvers.results.result_updates,
        permission_classes=READING,
        description=(
            "Results as they change. Without `after`, a SNAPSHOT comes first; with it, one DELTA of everything that"
            " changed since, or a SNAPSHOT with `reset` where that cannot be known."
        ),
        directives=[sized(500, "contestIds", "areaIds", below="results")],
    )
    tally_reports: TallyReport = strawberry.subscription(  # type: ignore[assignment]
        resolver=resolvers.results.tally_reports,
        permission_classes=READING,
        description=(
            "Every entry of the feed that fits the filter, in order, none left out: from the first one on,"
            " or from the one that follows `after`."
        ),
    )
    election_changed: Election = strawberry.subscription(  # type: ignore[assignment]
        resolver=resolvers.results.election_changed, permission_classes=READING
    )
    review_queue_changed: Tally = strawberry.subscription(  # type: ignore[assignment]
        resolver=resolvers.review.review_queue_changed,
        permission_classes=[Editing],
        description="Editors: tallies as they enter the queue or leave it.",
    )
