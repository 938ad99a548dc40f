"""Candidates without a colour of their own."""

from small_package import SmallPackage

from tallywire.package import read_package
from tallywire.package.colours import PALETTE


def test_who_names_no_colour_has_its_partys_or_one_of_its_place(small: SmallPackage) -> None:
    small.write(
        "candidates.csv",
        b"contest,ballot_number,name_en,party_en,color\n"
        b"mayor,1,One,Red,\nmayor,2,Two,Blue,\nmayor,3,Three,,\nmayor,4,Four,,#ABCDEF\n"
        b"council-1001,1,Five,Red,#aa0000\ncouncil-1001,2,Six,Blue,\n",
    )
    colors = [candidate.color for candidate in read_package(small.folder).election.candidates]
    assert colors == ["#aa0000", PALETTE[0], PALETTE[2], "#abcdef", "#aa0000", PALETTE[0]]


def test_parties_differ_while_there_are_colours(small: SmallPackage) -> None:
    rows = "".join(f"mayor,{n},Somebody {n},Party {n},\n" for n in range(1, len(PALETTE) + 2))
    council = "council-1001,1,Five,,\n"
    small.write("candidates.csv", f"contest,ballot_number,name_en,party_en,color\n{rows}{council}".encode())
    colors = [candidate.color for candidate in read_package(small.folder).election.candidates]
    assert colors[: len(PALETTE)] == list(PALETTE) and colors[len(PALETTE)] == PALETTE[0]


def test_no_sheet_has_more_candidates_than_a_call_may_bring(small: SmallPackage) -> None:
    rows = "".join(f"mayor,{n},Somebody,\n" for n in range(1, 10_001))
    small.write("candidates.csv", f"contest,ballot_number,name_en,color\n{rows}council-1001,1,Five,\n".encode())
    assert small.faults() == [
        'contests.csv:2:1 (column "code"): 10,000 candidates, and a tally sheet takes 1,000 at most'
    ]
