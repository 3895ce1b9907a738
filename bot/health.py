"""Whether the bot can do its work, and the figures that are read from the database when somebody asks for them."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from datetime import UTC, datetime, time
from typing import TYPE_CHECKING, Protocol

from bot.calendars import last_known_holiday

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from bot.metrics import Metrics
    from bot.ports import Clock
    from bot.settings import Settings

PATIENCE_SECONDS = 3.0
"""A database that takes longer does not answer, for whoever asks whether we are ready."""

OUTBOX_TOO_OLD_SECONDS = 300.0
"""A message that has been due for so long is not being tried: one that was refused waits until it is due again."""

LAG_EVERY_SECONDS = 0.5


class Waiting(Protocol):
    """How many rows wait, and how long the oldest has."""

    @property
    def count(self) -> int: ...  # noqa: D102

    @property
    def oldest_seconds(self) -> float: ...  # noqa: D102


class Figures(Protocol):
    """The inbox and the outbox at one moment, by platform."""

    @property
    def outbox(self) -> Mapping[str, Waiting]: ...  # noqa: D102

    @property
    def inbox(self) -> Mapping[str, Waiting]: ...  # noqa: D102

    @property
    def messages_failed(self) -> int: ...  # noqa: D102

    @property
    def events_failed(self) -> int: ...  # noqa: D102


class Watched(Protocol):
    """What is asked of the store."""

    async def pending(self) -> bool:
        """Whether the schema is behind."""
        ...

    async def figures(self, platforms: Sequence[str], now: datetime) -> Figures:
        """What waits and what was given up."""
        ...


@dataclass(slots=True, kw_only=True)
class Health:
    """What stops the bot from working, and what it looks like from outside."""

    store: Watched
    clock: Clock
    settings: Settings
    metrics: Metrics
    platforms: Sequence[str]
    adapter_problems: Callable[[], Sequence[str]]
    behind: Callable[[], Sequence[str]]
    """Jobs that have not ended well for too long."""
    workers: list[asyncio.Task[None]] = field(default_factory=list)
    """The loops that work the inbox and the outbox; none may end while the bot runs."""

    async def problems(self) -> Sequence[str]:
        """What is not ready, a plain sentence each; empty when all is well."""
        found = [*self.adapter_problems()]
        found += [f"The job “{job}” has not ended well for too long." for job in self.behind()]
        if any(worker.done() for worker in self.workers):
            found.append("A worker of the inbox or the outbox has stopped.")
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                found += await self._database_problems()
        except Exception:  # noqa: BLE001 - whatever the driver raises, the answer is the same
            found.append("The database does not answer.")
        self.metrics.ready.set(0 if found else 1)
        return found

    async def _database_problems(self) -> Sequence[str]:
        if await self.store.pending():
            return ["The database is not up to date."]
        figures = await self.store.figures(self.platforms, self.clock.now())
        self._show(figures)
        return [
            f"Messages to {platform} are not being sent."
            for platform, waiting in figures.outbox.items()
            if waiting.oldest_seconds > OUTBOX_TOO_OLD_SECONDS
        ]

    async def refresh(self) -> None:
        """Bring the gauges up to date."""
        end = last_known_holiday(self.settings)
        self.metrics.holidays_end.set(datetime.combine(end, time(), UTC).timestamp())
        self.metrics.keys.set(len(self.settings.encryption_keys) or 1)
        await self.problems()

    def _show(self, figures: Figures) -> None:
        for platform, waiting in figures.outbox.items():
            self.metrics.outbox_waiting.labels(platform).set(waiting.count)
            self.metrics.outbox_oldest.labels(platform).set(waiting.oldest_seconds)
        for platform, waiting in figures.inbox.items():
            self.metrics.inbox_waiting.labels(platform).set(waiting.count)
            self.metrics.inbox_oldest.labels(platform).set(waiting.oldest_seconds)
        self.metrics.dead_letters.labels("outbox").set(figures.messages_failed)
        self.metrics.dead_letters.labels("inbox").set(figures.events_failed)


async def watch_lag(metrics: Metrics) -> None:
    """Measure how late the event loop is, until cancelled."""
    loop = asyncio.get_running_loop()
    while True:
        due = loop.time() + LAG_EVERY_SECONDS
        await asyncio.sleep(LAG_EVERY_SECONDS)
        metrics.lag.observe(max(0.0, loop.time() - due))
