from typing import Optional

from pydantic import Field

from .base_model import BaseModel


class StationStatistics(BaseModel):
    station_statistics: Optional["StationStatisticsStationStatistics"] = Field(
        alias="stationStatistics"
    )


class StationStatisticsStationStatistics(BaseModel):
    stations: int
    candidate: Optional["StationStatisticsStationStatisticsCandidate"]
    turnout_against_share: "StationStatisticsStationStatisticsTurnoutAgainstShare" = (
        Field(alias="turnoutAgainstShare")
    )
    last_digits: "StationStatisticsStationStatisticsLastDigits" = Field(
        alias="lastDigits"
    )
    repeated_ballots_min: int = Field(alias="repeatedBallotsMin")
    repeated_sheets: list["StationStatisticsStationStatisticsRepeatedSheets"] = Field(
        alias="repeatedSheets"
    )


class StationStatisticsStationStatisticsCandidate(BaseModel):
    id: str


class StationStatisticsStationStatisticsTurnoutAgainstShare(BaseModel):
    stations: int
    correlation: Optional[float]
    cells: list["StationStatisticsStationStatisticsTurnoutAgainstShareCells"]


class StationStatisticsStationStatisticsTurnoutAgainstShareCells(BaseModel):
    turnout_percent: int = Field(alias="turnoutPercent")
    share_percent: int = Field(alias="sharePercent")
    stations: int


class StationStatisticsStationStatisticsLastDigits(BaseModel):
    counts: list[int]
    numbers: int
    chi_square: Optional[float] = Field(alias="chiSquare")
    chance: Optional[float]


class StationStatisticsStationStatisticsRepeatedSheets(BaseModel):
    ballots_cast: int = Field(alias="ballotsCast")
    stations: list["StationStatisticsStationStatisticsRepeatedSheetsStations"]


class StationStatisticsStationStatisticsRepeatedSheetsStations(BaseModel):
    id: str
