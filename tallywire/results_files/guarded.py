"""Who may read what is under `/results/`, and what is said while there is nothing."""

from collections.abc import Awaitable, Callable

from starlette.requests import Request
from starlette.responses import Response

from db.database import is_away
from feed.election_feed import ElectionFeed
from feed.tail import Tail
from tallywire.public_file import PublicFiles, told

NO_TOKEN = "a valid token is needed, as Authorization: Bearer … / ต้องมีโทเค็นที่ยังใช้ได้ ส่งใน Authorization: Bearer …"
NOTHING_HERE = "there are no results here, or counting has not opened yet / ไม่มีผลที่นี่ หรือยังไม่เปิดนับ"
NOT_NOW = "this cannot be answered right now / ระบบตอบไม่ได้ในตอนนี้ ลองใหม่ในอีกสักครู่"
Endpoint = Callable[[Request], Awaitable[Response]]


def guarded(answer: Callable[[Request, ElectionFeed], Awaitable[Response]], tail: Tail, files: PublicFiles) -> Endpoint:
    """`answer` is asked once the reader may read and the election is counted."""

    async def endpoint(request: Request) -> Response:
        try:
            if not await files.may_read(request):
                return told(NO_TOKEN, 401)
            feed = tail.feed(request.path_params["election"])
            if feed is None or not feed.opened:
                return told(NOTHING_HERE, 404)
            return await answer(request, feed)
        except Exception as error:
            if not is_away(error):
                raise
            return told(NOT_NOW, 503)

    return endpoint
