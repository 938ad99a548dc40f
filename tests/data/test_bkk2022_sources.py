"""The sums that SOURCES.md states about the published tables, and the reconciled ones beside them."""

import csv

from bkk2022_folder import FOLDER

OFFICES = ("governor", "council")
BUENG_KUM_NO_VOTE = 5_248


def rows(name: str) -> list[dict[str, str]]:
    with (FOLDER / "source" / name).open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def test_31_people_stand_for_governor_and_382_for_the_council() -> None:
    assert len(rows("candidates_governor.csv")) == 31
    assert len(rows("candidates_council.csv")) == 382


def test_city_votes_for_governor_sum_as_stated() -> None:
    by_candidate: dict[str, int] = {}
    for row in rows("results_governor_by_district.csv"):
        number = row["candidate_number"]
        by_candidate[number] = by_candidate.get(number, 0) + int(row["votes_reconciled"])
    assert by_candidate["8"] == 1_386_215
    assert sum(by_candidate.values()) == 2_561_449
    announced = {row["number"]: int(row["votes_official_total"]) for row in rows("candidates_governor.csv")}
    apart = {number: votes - announced[number] for number, votes in by_candidate.items() if votes != announced[number]}
    assert apart == {"19": 1, "25": 1}


def test_ballots_cast_miss_the_published_turnout_in_three_places() -> None:
    gaps = {}
    for office in OFFICES:
        suffix = "" if office == "governor" else "_published"
        votes: dict[str, int] = {}
        for row in rows(f"results_{office}_by_district.csv"):
            votes[row["district_code"]] = votes.get(row["district_code"], 0) + int(row["votes_reconciled"])
        for row in rows(f"summary_{office}_by_district.csv"):
            code = row["district_code"]
            no_vote = BUENG_KUM_NO_VOTE if (office, code) == ("council", "1027") else int(row[f"no_vote{suffix}"])
            gap = votes[code] + int(row[f"invalid{suffix}"]) + no_vote - int(row["turnout"])
            if gap:
                gaps[office, code] = gap
    assert gaps == {("governor", "1004"): 1, ("governor", "1014"): 1, ("council", "1006"): 1_000}


def test_nine_cells_were_reconciled_and_each_says_why() -> None:
    changed = [
        row
        for office in OFFICES
        for row in rows(f"results_{office}_by_district.csv")
        if row["votes_published"] != row["votes_reconciled"]
    ]
    assert len(changed) == 9
    assert all(row["note"] for row in changed)


def test_the_maps_have_every_area_of_the_package() -> None:
    districts = {row["code"] for row in rows("areas.csv") if row["level"] == "district"}
    tiles = (FOLDER / "maps" / "bangkok_districts_tile_grid.csv").read_text("utf-8-sig").splitlines()
    assert {line.split(",")[0] for line in tiles[1:]} == districts
    shapes = (FOLDER / "maps" / "bangkok_districts.topojson").read_text("utf-8")
    assert all(f'"{code}"' in shapes for code in districts)
