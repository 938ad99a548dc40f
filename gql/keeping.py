"""How long the answer to a GET may be kept: a full page of the feed for ever, all else until it is asked for again.

A page is full once it has as many entries as were asked for and more follow; then nothing in it changes any more, on
any node, as long as the fields asked for are those that the log itself fixes. Everything carries an ETag
besides, so that who polls is answered 304.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from graphql import FieldNode, GraphQLError, GraphQLSchema, TypeInfo, TypeInfoVisitor, Visitor, parse, visit
from starlette.responses import Response

from counting.vocabulary import Role

YEAR_SECONDS = 31_536_000
# Without `after` the address names no epoch: a rehearsal loaded anew under the same name has another first page.
FIRST_PAGE_SECONDS = 3_600
DOCUMENTS_MAX = 256
# Fields of a page that the log and the definition fix. Whatever is not here may change, and such a page is not kept.
LASTING: Mapping[str, frozenset[str]] = {
    name: frozenset(fields.split())
    for name, fields in {
        "Query": "feed",
        "FeedPage": "reports cursor hasMore",
        "TallyReport": "sequence cursor kind station contest tally previous commitment salt reason decidedBy ruleset"
        " recordedAt",
        "Tally": "id station contest revision coverage votes validBallots invalidBallots noVoteBallots ballotsCast"
        " reporter countedAt recordedAt",
        "CandidateVotes": "votes candidate",
        "Station": "id election area number location registeredVoters contests",
        "Contest": "id election office name area seats votingVariation votesPerBallot candidates",
        "Candidate": "id contest ballotNumber name shortName party color",
        "Area": "id level name parent children stationsTotal registeredVoters",
        "Election": "id name isTest pollsCloseAt timeZone contests areas stationsTotal registeredVoters",
    }.items()
}
TALLY = ("TallyReport", "tally")


@dataclass(frozen=True, slots=True)
class PageServed:
    """What its resolver knows of one page. `holds`: the tallies of some of its entries may still be opened."""

    public: bool
    full: bool
    anchored: bool
    holds: bool


class AskedWith(Response):
    """What Strawberry hands through to the answer: headers of its own, and what the request said."""

    def __init__(self, request_headers: Mapping[str, str]) -> None:
        super().__init__()
        del self.headers["content-length"]
        self.status_code = None  # type: ignore[assignment]
        self.known = request_headers.get("if-none-match", "")
        self.accept = request_headers.get("accept", "")


@lru_cache(DOCUMENTS_MAX)
def lasting_fields(schema: GraphQLSchema, query: str) -> frozenset[tuple[str, str]] | None:
    """All fields of the document, by type and name, where each is one that lasts; None otherwise."""
    try:
        document = parse(query, no_location=True)
    except GraphQLError:
        return None
    info = TypeInfo(schema)
    fields = _Fields(info)
    visit(document, TypeInfoVisitor(info, fields))
    lasts = all(name in LASTING.get(type_name, ()) for type_name, name in fields.found)
    return frozenset(fields.found) if lasts else None


class _Fields(Visitor):
    def __init__(self, info: TypeInfo) -> None:
        super().__init__()
        self._info = info
        self.found: set[tuple[str, str]] = set()

    def enter_field(self, node: FieldNode, *_: Any) -> None:
        parent = self._info.get_parent_type()
        if node.name.value != "__typename":
            self.found.add((parent.name if parent else "", node.name.value))


def cache_control(
    schema: GraphQLSchema, query: str, pages: list[PageServed], *, role: Role | None, needs_token: bool, failed: bool
) -> str:
    """`role`: of whoever sent a token. Editors and reporters are shown more than others, and not for ever."""
    if failed or not all(page.public for page in pages):
        return "no-store"
    whose = "private" if needs_token or role is not None else "public"
    if not pages or role not in (None, Role.OUTLET) or not all(page.full for page in pages):
        return f"{whose}, no-cache"
    fields = lasting_fields(schema, query)
    if fields is None or (TALLY in fields and any(page.holds for page in pages)):
        return f"{whose}, no-cache"
    if all(page.anchored for page in pages):
        return f"{whose}, max-age={YEAR_SECONDS}, immutable"
    return f"{whose}, max-age={FIRST_PAGE_SECONDS}"


def tagged(response: Response, asked: AskedWith) -> Response:
    """The response with its tag; without its body where the asker has it already."""
    if response.headers.get("cache-control") in (None, "no-store"):
        return response
    tag = f'W/"{hashlib.sha256(response.body).hexdigest()[:32]}"'
    response.headers["etag"] = tag
    named = [one.strip() for one in asked.known.split(",")]
    if tag not in named and tag.removeprefix("W/") not in named and "*" not in named:
        return response
    kept = {name: response.headers[name] for name in ("etag", "cache-control", "vary") if name in response.headers}
    return Response(status_code=304, headers=kept)
