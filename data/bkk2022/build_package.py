#!/usr/bin/env python3
"""Writes areas.csv, contests.csv, candidates.csv and official.csv from the published tables in source/.

The same bytes come out of every run.    python data/bkk2022/build_package.py [--into FOLDER]
"""

import argparse
from collections.abc import Iterator
from pathlib import Path

from source_tables import HERE, OFFICES, DistrictCount, district_counts, source_rows, write_rows

CITY = "10"
TITLES = ("นาย", "นาง", "นางสาว")
# Ranks stand before the given name in the source's short names too, so they are named one by one.
RANKS = (
    *("ว่าที่ร้อยเอก", "ว่าที่ร้อยตรี", "ว่าที่ ร.ต.", "ร้อยตำรวจเอก", "ร้อยตำรวจโท", "พันตำรวจเอก", "พันตำรวจโท"),
    *("พ.ต.อ.", "ร.ต.อ.", "พ.ท.หญิง ", "พล.ต.อ.", "พล.ต.ท.", "พล.อ.ต.", "น.ต."),
)
GREY = "#6d757b"  # independents, and the candidates for governor that no chart tells apart by colour
# English name and colour by the party's Thai name without พรรค; the colours are the light fills of the pages' tokens.
PARTIES = {
    "เพื่อไทย": ("Pheu Thai", "#d02030"),
    "ก้าวไกล": ("Move Forward", "#d95f0c"),
    "ประชาธิปัตย์": ("Democrat", "#1678b8"),
    "กลุ่มรักษ์กรุงเทพ": ("Rak Krungthep group", "#c02a7a"),
    "พลังประชารัฐ": ("Palang Pracharath", "#1f3f78"),
    "ไทยสร้างไทย": ("Thai Sang Thai", "#8440a8"),
    "กล้า": ("Kla", "#0a857c"),
    "รวมไทยยูไนเต็ด": ("Ruam Thai United", "#6b742a"),
    "ประชากรไทย": ("Prachakorn Thai", "#a8563c"),
    "อนาคตไทย": ("", "#4c7590"),
    "ภูมิใจไทย": ("Bhumjaithai", "#3d4f9f"),
    "เสรีรวมไทย": ("Seri Ruam Thai", "#946b00"),
    "กลุ่มใส่ใจ": ("Sai Jai group", GREY),
    "กรีน": ("Green", GREY),
}
# By ballot number: party candidates in the party's colour, independents in hues that no party has.
GOVERNOR_COLORS = {
    1: "#d95f0c",
    2: "#0b7f88",
    3: "#4a43c4",
    4: "#1678b8",
    5: "#7d5433",
    6: "#c02a7a",
    7: "#8b6e00",
    8: "#0a7d4f",
    11: "#8440a8",
}
GOVERNORS_IN_ENGLISH = (
    *("Wiroj Lakkhanaadisorn", "Thita Rangsitpol Manitkul", "Sakoltee Phattiyakul", "Suchatvee Suwansawat"),
    *("Veerachai Laoruangwattana", "Aswin Kwanmuang", "Rosana Tositrakul", "Chadchart Sittipunt"),
    *("Watcharee Wannasri", "Supachai Tantikom", "Sita Divari", "Prayoon Krongyot", "Pisan Kittiyaowamarn"),
    *("Thanet Wongsa", "Thutpreecha Lertsantatwathi", "Sasikarn Watthanachan", "Uthen Chartpinyo"),
    *("Sumana Phanphairot", "Kraidej Bunnag", "Amornpan Oonsuwan", "Nipatpon Suwanchana", "Waranchai Chokchana"),
    *("Chalermpol Uttarat", "Kosit Suvinijjit", "Prapat Banchongsiricharoen", "Mongkol Ngernwattana"),
    *("Phumipat Asawaphupin", "Sarawut Benjakul", "Kritchai Payomyaem", "Pongsa Choonaem", "Wittaya Jangkobpattana"),
)
# Announced totals that are left out because a figure that stays says the same: the votes of these two are one below
# the sum of their districts each, which is the difference of 2 in the city's valid ballots.
VOTES_SAID_BY_VALID_BALLOTS = (19, 25)
ANNOUNCED = {
    "eligible": "registered_voters",
    "valid": "valid_ballots",
    "invalid": "invalid_ballots",
    "no_vote": "no_vote_ballots",
}

CsvRow = tuple[object, ...]


