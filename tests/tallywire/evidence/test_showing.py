"""`GET /evidence/{sha256}`: headers, widths, and who sees what before and after its tally counts."""

import asyncio
import itertools
from pathlib import Path
from typing import Any

import asyncpg
import httpx

from counting.vocabulary import Role
from db.database import Database
from db.people import add_person
from tallywire.app import build_app
from tallywire.settings import Settings
from tests.conftest import Night
from tests.elections import small_election
from tests.gql.documents import SUBMIT, sheet
from tests.served import Api, wait_until
from tests.tallywire.evidence.conftest import beside
from tests.tallywire.evidence.pictures import encoded, get, opened, picture, put, sha256

NUMBERS = itertools.count(10)
EVIDENCE = """
query Evidence($id: ID!) { tally(id: $id) { evidence { sha256 publicSha256 mediaType bytes url width height } } }
"""


def tallied(api: Api, night: Night, station: str, *digests: str, **more: Any) -> dict[str, Any]:
    """A tally that counts, unless `more` says otherwise."""
    # No two sheets alike: that would be a doubt of its own.
    sent = sheet(night, station, (next(NUMBERS), 20, 30), evidence=list(digests), **more)
    answer: dict[str, Any] = api(SUBMIT, input=sent)["submitTally"]
    return answer


def test_what_counts_is_shown_to_everybody_as_a_picture_that_never_runs(
    night: Night, volunteer: Api, public: Api
) -> None:
    content = encoded(picture(40))
    put(volunteer, content)
    assert get(public, sha256(content)).status_code == 404
    assert tallied(volunteer, night, "a-1", sha256(content))["__typename"] == "TallyAccepted"
    shown = get(public, sha256(content))
    assert (shown.status_code, shown.content) == (200, content)
    headers = shown.headers
    assert headers["content-type"] == "image/jpeg"
    assert headers["cache-control"] == "public, max-age=31536000, immutable"
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["content-security-policy"] == "default-src 'none'; sandbox"
    assert headers["content-disposition"] == f'inline; filename="{sha256(content)[:16]}.jpg"'
    assert "content-encoding" not in headers
    assert int(headers["content-length"]) == len(content)


def test_who_has_it_already_is_sent_nothing_again_and_head_sends_headers_alone(
    night: Night, volunteer: Api, public: Api
) -> None:
    content = encoded(picture(41))
    put(volunteer, content)
    tallied(volunteer, night, "a-2", sha256(content))
    first = get(public, sha256(content))
    for etag in (first.headers["etag"], f"W/{first.headers['etag']}", f'"other", {first.headers["etag"]}', "*"):
        again = get(public, sha256(content), **{"If-None-Match": etag})
        assert (again.status_code, again.content) == (304, b"")
        assert again.headers["etag"] == first.headers["etag"]
    assert get(public, sha256(content), **{"If-None-Match": '"other"'}).status_code == 200
    head = httpx.head(f"{public.url}/evidence/{sha256(content)}")
    assert head.status_code == 200 and head.content == b""
    assert _lasting(head) == _lasting(first)


def test_narrower_ones_are_for_lists_and_only_in_the_widths_that_there_are(
    night: Night, volunteer: Api, public: Api
) -> None:
    content = encoded(picture(42, (1600, 1200)), "PNG")
    put(volunteer, content)
    tallied(volunteer, night, "a-3", sha256(content))
    etags = set()
    for query, size in (("", (1600, 1200)), ("?width=1280", (1280, 960)), ("?width=320", (320, 240))):
        shown = get(public, sha256(content), query)
        assert opened(shown.content).size == size
        etags.add(shown.headers["etag"])
    assert len(etags) == 3
    assert get(public, sha256(content), "?width=320").headers["content-type"] == "image/jpeg"
    refused = get(public, sha256(content), "?width=321")
    assert (refused.status_code, refused.json()["code"]) == (400, "BAD_WIDTH")
    assert "320, 1280" in refused.json()["en"]


def test_a_photograph_that_is_no_wider_than_asked_is_shown_as_it_is(volunteer: Api) -> None:
    content = encoded(picture(43, (300, 200)))
    put(volunteer, content)
    assert get(volunteer, sha256(content), "?width=320").content == content


def test_what_nobody_named_is_for_who_sent_it_and_for_editors(
    night: Night, volunteer: Api, another: Api, editor: Api, public: Api
) -> None:
    content = encoded(picture(44))
    put(volunteer, content)
    for api in (volunteer, editor, public.as_(night.token(Role.OPERATOR))):
        shown = get(api, sha256(content))
        assert (shown.status_code, shown.headers["cache-control"]) == (200, "private, no-cache")
    for api in (another, public, public.as_(night.token(Role.OUTLET))):
        hidden, unknown = get(api, sha256(content)), get(api, sha256(b"nothing"))
        assert (hidden.status_code, hidden.content) == (unknown.status_code, unknown.content) == (404, unknown.content)
        assert _lasting(hidden) == _lasting(unknown)


