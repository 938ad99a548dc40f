"""A relay at work: the message that was on its way first, then everything behind the last one taken, one by one."""

import logging
from contextlib import aclosing

from tallywire.client import Client
from tallywire.relay.messages import Messages
from tallywire.relay.meters import PENDING
from tallywire.relay.posting import Receiver
from tallywire.relay.state import Message, StateFile

log = logging.getLogger(__name__)


async def relay(client: Client, receiver: Receiver, state: StateFile, *, from_now: bool = False) -> None:
    """Works until it is cancelled. `from_now`: without a state, begin with what comes next.

    Raises ReceiverGoneError, RefusedError, StateError.
    """
    after = await _start(client, receiver, state, from_now=from_now)
    async with aclosing(Messages(client, state.course).after(after)) as made:
        async for message in made:
            state.begin(message)
            await _send(receiver, state, message)


async def relay_once(
    client: Client, receiver: Receiver, state: StateFile, *, patience: float, from_now: bool = False
) -> None:
    """Sends what is new by now. `patience`: seconds that the server may be away.

    Raises ReceiverGoneError, ReceiverAwayError, RefusedError, UnreachableError, StateError.
    """
    after = await _start(client, receiver, state, from_now=from_now)
    messages = Messages(client, state.course, patience=patience)
    async with aclosing(messages.new(after)) as made:
        async for message in made:
            state.begin(message)
            await _send(receiver, state, message)
    if messages.reached is not None:
        state.reached(messages.reached)


async def _start(client: Client, receiver: Receiver, state: StateFile, *, from_now: bool) -> str | None:
    """Sends what was on its way; where to go on behind, None: the beginning."""
    if (pending := state.progress.pending) is not None:
        log.info("sending again what was on its way", extra={"webhook_id": pending.id})
        await _send(receiver, state, pending)
    after = state.progress.after
    if after is None and from_now:
        found = await client.election(state.course.election)
        after = found.cursor if found is not None else None
    return after


async def _send(receiver: Receiver, state: StateFile, message: Message) -> None:
    PENDING.set(1)
    await receiver.deliver(message)
    state.taken(message)
    PENDING.set(0)
