from collections.abc import AsyncIterator
from datetime import datetime
from typing import TYPE_CHECKING, Any, Optional, Union

from .base_model import UNSET
from .codegen_caller import Caller

if TYPE_CHECKING:
    from .area import AreaArea
    from .areas import AreasElection
    from .audit_records import AuditRecordsAuditRecords
    from .base_model import UnsetType
    from .candidates import CandidatesCandidates
    from .checkpoint import CheckpointCheckpoint
    from .consistency_proof import ConsistencyProofConsistencyProof
    from .contest import ContestContest
    from .contests import ContestsElection
    from .create_enrolment_codes import CreateEnrolmentCodesCreateEnrolmentCodes
    from .cuts import CutsCuts
    from .differences import DifferencesDifferences
    from .election import ElectionElection
    from .election_changed import ElectionChangedElectionChanged
    from .elections import ElectionsElections
    from .enrol import EnrolEnrolEnrolled, EnrolEnrolEnrolmentRefused
    from .enums import (
        AreaLevel,
        AuditAction,
        DeliveryMode,
        ElectionPhase,
        Language,
        ReporterOrder,
        StationState,
        TallyRule,
        TallyState,
    )
    from .feed import FeedFeed
    from .inclusion_proof import InclusionProofInclusionProof
    from .input_types import (
        CreateEnrolmentCodesInput,
        EnrolInput,
        ReviewTallyInput,
        SubmitTallyInput,
        WithdrawTallyInput,
    )
    from .reporters import ReportersReporters
    from .result import ResultResult
    from .result_updates import ResultUpdatesResultUpdates
    from .results import ResultsResults
    from .review_queue import ReviewQueueReviewQueue
    from .review_queue_changed import ReviewQueueChangedReviewQueueChanged
    from .review_tally import (
        ReviewTallyReviewTallyReviewConflict,
        ReviewTallyReviewTallyTallyAccepted,
        ReviewTallyReviewTallyTallyRejected,
    )
    from .set_election_phase import SetElectionPhaseSetElectionPhase
    from .standing_tally import StandingTallyStation
    from .station import StationStation
    from .station_history import StationHistoryStation
    from .station_ids import StationIdsStations
    from .station_statistics import StationStatisticsStationStatistics
    from .stations import StationsStations
    from .submit_tallies import (
        SubmitTalliesSubmitTalliesTallyAccepted,
        SubmitTalliesSubmitTalliesTallyHeld,
        SubmitTalliesSubmitTalliesTallyRejected,
    )
    from .submit_tally import (
        SubmitTallySubmitTallyTallyAccepted,
        SubmitTallySubmitTallyTallyHeld,
        SubmitTallySubmitTallyTallyRejected,
    )
    from .tallies import TalliesTallies
    from .tally import TallyTally
    from .tally_reports import TallyReportsTallyReports
    from .viewer import ViewerViewer
    from .withdraw_tally import (
        WithdrawTallyWithdrawTallyReviewConflict,
        WithdrawTallyWithdrawTallyTallyWithdrawn,
    )


def gql(q: str) -> str:
    return q


