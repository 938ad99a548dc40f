"""NIST SP 1500-100 version 2 (election results reporting, JSON), by station: what election offices exchange.

Areas and stations are units (stations: precincts), with the counts of each. The standard nests the counts of all units
inside each candidate; they come by station here, so each candidate's wait in a file until the contest ends.
"""

import tempfile
from collections.abc import Iterable, Sequence
from typing import IO, Any

import orjson

from counting.vocabulary import ResultsStatus, VotingVariation
from db.definitions import AreaNode, CandidateNode, ContestNode
from db.station_counts import StationCounted, StationPlace
from tallywire.formats.cdf_parties import Parties
from tallywire.formats.cdf_words import (
    STATUSES,
    VARIATIONS,
    external,
    moment,
    others,
    papers,
    progress,
    text,
    typed,
    unit_type,
    votes,
)
from tallywire.formats.picture import Picture
from tallywire.formats.writer import Sink, Writer

# So much of one candidate's counts is held in memory before it goes to a file.
HELD_BYTES = 65_536
COPY_BYTES = 262_144


class Parts:
    """A list of objects that is written elsewhere while something else goes out."""

    def __init__(self) -> None:
        self._file: IO[bytes] = tempfile.SpooledTemporaryFile(HELD_BYTES)  # noqa: SIM115
        self._empty = True

    def add(self, one: dict[str, Any] | None) -> None:
        if one is not None:
            self._file.write((b"" if self._empty else b",") + orjson.dumps(one))
            self._empty = False

    def copy_to(self, sink: Sink) -> None:
        self._file.seek(0)
        while piece := self._file.read(COPY_BYTES):
            sink.write(piece)
        self._file.close()

    def close(self) -> None:
        self._file.close()


class Cdf(Writer):
    wants_places = True
    wants_counts = True

    def __init__(self, picture: Picture, sink: Sink) -> None:
        super().__init__(picture, sink)
        self._contests = picture.contests()
        self._parties = Parties(self._contests)
        self._papers = Parts()
        self._open: _Contest | None = None
        self._next = 0

    def begin(self) -> None:
        self.sink.write(orjson.dumps(self._report())[:-1] + b',"GpUnit":[')
        units = _areas(self.picture)
        by_area = _stations_by_area(self.picture)
        for number, area in enumerate(units):
            self.sink.write((b"," if number else b"") + orjson.dumps(_area_unit(area, by_area.get(area.id, ()))))

    def places(self, page: Sequence[StationPlace]) -> None:
        self.sink.write(b"".join(b"," + orjson.dumps(_station_unit(self.picture, place)) for place in page))

    def counts(self, page: Sequence[StationCounted]) -> None:
        if self._open is None:
            self._begin_election()
        for one in page:
            while self._open is None or self._open.contest.id != one.contest_id:
                self._step()
            self._open.station(one)
            self._station_papers(self._open.contest, one)

    def end(self) -> None:
        if self._open is None:
            self._begin_election()
        while self._open is not None and self._next < len(self._contests):
            self._step()
        if self._open is not None:
            self._open.finish(self.sink, first=self._next == 1)
        self.sink.write(b'],"BallotCounts":[')
        self._papers.copy_to(self.sink)
        self.sink.write(b"]}]}")

    def close(self) -> None:
        self._papers.close()
        if self._open is not None:
            self._open.close()

    def _step(self) -> None:
        """On to the next contest."""
        if self._open is not None:
            self._open.finish(self.sink, first=self._next == 1)
        contest = self._contests[self._next]
        self._open = _Contest(self.picture, contest, self._parties)
        self._next += 1
        if contest.office == self._contests[0].office:
            for area in self.picture.areas(contest):
                count = self.picture.count(contest, area)
                self._papers.add(papers(_unit(area), count.ballots_cast, count.invalid))

    def _station_papers(self, contest: ContestNode, one: StationCounted) -> None:
        """Of the first office alone: each office has papers of its own, and a voter is to be counted once."""
        if one.numbers is not None and contest.office == self._contests[0].office:
            self._papers.add(papers(_station(one.place.id), one.numbers.counted, one.numbers.invalid_ballots))

    def _begin_election(self) -> None:
        self.sink.write(b'],"Party":' + orjson.dumps(self._parties.objects))
        offices = dict.fromkeys(contest.office for contest in self._contests)
        self.sink.write(b',"Office":' + orjson.dumps([_office(name) for name in offices]))
        self.sink.write(b',"Election":[' + orjson.dumps(self._election())[:-1] + b',"Contest":[')
        if self._contests:
            self._step()

    def _report(self) -> dict[str, Any]:
        picture, definition = self.picture, self.picture.definition
        statuses = {picture.status(picture.count(one, one.area)) for one in self._contests}
        order = (ResultsStatus.PRE_ELECTION, ResultsStatus.UNOFFICIAL_PARTIAL, ResultsStatus.CORRECTION)
        status = next((one for one in order if one in statuses), ResultsStatus.UNOFFICIAL_COMPLETE)
        notes = [f"Position {picture.board.sequence} of the log, cursor {picture.cursor}."]
        notes += [] if picture.cut is None else [f"Cut {picture.cut}."]
        notes += [definition.notice.en or definition.notice.th] if definition.notice else []
        return typed(
            "ElectionReport",
            Format="precinct-level",
            GeneratedDate=moment(picture.taken_at or definition.polls_close_at),
            Issuer="tallywire",
            IssuerAbbreviation="tallywire",
            IsTest=definition.is_test,
            Notes=" ".join(notes),
            SequenceStart=1,
            SequenceEnd=1,
            Status=STATUSES[status],
            VendorApplicationId="tallywire",
        )

    def _election(self) -> dict[str, Any]:
        definition = self.picture.definition
        local = definition.polls_close_at.astimezone(definition.zone).date().isoformat()
        widest = next(area for area in definition.areas.values() if area.parent is None)
        candidates = [one for contest in self._contests if not _lists(contest) for one in contest.candidates]
        return typed(
            "Election",
            ElectionScopeId=_unit(widest),
            Name=text(definition.name),
            StartDate=local,
            EndDate=local,
            Type="general",
            ExternalIdentifier=external(definition.id),
            Candidate=[self._candidate(one) for one in candidates],
        )

    def _candidate(self, one: CandidateNode) -> dict[str, Any]:
        return {
            "@id": f"candidate:{one.id}",
            **typed(
                "Candidate",
                BallotName=text(one.name),
                PartyId=self._parties.of(one),
                ExternalIdentifier=external(one.id),
            ),
        }


