"""`tallywire relay`: the live feed as webhooks."""

import asyncio
import os
from pathlib import Path
from typing import Annotated, Literal, NoReturn

import aiohttp
import prometheus_client
import typer
from rich.console import Console

from tallywire.client import RefusedError, UnreachableError, connect
from tallywire.logs import Format, configure_log
from tallywire.relay.meters import REGISTRY
from tallywire.relay.posting import FIRST_WAIT, Receiver, ReceiverAwayError, ReceiverGoneError
from tallywire.relay.running import relay, relay_once
from tallywire.relay.signing import BadSecretError, new_secret, read_secrets
from tallywire.relay.state import Course, StateError, StateFile
from tallywire.stopping import Stopping

GONE, AWAY, BAD_INPUT = 1, 1, 2
PATIENCE_SECONDS = 60.0
SECRET = "TALLYWIRE_RELAY_SECRET"


def relay_command(
    to: Annotated[str, typer.Option(help="The address that takes the POSTs.", show_default=False)] = "",
    election: Annotated[str, typer.Option(help="The election's id.", show_default=False)] = "",
    url: Annotated[str, typer.Option(help="The server's address.")] = "http://127.0.0.1:8000",
    mode: Annotated[
        Literal["every", "latest"],
        typer.Option(help="every: each entry of the feed, in order. latest: results that changed, the newest values."),
    ] = "every",
    contest: Annotated[list[str] | None, typer.Option(help="Only of this contest; may be given again.")] = None,
    area: Annotated[list[str] | None, typer.Option(help="Only from this area; may be given again.")] = None,
    state: Annotated[Path, typer.Option(help="What was delivered, across restarts.")] = Path("tallywire-relay.json"),
    secret_file: Annotated[
        Path | None, typer.Option(help=f"Where the secret stands, if not in {SECRET}.", show_default=False)
    ] = None,
    from_now: Annotated[bool, typer.Option("--from-now", help="At the first start: only what comes next.")] = False,
    event_stream: Annotated[
        bool, typer.Option("--event-stream", help="Read server-sent events, where no WebSocket gets through.")
    ] = False,
    token: Annotated[str | None, typer.Option(envvar="TALLYWIRE_TOKEN", help="Where reading needs one.")] = None,
    metrics_port: Annotated[int | None, typer.Option(help="Serve metrics on 127.0.0.1.", show_default=False)] = None,
    log_format: Annotated[Literal["text", "json"], typer.Option(help="Of the lines on standard error.")] = "text",
    once: Annotated[bool, typer.Option("--once", help="Send what is new by now, and end: for cron.")] = False,
    patience: Annotated[
        float | None,
        typer.Option(min=0.0, help="With --once: seconds that a side may be away (60).", show_default=False),
    ] = None,
    first_wait: Annotated[float, typer.Option(min=0.01, help="Seconds to the second try; then doubled.")] = FIRST_WAIT,
    make_secret: Annotated[bool, typer.Option("--new-secret", help="Print a new secret, and end.")] = False,
) -> None:
    """Send the live feed to an address as signed webhooks: in order, each at least once, until it is taken.

    A receiver that is away is waited for, and told all that it missed. Ends with 1 at its 410, with 2 on bad input.

    With --once: ends with 0 when all that is new was taken, and with 1 where server or receiver was away for longer
    than --patience; the next run goes on there.
    """
    if make_secret:
        Console().print(new_secret(), markup=False, highlight=False, soft_wrap=True)
        return
    if not to.startswith(("http://", "https://")) or not election:
        _end("--to ADDRESS and --election ID are needed")
    if patience is not None and not once:
        _end("--patience goes with --once: without it each side is waited for")
    seconds = (PATIENCE_SECONDS if patience is None else patience) if once else None
    configure_log(_format(log_format), "INFO")
    course = Course(election, mode, tuple(contest or ()), tuple(area or ()))
    try:
        keys = read_secrets(_secret(secret_file))
        file = StateFile(state, course)
    except (BadSecretError, StateError, OSError) as fault:
        _end(str(fault))
    if metrics_port is not None:
        prometheus_client.start_http_server(metrics_port, addr="127.0.0.1", registry=REGISTRY)

    async def work() -> None:
        async with (
            connect(
                url, token, streams=event_stream, patience_seconds=PATIENCE_SECONDS if seconds is None else seconds
            ) as client,
            aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar()) as session,
        ):
            receiver = Receiver(session, to, keys, first_wait=first_wait, patience=seconds)
            works = (
                relay(client, receiver, file, from_now=from_now)
                if seconds is None
                else relay_once(client, receiver, file, patience=seconds, from_now=from_now)
            )
            relaying = asyncio.create_task(works)
            await Stopping().wait(relaying)
            if not relaying.cancel():
                relaying.result()
            await asyncio.gather(relaying, return_exceptions=True)

    try:
        asyncio.run(work())
    except ReceiverGoneError as gone:
        _end(str(gone), GONE)
    except ReceiverAwayError as away:
        _end(str(away), AWAY)
    except RefusedError as refusal:
        _end(_why(refusal, state))
    except UnreachableError as away:
        _end(str(away), AWAY if once else BAD_INPUT)
    except StateError as fault:
        _end(str(fault))
    finally:
        file.close()


def _why(refusal: RefusedError, state: Path) -> str:
    if refusal.code != "UNKNOWN_POSITION":
        return str(refusal)
    return f"the server does not know the position in {state}: its election was loaded anew; begin with a new file"


def _secret(path: Path | None) -> str:
    if path is None:
        path = Path(named) if (named := os.environ.get(f"{SECRET}_FILE")) else None
    return path.read_text(encoding="utf-8") if path is not None else os.environ.get(SECRET, "")


def _format(name: str) -> Format:
    return "json" if name == "json" else "text"


def _end(message: str, code: int = BAD_INPUT) -> NoReturn:
    Console(stderr=True).print(f"relay: {message}", style="red", highlight=False, soft_wrap=True, markup=False)
    raise typer.Exit(code)