class Operations(Caller):
    async def elections(
        self, lang: Union[Optional["Language"], "UnsetType"] = UNSET, **kwargs: Any
    ) -> list["ElectionsElections"]:
        from .elections import Elections

        query = gql("""
            query Elections($lang: Language) {
              elections {
                ...Overview
              }
            }

            fragment Overview on Election {
              id
              name(lang: $lang)
              phase
              isTest
              notice(lang: $lang)
              pollsCloseAt
              timeZone
              stationsTotal
              registeredVoters
              cursor
              lastReportAt
              countedUntil
              ruleset
              following {
                origin
                state
                size
                verifiedAt
                reason
              }
            }
            """)
        variables: dict[str, object] = {"lang": lang}
        response = await self.execute(
            query=query, operation_name="Elections", variables=variables, **kwargs
        )
        data = self.get_data(response)
        return Elections.model_validate(data).elections

    async def election(
        self,
        id: str,
        lang: Union[Optional["Language"], "UnsetType"] = UNSET,
        **kwargs: Any,
    ) -> Optional["ElectionElection"]:
        from .election import Election

        query = gql("""
            query Election($id: ID!, $lang: Language) {
              election(id: $id) {
                ...Overview
              }
            }

            fragment Overview on Election {
              id
              name(lang: $lang)
              phase
              isTest
              notice(lang: $lang)
              pollsCloseAt
              timeZone
              stationsTotal
              registeredVoters
              cursor
              lastReportAt
              countedUntil
              ruleset
              following {
                origin
                state
                size
                verifiedAt
                reason
              }
            }
            """)
        variables: dict[str, object] = {"id": id, "lang": lang}
        response = await self.execute(
            query=query, operation_name="Election", variables=variables, **kwargs
        )
        data = self.get_data(response)
        return Election.model_validate(data).election

    async def contests(
        self,
        election_id: str,
        office: Union[Optional[str], "UnsetType"] = UNSET,
        area_id: Union[Optional[str], "UnsetType"] = UNSET,
        lang: Union[Optional["Language"], "UnsetType"] = UNSET,
        **kwargs: Any,
    ) -> Optional["ContestsElection"]:
        from .contests import Contests

        query = gql("""
            query Contests($electionId: ID!, $office: String, $areaId: ID, $lang: Language) {
              election(id: $electionId) {
                contests(office: $office, areaId: $areaId) {
                  ...Race
                }
              }
            }

            fragment Nominee on Candidate {
              id
              contest {
                id
              }
              ballotNumber
              name(lang: $lang)
              shortName(lang: $lang)
              party(lang: $lang)
              color
            }

            fragment Race on Contest {
              id
              office
              name(lang: $lang)
              area {
                id
              }
              seats
              votingVariation
              votesPerBallot
              candidates {
                ...Nominee
              }
            }
            """)
        variables: dict[str, object] = {
            "electionId": election_id,
            "office": office,
            "areaId": area_id,
            "lang": lang,
        }
        response = await self.execute(
            query=query, operation_name="Contests", variables=variables, **kwargs
        )
        data = self.get_data(response)
        return Contests.model_validate(data).election

    async def contest(
        self,
        id: str,
        lang: Union[Optional["Language"], "UnsetType"] = UNSET,
        **kwargs: Any,
    ) -> Optional["ContestContest"]:
        from .contest import Contest

        query = gql("""
            query Contest($id: ID!, $lang: Language) {
              contest(id: $id) {
                ...Race
              }
            }

            fragment Nominee on Candidate {
              id
              contest {
                id
              }
              ballotNumber
              name(lang: $lang)
              shortName(lang: $lang)
              party(lang: $lang)
              color
            }

            fragment Race on Contest {
              id
              office
              name(lang: $lang)
              area {
                id
              }
              seats
              votingVariation
              votesPerBallot
              candidates {
                ...Nominee
              }
            }
            """)
        variables: dict[str, object] = {"id": id, "lang": lang}
        response = await self.execute(
            query=query, operation_name="Contest", variables=variables, **kwargs
        )
        data = self.get_data(response)
        return Contest.model_validate(data).contest

    async def candidates(
        self,
        contest_id: str,
        lang: Union[Optional["Language"], "UnsetType"] = UNSET,
        **kwargs: Any,
    ) -> list["CandidatesCandidates"]:
        from .candidates import Candidates

        query = gql("""
            query Candidates($contestId: ID!, $lang: Language) {
              candidates(contestId: $contestId) {
                ...Nominee
              }
            }

            fragment Nominee on Candidate {
              id
              contest {
                id
              }
              ballotNumber
              name(lang: $lang)
              shortName(lang: $lang)
              party(lang: $lang)
              color
            }
            """)
        variables: dict[str, object] = {"contestId": contest_id, "lang": lang}
        response = await self.execute(
            query=query, operation_name="Candidates", variables=variables, **kwargs
        )
        data = self.get_data(response)
        return Candidates.model_validate(data).candidates

    async def areas(
        self,
        election_id: str,
        level: Union[Optional["AreaLevel"], "UnsetType"] = UNSET,
        lang: Union[Optional["Language"], "UnsetType"] = UNSET,
        **kwargs: Any,
    ) -> Optional["AreasElection"]:
        from .areas import Areas

        query = gql("""
            query Areas($electionId: ID!, $level: AreaLevel, $lang: Language) {
              election(id: $electionId) {
                areas(level: $level) {
                  ...Place
                }
              }
            }

            fragment Place on Area {
              id
              level
              name(lang: $lang)
              parent {
                id
              }
              stationsTotal
              registeredVoters
            }
            """)
        variables: dict[str, object] = {
            "electionId": election_id,
            "level": level,
            "lang": lang,
        }
        response = await self.execute(
            query=query, operation_name="Areas", variables=variables, **kwargs
        )
        data = self.get_data(response)
        return Areas.model_validate(data).election

    async def area(
        self,
        id: str,
        lang: Union[Optional["Language"], "UnsetType"] = UNSET,
        **kwargs: Any,
    ) -> Optional["AreaArea"]:
        from .area import Area

        query = gql("""
            query Area($id: ID!, $lang: Language) {
              area(id: $id) {
                ...Place
                children {
                  ...Place
                }
              }
            }

            fragment Place on Area {
              id
              level
              name(lang: $lang)
              parent {
                id
              }
              stationsTotal
              registeredVoters
            }
            """)
        variables: dict[str, object] = {"id": id, "lang": lang}
        response = await self.execute(
            query=query, operation_name="Area", variables=variables, **kwargs
        )
        data = self.get_data(response)
        return Area.model_validate(data).area

    async def station(
        self,
        id: str,
        lang: Union[Optional["Language"], "UnsetType"] = UNSET,
        **kwargs: Any,
    ) -> Optional["StationStation"]:
        from .station import Station

        query = gql("""
            query Station($id: ID!, $lang: Language) {
              station(id: $id) {
                ...PollingStation
              }
            }

            fragment PollingStation on Station {
              id
              number
              location(lang: $lang)
              area {
                id
              }
              registeredVoters
              contests {
                id
              }
            }
            """)
        variables: dict[str, object] = {"id": id, "lang": lang}
        response = await self.execute(
            query=query, operation_name="Station", variables=variables, **kwargs
        )
        data = self.get_data(response)
        return Station.model_validate(data).station

    async def station_history(
        self,
        id: str,
        contest_id: Union[Optional[str], "UnsetType"] = UNSET,
        **kwargs: Any,
    ) -> Optional["StationHistoryStation"]:
        from .station_history import StationHistory

        query = gql("""
            query StationHistory($id: ID!, $contestId: ID) {
              station(id: $id) {
                history(contestId: $contestId) {
                  ...Sheet
                }
              }
            }

            fragment Sheet on Tally {
              id
              revision
              coverage
              state
              station {
                id
              }
              contest {
                id
              }
              votes {
                votes
                candidate {
                  id
                  ballotNumber
                }
              }
              validBallots
              invalidBallots
              noVoteBallots
              ballotsCast
              reporter
              confirmations
              countedAt
              recordedAt
            }
            """)
        variables: dict[str, object] = {"id": id, "contestId": contest_id}
        response = await self.execute(
            query=query, operation_name="StationHistory", variables=variables, **kwargs
        )
        data = self.get_data(response)
        return StationHistory.model_validate(data).station

    async def standing_tally(
        self, station_id: str, contest_id: str, **kwargs: Any
    ) -> Optional["StandingTallyStation"]:
        from .standing_tally import StandingTally

        query = gql("""
            query StandingTally($stationId: ID!, $contestId: ID!) {
              station(id: $stationId) {
                state(contestId: $contestId)
                tally(contestId: $contestId) {
                  ...Sheet
                }
              }
            }

            fragment Sheet on Tally {
              id
              revision
              coverage
              state
              station {
                id
              }
              contest {
                id
              }
              votes {
                votes
                candidate {
                  id
                  ballotNumber
                }
              }
              validBallots
              invalidBallots
              noVoteBallots
              ballotsCast
              reporter
              confirmations
              countedAt
              recordedAt
            }
            """)
        variables: dict[str, object] = {
            "stationId": station_id,
            "contestId": contest_id,
        }
        response = await self.execute(
            query=query, operation_name="StandingTally", variables=variables, **kwargs
        )
        data = self.get_data(response)
        return StandingTally.model_validate(data).station

    async def stations(
        self,
        election_id: str,
        area_id: Union[Optional[str], "UnsetType"] = UNSET,
        contest_id: Union[Optional[str], "UnsetType"] = UNSET,
        state: Union[Optional["StationState"], "UnsetType"] = UNSET,
        first: Union[Optional[int], "UnsetType"] = UNSET,
        after: Union[Optional[str], "UnsetType"] = UNSET,
        lang: Union[Optional["Language"], "UnsetType"] = UNSET,
        **kwargs: Any,
    ) -> "StationsStations":
        from .stations import Stations

        query = gql("""
            query Stations($electionId: ID!, $areaId: ID, $contestId: ID, $state: StationState, $first: Int = 50, $after: String, $lang: Language) {
              stations(
                electionId: $electionId
                areaId: $areaId
                contestId: $contestId
                state: $state
                first: $first
                after: $after
              ) {
                totalCount
                pageInfo {
                  ...Pages
                }
                edges {
                  node {
                    ...PollingStation
                  }
                }
              }
            }

            fragment Pages on PageInfo {
              hasNextPage
              endCursor
            }

            fragment PollingStation on Station {
              id
              number
              location(lang: $lang)
              area {
                id
              }
              registeredVoters
              contests {
                id
              }
            }
            """)
        variables: dict[str, object] = {
            "electionId": election_id,
            "areaId": area_id,
            "contestId": contest_id,
            "state": state,
            "first": first,
            "after": after,
            "lang": lang,
        }
        response = await self.execute(
            query=query, operation_name="Stations", variables=variables, **kwargs
        )
        data = self.get_data(response)
        return Stations.model_validate(data).stations

    async def station_ids(
        self,
        election_id: str,
        contest_id: Union[Optional[str], "UnsetType"] = UNSET,
        state: Union[Optional["StationState"], "UnsetType"] = UNSET,
        first: Union[Optional[int], "UnsetType"] = UNSET,
        after: Union[Optional[str], "UnsetType"] = UNSET,
        **kwargs: Any,
    ) -> "StationIdsStations":
        from .station_ids import StationIds

        query = gql("""
            query StationIds($electionId: ID!, $contestId: ID, $state: StationState, $first: Int = 500, $after: String) {
              stations(
                electionId: $electionId
                contestId: $contestId
                state: $state
                first: $first
                after: $after
              ) {
                pageInfo {
                  ...Pages
                }
                edges {
                  node {
                    id
                  }
                }
              }
            }

            fragment Pages on PageInfo {
              hasNextPage
              endCursor
            }
            """)
        variables: dict[str, object] = {
            "electionId": election_id,
            "contestId": contest_id,
            "state": state,
            "first": first,
            "after": after,
        }
        response = await self.execute(
            query=query, operation_name="StationIds", variables=variables, **kwargs
        )
        data = self.get_data(response)
        return StationIds.model_validate(data).stations

    async def tally(self, id: str, **kwargs: Any) -> Optional["TallyTally"]:
        from .tally import Tally

        query = gql("""
            query Tally($id: ID!) {
              tally(id: $id) {
                ...Sheet
                note
                receipt
                findings {
                  ...Objection
                }
                evidence {
                  sha256
                  mediaType
                  bytes
                  url
                  publicSha256
                  width
                  height
                }
                decisions {
                  kind
                  by
                  reason
                  at
                  sequence
                  cursor
                }
                supersedes {
                  id
                }
                supersededBy {
                  id
                }
              }
            }

            fragment Objection on Finding {
              rule
              verdict
              field
              thai: message(lang: TH)
              english: message(lang: EN)
            }

            fragment Sheet on Tally {
              id
              revision
              coverage
              state
              station {
                id
              }
              contest {
                id
              }
              votes {
                votes
                candidate {
                  id
                  ballotNumber
                }
              }
              validBallots
              invalidBallots
              noVoteBallots
              ballotsCast
              reporter
              confirmations
              countedAt
              recordedAt
            }
            """)
        variables: dict[str, object] = {"id": id}
        response = await self.execute(
            query=query, operation_name="Tally", variables=variables, **kwargs
        )
        data = self.get_data(response)
        return Tally.model_validate(data).tally

    async def tallies(
        self,
        election_id: str,
        area_id: Union[Optional[str], "UnsetType"] = UNSET,
        station_id: Union[Optional[str], "UnsetType"] = UNSET,
        contest_id: Union[Optional[str], "UnsetType"] = UNSET,
        state: Union[Optional["TallyState"], "UnsetType"] = UNSET,
        rule: Union[Optional["TallyRule"], "UnsetType"] = UNSET,
        first: Union[Optional[int], "UnsetType"] = UNSET,
        after: Union[Optional[str], "UnsetType"] = UNSET,
        **kwargs: Any,
    ) -> "TalliesTallies":
        from .tallies import Tallies

        query = gql("""
            query Tallies($electionId: ID!, $areaId: ID, $stationId: ID, $contestId: ID, $state: TallyState, $rule: TallyRule, $first: Int = 50, $after: String) {
              tallies(
                electionId: $electionId
                areaId: $areaId
                stationId: $stationId
                contestId: $contestId
                state: $state
                rule: $rule
                first: $first
                after: $after
              ) {
                totalCount
                pageInfo {
                  ...Pages
                }
                edges {
                  node {
                    ...Sheet
                  }
                }
              }
            }

            fragment Pages on PageInfo {
              hasNextPage
              endCursor
            }

            fragment Sheet on Tally {
              id
              revision
              coverage
              state
              station {
                id
              }
              contest {
                id
              }
              votes {
                votes
                candidate {
                  id
                  ballotNumber
                }
              }
              validBallots
              invalidBallots
              noVoteBallots
              ballotsCast
              reporter
              confirmations
              countedAt
              recordedAt
            }
            """)
        variables: dict[str, object] = {
            "electionId": election_id,
            "areaId": area_id,
            "stationId": station_id,
            "contestId": contest_id,
            "state": state,
            "rule": rule,
            "first": first,
            "after": after,
        }
        response = await self.execute(
            query=query, operation_name="Tallies", variables=variables, **kwargs
        )
        data = self.get_data(response)
        return Tallies.model_validate(data).tallies

    async def result(
        self,
        contest_id: str,
        area_id: Union[Optional[str], "UnsetType"] = UNSET,
        at: Union[Optional[str], "UnsetType"] = UNSET,
        **kwargs: Any,
    ) -> Optional["ResultResult"]:
        from .result import Result

        query = gql("""
            query Result($contestId: ID!, $areaId: ID, $at: Cursor) {
              result(contestId: $contestId, areaId: $areaId, at: $at) {
                ...Standing
              }
            }

            fragment Standing on Result {
              contest {
                id
              }
              area {
                id
                level
              }
              status
              decided
              margin
              turnout
              stationsTotal
              stationsReporting
              stationsFinal
              stationsDisputed
              validBallots
              invalidBallots
              noVoteBallots
              ballotsCast
              registeredVoters
              outstanding {
                stations
                ballotsAtMost
                heldTallies
              }
              rows {
                rank
                votes
                share
                leading
                candidate {
                  id
                  ballotNumber
                }
              }
              updatedAt
              cursor
            }
            """)
        variables: dict[str, object] = {
            "contestId": contest_id,
            "areaId": area_id,
            "at": at,
        }
        response = await self.execute(
            query=query, operation_name="Result", variables=variables, **kwargs
        )
        data = self.get_data(response)
        return Result.model_validate(data).result

    async def results(
        self,
        election_id: str,
        contest_ids: Union[Optional[list[str]], "UnsetType"] = UNSET,
        area_ids: Union[Optional[list[str]], "UnsetType"] = UNSET,
        level: Union[Optional["AreaLevel"], "UnsetType"] = UNSET,
        at: Union[Optional[str], "UnsetType"] = UNSET,
        **kwargs: Any,
    ) -> list["ResultsResults"]:
        from .results import Results

        query = gql("""
            query Results($electionId: ID!, $contestIds: [ID!], $areaIds: [ID!], $level: AreaLevel, $at: Cursor) {
              results(
                electionId: $electionId
                contestIds: $contestIds
                areaIds: $areaIds
                level: $level
                at: $at
              ) {
                ...Standing
              }
            }

            fragment Standing on Result {
              contest {
                id
              }
              area {
                id
                level
              }
              status
              decided
              margin
              turnout
              stationsTotal
              stationsReporting
              stationsFinal
              stationsDisputed
              validBallots
              invalidBallots
              noVoteBallots
              ballotsCast
              registeredVoters
              outstanding {
                stations
                ballotsAtMost
                heldTallies
              }
              rows {
                rank
                votes
                share
                leading
                candidate {
                  id
                  ballotNumber
                }
              }
              updatedAt
              cursor
            }
            """)
        variables: dict[str, object] = {
            "electionId": election_id,
            "contestIds": contest_ids,
            "areaIds": area_ids,
            "level": level,
            "at": at,
        }
        response = await self.execute(
            query=query, operation_name="Results", variables=variables, **kwargs
        )
        data = self.get_data(response)
        return Results.model_validate(data).results

    async def feed(
        self,
        election_id: str,
        after: Union[Optional[str], "UnsetType"] = UNSET,
        first: Union[Optional[int], "UnsetType"] = UNSET,
        **kwargs: Any,
    ) -> "FeedFeed":
        from .feed import Feed

        query = gql("""
            query Feed($electionId: ID!, $after: Cursor, $first: Int = 500) {
              feed(electionId: $electionId, after: $after, first: $first) {
                reports {
                  ...Report
                }
                cursor
                hasMore
              }
            }

            fragment Report on TallyReport {
              sequence
              cursor
              kind
              isTest
              station {
                id
                area {
                  id
                }
              }
              contest {
                id
              }
              tally {
                ...Sheet
              }
              previous {
                ...Sheet
              }
              commitment
              salt
              reason
              decidedBy
              ruleset
              recordedAt
            }

            fragment Sheet on Tally {
              id
              revision
              coverage
              state
              station {
                id
              }
              contest {
                id
              }
              votes {
                votes
                candidate {
                  id
                  ballotNumber
                }
              }
              validBallots
              invalidBallots
              noVoteBallots
              ballotsCast
              reporter
              confirmations
              countedAt
              recordedAt
            }
            """)
        variables: dict[str, object] = {
            "electionId": election_id,
            "after": after,
            "first": first,
        }
        response = await self.execute(
            query=query, operation_name="Feed", variables=variables, **kwargs
        )
        data = self.get_data(response)
        return Feed.model_validate(data).feed

    async def cuts(
        self,
        election_id: str,
        first: Union[Optional[int], "UnsetType"] = UNSET,
        before: Union[Optional[int], "UnsetType"] = UNSET,
        **kwargs: Any,
    ) -> list["CutsCuts"]:
        from .cuts import Cuts

        query = gql("""
            query Cuts($electionId: ID!, $first: Int = 20, $before: Int) {
              cuts(electionId: $electionId, first: $first, before: $before) {
                ...State
              }
            }

            fragment State on Cut {
              number
              sequence
              isTest
              cursor
              takenAt
              phase
              rootHash
              resultsSha256
              url
              bytes
            }
            """)
        variables: dict[str, object] = {
            "electionId": election_id,
            "first": first,
            "before": before,
        }
        response = await self.execute(
            query=query, operation_name="Cuts", variables=variables, **kwargs
        )
        data = self.get_data(response)
        return Cuts.model_validate(data).cuts

    async def checkpoint(
        self, election_id: str, **kwargs: Any
    ) -> "CheckpointCheckpoint":
        from .checkpoint import Checkpoint

        query = gql("""
            query Checkpoint($electionId: ID!) {
              checkpoint(electionId: $electionId) {
                origin
                size
                rootHash
                issuedAt
                note
                cursor
                cosignatures {
                  witness
                  cosignedAt
                }
              }
            }
            """)
        variables: dict[str, object] = {"electionId": election_id}
        response = await self.execute(
            query=query, operation_name="Checkpoint", variables=variables, **kwargs
        )
        data = self.get_data(response)
        return Checkpoint.model_validate(data).checkpoint

    async def inclusion_proof(
        self, election_id: str, sequence: int, tree_size: int, **kwargs: Any
    ) -> "InclusionProofInclusionProof":
        from .inclusion_proof import InclusionProof

        query = gql("""
            query InclusionProof($electionId: ID!, $sequence: Int!, $treeSize: Int!) {
              inclusionProof(
                electionId: $electionId
                sequence: $sequence
                treeSize: $treeSize
              ) {
                sequence
                treeSize
                leafHash
                hashes
              }
            }
            """)
        variables: dict[str, object] = {
            "electionId": election_id,
            "sequence": sequence,
            "treeSize": tree_size,
        }
        response = await self.execute(
            query=query, operation_name="InclusionProof", variables=variables, **kwargs
        )
        data = self.get_data(response)
        return InclusionProof.model_validate(data).inclusion_proof

    async def consistency_proof(
        self, election_id: str, from_size: int, to_size: int, **kwargs: Any
    ) -> "ConsistencyProofConsistencyProof":
        from .consistency_proof import ConsistencyProof

        query = gql("""
            query ConsistencyProof($electionId: ID!, $fromSize: Int!, $toSize: Int!) {
              consistencyProof(electionId: $electionId, fromSize: $fromSize, toSize: $toSize) {
                fromSize
                toSize
                hashes
              }
            }
            """)
        variables: dict[str, object] = {
            "electionId": election_id,
            "fromSize": from_size,
            "toSize": to_size,
        }
        response = await self.execute(
            query=query,
            operation_name="ConsistencyProof",
            variables=variables,
            **kwargs,
        )
        data = self.get_data(response)
        return ConsistencyProof.model_validate(data).consistency_proof

    async def differences(
        self,
        election_id: str,
        contest_id: Union[Optional[str], "UnsetType"] = UNSET,
        area_id: Union[Optional[str], "UnsetType"] = UNSET,
        complete: Union[Optional[bool], "UnsetType"] = UNSET,
        first: Union[Optional[int], "UnsetType"] = UNSET,
        after: Union[Optional[str], "UnsetType"] = UNSET,
        **kwargs: Any,
    ) -> "DifferencesDifferences":
        from .differences import Differences

        query = gql("""
            query Differences($electionId: ID!, $contestId: ID, $areaId: ID, $complete: Boolean, $first: Int = 50, $after: String) {
              differences(
                electionId: $electionId
                contestId: $contestId
                areaId: $areaId
                complete: $complete
                first: $first
                after: $after
              ) {
                totalCount
                version {
                  number
                  sha256
                  figures
                  importedAt
                }
                pageInfo {
                  ...Pages
                }
                edges {
                  node {
                    contest {
                      id
                    }
                    area {
                      id
                    }
                    station {
                      id
                    }
                    candidate {
                      id
                    }
                    item
                    reported
                    official
                    amount
                    complete
                    changesLeader
                  }
                }
              }
            }

            fragment Pages on PageInfo {
              hasNextPage
              endCursor
            }
            """)
        variables: dict[str, object] = {
            "electionId": election_id,
            "contestId": contest_id,
            "areaId": area_id,
            "complete": complete,
            "first": first,
            "after": after,
        }
        response = await self.execute(
            query=query, operation_name="Differences", variables=variables, **kwargs
        )
        data = self.get_data(response)
        return Differences.model_validate(data).differences

    async def station_statistics(
        self,
        contest_id: str,
        area_id: Union[Optional[str], "UnsetType"] = UNSET,
        **kwargs: Any,
    ) -> Optional["StationStatisticsStationStatistics"]:
        from .station_statistics import StationStatistics

        query = gql("""
            query StationStatistics($contestId: ID!, $areaId: ID) {
              stationStatistics(contestId: $contestId, areaId: $areaId) {
                stations
                candidate {
                  id
                }
                turnoutAgainstShare {
                  stations
                  correlation
                  cells {
                    turnoutPercent
                    sharePercent
                    stations
                  }
                }
                lastDigits {
                  counts
                  numbers
                  chiSquare
                  chance
                }
                repeatedBallotsMin
                repeatedSheets {
                  ballotsCast
                  stations {
                    id
                  }
                }
              }
            }
            """)
        variables: dict[str, object] = {"contestId": contest_id, "areaId": area_id}
        response = await self.execute(
            query=query,
            operation_name="StationStatistics",
            variables=variables,
            **kwargs,
        )
        data = self.get_data(response)
        return StationStatistics.model_validate(data).station_statistics

    async def viewer(
        self,
        first: Union[Optional[int], "UnsetType"] = UNSET,
        lang: Union[Optional["Language"], "UnsetType"] = UNSET,
        **kwargs: Any,
    ) -> Optional["ViewerViewer"]:
        from .viewer import Viewer

        query = gql("""
            query Viewer($first: Int = 20, $lang: Language) {
              viewer {
                role
                reporter
                helpContact(lang: $lang)
                stations {
                  ...PollingStation
                }
                tallies(first: $first) {
                  ...Sheet
                }
              }
            }

            fragment PollingStation on Station {
              id
              number
              location(lang: $lang)
              area {
                id
              }
              registeredVoters
              contests {
                id
              }
            }

            fragment Sheet on Tally {
              id
              revision
              coverage
              state
              station {
                id
              }
              contest {
                id
              }
              votes {
                votes
                candidate {
                  id
                  ballotNumber
                }
              }
              validBallots
              invalidBallots
              noVoteBallots
              ballotsCast
              reporter
              confirmations
              countedAt
              recordedAt
            }
            """)
        variables: dict[str, object] = {"first": first, "lang": lang}
        response = await self.execute(
            query=query, operation_name="Viewer", variables=variables, **kwargs
        )
        data = self.get_data(response)
        return Viewer.model_validate(data).viewer

    async def reporters(
        self,
        election_id: str,
        area_id: Union[Optional[str], "UnsetType"] = UNSET,
        silent_since: Union[Optional[datetime], "UnsetType"] = UNSET,
        ids: Union[Optional[list[str]], "UnsetType"] = UNSET,
        order_by: Union[Optional["ReporterOrder"], "UnsetType"] = UNSET,
        first: Union[Optional[int], "UnsetType"] = UNSET,
        after: Union[Optional[str], "UnsetType"] = UNSET,
        **kwargs: Any,
    ) -> "ReportersReporters":
        from .reporters import Reporters

        query = gql("""
            query Reporters($electionId: ID!, $areaId: ID, $silentSince: DateTime, $ids: [ID!], $orderBy: ReporterOrder = ID, $first: Int = 50, $after: String) {
              reporters(
                electionId: $electionId
                areaId: $areaId
                silentSince: $silentSince
                ids: $ids
                orderBy: $orderBy
                first: $first
                after: $after
              ) {
                totalCount
                pageInfo {
                  ...Pages
                }
                edges {
                  node {
                    ...Person
                  }
                }
              }
            }

            fragment Pages on PageInfo {
              hasNextPage
              endCursor
            }

            fragment Person on Reporter {
              id
              role
              displayName
              stations {
                id
              }
              accepted
              held
              rejected
              confirmedByOthers
              contradictedByOthers
              lastSeenAt
              revokedAt
            }
            """)
        variables: dict[str, object] = {
            "electionId": election_id,
            "areaId": area_id,
            "silentSince": silent_since,
            "ids": ids,
            "orderBy": order_by,
            "first": first,
            "after": after,
        }
        response = await self.execute(
            query=query, operation_name="Reporters", variables=variables, **kwargs
        )
        data = self.get_data(response)
        return Reporters.model_validate(data).reporters

    async def audit_records(
        self,
        election_id: Union[Optional[str], "UnsetType"] = UNSET,
        action: Union[Optional["AuditAction"], "UnsetType"] = UNSET,
        subject: Union[Optional[str], "UnsetType"] = UNSET,
        actor: Union[Optional[str], "UnsetType"] = UNSET,
        first: Union[Optional[int], "UnsetType"] = UNSET,
        after: Union[Optional[str], "UnsetType"] = UNSET,
        **kwargs: Any,
    ) -> "AuditRecordsAuditRecords":
        from .audit_records import AuditRecords

        query = gql("""
            query AuditRecords($electionId: ID, $action: AuditAction, $subject: String, $actor: String, $first: Int = 50, $after: String) {
              auditRecords(
                electionId: $electionId
                action: $action
                subject: $subject
                actor: $actor
                first: $first
                after: $after
              ) {
                totalCount
                pageInfo {
                  ...Pages
                }
                edges {
                  node {
                    id
                    electionId
                    actor
                    actorRole
                    action
                    subject
                    details
                    recordedAt
                    address
                  }
                }
              }
            }

            fragment Pages on PageInfo {
              hasNextPage
              endCursor
            }
            """)
        variables: dict[str, object] = {
            "electionId": election_id,
            "action": action,
            "subject": subject,
            "actor": actor,
            "first": first,
            "after": after,
        }
        response = await self.execute(
            query=query, operation_name="AuditRecords", variables=variables, **kwargs
        )
        data = self.get_data(response)
        return AuditRecords.model_validate(data).audit_records

    async def review_queue(
        self,
        election_id: str,
        area_id: Union[Optional[str], "UnsetType"] = UNSET,
        rule: Union[Optional["TallyRule"], "UnsetType"] = UNSET,
        first: Union[Optional[int], "UnsetType"] = UNSET,
        after: Union[Optional[str], "UnsetType"] = UNSET,
        **kwargs: Any,
    ) -> "ReviewQueueReviewQueue":
        from .review_queue import ReviewQueue

        query = gql("""
            query ReviewQueue($electionId: ID!, $areaId: ID, $rule: TallyRule, $first: Int = 50, $after: String) {
              reviewQueue(
                electionId: $electionId
                areaId: $areaId
                rule: $rule
                first: $first
                after: $after
              ) {
                totalCount
                pageInfo {
                  ...Pages
                }
                edges {
                  node {
                    ...Sheet
                    findings {
                      ...Objection
                    }
                  }
                }
              }
            }

            fragment Objection on Finding {
              rule
              verdict
              field
              thai: message(lang: TH)
              english: message(lang: EN)
            }

            fragment Pages on PageInfo {
              hasNextPage
              endCursor
            }

            fragment Sheet on Tally {
              id
              revision
              coverage
              state
              station {
                id
              }
              contest {
                id
              }
              votes {
                votes
                candidate {
                  id
                  ballotNumber
                }
              }
              validBallots
              invalidBallots
              noVoteBallots
              ballotsCast
              reporter
              confirmations
              countedAt
              recordedAt
            }
            """)
        variables: dict[str, object] = {
            "electionId": election_id,
            "areaId": area_id,
            "rule": rule,
            "first": first,
            "after": after,
        }
        response = await self.execute(
            query=query, operation_name="ReviewQueue", variables=variables, **kwargs
        )
        data = self.get_data(response)
        return ReviewQueue.model_validate(data).review_queue

    async def enrol(
        self,
        input: "EnrolInput",
        lang: Union[Optional["Language"], "UnsetType"] = UNSET,
        **kwargs: Any,
    ) -> Union["EnrolEnrolEnrolled", "EnrolEnrolEnrolmentRefused"]:
        from .enrol import Enrol

        query = gql("""
            mutation Enrol($input: EnrolInput!, $lang: Language) {
              enrol(input: $input) {
                __typename
                ... on Enrolled {
                  token
                  viewer {
                    role
                    reporter
                    stations {
                      id
                    }
                  }
                }
                ... on EnrolmentRefused {
                  reason
                  retryAfterSeconds
                  message(lang: $lang)
                }
              }
            }
            """)
        variables: dict[str, object] = {"input": input, "lang": lang}
        response = await self.execute(
            query=query, operation_name="Enrol", variables=variables, **kwargs
        )
        data = self.get_data(response)
        return Enrol.model_validate(data).enrol

    async def submit_tally(
        self, input: "SubmitTallyInput", **kwargs: Any
    ) -> Union[
        "SubmitTallySubmitTallyTallyAccepted",
        "SubmitTallySubmitTallyTallyHeld",
        "SubmitTallySubmitTallyTallyRejected",
    ]:
        from .submit_tally import SubmitTally

        query = gql("""
            mutation SubmitTally($input: SubmitTallyInput!) {
              submitTally(input: $input) {
                __typename
                ...Accepted
                ...Held
                ...Rejected
              }
            }

            fragment Accepted on TallyAccepted {
              tally {
                id
                revision
                state
                confirmations
              }
              cursor
              replayed
            }

            fragment Held on TallyHeld {
              tally {
                id
                revision
                state
              }
              findings {
                ...Objection
              }
              replayed
            }

            fragment Objection on Finding {
              rule
              verdict
              field
              thai: message(lang: TH)
              english: message(lang: EN)
            }

            fragment Rejected on TallyRejected {
              clientTallyId
              findings {
                ...Objection
              }
              replayed
            }
            """)
        variables: dict[str, object] = {"input": input}
        response = await self.execute(
            query=query, operation_name="SubmitTally", variables=variables, **kwargs
        )
        data = self.get_data(response)
        return SubmitTally.model_validate(data).submit_tally

    async def submit_tallies(
        self, inputs: list["SubmitTallyInput"], **kwargs: Any
    ) -> list[
        Union[
            "SubmitTalliesSubmitTalliesTallyAccepted",
            "SubmitTalliesSubmitTalliesTallyHeld",
            "SubmitTalliesSubmitTalliesTallyRejected",
        ]
    ]:
        from .submit_tallies import SubmitTallies

        query = gql("""
            mutation SubmitTallies($inputs: [SubmitTallyInput!]!) {
              submitTallies(inputs: $inputs) {
                __typename
                ...Accepted
                ...Held
                ...Rejected
              }
            }

            fragment Accepted on TallyAccepted {
              tally {
                id
                revision
                state
                confirmations
              }
              cursor
              replayed
            }

            fragment Held on TallyHeld {
              tally {
                id
                revision
                state
              }
              findings {
                ...Objection
              }
              replayed
            }

            fragment Objection on Finding {
              rule
              verdict
              field
              thai: message(lang: TH)
              english: message(lang: EN)
            }

            fragment Rejected on TallyRejected {
              clientTallyId
              findings {
                ...Objection
              }
              replayed
            }
            """)
        variables: dict[str, object] = {"inputs": inputs}
        response = await self.execute(
            query=query, operation_name="SubmitTallies", variables=variables, **kwargs
        )
        data = self.get_data(response)
        return SubmitTallies.model_validate(data).submit_tallies

    async def withdraw_tally(
        self, input: "WithdrawTallyInput", **kwargs: Any
    ) -> Union[
        "WithdrawTallyWithdrawTallyTallyWithdrawn",
        "WithdrawTallyWithdrawTallyReviewConflict",
    ]:
        from .withdraw_tally import WithdrawTally

        query = gql("""
            mutation WithdrawTally($input: WithdrawTallyInput!) {
              withdrawTally(input: $input) {
                __typename
                ... on TallyWithdrawn {
                  tally {
                    id
                    state
                  }
                  cursor
                }
                ...Conflict
              }
            }

            fragment Conflict on ReviewConflict {
              tally {
                id
                state
                decision {
                  kind
                  by
                  reason
                  at
                }
              }
              standing {
                id
                revision
              }
            }
            """)
        variables: dict[str, object] = {"input": input}
        response = await self.execute(
            query=query, operation_name="WithdrawTally", variables=variables, **kwargs
        )
        data = self.get_data(response)
        return WithdrawTally.model_validate(data).withdraw_tally

    async def review_tally(
        self, input: "ReviewTallyInput", **kwargs: Any
    ) -> Union[
        "ReviewTallyReviewTallyTallyAccepted",
        "ReviewTallyReviewTallyTallyRejected",
        "ReviewTallyReviewTallyReviewConflict",
    ]:
        from .review_tally import ReviewTally

        query = gql("""
            mutation ReviewTally($input: ReviewTallyInput!) {
              reviewTally(input: $input) {
                __typename
                ...Accepted
                ...Rejected
                ...Conflict
              }
            }

            fragment Accepted on TallyAccepted {
              tally {
                id
                revision
                state
                confirmations
              }
              cursor
              replayed
            }

            fragment Conflict on ReviewConflict {
              tally {
                id
                state
                decision {
                  kind
                  by
                  reason
                  at
                }
              }
              standing {
                id
                revision
              }
            }

            fragment Objection on Finding {
              rule
              verdict
              field
              thai: message(lang: TH)
              english: message(lang: EN)
            }

            fragment Rejected on TallyRejected {
              clientTallyId
              findings {
                ...Objection
              }
              replayed
            }
            """)
        variables: dict[str, object] = {"input": input}
        response = await self.execute(
            query=query, operation_name="ReviewTally", variables=variables, **kwargs
        )
        data = self.get_data(response)
        return ReviewTally.model_validate(data).review_tally

    async def set_election_phase(
        self,
        election_id: str,
        phase: "ElectionPhase",
        lang: Union[Optional["Language"], "UnsetType"] = UNSET,
        **kwargs: Any,
    ) -> "SetElectionPhaseSetElectionPhase":
        from .set_election_phase import SetElectionPhase

        query = gql("""
            mutation SetElectionPhase($electionId: ID!, $phase: ElectionPhase!, $lang: Language) {
              setElectionPhase(electionId: $electionId, phase: $phase) {
                ...Overview
              }
            }

            fragment Overview on Election {
              id
              name(lang: $lang)
              phase
              isTest
              notice(lang: $lang)
              pollsCloseAt
              timeZone
              stationsTotal
              registeredVoters
              cursor
              lastReportAt
              countedUntil
              ruleset
              following {
                origin
                state
                size
                verifiedAt
                reason
              }
            }
            """)
        variables: dict[str, object] = {
            "electionId": election_id,
            "phase": phase,
            "lang": lang,
        }
        response = await self.execute(
            query=query,
            operation_name="SetElectionPhase",
            variables=variables,
            **kwargs,
        )
        data = self.get_data(response)
        return SetElectionPhase.model_validate(data).set_election_phase

    async def create_enrolment_codes(
        self, input: "CreateEnrolmentCodesInput", **kwargs: Any
    ) -> list["CreateEnrolmentCodesCreateEnrolmentCodes"]:
        from .create_enrolment_codes import CreateEnrolmentCodes

        query = gql("""
            mutation CreateEnrolmentCodes($input: CreateEnrolmentCodesInput!) {
              createEnrolmentCodes(input: $input) {
                code
                role
                expiresAt
                stations {
                  id
                }
              }
            }
            """)
        variables: dict[str, object] = {"input": input}
        response = await self.execute(
            query=query,
            operation_name="CreateEnrolmentCodes",
            variables=variables,
            **kwargs,
        )
        data = self.get_data(response)
        return CreateEnrolmentCodes.model_validate(data).create_enrolment_codes

    async def revoke_reporter(
        self,
        reporter: str,
        hold_their_tallies: Union[Optional[bool], "UnsetType"] = UNSET,
        reason: Union[Optional[str], "UnsetType"] = UNSET,
        **kwargs: Any,
    ) -> bool:
        from .revoke_reporter import RevokeReporter

        query = gql("""
            mutation RevokeReporter($reporter: String!, $holdTheirTallies: Boolean, $reason: String) {
              revokeReporter(
                reporter: $reporter
                holdTheirTallies: $holdTheirTallies
                reason: $reason
              )
            }
            """)
        variables: dict[str, object] = {
            "reporter": reporter,
            "holdTheirTallies": hold_their_tallies,
            "reason": reason,
        }
        response = await self.execute(
            query=query, operation_name="RevokeReporter", variables=variables, **kwargs
        )
        data = self.get_data(response)
        return RevokeReporter.model_validate(data).revoke_reporter

    async def result_updates(
        self,
        election_id: str,
        contest_ids: Union[Optional[list[str]], "UnsetType"] = UNSET,
        area_ids: Union[Optional[list[str]], "UnsetType"] = UNSET,
        level: Union[Optional["AreaLevel"], "UnsetType"] = UNSET,
        after: Union[Optional[str], "UnsetType"] = UNSET,
        mode: Union[Optional["DeliveryMode"], "UnsetType"] = UNSET,
        **kwargs: Any,
    ) -> AsyncIterator["ResultUpdatesResultUpdates"]:
        from .result_updates import ResultUpdates

        query = gql("""
            subscription ResultUpdates($electionId: ID!, $contestIds: [ID!], $areaIds: [ID!], $level: AreaLevel, $after: Cursor, $mode: DeliveryMode = LATEST) {
              resultUpdates(
                electionId: $electionId
                contestIds: $contestIds
                areaIds: $areaIds
                level: $level
                after: $after
                mode: $mode
              ) {
                kind
                cursor
                reset
                conflated
                isTest
                lastReportAt
                countedUntil
                sentAt
                results {
                  ...Standing
                }
              }
            }

            fragment Standing on Result {
              contest {
                id
              }
              area {
                id
                level
              }
              status
              decided
              margin
              turnout
              stationsTotal
              stationsReporting
              stationsFinal
              stationsDisputed
              validBallots
              invalidBallots
              noVoteBallots
              ballotsCast
              registeredVoters
              outstanding {
                stations
                ballotsAtMost
                heldTallies
              }
              rows {
                rank
                votes
                share
                leading
                candidate {
                  id
                  ballotNumber
                }
              }
              updatedAt
              cursor
            }
            """)
        variables: dict[str, object] = {
            "electionId": election_id,
            "contestIds": contest_ids,
            "areaIds": area_ids,
            "level": level,
            "after": after,
            "mode": mode,
        }
        async for data in self.execute_ws(
            query=query, operation_name="ResultUpdates", variables=variables, **kwargs
        ):
            yield ResultUpdates.model_validate(data).result_updates

    async def tally_reports(
        self,
        election_id: str,
        contest_ids: Union[Optional[list[str]], "UnsetType"] = UNSET,
        area_ids: Union[Optional[list[str]], "UnsetType"] = UNSET,
        after: Union[Optional[str], "UnsetType"] = UNSET,
        **kwargs: Any,
    ) -> AsyncIterator["TallyReportsTallyReports"]:
        from .tally_reports import TallyReports

        query = gql("""
            subscription TallyReports($electionId: ID!, $contestIds: [ID!], $areaIds: [ID!], $after: Cursor) {
              tallyReports(
                electionId: $electionId
                contestIds: $contestIds
                areaIds: $areaIds
                after: $after
              ) {
                ...Report
              }
            }

            fragment Report on TallyReport {
              sequence
              cursor
              kind
              isTest
              station {
                id
                area {
                  id
                }
              }
              contest {
                id
              }
              tally {
                ...Sheet
              }
              previous {
                ...Sheet
              }
              commitment
              salt
              reason
              decidedBy
              ruleset
              recordedAt
            }

            fragment Sheet on Tally {
              id
              revision
              coverage
              state
              station {
                id
              }
              contest {
                id
              }
              votes {
                votes
                candidate {
                  id
                  ballotNumber
                }
              }
              validBallots
              invalidBallots
              noVoteBallots
              ballotsCast
              reporter
              confirmations
              countedAt
              recordedAt
            }
            """)
        variables: dict[str, object] = {
            "electionId": election_id,
            "contestIds": contest_ids,
            "areaIds": area_ids,
            "after": after,
        }
        async for data in self.execute_ws(
            query=query, operation_name="TallyReports", variables=variables, **kwargs
        ):
            yield TallyReports.model_validate(data).tally_reports

    async def election_changed(
        self,
        election_id: str,
        lang: Union[Optional["Language"], "UnsetType"] = UNSET,
        **kwargs: Any,
    ) -> AsyncIterator["ElectionChangedElectionChanged"]:
        from .election_changed import ElectionChanged

        query = gql("""
            subscription ElectionChanged($electionId: ID!, $lang: Language) {
              electionChanged(electionId: $electionId) {
                ...Overview
              }
            }

            fragment Overview on Election {
              id
              name(lang: $lang)
              phase
              isTest
              notice(lang: $lang)
              pollsCloseAt
              timeZone
              stationsTotal
              registeredVoters
              cursor
              lastReportAt
              countedUntil
              ruleset
              following {
                origin
                state
                size
                verifiedAt
                reason
              }
            }
            """)
        variables: dict[str, object] = {"electionId": election_id, "lang": lang}
        async for data in self.execute_ws(
            query=query, operation_name="ElectionChanged", variables=variables, **kwargs
        ):
            yield ElectionChanged.model_validate(data).election_changed

    async def review_queue_changed(
        self,
        election_id: str,
        area_id: Union[Optional[str], "UnsetType"] = UNSET,
        **kwargs: Any,
    ) -> AsyncIterator["ReviewQueueChangedReviewQueueChanged"]:
        from .review_queue_changed import ReviewQueueChanged

        query = gql("""
            subscription ReviewQueueChanged($electionId: ID!, $areaId: ID) {
              reviewQueueChanged(electionId: $electionId, areaId: $areaId) {
                ...Sheet
              }
            }

            fragment Sheet on Tally {
              id
              revision
              coverage
              state
              station {
                id
              }
              contest {
                id
              }
              votes {
                votes
                candidate {
                  id
                  ballotNumber
                }
              }
              validBallots
              invalidBallots
              noVoteBallots
              ballotsCast
              reporter
              confirmations
              countedAt
              recordedAt
            }
            """)
        variables: dict[str, object] = {"electionId": election_id, "areaId": area_id}
        async for data in self.execute_ws(
            query=query,
            operation_name="ReviewQueueChanged",
            variables=variables,
            **kwargs,
        ):
            yield ReviewQueueChanged.model_validate(data).review_queue_changed
