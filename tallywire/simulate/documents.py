"""The GraphQL documents that the simulation sends: few, constant, so that a server may keep them parsed."""

_OUTCOME = """
    __typename
    ... on TallyAccepted { replayed tally { id confirmations } }
    ... on TallyHeld { replayed tally { id } findings { rule } }
    ... on TallyRejected { replayed findings { rule } }
"""

SUBMIT_TALLY = "mutation SubmitTally($input: SubmitTallyInput!) { submitTally(input: $input) {" + _OUTCOME + "} }"

SUBMIT_TALLIES = (
    "mutation SubmitTallies($inputs: [SubmitTallyInput!]!) { submitTallies(inputs: $inputs) {" + _OUTCOME + "} }"
)

ELECTION = "query Election($id: ID!) { election(id: $id) { phase isTest pollsCloseAt lastReportAt stationsTotal } }"

SET_PHASE = """mutation SetPhase($id: ID!, $phase: ElectionPhase!) {
  setElectionPhase(electionId: $id, phase: $phase) { phase }
}"""

CREATE_CODE = """mutation CreateCode($input: CreateEnrolmentCodesInput!) {
  createEnrolmentCodes(input: $input) { code }
}"""

ENROL = """mutation Enrol($input: EnrolInput!) {
  enrol(input: $input) { __typename ... on Enrolled { token } ... on EnrolmentRefused { message(lang: EN) } }
}"""

RESULTS = """query Results($id: ID!, $areaIds: [ID!], $level: AreaLevel) {
  results(electionId: $id, areaIds: $areaIds, level: $level) {
    contest { id } area { id } status stationsFinal
    validBallots invalidBallots noVoteBallots ballotsCast
    rows { candidate { id } votes }
  }
}"""

FINAL_STATIONS = """query FinalStations($id: ID!, $contestId: ID!, $state: StationState!, $after: String) {
  stations(electionId: $id, contestId: $contestId, state: $state, first: 500, after: $after) {
    edges { node { id } }
    pageInfo { hasNextPage endCursor }
  }
}"""

WITHDRAW = """mutation Withdraw($input: WithdrawTallyInput!) {
  withdrawTally(input: $input) { __typename }
}"""

REVIEW_QUEUE = """query ReviewQueue($id: ID!) {
  reviewQueue(electionId: $id, first: 50) {
    totalCount
    edges {
      node {
        id coverage station { id } contest { id } findings { rule verdict }
        votes { votes } validBallots invalidBallots noVoteBallots ballotsCast
      }
    }
  }
}"""

STANDING = """query Standing($stationId: ID!, $contestId: ID!) {
  station(id: $stationId) {
    tally(contestId: $contestId) { id coverage votes { votes } validBallots invalidBallots noVoteBallots ballotsCast }
  }
}"""

REVIEW_TALLY = """mutation ReviewTally($input: ReviewTallyInput!) {
  reviewTally(input: $input) { __typename }
}"""
