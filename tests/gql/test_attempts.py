"""How often codes may be guessed: an honest crowd is never locked out, and whoever guesses soon is."""

import asyncio

import pytest

from gql.attempts import AT_ONCE, Attempts, TooManyGuessesError

SCHOOL, ELSEWHERE = "203.0.113.7", "198.51.100.9"


async def _guess(attempts: Attempts, address: str | None) -> None:
    async with attempts.turn(address):
        await attempts.guessed(address)


async def _enrol(attempts: Attempts, address: str) -> None:
    async with attempts.turn(address):
        await attempts.succeeded(address)


async def _refused(attempts: Attempts, address: str | None) -> int:
    with pytest.raises(TooManyGuessesError) as refusal:
        await _guess(attempts, address)
    return refusal.value.seconds


async def test_an_address_that_guesses_too_often_waits_and_no_other_does() -> None:
    attempts = Attempts("memory://", guesses_max=5)
    for _ in range(5):
        await _guess(attempts, SCHOOL)
    assert 0 < await _refused(attempts, SCHOOL) <= 600
    await _guess(attempts, ELSEWHERE)


async def test_2500_volunteers_of_one_school_enrol_though_some_type_wrongly() -> None:
    attempts = Attempts("memory://")
    for number in range(2_500):
        await _enrol(attempts, SCHOOL)
        if number % 20 == 0:
            await _guess(attempts, SCHOOL)


async def test_all_addresses_together_guess_only_so_often() -> None:
    attempts = Attempts("memory://", guesses_max=100, all_max=30)
    for number in range(30):
        await _guess(attempts, f"203.0.113.{number}")
    assert 0 < await _refused(attempts, ELSEWHERE) <= 3_600


async def test_one_network_of_ipv6_counts_as_one_address() -> None:
    attempts = Attempts("memory://", guesses_max=3)
    for number in range(3):
        await _guess(attempts, f"2001:db8:0:1::{number:x}")
    await _refused(attempts, "2001:db8:0:1:ffff::9")
    await _guess(attempts, "2001:db8:0:2::1")


async def test_those_whose_address_is_not_known_count_together() -> None:
    attempts = Attempts("memory://", guesses_max=1)
    await _guess(attempts, None)
    await _refused(attempts, None)


async def test_many_guesses_at_once_get_hardly_further() -> None:
    attempts, tried = Attempts("memory://", guesses_max=5), 0

    async def guess() -> None:
        nonlocal tried
        async with attempts.turn(SCHOOL):
            tried += 1
            await asyncio.sleep(0)
            await attempts.guessed(SCHOOL)

    outcomes = await asyncio.gather(*(guess() for _ in range(200)), return_exceptions=True)
    assert 5 <= tried < 5 + AT_ONCE
    assert sum(isinstance(outcome, TooManyGuessesError) for outcome in outcomes) == 200 - tried


async def test_without_its_redis_a_process_counts_alone() -> None:
    attempts = Attempts("redis://127.0.0.1:1/0", guesses_max=2)
    await _guess(attempts, SCHOOL)
    await _guess(attempts, SCHOOL)
    await _refused(attempts, SCHOOL)
