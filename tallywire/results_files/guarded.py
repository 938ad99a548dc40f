"""Who may read what is under `/results/`, and what is said while there is nothing."""

from collections.abc import Awaitable, Callable

from starlette.requests import Request
from starlette.responses import Response

from db.database import is_away
from feed.election_feed import ElectionFeed
from feed.tail import Tail
from tallywire.public_file import PublicFiles, told

Endpoint = Callable[[Request], Awaitable[Response]]


def guarded(answer: Callable[[Request, ElectionFeed], Awaitable[Response]], tail: Tail, files: PublicFiles) -> Endpoint:
    """`answer` is asked once the reader may read and the election is counted."""

    async def endpoint(request: Request) -> Response:
        try:
            if not await files.may_read(request):
                return told("a valid token is needed, as Authorization: Bearer …", 401)
            feed = tail.feed(request.path_params["election"])
            if feed is None or not feed.opened:
                return told("there are no results here, or counting has not opened yet", 404)
            return await answer(request, feed)
        except Exception as error:
            if not is_away(error):
                raise
            return told("this cannot be answered right now", 503)

    return endpoint
