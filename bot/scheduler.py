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

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from bot.ports import Clock, ProtocolSource, Store
    from bot.settings import Settings

log = structlog.get_logger()

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
    _ticks: AsyncIOScheduler = field(default_factory=lambda: AsyncIOScheduler(timezone="UTC"))

    def start(self) -> None:
        """Begin to tick."""
        self._every(timedelta(hours=1), self.forget_events)
        self._ticks.start()

    def stop(self) -> None:
        """Stop; a job that runs may finish."""
        self._ticks.shutdown(wait=False)

    async def all_due(self) -> None:
        """Do what every tick does, now. Each finds in the tables whether anything is due."""
        await self.forget_events()

    def _every(self, interval: timedelta, job: Callable[[], Awaitable[None]]) -> None:
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
            log.error("tick.failed", job=job.__name__, error=type(error).__name__)

    async def forget_events(self) -> None:
        """Drop worked events that no platform sends again."""
        async with self.store.begin() as uow:
            dropped = await uow.inbox.forget_before(self.clock.now() - KEEP_EVENTS)
            await uow.commit()
        log.info("inbox.cleaned", dropped=dropped)
