"""Whose turn it is to write to SQLite, within this process.

SQLite has one writer at a time. Tasks that polled for its lock would get it by luck; here they
queue. Somebody waits for the answer to an incoming event, and nobody for the work on it, so
events are written first.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections import deque
from typing import Self


class Turn:
    """A fair lock with a front of the queue."""

    def __init__(self) -> None:
        self._taken = False
        self._waiting: deque[asyncio.Future[None]] = deque()

    async def acquire(self, *, first: bool = False) -> None:
        """Wait for the turn and take it; ``first`` goes before everybody who waits."""
        if not self._taken:
            self._taken = True
            return
        mine: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        if first:
            self._waiting.appendleft(mine)
        else:
            self._waiting.append(mine)
        try:
            await mine
        except asyncio.CancelledError:
            if mine.done() and not mine.cancelled():
                self.release()  # it was ours already: pass it on
            else:
                with contextlib.suppress(ValueError):  # it was passed over already
                    self._waiting.remove(mine)
            raise

    def release(self) -> None:
        """Give the turn to the next, who then has it."""
        while self._waiting:
            following = self._waiting.popleft()
            if not following.done():
                following.set_result(None)
                return
        self._taken = False

    async def __aenter__(self) -> Self:
        """The turn, before everybody who waits."""
        await self.acquire(first=True)
        return self

    async def __aexit__(self, *_: object) -> None:
        self.release()
