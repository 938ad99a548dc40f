"""The rows that a new package begins with: whole but for what only its people know, in <angle brackets>."""

from tallywire.new_election.answers import Answers

Rows = list[tuple[str, ...]]


def example_rows(answers: Answers) -> dict[str, Rows]:
    """By table, below its heading. The importer names each <…> as still to be filled in."""
    levels = [level.value for level in answers.levels]
    codes = [level.lower() for level in levels]
    widest, narrowest = codes[0], codes[-1]
    return {
        "areas": [
            (code, level, parent, f"<name of this {code}>", "")
            for code, level, parent in zip(codes, levels, ["", *codes], strict=False)
        ],
        "contests": [
            (office, office, f"<name of the contest for {office}>", "", widest, "1", "PLURALITY", "1")
            for office in answers.offices
        ],
        "candidates": [
            (office, str(number), f"<name of number {number}>", "", "", "", "")
            for office in answers.offices
            for number in (1, 2)
        ],
        "stations": [("1", narrowest, "1", "<where people vote>", "")],
        "registers": [("1", office, f"<voters registered for {office}>") for office in answers.offices],
    }
