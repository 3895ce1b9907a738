"""When a reply is due, and how that was counted: every counted and skipped day, and the paragraph that rules.

Tower Hamlets 8.1 gives ten working days for members' enquiries; West Oxfordshire 29(a) and 34
give five. Where a protocol gives no number the council's own setting rules, and is named as that.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from bot.rules.protocol import ClockKind, Unit
from bot.rules.working_days import LONDON, ONE_DAY, WORKING, Calendar

if TYPE_CHECKING:
    from bot.rules.protocol import Pack, TimeLimit

REPLYING = frozenset({"response-times", "members-enquiries"})
"""The topics of a paragraph whose “promptly” is about replies, not about raising a concern, say."""


@dataclass(frozen=True, slots=True)
class Limit:
    """How many working days there are, and on whose word.

    ``ref`` is the paragraph that gives the number; empty where it is the council's own setting.
    """

    working_days: int
    rule: str
    ref: str = ""


@dataclass(frozen=True, slots=True)
class CountedDay:
    """One day of the count."""

    date: date
    counts: bool
    why: str


@dataclass(frozen=True, slots=True)
class Deadline:
    """The last day in time, and the working behind it."""

    due: date
    limit: Limit
    days: tuple[CountedDay, ...]
    starts: date
    """The day that is taken for the day of receipt."""


@dataclass(frozen=True, slots=True)
class Counting:
    """The council's choices on counting; no protocol makes them."""

    receipt_day_counts: bool = False
    late_receipt_next_day: bool = True


def reply_limit(pack: Pack, own_setting: int | None) -> Limit | None:
    """The time for a reply to a member's enquiry: the protocol's number, else the council's setting, else none."""
    limit = pack.clock(ClockKind.REPLY)
    if limit is not None and limit.amount is not None:
        days = {Unit.WORKING_DAYS: 1, Unit.WEEKS: 5}.get(limit.unit or Unit.WORKING_DAYS)
        if days is None and own_setting is not None:
            return Limit(
                own_setting, f"Your council's setting; {pack.cited(limit.ref)} does not count in working days."
            )
        if days is not None:
            amount = limit.amount * days
            cited = pack.cited(limit.ref)
            return Limit(amount, f"{cited[:1].upper()}{cited[1:]}: {limit.what}".strip(), limit.ref)
    if own_setting is not None:
        return Limit(own_setting, "Your council's setting; the protocol gives no number.")
    return None


def without_number(pack: Pack) -> TimeLimit | None:
    """What the protocol says on the time for a reply where the clock cannot count it: a word, or another unit."""
    return next((clock for clock in pack.clocks if _on_replies(pack, clock)), None)


def _on_replies(pack: Pack, clock: TimeLimit) -> bool:
    if clock.kind is ClockKind.REPLY:
        return True
    about = {topic for clause in pack.clauses if clause.ref == clock.ref for topic in clause.topics}
    return clock.kind is ClockKind.PROMPTLY and bool(about & REPLYING)


def day_of_receipt(
    received: datetime | date, calendar: Calendar, counting: Counting
) -> tuple[date, tuple[CountedDay, ...]]:
    """The day that counts as the day of receipt, and the days passed over on the way to it.

    A receipt outside office hours counts as one on the next working day, where the council says so.
    A date without a time stands as it is.
    """
    if not isinstance(received, datetime):
        return received, ()
    local = received.astimezone(LONDON) if received.tzinfo else received
    day = local.date()
    late = local.time() >= calendar.closes or not calendar.works(day)
    if not (counting.late_receipt_next_day and late):
        return day, ()
    why = calendar.why_not(day) or f"received after {calendar.closes:%H:%M}, so it counts from the next working day"
    passed = [CountedDay(day, counts=False, why=why)]
    start = calendar.next_after(day)
    day += ONE_DAY
    while day < start:
        passed.append(CountedDay(day, counts=False, why=calendar.why_not(day) or WORKING))
        day += ONE_DAY
    return start, tuple(passed)


def count(received: datetime | date, limit: Limit, calendar: Calendar, counting: Counting | None = None) -> Deadline:
    """The due date for something received at this moment.

    Args:
        received: an instant, or a date where no time is known. A time without a zone is London's.
    """
    counting = counting or Counting()
    start, passed = day_of_receipt(received, calendar, counting)
    days = list(passed)
    counted = 0
    why_not = calendar.why_not(start)
    if counting.receipt_day_counts and why_not is None and limit.working_days > 0:
        counted = 1
        days.append(CountedDay(start, counts=True, why="day of receipt, which counts as day 1"))
    else:
        days.append(
            CountedDay(start, counts=False, why=f"day of receipt (day zero){f'; {why_not}' if why_not else ''}")
        )
    day = start
    while counted < limit.working_days:
        day += timedelta(days=1)
        reason = calendar.why_not(day)
        counted += reason is None
        days.append(CountedDay(day, counts=reason is None, why=reason or f"working day {counted}"))
    if limit.working_days == 0:
        day = calendar.first_from(start)
    return Deadline(due=day, limit=limit, days=tuple(days), starts=start)
