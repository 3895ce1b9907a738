"""Acknowledge first, work after: while events arrive, the work on earlier ones steps back.

A platform that waits for an acknowledgement gives up after seconds, and shows people an error.
Nobody waits for the work in that way. Under a rush it goes on, one event at a time, each after a
short wait for a quiet moment; otherwise it is not held up at all.
"""

from __future__ import annotations

import asyncio
import contextlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator

PATIENCE_SECONDS = 0.25
"""How long one piece of work waits for a quiet moment. A platform waits three seconds for an acknowledgement, and
nobody counts the seconds to an answer; a rush without end still leaves four pieces of work a second."""

FEW = 4
"""Pieces of work under way at once: what a rush that begins in a quiet moment still has to wait for."""


def _quiet() -> asyncio.Event:
    event = asyncio.Event()
    event.set()
    return event


@dataclass(slots=True)
class Rush:
    """How many events are arriving at this moment."""

    patience: float = PATIENCE_SECONDS
    _arriving: int = 0
    _quiet: asyncio.Event = field(default_factory=_quiet)
    _few: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(FEW))
    _one: asyncio.Lock = field(default_factory=asyncio.Lock)

    @contextlib.contextmanager
    def arrival(self) -> Iterator[None]:
        """An event is being remembered."""
        self._arriving += 1
        self._quiet.clear()
        try:
            yield
        finally:
            self._arriving -= 1
            if not self._arriving:
                self._quiet.set()

    @contextlib.asynccontextmanager
    async def after(self) -> AsyncIterator[None]:
        """Work that comes after what arrives."""
        async with self._few:
            if not self._arriving:
                yield
                return
            async with self._one:
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(self.patience):
                        await self._quiet.wait()
                yield
