"""Fixed ticks in UTC. APScheduler only rings the bell: what is due is found in the tables.

The memory job store is meant: a shared job store fires twice (APScheduler FAQ), and work is
claimed in the database anyway. APScheduler 3.11.0 and 3.11.1 hang on the autumn clock change
with local-time triggers, so the ticks are UTC intervals and the version has a floor.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING

import structlog
from apscheduler.schedulers.asyncio import AsyncIOScheduler

from bot.handlers import conflicts, disclosure_care, recount, remind, weekly_digest
from bot.metrics import Metrics
from bot.ports import Services

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from datetime import datetime

    from bot.ports import Clock, ProtocolSource, Store, UnitOfWork
    from bot.settings import Settings

log = structlog.get_logger()

STALE_AFTER = timedelta(minutes=10)
"""A job whose last good run is this much older than its interval is stuck or failing."""

KEEP_EVENTS = timedelta(hours=26)
"""Slack may send an event again for 24 hours; it must be known as a repeat for longer than that."""


@dataclass(slots=True, kw_only=True)
class Scheduler:
    """The ticks of a running bot."""

    store: Store
    clock: Clock
    protocol: ProtocolSource
    settings: Settings
    announce: Callable[[], None]
    platforms: tuple[str, ...] = ()
    metrics: Metrics = field(default_factory=Metrics)
    heartbeat: Callable[[], Awaitable[None]] | None = None
    """Called after a good run of a job while no job is behind."""
    _good: dict[str, datetime] = field(default_factory=dict)
    _intervals: dict[str, timedelta] = field(default_factory=dict)
    _ticks: AsyncIOScheduler = field(default_factory=lambda: AsyncIOScheduler(timezone="UTC"))

    def start(self) -> None:
        """Begin to tick."""
        self._every(timedelta(hours=1), self.forget_events)
        self._every(timedelta(minutes=30), self.look_after_register)
        self._every(timedelta(minutes=5), self.remind)
        self._ticks.start()

    def stop(self) -> None:
        """Stop; a job that runs may finish."""
        self._ticks.shutdown(wait=False)

    async def all_due(self) -> None:
        """Do what every tick does, now. Each finds in the tables whether anything is due."""
        await self.forget_events()
        await self.look_after_register()
        await self.remind()

    def behind(self) -> tuple[str, ...]:
        """Jobs whose last good run is too long ago."""
        now = self.clock.now()
        return tuple(job for job, every in self._intervals.items() if now - self._good[job] > every + STALE_AFTER)

    def _every(self, interval: timedelta, job: Callable[[], Awaitable[None]]) -> None:
        self._intervals[job.__name__] = interval
        self._good[job.__name__] = self.clock.now()
        self._ticks.add_job(
            self._guarded,
            "interval",
            args=[job],
            seconds=interval.total_seconds(),
            id=job.__name__,
            coalesce=True,
            max_instances=1,
            misfire_grace_time=None,
        )

    async def _guarded(self, job: Callable[[], Awaitable[None]]) -> None:
        try:
            await job()
        except Exception as error:  # noqa: BLE001 - the next tick tries again
            self.metrics.sweeps_failed.labels(job.__name__).inc()
            log.error("tick.failed", job=job.__name__, error=type(error).__name__)
            return
        self._good[job.__name__] = self.clock.now()
        self.metrics.swept(job.__name__, self._good[job.__name__])
        if self.heartbeat is not None and not self.behind():
            await self.heartbeat()

    def _services(self, uow: UnitOfWork) -> Services:
        return Services(
            clock=self.clock, protocol=self.protocol, uow=uow, settings=self.settings, platforms=self.platforms
        )

    async def remind(self) -> None:
        """Count dates anew where the calendar changed, tell what is due, and send the weekly digest."""
        async with self.store.begin() as uow:
            moved = await recount.sweep(self._services(uow))
            await uow.commit()
        while moved.more:
            async with self.store.begin() as uow:
                moved = await recount.sweep(self._services(uow))
                await uow.commit()
        async with self.store.begin() as uow:
            swept = await remind.sweep(self._services(uow))
            weekly = await weekly_digest.sweep(self._services(uow))
            await conflicts.sweep(self._services(uow))
            await uow.commit()
        if swept.queued or weekly or moved.moved:
            log.info("reminders.queued", due=swept.due, messages=swept.queued, weekly=weekly)
            self.announce()

    async def look_after_register(self) -> None:
        """Send the yearly questions, reviews and one-sided declarations that are due."""
        async with self.store.begin() as uow:
            sent = await disclosure_care.sweep(self._services(uow))
            await uow.commit()
        if sent:
            self.announce()
        log.info("register.looked_after", sent=sent)

    async def forget_events(self) -> None:
        """Drop worked events that no platform sends again, old threads, and questions past their time."""
        now = self.clock.now()
        questions = now - timedelta(days=self.settings.retention_days_questions)
        async with self.store.begin() as uow:
            dropped = await uow.inbox.forget_before(now - KEEP_EVENTS)
            await uow.answers.forget_before(questions, now - KEEP_EVENTS)
            await uow.commit()
        log.info("inbox.cleaned", dropped=dropped)
