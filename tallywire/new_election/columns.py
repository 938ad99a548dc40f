"""What each column of each table is, in words: for the README of a new package, and for the notes in its workbook."""

from counting.vocabulary import AreaLevel, VotingVariation

OWN = "in the election's own language; this or the English one must be filled"
ENGLISH = "in English; may be empty"

# By table, in the order in which they are filled in.
COLUMNS: dict[str, dict[str, str]] = {
    "areas": {
        "code": "your own code for the area, once in this table: A-Z a-z 0-9 . _ -",
        "level": f"one of {', '.join(AreaLevel)}",
        "parent": "code of the area around it; empty for the widest",
        "name_local": f"its name {OWN}",
        "name_en": f"its name {ENGLISH}",
    },
    "contests": {
        "code": "your own code for the contest",
        "office": "machine name of the office, as mayor; contests of one office share it",
        "name_local": f"what is decided, {OWN}",
        "name_en": f"the same {ENGLISH}",
        "area": "code of the area whose voters decide",
        "seats": "how many are elected",
        "voting_variation": (
            f"{VotingVariation.PLURALITY} (one vote for one of all), {VotingVariation.N_OF_M} (several votes for "
            f"several seats) or {VotingVariation.PROPORTIONAL} (lists share seats)"
        ),
        "votes_per_ballot": "how many votes one ballot may carry, mostly 1",
    },
    "candidates": {
        "contest": "code of the contest",
        "ballot_number": "as printed on the ballot, once in a contest",
        "name_local": f"without title, {OWN}",
        "name_en": f"the same {ENGLISH}",
        "party_local": "party or group; empty for an independent",
        "party_en": "the same in English",
        "color": "as #0a7d4f; empty: one is chosen, the same for a party everywhere",
    },
    "stations": {
        "code": "your own code for the polling station",
        "area": "code of the smallest area that it lies in",
        "number": "as the authority numbers it, once in its area",
        "location_local": f"where to go, {OWN}",
        "location_en": f"the same {ENGLISH}",
    },
    "registers": {
        "station": "code of the station",
        "contest": "code of a contest that is counted there: a row for each",
        "registered_voters": "how many may vote there in this contest",
    },
}
# What may be added later, as docs/election-package.md says.
LATER: dict[str, str] = {
    "official": "figures that the authority published, to compare with: contest, area, item, ballot_number, value",
    "station_counts": (
        "what each station's count ends at, for rehearsals with tallywire simulate: station, contest, valid_ballots, "
        "invalid_ballots, no_vote_ballots, votes"
    ),
}
