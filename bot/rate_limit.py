"""How many requests one person may send in a minute: more than a person does is not a person."""

from __future__ import annotations

from collections import OrderedDict, deque
from dataclasses import dataclass, field
from datetime import datetime, timedelta

MINUTE = timedelta(minutes=1)
MOST_PEOPLE = 10_000
"""How many people are kept in mind at once, so that memory stays bounded."""


@dataclass(slots=True)
class RateLimit:
    """A window that slides over the last minute, for each person. Kept in memory: a restart forgives."""

    seen: OrderedDict[str, deque[datetime]] = field(default_factory=OrderedDict)

    def allows(self, person: str, now: datetime, most: int) -> bool:
        """Whether the person may send one more; counts it if so."""
        times = self.seen.setdefault(person, deque())
        self.seen.move_to_end(person)
        while len(self.seen) > MOST_PEOPLE:
            self.seen.popitem(last=False)
        while times and times[0] <= now - MINUTE:
            times.popleft()
        if len(times) >= most:
            return False
        times.append(now)
        return True
