"""Enquiries and their figures as rows, for CSV and JSON: dates and counts, nothing of what people wrote."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.rules.casework import age
from bot.rules.figures import by_service, in_time, working_days_taken
from bot.rules.working_days import london_date

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date, datetime

    from bot.rules.casework import Case
    from bot.rules.deadlines import Counting
    from bot.rules.figures import Figures
    from bot.rules.recipients import Directory
    from bot.rules.working_days import Calendar

COLUMNS = (
    "reference", "service", "state", "urgent", "received_on", "counts_from", "working_days", "rule", "paragraph",
    "due_by_rule", "due", "holding_replies", "paused", "replied_on", "working_days_to_reply", "in_time", "closed_on",
    "age_working_days",
)  # fmt: skip
NAMES = ("member", "officer")
FIGURES = (
    "service", "raised", "answered", "in_time", "late", "open", "overdue", "median_working_days", "holding_replies",
)  # fmt: skip


def case_rows(
    cases: Iterable[Case], today: date, calendar: Calendar, counting: Counting, directory: Directory | None = None
) -> list[dict[str, str]]:
    """A row for each enquiry.

    Args:
        directory: given where the rows are to name the member and the officer in charge.
    """
    return [_row(case, today, calendar, counting, directory) for case in cases]


def _row(
    case: Case, today: date, calendar: Calendar, counting: Counting, directory: Directory | None
) -> dict[str, str]:
    taken, met = working_days_taken(case, calendar, counting), in_time(case, calendar, counting)
    row = {
        "reference": case.reference,
        "service": case.service,
        "state": case.state.value.replace("_", " "),
        "urgent": "yes" if case.urgent else "no",
        "received_on": _day(case.received_at),
        "counts_from": case.started_on.isoformat(),
        "working_days": str(case.limit.working_days) if case.limit else "",
        "rule": case.limit.rule if case.limit else "",
        "paragraph": case.limit.ref if case.limit else "",
        "due_by_rule": case.counted_due.isoformat() if case.counted_due else "",
        "due": case.due.isoformat() if case.due else "",
        "holding_replies": str(case.holding_replies),
        "paused": "yes" if case.is_open and case.paused_on(today) else "no",
        "replied_on": _day(case.replied_at),
        "working_days_to_reply": "" if taken is None else str(taken),
        "in_time": {True: "yes", False: "no", None: ""}[met],
        "closed_on": _day(case.closed_at),
        "age_working_days": str(age(case, today, calendar, counting)),
    }
    if directory is not None:
        for name, person_id in zip(NAMES, (case.member_id, case.owner_id), strict=True):
            person = directory.by_id(person_id) if person_id else None
            row[name] = person.name if person else ""
    return row


def _day(moment: datetime | None) -> str:
    return london_date(moment).isoformat() if moment else ""


def figure_rows(
    cases: Iterable[Case], today: date, calendar: Calendar, counting: Counting, since: date | None
) -> list[dict[str, str | int | float | None]]:
    """A row for each service, and one for all of them."""
    return [_figures(each) for each in by_service(cases, today, calendar, counting, since)]


def _figures(found: Figures) -> dict[str, str | int | float | None]:
    return {name: getattr(found, name) for name in FIGURES}