def test_a_wrong_token_is_told_so_and_an_address_that_is_no_digest_is_not_there(public: Api) -> None:
    assert get(public.as_("tw_wrong"), "0" * 64).status_code == 401
    assert get(public, "favicon.ico").status_code == 404


def test_a_held_tallys_photograph_is_for_editors_until_it_counts(
    night: Night, volunteer: Api, another: Api, editor: Api, public: Api
) -> None:
    content = encoded(picture(45))
    put(volunteer, content)
    # Station b-1 has 400 voters.
    held = sheet(night, "b-1", (500, 1, 1), evidence=[sha256(content)])
    answer = volunteer(SUBMIT, input=held)["submitTally"]
    assert answer["__typename"] == "TallyHeld"
    seen = {
        api.token: (get(api, sha256(content)).status_code, _listed(api, answer["tally"]["id"]))
        for api in (public, another, volunteer, editor)
    }
    assert seen == {
        public.token: (404, None),
        another.token: (404, None),
        volunteer.token: (200, [sha256(content)]),
        editor.token: (200, [sha256(content)]),
    }


def _listed(api: Api, tally_id: str) -> list[str] | None:
    tally = api(EVIDENCE, id=tally_id)["tally"]
    return tally and [one["sha256"] for one in tally["evidence"]]


def test_a_tally_lists_what_is_stored_of_what_it_named_in_its_order(night: Night, volunteer: Api, public: Api) -> None:
    first, second = encoded(picture(46)), encoded(picture(47), "HEIF")
    late = sha256(second)
    tally_id = tallied(volunteer, night, "b-2", late, sha256(first), late)["tally"]["id"]
    assert public(EVIDENCE, id=tally_id)["tally"]["evidence"] == []
    put(volunteer, first)
    assert [one["sha256"] for one in public(EVIDENCE, id=tally_id)["tally"]["evidence"]] == [sha256(first)]
    put(volunteer, second)
    photographs = public(EVIDENCE, id=tally_id)["tally"]["evidence"]
    assert [one["sha256"] for one in photographs] == [late, sha256(first)]
    for photograph in photographs:
        shown = httpx.get(public.url + photograph["url"])
        assert shown.headers["content-type"] == photograph["mediaType"] == "image/jpeg"
        assert (len(shown.content), sha256(shown.content)) == (photograph["bytes"], photograph["publicSha256"])
        assert opened(shown.content).size == (photograph["width"], photograph["height"])


def test_before_counting_there_is_no_photograph_but_for_editors_and_who_sent_it(served: Night) -> None:
    early = beside(served, small_election("early"))
    content = encoded(picture(48))
    sender, editor = early.api.as_(early.token(Role.VOLUNTEER, "a-1")), early.api.as_(early.token(Role.EDITOR))
    outlet = early.api.as_(early.token(Role.OUTLET))
    put(sender, content)
    assert [get(api, sha256(content)).status_code for api in (outlet, early.api, sender, editor)] == [
        404,
        404,
        200,
        200,
    ]
    early.open()
    wait_until(lambda: tallied(sender, early, "a-1", sha256(content))["__typename"] == "TallyAccepted", 60, "the count")
    assert [get(api, sha256(content)).status_code for api in (outlet, early.api)] == [200, 200]
    # A count that was set back is as secret as before.
    early.sql("UPDATE election SET phase = 'VOTING' WHERE id = 'early'")
    assert [get(api, sha256(content)).status_code for api in (outlet, early.api, editor)] == [404, 404, 200]


def test_an_editor_of_another_election_sees_nothing_that_is_not_public(served: Night, volunteer: Api) -> None:
    content = encoded(picture(49))
    put(volunteer, content)
    elsewhere = (
        served.api.as_(asyncio.run(_editor_of(served, "small"))),
        served.api.as_(asyncio.run(_editor_of(served, "early"))),
    )
    assert [get(api, sha256(content)).status_code for api in elsewhere] == [200, 404]


async def _editor_of(served: Night, election_id: str) -> str:
    connection = await asyncpg.connect(served.database_url)
    _, token = await add_person(connection, Role.EDITOR, election_id, None)
    await connection.close()
    return token


async def test_where_readers_need_a_token_photographs_do_too(
    served: Night, folder: Path, volunteer: Api, night: Night
) -> None:
    content = encoded(picture(50))
    put(volunteer, content)
    assert tallied(volunteer, night, "b-3", sha256(content))["__typename"] == "TallyAccepted"
    database = await Database.open(served.database_url)
    app = build_app(database, Settings(data_dir=folder, readers_need_token=True))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://strict") as strict:
        without = await strict.get(f"/evidence/{sha256(content)}")
        held = await strict.get(f"/evidence/{sha256(content)}", headers=volunteer.headers)
    await database.close()
    assert (without.status_code, held.status_code, held.content) == (401, 200, content)
    assert held.headers["cache-control"] == "private, no-cache"


def _lasting(answer: httpx.Response) -> dict[str, str]:
    """Its headers without those that differ from answer to answer."""
    return {name: value for name, value in answer.headers.items() if name not in ("date", "x-request-id")}
