"""How many photographs one person may send."""

import pytest

from tallywire.evidence.allowance import ALL_AT_ONCE, ONE_PERSON_AT_ONCE, Allowance
from tallywire.evidence.refusal import RefusedError


async def test_one_too_many_in_an_hour_is_told_when_to_come_again_and_others_are_not_touched() -> None:
    allowance = Allowance(uploads_per_hour=3, bytes_per_hour=1_000)
    for _ in range(3):
        await allowance.count_upload("v-1")
    with pytest.raises(RefusedError) as raised:
        await allowance.count_upload("v-1")
    assert (raised.value.status, raised.value.code) == (429, "TOO_MANY_UPLOADS")
    assert raised.value.retry_after is not None and 0 < raised.value.retry_after <= 3_600
    await allowance.count_upload("v-2")


async def test_bytes_are_counted_up_to_the_limit_and_not_beyond() -> None:
    allowance = Allowance(uploads_per_hour=3, bytes_per_hour=1_000)
    await allowance.count_bytes("v-1", 999)
    await allowance.count_bytes("v-1", 1)
    with pytest.raises(RefusedError):
        await allowance.count_bytes("v-1", 1)
    await allowance.count_bytes("v-2", 1_000)


def test_so_many_at_once_and_then_again_when_they_are_done() -> None:
    allowance = Allowance(3, 1_000)
    turns = [allowance.turn("v-1") for _ in range(ONE_PERSON_AT_ONCE)]
    for turn in turns:
        turn.__enter__()
    with pytest.raises(RefusedError) as raised, allowance.turn("v-1"):
        pass
    assert raised.value.status == 429
    turns.pop().__exit__(None, None, None)
    with allowance.turn("v-1"):
        pass
    others = [allowance.turn(f"w-{number}") for number in range(ALL_AT_ONCE - len(turns))]
    for turn in others:
        turn.__enter__()
    with pytest.raises(RefusedError) as raised, allowance.turn("somebody"):
        pass
    assert (raised.value.status, raised.value.code) == (503, "BUSY")
