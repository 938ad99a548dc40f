"""What the board shows at the end of a night, held against what the server says: every candidate, every district."""

import re
import time
from typing import Any

from playwright.sync_api import Page

from bench.played_night import PlayedNight

ELECTION = "bkk-2022"
GOVERNOR = f"{ELECTION}/governor"
SETTLE_SECONDS = 20.0
LOOK_AGAIN_MS = 500
RESULTS = """query R($election: ID!, $contest: ID!) {
    result(contestId: $contest) { stationsReporting rows { votes candidate { ballotNumber } } }
    results(electionId: $election, contestIds: [$contest], level: DISTRICT) {
        area { name(lang: TH) } stationsReporting stationsTotal rows { votes candidate { shortName(lang: TH) } } }
}"""
# Candidates in the list and in the table below it; the stations beside them; the districts in their own table.
SHOWN = """() => {
    const number = (text) => Number(text.replaceAll(",", "").match(/[0-9]+/)[0]);
    const votes = {}, districts = {};
    for (const row of document.querySelectorAll("#race .cand"))
        votes[row.dataset.number] = number(row.querySelector(".vt b").textContent);
    for (const row of document.querySelectorAll("#race ~ details tbody tr"))
        votes[number(row.cells[0].textContent)] = number(row.cells[2].textContent);
    for (const row of document.querySelectorAll("table:has(caption) tbody tr")) {
        const [name, first, , , stations] = [...row.cells].map((cell) => cell.textContent.trim());
        districts[name] = [first.replace(/ [0-9.]+%$/, ""), stations];
    }
    return { votes, districts, stations: number(document.querySelector(".side .big").textContent) };
}"""
TABLE = re.compile("^ดูเป็นตาราง")


def differing(night: PlayedNight, page: Page) -> list[str]:
    """Nothing, once the page has all that was under way; else what it still shows otherwise after a while."""
    page.get_by_text(TABLE).click()
    page.locator("table:has(caption) tbody tr").first.wait_for()
    deadline = time.monotonic() + SETTLE_SECONDS
    while faults := _compared(page.evaluate(SHOWN), _told(night)):
        if time.monotonic() > deadline:
            return faults
        page.wait_for_timeout(LOOK_AGAIN_MS)
    return []


def _told(night: PlayedNight) -> dict[str, Any]:
    found = night.ask(RESULTS, election=ELECTION, contest=GOVERNOR)
    return {
        "votes": {str(row["candidate"]["ballotNumber"]): row["votes"] for row in found["result"]["rows"]},
        "stations": found["result"]["stationsReporting"],
        "districts": {one["area"]["name"]: _district(one) for one in found["results"]},
    }


def _district(result: dict[str, Any]) -> list[str]:
    first = max(result["rows"], key=lambda row: row["votes"])
    name = first["candidate"]["shortName"] if first["votes"] else "–"
    return [name, f"{result['stationsReporting']:,}/{result['stationsTotal']:,}"]


def _compared(shown: dict[str, Any], told: dict[str, Any]) -> list[str]:
    faults = []
    if shown["stations"] != told["stations"]:
        faults.append(f"stations: the page says {shown['stations']}, the server {told['stations']}")
    for what in ("votes", "districts"):
        for key in sorted(shown[what].keys() | told[what].keys()):
            one, other = shown[what].get(key), told[what].get(key)
            if one != other:
                faults.append(f"{what} of {key}: the page says {one}, the server {other}")
    return faults
