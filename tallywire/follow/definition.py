"""The origin's definition.json as an election that can be loaded here. Bounds and help are not public: not in it."""

from datetime import datetime
from typing import Any

from counting.bounds import Bounds
from counting.election import Area, Candidate, Contest, Election, Register, Station, Text
from counting.vocabulary import AreaLevel, TallyRule, Verdict, VotingVariation
from ledger.definition import FORMAT
from ledger.strict_json import strict
from tallywire.follow.refusal import RefusedError


def election_from(content: bytes) -> tuple[Election, str]:
    """The election, and its epoch. Raises RefusedError."""
    try:
        value = strict(content)
        if value["format"] != FORMAT:
            raise ValueError(f"of the format {value['format']!r}, not {FORMAT}")
        return _Reading(value).election(), str(value["epoch"])
    except (ValueError, KeyError, TypeError, AttributeError, OverflowError) as error:
        raise RefusedError(f"definition.json cannot be read: {error!r}") from error


class _Reading:
    """Ids are the election's id, a stroke, and the code that packages know."""

    def __init__(self, value: dict[str, Any]) -> None:
        self._value = value
        self._id = str(value["election"])

    def election(self) -> Election:
        value = self._value
        polls_close_at, rules = datetime.fromisoformat(value["pollsCloseAt"]), value["rules"]
        verdicts = {TallyRule(rule): verdict and Verdict(verdict) for rule, verdict in rules["verdicts"].items()}
        return Election(
            id=self._id,
            name=_text(value["name"]),
            is_test=bool(value["isTest"]),
            polls_close_at=polls_close_at,
            time_zone=value["timeZone"],
            notice=_optional(value["notice"]),
            help_contact=None,
            bounds=Bounds(rules["version"], verdicts=verdicts),
            areas=tuple(self._area(area) for area in value["areas"]),
            contests=tuple(self._contest(contest) for contest in value["contests"]),
            candidates=tuple(
                self._candidate(contest["id"], one) for contest in value["contests"] for one in contest["candidates"]
            ),
            stations=tuple(self._station(station) for station in value["stations"]),
            registers=tuple(
                Register(self._code(station["id"]), self._code(contest), int(voters))
                for station in value["stations"]
                for contest, voters in station["registers"]
            ),
            official=(),
        )

    def _code(self, id_: str) -> str:
        if not id_.startswith(f"{self._id}/"):
            raise ValueError(f"{id_} is not of {self._id}")
        return id_.removeprefix(f"{self._id}/")

    def _area(self, area: dict[str, Any]) -> Area:
        parent = None if area["parent"] is None else self._code(area["parent"])
        return Area(self._code(area["id"]), AreaLevel(area["level"]), parent, _text(area["name"]))

    def _contest(self, contest: dict[str, Any]) -> Contest:
        return Contest(
            self._code(contest["id"]),
            contest["office"],
            _text(contest["name"]),
            self._code(contest["area"]),
            int(contest["seats"]),
            VotingVariation(contest["votingVariation"]),
            int(contest["votesPerBallot"]),
        )

    def _candidate(self, contest_id: str, one: dict[str, Any]) -> Candidate:
        candidate = Candidate(
            self._code(contest_id),
            int(one["ballotNumber"]),
            _text(one["name"]),
            _text(one["shortName"]),
            _optional(one["party"]),
            one["color"],
        )
        if candidate.code != self._code(one["id"]):
            raise ValueError(f"{one['id']} is not the id of {candidate.code}")
        return candidate

    def _station(self, station: dict[str, Any]) -> Station:
        return Station(
            self._code(station["id"]), self._code(station["area"]), int(station["number"]), _text(station["location"])
        )


def _text(value: dict[str, Any]) -> Text:
    return Text(value["th"], value["en"])


def _optional(value: dict[str, Any] | None) -> Text | None:
    return None if value is None else _text(value)
