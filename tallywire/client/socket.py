"""graphql-transport-ws: one subscription on a socket of its own."""

from collections.abc import AsyncGenerator
from typing import Any

import aiohttp
import orjson

from .refusals import RefusedError, UnansweredError, data_of, refusal
from .wire import Wire

# A line that answers no ping in half of this, in seconds, is a broken one.
PING_SECONDS = 20.0
OPEN_SECONDS_MAX = 15.0
MESSAGE_BYTES_MAX = 64 * 2**20
# After these the same would only be closed again (docs/live-feed.md).
FOR_GOOD = frozenset({1007, 1009, 4400, 4401, 4403, 4406, 4409, 4429})


async def socket_events(wire: Wire, token: str | None, payload: dict[str, Any]) -> AsyncGenerator[dict[str, Any], None]:
    """The data of each event, until `complete`. Raises UnansweredError where the line is lost, RefusedError."""
    try:
        async with wire.session.ws_connect(
            wire.address.replace("http", "ws", 1),
            protocols=("graphql-transport-ws",),
            heartbeat=PING_SECONDS,
            max_msg_size=MESSAGE_BYTES_MAX,
            timeout=aiohttp.ClientWSTimeout(ws_close=2.0),
        ) as socket:
            init: dict[str, Any] = {"Authorization": f"Bearer {token}"} if token else {}
            await _say(socket, {"type": "connection_init", "payload": init})
            acknowledged = await _hear(socket, OPEN_SECONDS_MAX)
            if acknowledged["type"] != "connection_ack":
                raise RefusedError("NO_GRAPHQL", f"{wire.address} says {acknowledged['type']} first")
            await _say(socket, {"id": "1", "type": "subscribe", "payload": payload})
            while True:
                message = await _hear(socket)
                match message["type"]:
                    case "next":
                        yield data_of(message["payload"])
                    case "ping":
                        await _say(socket, {"type": "pong"})
                    case "error":
                        raise refusal(message["payload"], "REFUSED")
                    case "complete":
                        return
    except aiohttp.WSServerHandshakeError as failure:
        if failure.status in (408, 429) or failure.status >= 500:
            raise UnansweredError(f"HTTP {failure.status}") from failure
        raise RefusedError(
            f"HTTP_{failure.status}", f"{wire.address} takes no WebSocket: {failure.message}"
        ) from failure
    except (aiohttp.ClientError, TimeoutError, OSError) as failure:
        raise UnansweredError(str(failure) or type(failure).__name__) from failure


async def _say(socket: aiohttp.ClientWebSocketResponse, message: dict[str, Any]) -> None:
    await socket.send_str(orjson.dumps(message).decode())


async def _hear(socket: aiohttp.ClientWebSocketResponse, seconds: float | None = None) -> dict[str, Any]:
    received = await socket.receive(seconds)
    if received.type is aiohttp.WSMsgType.TEXT:
        message: dict[str, Any] = orjson.loads(received.data)
        return message
    code = socket.close_code
    reason = str(received.extra or "") if received.type is aiohttp.WSMsgType.CLOSE else ""
    if code in FOR_GOOD:
        raise RefusedError(f"CLOSED_{code}", reason or "the server closed the socket for good")
    raise UnansweredError(f"the socket was closed ({code}{': ' + reason if reason else ''})")
