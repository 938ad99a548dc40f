"""A cut's results as a table for spreadsheets: a row for each candidate of each contest in each area. CSV, UTF-8.

Made of the results file alone, so that it is the same bytes on every node.
"""

import csv
import io
from collections.abc import Iterator
from typing import Any

import orjson

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
# Excel takes a file for UTF-8 by this alone.
MARK = "\ufeff"
# What a spreadsheet would take for a formula.
FORMULAS = ("=", "+", "-", "@", "\t", "\r")


def results_table(content: bytes) -> bytes:
    """`content`: a results file. Names in Thai; fractions with six decimals."""
    text = io.StringIO(newline="")
    text.write(MARK)
    writer = csv.DictWriter(text, COLUMNS)
    writer.writeheader()
    writer.writerows(_rows(orjson.loads(content)))
    return text.getvalue().encode()


def _rows(value: dict[str, Any]) -> Iterator[dict[str, Any]]:
    contests = {contest["id"]: contest for contest in value["contests"]}
    areas = {area["id"]: area for area in value["areas"]}
    of_cut = {name: value[name] for name in ("cut", "sequence", "takenAt")} | {"isTest": _word(value["isTest"])}
    for result in value["results"]:
        contest, area = contests[result["contest"]], areas[result["area"]]
        shared = of_cut | {
            "contest": contest["id"],
            "office": _plain(contest["office"]),
            "contestName": _plain(contest["name"]["th"]),
            "area": area["id"],
            "areaLevel": area["level"],
            "areaName": _plain(area["name"]["th"]),
            "status": result["status"],
            "turnout": _fraction(result["ballotsCast"], result["registeredReporting"]),
            "decided": _word(result["decided"]),
            **{name: result[name] for name in COUNTS},
        }
        yield from (shared | one for one in _candidates(contest, result))


def _candidates(contest: dict[str, Any], result: dict[str, Any]) -> Iterator[dict[str, Any]]:
    total = sum(result["votes"])
    for place, candidate in enumerate(contest["candidates"]):
        yield {
            "ballotNumber": candidate["ballotNumber"],
            "candidate": candidate["id"],
            "candidateName": _plain(candidate["name"]["th"]),
            "party": _plain(candidate["party"]["th"]) if candidate["party"] else "",
            "votes": result["votes"][place],
            "share": _fraction(result["votes"][place], total) or _fraction(0, 1),
            "rank": result["ranks"][place],
            "leading": _word(place in result["leading"]),
        }


def _fraction(part: int, whole: int) -> str:
    return f"{part / whole:.6f}" if whole else ""


def _word(value: bool) -> str:
    return "true" if value else "false"


def _plain(text: str) -> str:
    return f"'{text}" if text.startswith(FORMULAS) else text
