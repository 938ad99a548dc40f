"""A server at its address, as everybody sees it: whether it answers, is ready, and what time it has."""

import time
from collections.abc import AsyncIterator
from email.utils import parsedate_to_datetime
from typing import Any

import httpx

from tallywire.doctor.finding import Finding, fail, ok, warn

# The Date header is of whole seconds.
SKEW_SECONDS_LOW, SKEW_SECONDS_MAX = 3.0, 10.0
ANSWER_SECONDS_LOW = 1.0
TIMEOUT_SECONDS = 10.0
ELECTIONS = "{ elections { id phase isTest stationsTotal contests { id } lastReportAt } }"


async def address_findings(url: str, token: str | None) -> AsyncIterator[Finding]:
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    async with httpx.AsyncClient(base_url=url, headers=headers, timeout=TIMEOUT_SECONDS) as client:
        began = time.time()
        try:
            answer = await client.get("/readyz")
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            yield fail(
                "server", f"{url} does not answer: {type(error).__name__}", "is it running, and is that its address?"
            )
            return
        ended = time.time()
        for finding in _told(answer, began, ended):
            yield finding
        async for finding in _served(client):
            yield finding


def _told(answer: httpx.Response, began: float, ended: float) -> "list[Finding]":
    findings = []
    took = ended - began
    if took > ANSWER_SECONDS_LOW:
        findings.append(warn("answer", f"it took {took:.1f} s", "look at /metrics: is the machine busy?"))
    try:
        told: dict[str, Any] = answer.json()
        ready = bool(told["ready"])
    except (ValueError, KeyError, TypeError):
        return [*findings, fail("server", "it does not answer as tallywire does", "is that its address?")]
    if ready:
        findings.append(ok("server", f"ready, its log was read {told.get('tailLagSeconds', 0.0)} s ago"))
    else:
        findings.append(fail("server", f"not ready: {told}", "see docs/operations.md"))
    for name, one in (told.get("following") or {}).get("elections", {}).items():
        findings.append(_following(name, one))
    findings.append(_clock(answer, (began + ended) / 2))
    return findings


def _following(name: str, one: dict[str, Any]) -> Finding:
    seen = f"{name}: {one.get('state')}, {one.get('size')} entries of {one.get('origin')} verified"
    if one.get("state") == "FOLLOWING":
        return ok("following", f"{seen}, {one.get('age_seconds')} s ago")
    if one.get("state") == "REFUSED":
        return fail(
            "following", f"{seen}: {one.get('reason')}", "tell the origin, and compare signed heads: docs/followers.md"
        )
    return warn("following", f"{seen}: {one.get('reason')}", "what was verified is served on; is the origin there?")


def _clock(answer: httpx.Response, now: float) -> Finding:
    try:
        theirs = parsedate_to_datetime(answer.headers["date"]).timestamp()
    except (KeyError, ValueError):
        return warn("server's clock", "it tells no time", "a proxy in between takes the Date header away")
    # Cut to whole seconds: half a second on the average.
    skew = abs(theirs + 0.5 - now)
    seen = f"{skew:.1f} s from this machine's"
    todo = "set both by NTP"
    if skew > SKEW_SECONDS_MAX:
        return fail("server's clock", seen, todo)
    return warn("server's clock", seen, todo) if skew > SKEW_SECONDS_LOW else ok("server's clock", seen)


async def _served(client: httpx.AsyncClient) -> AsyncIterator[Finding]:
    try:
        answer = (await client.post("/graphql", json={"query": ELECTIONS})).json()
        elections = answer["data"]["elections"]
    except (httpx.HTTPError, ValueError, KeyError, TypeError):
        yield fail("API", "elections cannot be read there", "see its log; does it want a --token?")
        return
    for one in elections:
        test = ", a rehearsal" if one["isTest"] else ""
        seen = f"{one['id']}{test}: {one['phase']}, {len(one['contests'])} contests, {one['stationsTotal']:,} stations"
        yield ok("API", seen)
    if not elections:
        yield warn("API", "no election is served", "tallywire import FOLDER, there")