class _Contest:
    """One contest while its stations come."""

    def __init__(self, picture: Picture, contest: ContestNode, parties: Parties) -> None:
        self.contest = contest
        self._parties = parties
        self._count = picture.count(contest, contest.area)
        self._votes = [Parts() for _ in contest.candidates]
        self._others = Parts()
        for area in picture.areas(contest):
            count = picture.count(contest, area)
            self._add(_unit(area), count.votes, count.invalid, count.no_vote)

    def station(self, one: StationCounted) -> None:
        if one.numbers is not None:
            numbers = one.numbers
            self._add(_station(one.place.id), numbers.votes, numbers.invalid_ballots, numbers.no_vote_ballots)

    def finish(self, sink: Sink, *, first: bool) -> None:
        sink.write((b"" if first else b",") + orjson.dumps(self._head())[:-1] + b',"ContestSelection":[')
        for place, candidate in enumerate(self.contest.candidates):
            head = orjson.dumps(self._selection(place, candidate))
            sink.write((b"," if place else b"") + head[:-1] + b',"VoteCounts":[')
            self._votes[place].copy_to(sink)
            sink.write(b"]}")
        sink.write(b'],"OtherCounts":[')
        self._others.copy_to(sink)
        sink.write(b"]}")

    def close(self) -> None:
        for part in (*self._votes, self._others):
            part.close()

    def _add(self, unit: str, numbers: Iterable[int | None], invalid: int | None, no_vote: int | None) -> None:
        for part, number in zip(self._votes, numbers, strict=True):
            part.add(None if number is None else votes(unit, number))
        self._others.add(others(unit, invalid, no_vote))

    def _head(self) -> dict[str, Any]:
        contest, lists = self.contest, _lists(self.contest)
        return {
            "@id": f"contest:{contest.id}",
            **typed(
                "PartyContest" if lists else "CandidateContest",
                Name=contest.name.en or contest.name.th,
                BallotTitle=text(contest.name),
                ElectionDistrictId=_unit(contest.area),
                VoteVariation=VARIATIONS[contest.voting_variation],
                CountStatus=progress(self._count),
                SubUnitsReported=self._count.reporting,
                TotalSubUnits=self._count.stations,
                ExternalIdentifier=external(contest.id),
                NumberElected=None if lists else contest.seats,
                VotesAllowed=None if lists else contest.votes_per_ballot,
                OfficeIds=None if lists else [f"office:{contest.office}"],
            ),
        }

    def _selection(self, place: int, candidate: CandidateNode) -> dict[str, Any]:
        identity = {"@id": f"selection:{candidate.id}"}
        order = place + 1
        if _lists(self.contest):
            return identity | typed("PartySelection", PartyIds=[self._parties.of_list(candidate)], SequenceOrder=order)
        return identity | typed("CandidateSelection", CandidateIds=[f"candidate:{candidate.id}"], SequenceOrder=order)


def _lists(contest: ContestNode) -> bool:
    return contest.voting_variation is VotingVariation.PROPORTIONAL


def _unit(area: AreaNode) -> str:
    return f"area:{area.id}"


def _station(identity: str) -> str:
    return f"station:{identity}"


def _office(name: str) -> dict[str, Any]:
    words = typed("LanguageString", Content=name, Language="en")
    return {"@id": f"office:{name}", **typed("Office", Name=typed("InternationalizedText", Text=[words]))}


def _areas(picture: Picture) -> list[AreaNode]:
    """All of them: what a contest or a station lies in must be there, whatever was asked for."""
    return list(picture.definition.areas.values())


def _stations_by_area(picture: Picture) -> dict[str, list[str]]:
    inside = picture.range.area_ids
    found: dict[str, list[str]] = {}
    for station in picture.definition.stations.values():
        if inside is None or station.area.id in inside:
            found.setdefault(station.area.id, []).append(_station(station.id))
    return {area: sorted(ids) for area, ids in found.items()}


def _area_unit(area: AreaNode, stations: Sequence[str]) -> dict[str, Any]:
    composing = [*(_unit(child) for child in area.children), *stations]
    return {
        "@id": _unit(area),
        **typed(
            "ReportingUnit",
            **unit_type(area.level),
            Name=text(area.name),
            ComposingGpUnitIds=composing or None,
            TotalSubUnits=area.stations_total,
            VotersRegistered=area.registered_voters,
            ExternalIdentifier=external(area.id),
        ),
    }


def _station_unit(picture: Picture, place: StationPlace) -> dict[str, Any]:
    registers = picture.definition.stations[place.id].registers
    return {
        "@id": _station(place.id),
        **typed(
            "ReportingUnit",
            Type="precinct",
            Number=str(place.number),
            Name=text(place.location),
            VotersRegistered=max((voters for _, voters in registers), default=0),
            ExternalIdentifier=external(place.id),
        ),
    }
