"""A cut's results as a table for spreadsheets: a row for each candidate of each contest in each area. CSV, UTF-8.

Made of the results file alone, so that it is the same bytes on every node; result by result, so that a nation's table
needs no more memory than the file itself.
"""

import io
from collections.abc import Iterator
from itertools import islice
from typing import Any

import ijson
import orjson

from feed.csv_cells import MARK, fraction, lines, plain, word

COLUMNS = (
    *("cut", "sequence", "takenAt", "isTest", "contest", "office", "contestName", "area", "areaLevel", "areaName"),
    *("status", "ballotNumber", "candidate", "candidateName", "party", "votes", "share", "rank", "leading"),
    *("validBallots", "invalidBallots", "noVoteBallots", "ballotsCast", "registeredVoters", "turnout"),
    *("stationsTotal", "stationsReporting", "stationsFinal", "stationsDisputed", "decided"),
)
COUNTS = (
    *("validBallots", "invalidBallots", "noVoteBallots", "ballotsCast", "registeredVoters"),
    *("stationsTotal", "stationsReporting", "stationsFinal", "stationsDisputed"),
)
# Keys are sorted and quotes inside texts escaped, so that these stand once in a file.
BEFORE_RESULTS, AFTER_RESULTS = b',"results":[', b'],"rootHash":'
RESULTS_A_PIECE = 200


def results_table(content: bytes) -> Iterator[bytes]:
    """`content`: a results file. The table in pieces; names in Thai, fractions with six decimals."""
    yield MARK.encode() + lines([COLUMNS])
    head = _head(content)
    contests = {contest["id"]: contest for contest in head["contests"]}
    areas = {area["id"]: area for area in head["areas"]}
    results = ijson.items(io.BytesIO(content), "results.item")
    while piece := list(islice(results, RESULTS_A_PIECE)):
        yield lines([row[name] for name in COLUMNS] for result in piece for row in _rows(head, contests, areas, result))


def _head(content: bytes) -> dict[str, Any]:
    """All but the results."""
    begin, end = content.index(BEFORE_RESULTS), content.rindex(AFTER_RESULTS)
    head: dict[str, Any] = orjson.loads(content[:begin] + content[end + 1 :])
    return head


def _rows(
    head: dict[str, Any], contests: dict[str, Any], areas: dict[str, Any], result: dict[str, Any]
) -> Iterator[dict[str, Any]]:
    contest, area = contests[result["contest"]], areas[result["area"]]
    shared = {
        **{name: head[name] for name in ("cut", "sequence", "takenAt")},
        "isTest": word(head["isTest"]),
        "contest": contest["id"],
        "office": plain(contest["office"]),
        "contestName": plain(contest["name"]["th"]),
        "area": area["id"],
        "areaLevel": area["level"],
        "areaName": plain(area["name"]["th"]),
        "status": result["status"],
        "turnout": fraction(result["ballotsCast"], result["registeredReporting"]),
        "decided": word(result["decided"]),
        **{name: result[name] for name in COUNTS},
    }
    yield from (shared | one for one in _candidates(contest, result))


def _candidates(contest: dict[str, Any], result: dict[str, Any]) -> Iterator[dict[str, Any]]:
    total = sum(result["votes"])
    for place, candidate in enumerate(contest["candidates"]):
        yield {
            "ballotNumber": candidate["ballotNumber"],
            "candidate": candidate["id"],
            "candidateName": plain(candidate["name"]["th"]),
            "party": plain(candidate["party"]["th"]) if candidate["party"] else "",
            "votes": result["votes"][place],
            "share": fraction(result["votes"][place], total) or fraction(0, 1),
            "rank": result["ranks"][place],
            "leading": word(place in result["leading"]),
        }
