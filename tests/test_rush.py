"""While events arrive the work on earlier ones steps back, and never stops."""

from __future__ import annotations

import asyncio
import contextlib

from bot.rush import FEW, Rush


async def settle() -> None:
    for _ in range(6):
        await asyncio.sleep(0)


async def test_work_waits_until_nothing_arrives_and_then_goes_on() -> None:
    rush, done = Rush(patience=60), []

    async def work(number: int) -> None:
        async with rush.after():
            done.append(number)

    with rush.arrival(), rush.arrival():
        tasks = [asyncio.create_task(work(number)) for number in range(3)]
        await settle()
        assert done == []
    await asyncio.gather(*tasks)

    assert done == [0, 1, 2]


async def test_in_a_rush_without_end_work_goes_on_one_at_a_time() -> None:
    rush, inside, most = Rush(patience=0), 0, 0

    async def work() -> None:
        nonlocal inside, most
        async with rush.after():
            inside += 1
            most = max(most, inside)
            await asyncio.sleep(0)
            inside -= 1

    with rush.arrival():
        await asyncio.gather(*(work() for _ in range(5)))

    assert most == 1


async def test_in_quiet_times_a_few_go_on_side_by_side() -> None:
    rush, inside, most = Rush(patience=60), 0, 0

    async def work() -> None:
        nonlocal inside, most
        async with rush.after():
            inside += 1
            most = max(most, inside)
            await asyncio.sleep(0)
            inside -= 1

    await asyncio.gather(*(work() for _ in range(3 * FEW)))

    assert most == FEW


async def test_work_that_queues_when_a_rush_begins_steps_back_too() -> None:
    rush, begun, go_on = Rush(patience=60), [], asyncio.Event()

    async def work(number: int) -> None:
        async with rush.after():
            begun.append(number)
            await go_on.wait()

    tasks = [asyncio.create_task(work(number)) for number in range(FEW + 2)]
    await settle()
    assert begun == list(range(FEW))
    with rush.arrival():
        go_on.set()
        await settle()
        assert begun == list(range(FEW))
    await asyncio.gather(*tasks)

    assert begun == list(range(FEW + 2))


async def test_an_arrival_that_failed_holds_nothing_up() -> None:
    rush = Rush(patience=60)
    with contextlib.suppress(ValueError), rush.arrival():
        int("not a number")

    async with rush.after():
        assert True
