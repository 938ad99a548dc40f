"""An election that is nothing like Bangkok's: constituencies, three contests a station, sixty candidates, three votes a ballot."""

from datetime import datetime

from counting.bounds import Bounds
from counting.election import Area, Candidate, Contest, Election, Register, Station, Text
from counting.vocabulary import AreaLevel, VotingVariation

CONSTITUENCIES = ("north", "south")
COUNCIL_CANDIDATES = 60
COUNCIL_VOTES = 3
LONG = Text(
    "Candidata del Movimiento Ciudadano por la Transparencia Municipal María Fernanda de los Ángeles Echeverría-Gutiérrez",
    "María Fernanda de los Ángeles Echeverría-Gutiérrez y Santamaría de la Fuente",
)
PARTY = Text("Alianza Regional de Organizaciones Vecinales Independientes y Democráticas")


def faraway_election() -> Election:
    """A rehearsal in Bogotá's time; no contest is decided by the whole country, and no photograph is needed."""
    contests = tuple(contest for area in CONSTITUENCIES for contest in _contests(area))
    stations = tuple(
        Station(f"{area}-{number}", area, number, Text(f"Escuela {number} de {area}"))
        for area in CONSTITUENCIES
        for number in (1, 2, 3)
    )
    return Election(
        id="faraway",
        name=Text("Elecciones regionales y consulta popular"),
        is_test=True,
        polls_close_at=datetime.fromisoformat("2022-05-22T16:00:00-05:00"),
        time_zone="America/Bogota",
        notice=None,
        help_contact=None,
        bounds=Bounds("faraway.1", count_seconds_per_ballot=0),
        areas=(
            Area("country", AreaLevel.COUNTRY, None, Text("País")),
            *(
                Area(code, AreaLevel.CONSTITUENCY, "country", Text(f"Circunscripción {code}"))
                for code in CONSTITUENCIES
            ),
        ),
        contests=contests,
        candidates=tuple(candidate for contest in contests for candidate in _candidates(contest)),
        stations=stations,
        registers=tuple(
            Register(station.code, contest.code, 900)
            for station in stations
            for contest in contests
            if contest.area == station.area
        ),
        official=(),
    )


def _contests(area: str) -> tuple[Contest, ...]:
    return (
        Contest(f"mp-{area}", "mp", Text(f"Diputado por {area}"), area, 1, VotingVariation.PLURALITY, 1),
        Contest(
            f"council-{area}", "council", Text(f"Consejo de {area}"), area, 9, VotingVariation.N_OF_M, COUNCIL_VOTES
        ),
        Contest(f"question-{area}", "question", Text(f"Consulta de {area}"), area, 1, VotingVariation.PLURALITY, 1),
    )


def _candidates(contest: Contest) -> tuple[Candidate, ...]:
    if contest.office == "question":
        answers = (Text("Sí", "Yes"), Text("No", "No"))
        return tuple(_candidate(contest, number, answer, None) for number, answer in enumerate(answers, start=1))
    many = COUNCIL_CANDIDATES if contest.office == "council" else 3
    return tuple(_candidate(contest, number, LONG, PARTY if number % 2 else None) for number in range(1, many + 1))


def _candidate(contest: Contest, number: int, name: Text, party: Text | None) -> Candidate:
    return Candidate(contest.code, number, name, name, party, f"#{number * 4 % 256:02x}80c0")
