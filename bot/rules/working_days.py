"""Working days: which days count, and why the others do not.

A working day is not a Saturday, a Sunday, a bank holiday of the council's part of the United
Kingdom (Banking and Financial Dealings Act 1971, as GOV.UK publishes it), or a day on which the
council is closed. No protocol defines the term; the day of receipt is day zero unless the
council says otherwise, as with requests under the Freedom of Information Act 2000, section 10.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

LONDON = ZoneInfo("Europe/London")
ONE_DAY = timedelta(days=1)
SATURDAY = 5

WORKING = "working day"


@dataclass(frozen=True, slots=True)
class Calendar:
    """The days on which a council does not work, and its hours.

    ``holidays`` and ``closures`` map a date to its name. Times of day are Europe/London's.
    """

    holidays: Mapping[date, str] = field(default_factory=dict)
    closures: Mapping[date, str] = field(default_factory=dict)
    opens: time = time(9, 0)
    closes: time = time(17, 0)

    def why_not(self, day: date) -> str | None:
        """Why the day is no working day; nothing where it is one."""
        if day in self.holidays:
            return f"bank holiday: {self.holidays[day]}"
        if day.weekday() >= SATURDAY:
            return day.strftime("%A")
        if day in self.closures:
            return self.closures[day]
        return None

    def works(self, day: date) -> bool:
        """Whether the day is a working day."""
        return self.why_not(day) is None

    def first_from(self, day: date) -> date:
        """The day itself where it is a working day, else the next one."""
        while not self.works(day):
            day += ONE_DAY
        return day

    def next_after(self, day: date) -> date:
        """The first working day after this day."""
        return self.first_from(day + ONE_DAY)

    def forward(self, day: date, count: int) -> date:
        """The working day that is ``count`` working days after this day; the day itself for none."""
        for _ in range(count):
            day = self.next_after(day)
        return day

    def back(self, day: date, count: int) -> date:
        """The working day that is ``count`` working days before this day."""
        for _ in range(count):
            day -= ONE_DAY
            while not self.works(day):
                day -= ONE_DAY
        return day

    def between(self, start: date, end: date) -> int:
        """How many working days there are after ``start``, up to and with ``end``; negative the other way round."""
        if end < start:
            return -self.between(end, start)
        return sum(self.works(day) for day in days_after(start, end))

    def in_hours(self, moment: datetime) -> bool:
        """Whether the instant falls in office hours of a working day in London."""
        local = moment.astimezone(LONDON)
        return self.works(local.date()) and self.opens <= local.time() < self.closes

    def next_opening(self, moment: datetime) -> datetime:
        """The instant itself where it is in office hours, else the next time that the office opens; in UTC."""
        local = moment.astimezone(LONDON)
        if self.in_hours(moment):
            return moment
        day = local.date()
        if not self.works(day) or local.time() >= self.closes:
            day = self.next_after(day)
        return datetime.combine(day, self.opens, LONDON).astimezone(moment.tzinfo)


def days_after(start: date, end: date) -> Iterator[date]:
    """Each day after ``start``, up to and with ``end``."""
    day = start
    while day < end:
        day += ONE_DAY
        yield day


def london_date(moment: datetime) -> date:
    """The date in London at this instant."""
    return moment.astimezone(LONDON).date()
