"""Figures on cases by service: how many, how many in time, how long. Never by person."""

from __future__ import annotations

from dataclasses import dataclass
from statistics import median
from typing import TYPE_CHECKING

from bot.rules.casework import Case, State, first_count
from bot.rules.working_days import london_date

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import date

    from bot.rules.deadlines import Counting
    from bot.rules.working_days import Calendar

NO_SERVICE = "No service chosen"


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """One service in a period. A holding reply does not make a late reply one in time; it is counted beside it."""

    service: str
    raised: int
    answered: int
    in_time: int
    late: int
    open: int
    overdue: int
    median_working_days: float | None
    holding_replies: int


def working_days_taken(case: Case, calendar: Calendar, counting: Counting) -> int | None:
    """Working days from the receipt to the first full reply."""
    if case.replied_at is None:
        return None
    started_on, _ = first_count(case, calendar, counting)
    return max(0, calendar.between(started_on, london_date(case.replied_at)))


def in_time(case: Case, calendar: Calendar, counting: Counting) -> bool | None:
    """Whether the first full reply came by the date of the rule; nothing where there is no reply or no date."""
    _, due = first_count(case, calendar, counting)
    if case.replied_at is None or due is None:
        return None
    return london_date(case.replied_at) <= due


def by_service(
    cases: Iterable[Case], today: date, calendar: Calendar, counting: Counting, since: date | None = None
) -> list[Figures]:
    """Figures for each service by name, and for all of them together at the end.

    Args:
        since: counts what was raised and answered from this day on; what is open counts whenever it was raised.
    """
    groups: dict[str, list[Case]] = {}
    for case in cases:
        if case.state is not State.WITHDRAWN:
            groups.setdefault(case.service or NO_SERVICE, []).append(case)
    found = [
        _figures(name, groups[name], today, calendar, counting, since) for name in sorted(groups, key=str.casefold)
    ]
    if len(groups) > 1:
        everything = [case for group in groups.values() for case in group]
        found.append(_figures("All services", everything, today, calendar, counting, since))
    return found


def _figures(
    name: str, cases: Sequence[Case], today: date, calendar: Calendar, counting: Counting, since: date | None
) -> Figures:
    raised = [case for case in cases if since is None or london_date(case.received_at) >= since]
    answered = [
        case
        for case in cases
        if case.replied_at is not None and (since is None or london_date(case.replied_at) >= since)
    ]
    taken = [days for case in answered if (days := working_days_taken(case, calendar, counting)) is not None]
    met = [in_time(case, calendar, counting) for case in answered]
    return Figures(
        service=name,
        raised=len(raised),
        answered=len(answered),
        in_time=met.count(True),
        late=met.count(False),
        open=sum(case.is_open for case in cases),
        overdue=sum(case.overdue_on(today) for case in cases),
        median_working_days=float(median(taken)) if taken else None,
        holding_replies=sum(case.holding_replies for case in raised),
    )
