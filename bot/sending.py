"""Deliver what is in the outbox: claimed with a lease, paced, retried, given up visibly.

What may get through later is tried for 24 hours with growing pauses. What never will is marked
as failed, and an operator sees it.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING

import structlog

from bot.errors import CannotReach, NotConnected, TryAgain
from bot.messages import Reply
from bot.metrics import Metrics

if TYPE_CHECKING:
    import random
    from collections.abc import Awaitable, Callable, Sequence
    from datetime import datetime

    from bot.model import OutgoingMessage
    from bot.ports import Clock, Messenger, Store

    Recheck = Callable[[OutgoingMessage], Awaitable[Reply | datetime | None]]

log = structlog.get_logger()

LEASE = timedelta(seconds=120)
IDLE_SECONDS = 2.0
GIVE_UP_AFTER = timedelta(hours=24)
FIRST_PAUSE_SECONDS = 2.0
LONGEST_PAUSE_SECONDS = 900.0
AT_ONCE = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Dispatcher:
    """Delivers the messages of one platform."""

    store: Store
    clock: Clock
    messenger: Messenger
    wake: asyncio.Event
    randomness: random.Random
    metrics: Metrics = field(default_factory=Metrics)
    recheck: Recheck | None = None
    """Asked just before a message leaves: what to send now, until when to wait, or nothing where it no longer holds."""

    async def run(self) -> None:
        """Deliver until cancelled."""
        while True:
            self.wake.clear()
            try:
                sent = await self.send_waiting()
            except Exception:
                log.exception("outbox.sweep_failed")
                sent = 0
            if not sent:
                await asyncio.gather(asyncio.wait_for(self.wake.wait(), timeout=IDLE_SECONDS), return_exceptions=True)

    async def send_waiting(self) -> int:
        """Deliver what is due; how many messages were tried. Order is kept for each address."""
        async with self.store.begin() as uow:
            messages = await uow.outbox.claim(self.messenger.platform, self.clock.now(), LEASE, AT_ONCE)
            await uow.commit()
        by_address: dict[tuple[str, str], list[OutgoingMessage]] = {}
        for message in messages:
            by_address.setdefault((message.to.place, message.to.user_id), []).append(message)
        await asyncio.gather(*(self._send_in_order(queue) for queue in by_address.values()))
        return len(messages)

    async def _send_in_order(self, messages: Sequence[OutgoingMessage]) -> None:
        for message in messages:
            with structlog.contextvars.bound_contextvars(message=message.key):
                await self._send(message)

    def _count(self, result: str) -> None:
        self.metrics.messages.labels(self.messenger.platform, result).inc()

    async def _send(self, message: OutgoingMessage) -> None:
        problem: Exception
        try:
            reply = await self.recheck(message) if self.recheck else message.reply
        except Exception as error:  # noqa: BLE001 - whatever stops the question, the message must not be lost over it
            return await self._later(message, type(error).__name__, after=None, uncertain=False)
        if not isinstance(reply, Reply):
            return await self._hold_back_or_withdraw(message, reply)
        try:
            platform_id = await self.messenger.deliver(message.to, reply, key=message.key, uncertain=message.uncertain)
        except TryAgain as error:
            if error.limited:
                self.metrics.rate_limited.labels(self.messenger.platform).inc()
            return await self._later(message, str(error), after=error.after, uncertain=error.uncertain)
        except (CannotReach, NotConnected) as error:
            problem = error
        except Exception as error:  # noqa: BLE001 - a message that breaks its renderer must not stop the others
            log.error("message.broken", key=message.key, error=type(error).__name__)
            problem = error
        else:
            async with self.store.begin() as uow:
                await uow.outbox.delivered(message.key, platform_id, self.clock.now())
                await uow.commit()
            self._count("delivered")
            return None
        async with self.store.begin() as uow:
            await uow.outbox.fail(message.key, type(problem).__name__, self.clock.now())
            await uow.commit()
        self._count("failed")
        log.warning("message.undeliverable", key=message.key, reason=type(problem).__name__)
        return None

    async def _hold_back_or_withdraw(self, message: OutgoingMessage, until: datetime | None) -> None:
        async with self.store.begin() as uow:
            if until is None:
                await uow.outbox.withdraw(message.key, self.clock.now())
            else:
                await uow.outbox.hold_back(message.key, until)
            await uow.commit()
        self._count("withdrawn" if until is None else "held back")

    async def _later(self, message: OutgoingMessage, reason: str, *, after: float | None, uncertain: bool) -> None:
        now = self.clock.now()
        async with self.store.begin() as uow:
            if now - message.created_at > GIVE_UP_AFTER:
                result = "failed"
                await uow.outbox.fail(message.key, reason, now)
                log.warning("message.given_up", key=message.key, reason=reason)
            else:
                result = "postponed"
                pause = timedelta(seconds=self._pause(message.attempts, after))
                await uow.outbox.postpone(message.key, now + pause, reason, uncertain=uncertain or message.uncertain)
            await uow.commit()
        self._count(result)

    def _pause(self, attempts: int, after: float | None) -> float:
        """Doubling, with jitter; never less than the platform asked for."""
        pause = min(LONGEST_PAUSE_SECONDS, FIRST_PAUSE_SECONDS * 2.0**attempts)
        jittered = pause * self.randomness.uniform(0.75, 1.25)
        return max(jittered, after or 0.0)
