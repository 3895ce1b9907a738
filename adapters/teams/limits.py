"""Numbers that Teams publishes, and pacing at half of them, so that a second instance still fits.

A request that finds no room takes the next free slot and waits for it, in the order of asking.
"""

from __future__ import annotations

from collections import OrderedDict, deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

CARD_VERSION = "1.5"
CARD_BYTES = 28_000
"""What a message with a card may weigh."""
CARD_ACTIONS = 6
SUGGESTIONS = 15
"""Options that a suggesting list shows at most."""

THREAD_WINDOWS = ((3, 1.0), (4, 2.0), (30, 30.0), (900, 3600.0))
"""Half of 7 in a second, 8 in two, 60 in thirty, 1,800 in an hour, for each thread."""
TENANT_WINDOWS = ((15, 1.0),)
"""Half of 30 requests a second for each app and tenant."""

LONGEST_WAIT = 20.0
"""Seconds to wait for a slot in place; beyond that the outbox keeps the message."""

REMEMBERED = 5_000
"""Threads whose pace is remembered; the one used longest ago is dropped first."""


@dataclass(slots=True)
class Pace:
    """How many requests may start in each window, for one thread or tenant."""

    windows: Sequence[tuple[int, float]]
    _taken: deque[float] = field(default_factory=deque)
    _held_until: float = 0.0

    def next_free(self, now: float) -> float:
        """The earliest moment at which another request may start."""
        longest = max(seconds for _, seconds in self.windows)
        while self._taken and self._taken[0] <= now - longest:
            self._taken.popleft()
        free = max(now, self._held_until, self._taken[-1] if self._taken else now)
        for count, seconds in self.windows:
            if len(self._taken) >= count:
                free = max(free, self._taken[-count] + seconds)
        return free

    def take(self, moment: float) -> None:
        """Start a request at this moment."""
        self._taken.append(moment)

    def hold(self, until: float) -> None:
        """Start none before this moment: the platform asked for a pause."""
        self._held_until = max(self._held_until, until)


@dataclass(slots=True)
class Pacing:
    """The pace of every thread and tenant."""

    seconds: Callable[[], float]
    """A clock that counts seconds."""
    _threads: OrderedDict[str, Pace] = field(default_factory=OrderedDict)
    _tenants: OrderedDict[str, Pace] = field(default_factory=OrderedDict)

    def thread(self, thread: str) -> float:
        """Take the next slot of this thread; how many seconds to wait for it.

        Nothing is taken where the wait would be longer than :data:`LONGEST_WAIT`.
        """
        return self._take(self._of(self._threads, thread, THREAD_WINDOWS))

    def tenant(self, tenant: str) -> float:
        """The same for all that goes to a tenant; asked for once the thread's turn has come."""
        return self._take(self._of(self._tenants, tenant, TENANT_WINDOWS))

    def _take(self, pace: Pace) -> float:
        now = self.seconds()
        moment = pace.next_free(now)
        if moment - now <= LONGEST_WAIT:
            pace.take(moment)
        return moment - now

    def hold(self, thread: str, seconds: float) -> None:
        """Send nothing to the thread for a while."""
        self._of(self._threads, thread, THREAD_WINDOWS).hold(self.seconds() + seconds)

    @staticmethod
    def _of(paces: OrderedDict[str, Pace], key: str, windows: Sequence[tuple[int, float]]) -> Pace:
        pace = paces.setdefault(key, Pace(windows))
        paces.move_to_end(key)
        while len(paces) > REMEMBERED:
            paces.popitem(last=False)
        return pace
