"""Our words as NIST SP 1500-100 version 2 has them, and the objects of it that are small."""

from datetime import datetime
from typing import Any

from counting.area_count import AreaCount
from counting.election import Text
from counting.vocabulary import AreaLevel, ResultsStatus, VotingVariation

STATUSES = {
    ResultsStatus.PRE_ELECTION: "pre-election",
    ResultsStatus.UNOFFICIAL_PARTIAL: "unofficial-partial",
    ResultsStatus.UNOFFICIAL_COMPLETE: "unofficial-complete",
    ResultsStatus.CORRECTION: "correction",
}
VARIATIONS = {
    VotingVariation.PLURALITY: "plurality",
    VotingVariation.N_OF_M: "n-of-m",
    VotingVariation.PROPORTIONAL: "proportional",
}
THAI = ("\u0e00", "\u0e7f")
# The others are of no kind that the standard names: type "other", with our word.
UNITS = {AreaLevel.COUNTRY: "country", AreaLevel.CITY: "city"}


def typed(kind: str, **values: Any) -> dict[str, Any]:
    """An object of the standard; what is None is left out."""
    told = {"@type": f"ElectionResults.{kind}"}
    return told | {name: value for name, value in values.items() if value is not None}


def text(words: Text) -> dict[str, Any]:
    """In both languages, where there are two; the package's own is "und" where it is not Thai: nothing says which."""
    own = "th" if any(THAI[0] <= letter <= THAI[1] for letter in words.th) else "und"
    languages = [typed("LanguageString", Content=words.th, Language=own)]
    if words.en is not None:
        languages.append(typed("LanguageString", Content=words.en, Language="en"))
    return typed("InternationalizedText", Text=languages)


def moment(value: datetime) -> str:
    """To the second: the standard has no finer."""
    return value.strftime("%Y-%m-%dT%H:%M:%SZ")


def unit_type(level: AreaLevel) -> dict[str, str]:
    known = UNITS.get(level)
    return {"Type": known} if known else {"Type": "other", "OtherType": level.value.lower()}


def external(identity: str) -> list[dict[str, Any]]:
    """The id by which every other interface of tallywire knows it."""
    return [typed("ExternalIdentifier", Type="other", OtherType="tallywire", Value=identity)]


def progress(count: AreaCount) -> list[dict[str, Any]]:
    begun = "in-process" if count.reporting else "not-processed"
    return [typed("CountStatus", Status="completed" if count.complete else begun, Type="total")]


def votes(unit: str, number: int) -> dict[str, Any]:
    return typed("VoteCounts", Count=number, GpUnitId=unit, Type="total")


def others(unit: str, invalid: int | None, no_vote: int | None) -> dict[str, Any] | None:
    """Invalid papers as overvotes, papers for nobody as undervotes: of its two words the nearer ones."""
    if invalid is None and no_vote is None:
        return None
    return typed("OtherCounts", GpUnitId=unit, Overvotes=invalid, Undervotes=no_vote)


def papers(unit: str, cast: int, invalid: int | None) -> dict[str, Any]:
    return typed("BallotCounts", GpUnitId=unit, BallotsCast=cast, BallotsRejected=invalid, Type="total")
