"""Work what comes in: remembered first, acknowledged next, then answered in one transaction.

The answer, what the handler kept and “this event is done” are committed together. So a crash
before the commit leaves the event waiting, and a crash after it leaves the answer in the outbox.
A repeat of an event has no second effect and gets the answer that was kept.
"""

from __future__ import annotations

import asyncio
import secrets
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import TYPE_CHECKING

import structlog

from bot.dispatch import dispatch
from bot.errors import Refusal
from bot.messages import Address, Paragraph, Reply
from bot.metrics import Metrics
from bot.model import OutgoingMessage
from bot.ports import Services
from bot.rate_limit import RateLimit
from bot.rush import Rush
from bot.wording import common

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from bot.messages import Request
    from bot.model import Event
    from bot.ports import Clock, ProtocolSource, Store, Translator, UnitOfWork
    from bot.settings import Settings

log = structlog.get_logger()

LEASE = timedelta(seconds=60)
"""How long an event is held by whoever works it; after that it is taken for abandoned."""

IDLE_SECONDS = 5.0
"""How often waiting events are looked for when nothing announced one."""

TRIES = 2
"""An unexpected failure is tried once more before the person is told."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reception:
    """Takes in events of every platform and answers them through :func:`bot.dispatch.dispatch`."""

    store: Store
    clock: Clock
    protocol: ProtocolSource
    settings: Settings
    translators: Mapping[str, Translator]
    announce: Callable[[], None]
    """Called after each commit that queued a message, to wake the sender."""
    wake: asyncio.Event
    metrics: Metrics = field(default_factory=Metrics)
    rate_limit: RateLimit = field(default_factory=RateLimit)
    rush: Rush = field(default_factory=Rush)

    async def accept(self, event: Event) -> bool:
        """Remember the event; committed when this returns. False where it is a repeat."""
        with self.metrics.kept.labels(event.platform).time(), self.rush.arrival():
            new = await self.store.remember(event)
        if new:
            self.wake.set()
        else:
            self.metrics.repeats.labels(event.platform).inc()
            log.info("event.repeat", platform=event.platform, kind=event.kind)
        return new

    async def answer_now(self, event: Event) -> Reply | None:
        """Remember and work the event at once; the reply goes back in the platform's own response.

        A repeat gets the reply that was kept; nothing where the first is still being worked.
        """
        async with self.store.begin() as uow:
            await uow.inbox.remember(event)
            claimed = await uow.inbox.claim_one(event.platform, event.key, self.clock.now(), LEASE)
            await uow.commit()
        if claimed is None:
            self.metrics.repeats.labels(event.platform).inc()
            async with self.store.begin() as uow:
                return await uow.inbox.response(event.platform, event.key)
        return await self._work(claimed, in_response=True)

    async def run(self) -> None:
        """Work waiting events until cancelled."""
        while True:
            self.wake.clear()
            try:
                worked = await self.work_waiting()
            except Exception:
                log.exception("inbox.sweep_failed")
                worked = 0
            if not worked:
                with_timeout = asyncio.wait_for(self.wake.wait(), timeout=IDLE_SECONDS)
                await asyncio.gather(with_timeout, return_exceptions=True)

    async def work_waiting(self, limit: int = 20) -> int:
        """Work what waits; how many events there were."""
        worked = 0
        for platform in self.translators:
            async with self.store.begin() as uow:
                events = await uow.inbox.claim(platform, self.clock.now(), LEASE, limit)
                await uow.commit()
            await asyncio.gather(*(self._work_after(event) for event in events))
            worked += len(events)
        return worked

    async def _work_after(self, event: Event) -> None:
        async with self.rush.after():
            await self._work(event, in_response=False)

    async def _work(self, event: Event, *, in_response: bool) -> Reply | None:
        with structlog.contextvars.bound_contextvars(event_key=event.key, platform=event.platform):
            for attempt in range(1, TRIES + 1):
                try:
                    reply = await self._attempt(event, in_response=in_response)
                    self.metrics.events.labels(event.platform, "answered").inc()
                    return reply
                except Refusal as refusal:
                    self.metrics.events.labels(event.platform, "refused").inc()
                    log.info("event.refused", kind=event.kind, refusal=type(refusal).__name__)
                    text = str(refusal)  # private, so that nobody else learns whether there was something to refuse
                    refused = Reply(summary=text, parts=(Paragraph(text),), private=True)
                    return await self._close(event, refused, in_response)
                except Exception as error:  # noqa: BLE001 - the one place that catches the unexpected
                    # The traceback's frames hold no text of the person; the message might, so only its type is logged.
                    log.error("event.failed", kind=event.kind, attempt=attempt, error=type(error).__name__)
            self.metrics.events.labels(event.platform, "failed").inc()
            return await self._give_up(event, in_response)

    async def _attempt(self, event: Event, *, in_response: bool) -> Reply | None:
        request = self.translators[event.platform].to_request(event)
        async with self.store.begin() as uow:
            reply = None
            if request is not None:
                reply = await dispatch(request, await self._services(request, uow))
                if not in_response:
                    await self._queue(request, reply, uow)
            await uow.inbox.done(event.platform, event.key, reply if in_response else None)
            await uow.commit()
        if reply is not None:
            self.announce()
        return reply

    async def _services(self, request: Request, uow: UnitOfWork) -> Services:
        sender = request.sender
        person = await uow.people.by_platform_id(sender.platform, sender.user_id)
        if person is None and sender.alt_id:
            person = await uow.people.by_platform_id(sender.platform, sender.alt_id)
        return Services(
            clock=self.clock,
            protocol=self.protocol,
            settings=self.settings,
            uow=uow,
            platforms=tuple(self.translators),
            rate_limit=self.rate_limit,
            person=person,
        )

    async def _queue(self, request: Request, reply: Reply, uow: UnitOfWork) -> None:
        """Put the reply in the outbox: to the place, or to the person alone with a pointer in the place."""
        now, platform = self.clock.now(), request.sender.platform
        place = Address(platform=platform, place=request.place.address)
        message = OutgoingMessage(
            key=f"{platform}:{request.key}:reply", to=place, reply=reply, created_at=now, not_before=now
        )
        if reply.private and not request.place.private:
            privately = Address(platform=platform, user_id=request.sender.user_id, tenant=request.sender.tenant)
            await uow.outbox.put(replace(message, key=f"{message.key}:private", to=privately))
            pointer = Reply(summary=common.SENT_PRIVATELY, parts=(Paragraph(common.SENT_PRIVATELY),))
            message = replace(message, reply=pointer)
        await uow.outbox.put(message)

    async def _close(self, event: Event, reply: Reply, in_response: bool) -> Reply:  # noqa: FBT001
        """Answer without keeping anything else: what the handler did was rolled back."""
        request = self.translators[event.platform].to_request(event)
        async with self.store.begin() as uow:
            if request is not None and not in_response:
                await self._queue(request, reply, uow)
            await uow.inbox.done(event.platform, event.key, reply if in_response else None)
            await uow.commit()
        self.announce()
        return reply

    async def _give_up(self, event: Event, in_response: bool) -> Reply | None:  # noqa: FBT001
        """Tell the person, with a reference that the log has too."""
        reference = secrets.token_hex(4).upper()
        log.error("event.given_up", kind=event.kind, reference=reference)
        text = common.went_wrong(reference)
        reply = Reply(summary=text, parts=(Paragraph(text),))
        try:
            request = self.translators[event.platform].to_request(event)
        except Exception:  # noqa: BLE001 - an event that cannot even be read has nobody to answer
            request = None
        async with self.store.begin() as uow:
            if request is not None and not in_response:
                await self._queue(request, reply, uow)
            await uow.inbox.failed(event.platform, event.key, reference)
            await uow.commit()
        self.announce()
        return reply
