"""What reminders say. The summary holds references and dates only, since it may show on a locked screen."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.wording.common import listed
from bot.wording.enquiries import day, days, short_day

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

YOURS = "Enquiries that need your reply"
COVERED = "You are the cover for the officer in charge"
BELOW = "Overdue in your area"
TOP = "Long overdue"
UNASSIGNED = "Enquiries without an officer"
MEMBER = "Your enquiries that are overdue"
WHEN = "Reminders come in office hours only, and once for each stage."
STOPS = "Answer, or say why it takes longer, and they stop."
WAYS = "Open one to reply, send a holding reply, pass it on, say that it is not yours, or put the reminder off."
MANAGER_TOLD = "Your manager has been told."
DIRECTOR_TOLD = "Your manager and the director have been told."
TOP_TOLD = "The Monitoring Officer and Democratic Services have been told."


def clock(due: date | None, between: int) -> str:
    """When it is due, or how long it has been overdue."""
    if due is None:
        return "no due date"
    if between > 0:
        return f"due {short_day(due)}, in {days(between)}"
    if between == 0:
        return "due today"
    return f"due {short_day(due)}, {days(-between)} overdue"


def summary(clocks: Sequence[tuple[str, str]], more: int) -> str:
    """References and dates of what is due."""
    if len(clocks) == 1 and not more:
        return f"Enquiry {clocks[0][0]}: {clocks[0][1]}."
    shown = [f"{reference} ({clock})" for reference, clock in clocks]
    return f"{len(clocks) + more} enquiries: {listed([*shown, *([f'{more} more'] if more else [])], last='and')}."


def left_out(more: int) -> str:
    """A digest that would be too long to read."""
    return f"{more} more are due. Open your list to see them all."


def overdue_for_member(due: date | None) -> str:
    """For the member, once for each date."""
    when = f" It was due by {day(due)}." if due else ""
    return f"I am sorry: this has not been answered in time.{when}"


def what_next(steps: Sequence[tuple[str, date]]) -> str:
    """What happens if nobody answers."""
    if not steps:
        return "Everybody who can act on it has been told."
    said = [f"{who} on {short_day(on)}" for who, on in steps]
    return f"If nobody answers, I tell {listed(said, last='and')}."


NEXT_MANAGER = "the officer's manager"
NEXT_DIRECTOR = "the director"
NEXT_TOP = "the Monitoring Officer and Democratic Services"
