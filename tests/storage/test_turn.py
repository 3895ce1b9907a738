"""Writers take turns in the order in which they came, except that incoming events go first."""

from __future__ import annotations

import asyncio

import pytest

from storage.turn import Turn


async def settle() -> None:
    for _ in range(5):
        await asyncio.sleep(0)


async def test_turns_are_taken_in_order_and_the_first_goes_before() -> None:
    turn, order = Turn(), []

    async def write(name: str, *, first: bool = False) -> None:
        await turn.acquire(first=first)
        order.append(name)
        await asyncio.sleep(0)
        turn.release()

    await turn.acquire()
    tasks = [asyncio.create_task(write(name)) for name in ("a", "b", "c")]
    await settle()
    tasks.append(asyncio.create_task(write("event", first=True)))
    await settle()
    turn.release()
    await asyncio.gather(*tasks)

    assert order == ["event", "a", "b", "c"]


@pytest.mark.parametrize("when", ["waiting", "just given"])
async def test_a_cancelled_writer_neither_keeps_the_turn_nor_loses_it(when: str) -> None:
    turn = Turn()
    await turn.acquire()
    waits = asyncio.create_task(turn.acquire())
    follows = asyncio.create_task(turn.acquire())
    await settle()
    if when == "waiting":
        waits.cancel()
        turn.release()
    else:
        turn.release()  # it is the waiting one's now, which has not run since
        waits.cancel()
    await settle()

    assert waits.cancelled()
    assert follows.done()
    turn.release()
    await asyncio.wait_for(turn.acquire(), 1)


async def test_no_two_hold_the_turn_at_once_however_they_come_and_go() -> None:
    turn, inside, most = Turn(), 0, 0

    async def write(number: int) -> None:
        nonlocal inside, most
        await turn.acquire(first=number % 3 == 0)
        inside += 1
        most = max(most, inside)
        await asyncio.sleep(0)
        inside -= 1
        turn.release()

    tasks = [asyncio.create_task(write(number)) for number in range(200)]
    await settle()
    for task in tasks[::7]:
        task.cancel()
    found = await asyncio.gather(*tasks, return_exceptions=True)

    assert most == 1
    assert all(each is None or isinstance(each, asyncio.CancelledError) for each in found)
    async with turn:
        assert True