def areas() -> Iterator[CsvRow]:
    yield CITY, "CITY", "", "กรุงเทพมหานคร", "Bangkok"
    for row in source_rows("areas.csv"):
        yield row["code"], row["level"].upper(), row["parent_code"], row["name_th"], row["name_en"]


def contests() -> Iterator[CsvRow]:
    yield "governor", "governor", "ผู้ว่าราชการกรุงเทพมหานคร", "Governor of Bangkok", CITY, 1, "PLURALITY", 1
    for row in source_rows("areas.csv"):
        if row["level"] == "district":
            th = f"สมาชิกสภากรุงเทพมหานคร เขต{row['name_th']}"
            en = f"Bangkok Metropolitan Council, {row['name_en']}"
            yield f"council-{row['code']}", "council", th, en, row["code"], 1, "PLURALITY", 1


def without_title(name: str, short_name: str) -> tuple[str, str]:
    """Full and given name without title or rank: whatever stands before the given name, which the source gives."""
    rank = next((rank for rank in RANKS if name.startswith(rank) and short_name.startswith(rank.strip())), "")
    given = short_name.removeprefix(rank.strip()).strip()
    title, found, rest = name.removeprefix(rank).strip().partition(given)
    if not given or not found or (title and (rank or title not in TITLES)):
        raise ValueError(f"no title known in {name!r}, given name {short_name!r}")
    return given + rest, given


def party(source: str) -> tuple[str, str]:
    """Thai and English name of the party, or of an independent's group; both empty where there is none."""
    name = source.removeprefix("พรรค").removeprefix("อิสระ").strip().removeprefix("(").removesuffix(")")
    return (name, PARTIES[name][0]) if name else ("", "")


def governor_candidates() -> Iterator[CsvRow]:
    for row, en in zip(source_rows("candidates_governor.csv"), GOVERNORS_IN_ENGLISH, strict=True):
        number = int(row["number"])
        name, short_name = without_title(row["name_th"], row["short_name_th"])
        color = GOVERNOR_COLORS.get(number, GREY)
        yield "governor", number, name, en, short_name, en.split()[0], *party(row["party_or_group"]), color


def council_candidates() -> Iterator[CsvRow]:
    for row in source_rows("candidates_council.csv"):
        name, short_name = without_title(row["name_th"], row["short_name_th"])
        party_th, party_en = party(row["party_or_group"])
        color = PARTIES[party_th][1] if party_th else GREY
        contest = f"council-{row['district_code']}"
        yield contest, int(row["number"]), name, "", short_name, "", party_th, party_en, color


def official() -> Iterator[CsvRow]:
    yield from announced_for_the_city()
    for office in OFFICES:
        for count in district_counts(office):
            yield from published_by_district(count)


def announced_for_the_city() -> Iterator[CsvRow]:
    """Ballots cast are left out: two below the districts' sum, as Bang Rak and Phaya Thai show already."""
    for row in source_rows("official_totals.csv"):
        if row["race"] == "governor" and row["item"] in ANNOUNCED:
            yield "governor", CITY, ANNOUNCED[row["item"]], "", int(row["value"])
    for row in source_rows("candidates_governor.csv"):
        if int(row["number"]) not in VOTES_SAID_BY_VALID_BALLOTS:
            yield "governor", CITY, "votes", int(row["number"]), int(row["votes_official_total"])


def published_by_district(count: DistrictCount) -> Iterator[CsvRow]:
    """The reconciled votes and spoilt ballots, beside the turnout that was published."""
    place = count.contest, count.district
    yield *place, "registered_voters", "", count.registered
    yield *place, "ballots_cast", "", count.turnout
    yield *place, "invalid_ballots", "", count.invalid
    yield *place, "no_vote_ballots", "", count.no_vote
    for number, votes in enumerate(count.votes, start=1):
        yield *place, "votes", number, votes


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--into", type=Path, default=HERE, help="folder for the four files (default: here)")
    folder: Path = parser.parse_args().into
    write_rows(folder / "areas.csv", ("code", "level", "parent", "name_th", "name_en"), areas())
    columns = ("code", "office", "name_th", "name_en", "area", "seats", "voting_variation", "votes_per_ballot")
    write_rows(folder / "contests.csv", columns, contests())
    names = ("name_th", "name_en", "short_name_th", "short_name_en", "party_th", "party_en")
    rows = [*governor_candidates(), *council_candidates()]
    write_rows(folder / "candidates.csv", ("contest", "ballot_number", *names, "color"), rows)
    write_rows(folder / "official.csv", ("contest", "area", "item", "ballot_number", "value"), official())


if __name__ == "__main__":
    main()
