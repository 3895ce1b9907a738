"""What the weekly digest and the figures say."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.wording.enquiries import day, days

if TYPE_CHECKING:
    from datetime import date

    from bot.rules.figures import Figures

TITLE = "Members' enquiries this week"
OVERDUE = "Overdue"
NOTE = (
    "In time means by the date of the rule. A holding reply is counted beside it, and makes no late reply one in time."
)


def summary(running: int, coming: int, overdue: int) -> str:
    """Counts only."""
    return f"Members' enquiries: {running} open, {coming} due in the next seven days, {overdue} overdue."


def figures(found: Figures) -> str:
    """One service in a line."""
    said = [f"{found.raised} raised", f"{found.answered} answered"]
    if found.in_time or found.late:
        said.append(f"{found.in_time} of {found.in_time + found.late} in time")
    said += [f"{found.open} open", f"{found.overdue} overdue"]
    if found.median_working_days is not None:
        whole = found.median_working_days == int(found.median_working_days)
        number = int(found.median_working_days) if whole else found.median_working_days
        said.append(f"median {days(number) if isinstance(number, int) else f'{number} working days'}")
    if found.holding_replies:
        said.append(f"{found.holding_replies} holding repl{'y' if found.holding_replies == 1 else 'ies'}")
    return ", ".join(said)


def since(start: date) -> str:
    """The period of the figures."""
    return f"Members' enquiries since {day(start)}"


def more(count: int) -> str:
    """A list that would be too long to read."""
    return f"{count} more are overdue."
