"""An election whose every text is an attack, and a page that notices where one works, or is read as HTML at all."""

from dataclasses import replace
from typing import Any

import asyncpg
from playwright.sync_api import Page

from counting.election import Election, Text
from counting.vocabulary import ElectionPhase, Role
from db.database import use_json
from db.load import load_election
from db.people import add_person, assign
from db.phases import set_phase
from tests.elections import small_election

# Out of an attribute, out of a script, out of a title; as an element, as an address, as a template.
ATTACK = (
    "\"'></title></script><img src=x onerror=told('{0}')><script>told('{0}')</script><svg onload=told('{0}')>"
    "<a href=javascript:told('{0}')>${{told('{0}')}}{{{{told('{0}')}}}}"
)
WATCH = """window.wasTold = []; window.told = (where) => window.wasTold.push(where); window.broken = [];
document.addEventListener("securitypolicyviolation",
    (broken) => window.broken.push(`${broken.effectiveDirective} ${broken.blockedURI}`));
"""
# What an attack leaves behind where it was read as HTML, whether it ran or not.
FOUND = """() => {
    const roots = [document], planted = [];
    while (roots.length) {
        const root = roots.pop();
        for (const element of root.querySelectorAll("*")) {
            if (element.shadowRoot) roots.push(element.shadowRoot);
            for (const { name, value } of element.attributes)
                if (/^on/.test(name) || /^\\s*javascript:/i.test(value)) planted.push(`<${element.localName} ${name}>`);
        }
    }
    return [...window.wasTold, ...window.broken, ...planted];
}"""


def attack(where: str) -> str:
    return ATTACK.format(where)


def _texts(where: str) -> Text:
    return Text(attack(f"{where}-th"), attack(f"{where}-en"))


def hostile_election() -> Election:
    """The small one, a test, with nothing honest in it but codes."""
    small = small_election("hostile", is_test=True)
    return replace(
        small,
        name=_texts("election"),
        notice=_texts("notice"),
        help_contact=_texts("help"),
        areas=tuple(replace(one, name=_texts(f"area-{one.code}")) for one in small.areas),
        contests=tuple(replace(one, name=_texts(f"contest-{one.code}")) for one in small.contests),
        candidates=tuple(
            replace(
                one,
                name=_texts(f"candidate-{one.ballot_number}"),
                short_name=_texts(f"short-{one.ballot_number}"),
                party=_texts("party"),
            )
            for one in small.candidates
        ),
        stations=tuple(replace(one, location=_texts(f"station-{one.code}")) for one in small.stations),
    )


async def fill_hostile(connection: asyncpg.Connection) -> None:
    """While it is counted."""
    await load_election(connection, hostile_election(), attack("reader"))
    for phase in (ElectionPhase.VOTING, ElectionPhase.COUNTING):
        await set_phase(connection, "hostile", phase)


async def somebody(url: str, role: Role, *stations: str) -> str:
    """A token of a person whose name is an attack."""
    connection = await asyncpg.connect(url)
    await use_json(connection)
    try:
        person, token = await add_person(connection, role, "hostile", attack("reporter"))
        await assign(connection, person.id, [f"hostile/{code}" for code in stations])
    finally:
        await connection.close()
    return token


def sprung(page: Page) -> list[str]:
    """Attacks that worked, that a policy stopped, or that stand in the page as elements."""
    found: list[Any] = page.evaluate(FOUND)
    return [str(one) for one in found]
