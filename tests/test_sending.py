"""Every message ends as delivered once, or as failed and visible."""

from __future__ import annotations

import asyncio
import random
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from bot.errors import CannotReach, NotConnected, TryAgain
from bot.messages import Address, Reply
from bot.model import OutgoingMessage
from bot.sending import Dispatcher
from tests.support import FakeClock, FakeMessenger

if TYPE_CHECKING:
    from storage import SqlStore


def dispatcher(store: SqlStore, clock: FakeClock, messenger: FakeMessenger) -> Dispatcher:
    return Dispatcher(store=store, clock=clock, messenger=messenger, wake=asyncio.Event(), randomness=random.Random(1))


async def queue(store: SqlStore, clock: FakeClock, *keys: str) -> None:
    async with store.begin() as uow:
        for key in keys:
            await uow.outbox.put(
                OutgoingMessage(
                    key=key,
                    to=Address(platform="slack", user_id="U1"),
                    reply=Reply(summary=key),
                    created_at=clock.now(),
                    not_before=clock.now(),
                )
            )
        await uow.commit()


async def figures(store: SqlStore, clock: FakeClock) -> dict[str, float]:
    async with store.begin() as uow:
        return await uow.outbox.figures(clock.now() + timedelta(days=3))


async def test_messages_to_one_person_arrive_in_order_and_once(store: SqlStore, clock: FakeClock) -> None:
    messenger = FakeMessenger()
    await queue(store, clock, "a", "b", "c")
    sender = dispatcher(store, clock, messenger)

    assert await sender.send_waiting() == 3
    assert await sender.send_waiting() == 0
    assert [reply.summary for _, reply in messenger.sent] == ["a", "b", "c"]


async def test_the_platforms_own_pause_is_kept(store: SqlStore, clock: FakeClock) -> None:
    messenger = FakeMessenger(problems=[TryAgain("rate limited", after=300)])
    await queue(store, clock, "a")
    sender = dispatcher(store, clock, messenger)
    await sender.send_waiting()
    clock.forward(seconds=299)

    assert await sender.send_waiting() == 0

    clock.forward(seconds=2)
    await sender.send_waiting()
    assert len(messenger.sent) == 1


async def test_pauses_grow_and_the_message_is_given_up_after_a_day(store: SqlStore, clock: FakeClock) -> None:
    messenger = FakeMessenger(problems=[TryAgain("away")] * 1000)
    await queue(store, clock, "a")
    sender = dispatcher(store, clock, messenger)
    for _ in range(26 * 30):
        await sender.send_waiting()
        clock.forward(minutes=2)

    tried = 1000 - len(messenger.problems)
    assert 90 < tried < 160
    assert await figures(store, clock) == {"waiting": 0, "failed": 1, "oldest_seconds": 0}


@pytest.mark.parametrize("problem", [CannotReach("blocked"), NotConnected("token revoked"), KeyError("a bug")])
async def test_what_can_never_arrive_is_visible_and_does_not_stop_the_others(
    store: SqlStore, clock: FakeClock, problem: Exception
) -> None:
    messenger = FakeMessenger(problems=[problem])
    await queue(store, clock, "a", "b")
    await dispatcher(store, clock, messenger).send_waiting()

    assert [reply.summary for _, reply in messenger.sent] == ["b"]
    assert (await figures(store, clock))["failed"] == 1


async def test_doubt_about_an_earlier_attempt_is_passed_on(store: SqlStore, clock: FakeClock) -> None:
    doubts: list[bool] = []

    class Doubtful(FakeMessenger):
        async def deliver(self, to: Address, reply: Reply, *, key: str, uncertain: bool) -> str:
            doubts.append(uncertain)
            return await super().deliver(to, reply, key=key, uncertain=uncertain)

    messenger = Doubtful(problems=[TryAgain("connection died", uncertain=True)])
    await queue(store, clock, "a")
    sender = dispatcher(store, clock, messenger)
    await sender.send_waiting()
    clock.forward(minutes=1)
    await sender.send_waiting()

    assert doubts == [False, True]
