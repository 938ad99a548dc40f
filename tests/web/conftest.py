"""A browser for the tests of pages: CHROMIUM, else the one on the PATH, else Playwright's own."""

import os
import shutil
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, BrowserType, Page, Playwright, expect, sync_playwright

from counting.vocabulary import Role
from tests.web.volunteer_phone import PHONE, WAIT_MS, Phone

# Playwright's own, whose place these take; and panels of a browser that nobody sees: a quarter of what a window costs.
SWITCHED_OFF = (
    "AvoidUnnecessaryBeforeUnloadCheckSync,DestroyProfileOnBrowserClose,HttpsUpgrades,HttpsFirstBalancedModeAutoEnable,"
    "LensOverlay,MediaRouter,PaintHolding,ThirdPartyStoragePartitioning,AvoidCorsURLLoaderRestartOnRedirect,"
    "OptimizationHints,NetworkTimeServiceQuerying,Translate,GlobalMediaControls,"
    "PreloadTopChromeWebUI,WebUIOmniboxPopup,WebUIOmniboxAimPopup"
)
FLAGS = (
    f"--disable-features={SWITCHED_OFF}",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
# Waits end with what is waited for; this long only where it never comes, or on a machine that does much else.
expect.set_options(timeout=WAIT_MS)


def launched(chromium: BrowserType, *more: str) -> Browser:
    """`more`: flags beside those of every test."""
    executable = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
    return chromium.launch(executable_path=executable, args=[*FLAGS, *more])


STATIONS = ("103301-001", "103301-002")
CANDIDATES = "query C($id: ID!) { contest(id: $id) { candidates { id ballotNumber } } }"
SUBMIT = """mutation S($input: SubmitTallyInput!) { submitTally(input: $input) {
    __typename ... on TallyRejected { findings { rule } } ... on TallyHeld { findings { rule } } } }"""


class Reporter:
    """A volunteer with two stations, who sends partial counts of the governor's race over HTTP."""

    def __init__(self, night: Any) -> None:
        self._api = night.api.as_(night.token(Role.VOLUNTEER, *STATIONS))
        self._contest = f"{night.election_id}/governor"
        self._stations = [f"{night.election_id}/{code}" for code in STATIONS]
        self._candidates = self._api(CANDIDATES, id=self._contest)["contest"]["candidates"]

    def report(self, station: int, votes: dict[int, int]) -> None:
        """Votes by ballot number at the first or second station (0 or 1); every other candidate has none."""
        rows = [{"candidateId": c["id"], "votes": votes.get(c["ballotNumber"], 0)} for c in self._candidates]
        tally = {
            "clientTallyId": str(uuid.uuid4()),
            "stationId": self._stations[station],
            "contestId": self._contest,
            "coverage": "PARTIAL",
            "votes": rows,
        }
        answer = self._api(SUBMIT, input=tally)["submitTally"]
        assert answer["__typename"] == "TallyAccepted", answer


@pytest.fixture(scope="module")
def reporter(night: Any) -> Reporter:
    """The night has its first report: candidate 8 leads."""
    volunteer = Reporter(night)
    volunteer.report(0, {8: 120, 4: 30, 1: 20})
    return volunteer


@pytest.fixture(scope="module")
def operator(night: Any) -> Any:
    """The API as an operator."""
    return night.api.as_(night.token(Role.OPERATOR))


OPENED: list[tuple[Playwright, Browser]] = []


def opened() -> Browser:
    """The one Chromium of this process's tests of pages; started for the first of them."""
    if not OPENED:
        playwright = sync_playwright().start()
        OPENED.append((playwright, launched(playwright.chromium)))
    return OPENED[0][1]


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown(item: pytest.Item, nextitem: pytest.Item | None) -> Iterator[None]:
    """After the last test of pages the browser ends: its event loop bars those of other tests on this thread."""
    yield
    if nextitem is None or Path(__file__).parent not in nextitem.path.parents:
        while OPENED:
            playwright, browser = OPENED.pop()
            browser.close()
            playwright.stop()


@pytest.fixture(scope="module")
def browser(reporter: Reporter, operator: Any) -> Browser:
    """Once the first reports are in."""
    return opened()


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    opened = browser.new_context(viewport={"width": 1280, "height": 900}, color_scheme="light")
    yield opened
    opened.close()


@pytest.fixture
def page(context: BrowserContext) -> Page:
    opened = context.new_page()
    opened.set_default_timeout(WAIT_MS)
    return opened


@pytest.fixture
def phone(browser: Browser, night: Any) -> Iterator[Phone]:
    """A volunteer's phone, on which nobody has enrolled."""
    opened = browser.new_context(viewport=PHONE, has_touch=True, is_mobile=True)
    yield Phone(opened, night)
    opened.close()
