"""How fast messages go out: half of what Slack allows, for each channel and for each method.

docs.slack.dev, rate limits: about one message a second in a channel, with short bursts; methods have
tiers of 20, 50 and 100 calls a minute. Half of that leaves room for a second instance.
"""

from __future__ import annotations

import asyncio
import time
from collections import OrderedDict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from bot.errors import TryAgain

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

CHANNEL = (0.5, 3.0)
"""Messages a second, and how many at once after a rest."""

METHODS = {
    "chat.postMessage": (2.5, 20.0),
    "chat.update": (25 / 60, 10.0),
    "conversations.open": (25 / 60, 25.0),
    "conversations.history": (25 / 60, 10.0),
    "conversations.replies": (25 / 60, 10.0),
    "views.update": (50 / 60, 20.0),
    "views.publish": (50 / 60, 20.0),
    "users.info": (50 / 60, 20.0),
    "users.lookupByEmail": (25 / 60, 5.0),
}
"""``views.open`` is not among them: its trigger id does not wait."""

LONGEST_WAIT_SECONDS = 8.0
"""A message that must wait longer goes back to the outbox, so that others are not held up behind it."""
MOST_CHANNELS = 10_000


@dataclass(slots=True)
class Bucket:
    """Tokens that come back at a steady rate; a call takes one, and may take it in advance."""

    rate: float
    burst: float
    tokens: float
    at: float

    def take(self, now: float) -> float:
        """Take a token; the seconds until it is there."""
        self.tokens = min(self.burst, self.tokens + (now - self.at) * self.rate) - 1
        self.at = now
        return max(0.0, -self.tokens / self.rate)

    def give_back(self) -> None:
        """Undo the last take."""
        self.tokens += 1


@dataclass(slots=True)
class Pace:
    """Waits until a call may go out."""

    monotonic: Callable[[], float] = time.monotonic
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    buckets: OrderedDict[str, Bucket] = field(default_factory=OrderedDict)

    async def wait(self, method: str, channel: str = "") -> None:
        """Wait for a token of the method, and of the channel where one is given.

        Raises:
            TryAgain: it would take too long to hold the message meanwhile.
        """
        found = []
        if method in METHODS:
            found.append(self._bucket(f"method {method}", METHODS[method]))
        if channel:
            found.append(self._bucket(f"channel {channel}", CHANNEL))
        now = self.monotonic()
        pause = max((bucket.take(now) for bucket in found), default=0.0)
        if pause > LONGEST_WAIT_SECONDS:
            for bucket in found:
                bucket.give_back()
            raise TryAgain("pace", after=pause)
        if pause:
            await self.sleep(pause)

    def hold(self, method: str, seconds: float) -> None:
        """Slack asked us to slow down: nobody calls the method before the time is over."""
        if method in METHODS:
            bucket = self._bucket(f"method {method}", METHODS[method])
            bucket.tokens, bucket.at = min(bucket.tokens, 1 - seconds * bucket.rate), self.monotonic()

    def _bucket(self, name: str, limit: tuple[float, float]) -> Bucket:
        bucket = self.buckets.get(name)
        if bucket is None:
            rate, burst = limit
            bucket = self.buckets[name] = Bucket(rate, burst, burst, self.monotonic())
            if len(self.buckets) > MOST_CHANNELS:
                self.buckets.popitem(last=False)
        self.buckets.move_to_end(name)
        return bucket
