"""Where a witness is asked, and where everybody reads what it cosigned and what it has to say against an origin."""

import hashlib

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import BaseRoute, Route

from db.database import Database, is_away
from ledger.checkpoint import cosigners
from ledger.note import parse_note
from ledger.store import read_witnessed
from ledger.submission import SIZE_TYPE, BadSubmissionError, parse_submission
from tallywire.follow.status import StatusFiles
from tallywire.follow.witness import Submissions
from tallywire.public_file import JSON, PublicFiles, told

PATH = "/witness"
# 63 lines of proof and a note with 64 signatures are under 20,000.
BODY_BYTES_MAX = 65_536
FORK_SECONDS = 60
READ_ORIGINS = "SELECT election_id, origin FROM ledger"


def fork_routes(forks: StatusFiles, files: PublicFiles) -> list[BaseRoute]:
    """The evidence that an origin signed two stories, if it did."""

    async def fork(request: Request) -> Response:
        if not await files.may_read(request):
            return told("a valid token is needed, as Authorization: Bearer …", 401)
        content = forks.fork(request.path_params["election"])
        if content is None:
            return told("nothing is known against this log here", 404)
        return await files.send(request, content, JSON, FORK_SECONDS)

    return [Route("/log/{election}/fork", fork)]


def witness_routes(database: Database, submissions: Submissions) -> list[BaseRoute]:
    """`add-checkpoint`, and the newest head that was cosigned here, by the sha256 of its origin."""

    async def add(request: Request) -> Response:
        body = b""
        async for chunk in request.stream():
            body += chunk
            if len(body) > BODY_BYTES_MAX:
                return told(f"more than {BODY_BYTES_MAX} bytes", 400)
        try:
            answered = await submissions.add(parse_submission(body))
        except BadSubmissionError as error:
            return told(str(error), 400)
        except Exception as error:
            if not is_away(error):
                raise
            return told("this cannot be answered right now", 503)
        if answered.size is not None:
            # Just this type, without a charset.
            return Response(answered.text, answered.status, {"Content-Type": SIZE_TYPE})
        return PlainTextResponse(answered.text, 200) if answered.status == 200 else told(answered.text, answered.status)

    async def checkpoint(request: Request) -> Response:
        for row in await database.pool.fetch(READ_ORIGINS):
            if hashlib.sha256(row["origin"].encode()).hexdigest() == request.path_params["origin"]:
                head = await read_witnessed(database.pool, row["election_id"], 1)
                if head and cosigners(parse_note(head.cosigned_note), [submissions.witness.verifier]):
                    return PlainTextResponse(head.cosigned_note)
        return told("no head of such a log was cosigned here", 404)

    return [
        Route(f"{PATH}/add-checkpoint", add, methods=["POST"]),
        Route(f"{PATH}/{{origin}}/checkpoint", checkpoint, methods=["GET"]),
    ]
