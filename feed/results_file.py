"""The results file of a cut: every result of an election at one position, as canonical JSON. See docs/results-files.md.

The same bytes on whatever node it is made: no clock, no fraction, every list in an order of the definition's.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson

from counting.area_count import AreaCount
from counting.election import Text
from counting.result import decided, leading, margin, ranking, status
from counting.vocabulary import ElectionPhase
from db.definitions import AreaNode, CandidateNode, ContestNode, ElectionDefinition
from feed.board import Board, zero
from feed.position import Position
from ledger.leaf import canonical, instant

FORMAT = "tallywire-results/1"


class NotOurFormatError(Exception):
    """The file is of another format, or of another definition, than this version of the code makes."""


@dataclass(frozen=True, slots=True)
class Heading:
    """What a file says of its cut; `previous`: sha256 (hex) of the file of the cut before it."""

    number: int
    taken_at: datetime
    phase: ElectionPhase
    root_hash: str
    definition_sha256: str
    previous: str | None


def results_file(board: Board, heading: Heading) -> bytes:
    """`board` as it stands right after the cut's last entry."""
    definition = board.definition
    return canonical(
        {
            "format": FORMAT,
            "election": definition.id,
            "name": _text(definition.name),
            "definition": heading.definition_sha256,
            "isTest": definition.is_test,
            "cut": heading.number,
            "sequence": board.sequence,
            "cursor": Position(definition.epoch, board.sequence).encode(),
            "takenAt": instant(heading.taken_at),
            "phase": heading.phase.value,
            "rootHash": heading.root_hash,
            "previous": heading.previous,
            "lastReportAt": _instant(board.last_report_at),
            "countedUntil": _instant(board.counted_until),
            "areas": [_area(area) for area in definition.areas.values()],
            "contests": [_contest(contest) for contest in definition.contests.values()],
            "results": list(_results(board)),
        }
    )


def board_of(definition: ElectionDefinition, content: bytes) -> Board:
    """The board that a file was made of. Raises NotOurFormatError."""
    value = orjson.loads(content)
    position = Position(definition.epoch, value["sequence"])
    if value["format"] != FORMAT or value["cursor"] != position.encode():
        raise NotOurFormatError(f"{value['format']}, cut {value['cut']} of {value['election']}")
    counts = {(one["contest"], one["area"]): _count(definition, one) for one in value["results"]}
    return Board.standing(
        definition, position.sequence, counts, _moment(value["lastReportAt"]), _moment(value["countedUntil"])
    )


def _results(board: Board) -> Iterator[dict[str, Any]]:
    for (contest_id, area_id), count in board.counts():
        facts = board.definition.contests[contest_id].facts
        ranks = dict(ranking(count.votes))
        leaders = leading(count.votes, facts.seats, facts.voting_variation)
        yield {
            "contest": contest_id,
            "area": area_id,
            "status": status(count, counting_has_opened=True).value,
            "votes": count.votes,
            "ranks": [ranks[place] for place in range(len(count.votes))],
            "leading": [place for place, leads in enumerate(leaders) if leads],
            "margin": margin(count, facts),
            "decided": decided(count, facts),
            "validBallots": count.valid,
            "invalidBallots": count.invalid,
            "noVoteBallots": count.no_vote,
            "ballotsCast": count.ballots_cast,
            "registeredVoters": count.registered,
            "registeredReporting": count.registered_reporting,
            "stationsTotal": count.stations,
            "stationsReporting": count.reporting,
            "stationsFinal": count.final,
            "stationsDisputed": count.disputed,
            "stationsIncomplete": count.incomplete,
            "outstanding": {
                "stations": count.outstanding,
                "ballotsAtMost": count.at_most,
                "heldTallies": count.held,
            },
            "disputedVotes": count.disputed_votes if count.disputed else None,
            "completeOnce": count.complete_once,
            "corrected": count.corrected,
            "lastSequence": count.sequence,
            "updatedAt": _instant(count.updated_at),
        }


def _count(definition: ElectionDefinition, one: dict[str, Any]) -> AreaCount:
    contest, area = definition.contests[one["contest"]], definition.areas[one["area"]]
    count = zero(contest, area)
    count.votes = one["votes"]
    count.disputed_votes = one["disputedVotes"] or [0] * len(one["votes"])
    count.valid, count.invalid, count.no_vote = one["validBallots"], one["invalidBallots"], one["noVoteBallots"]
    count.registered, count.registered_reporting = one["registeredVoters"], one["registeredReporting"]
    count.stations, count.reporting, count.final = one["stationsTotal"], one["stationsReporting"], one["stationsFinal"]
    count.disputed, count.incomplete = one["stationsDisputed"], one["stationsIncomplete"]
    outstanding = one["outstanding"]
    count.outstanding, count.at_most = outstanding["stations"], outstanding["ballotsAtMost"]
    count.held = outstanding["heldTallies"]
    count.complete_once, count.corrected = one["completeOnce"], one["corrected"]
    count.sequence, count.updated_at = one["lastSequence"], _moment(one["updatedAt"])
    return count


def _instant(moment: datetime | None) -> str | None:
    return instant(moment) if moment else None


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


def _text(text: Text | None) -> dict[str, str | None] | None:
    return None if text is None else {"th": text.th, "en": text.en}


def _area(area: AreaNode) -> dict[str, Any]:
    return {
        "id": area.id,
        "level": area.level.value,
        "name": _text(area.name),
        "parent": area.parent.id if area.parent else None,
    }


def _contest(contest: ContestNode) -> dict[str, Any]:
    return {
        "id": contest.id,
        "office": contest.office,
        "name": _text(contest.name),
        "area": contest.area.id,
        "seats": contest.seats,
        "votingVariation": contest.voting_variation.value,
        "votesPerBallot": contest.votes_per_ballot,
        "candidates": [_candidate(candidate) for candidate in contest.candidates],
    }


def _candidate(candidate: CandidateNode) -> dict[str, Any]:
    return {
        "id": candidate.id,
        "ballotNumber": candidate.ballot_number,
        "name": _text(candidate.name),
        "party": _text(candidate.party),
        "color": candidate.color,
    }
