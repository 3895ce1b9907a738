"""What each step makes of a case, and how its date follows: pure."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING

from bot.rules.casework import RULES, Case, Pause, State, Step, counted, due_date
from bot.rules.deadlines import day_of_receipt
from bot.rules.reminders import UNASSIGNED, next_on

if TYPE_CHECKING:
    from datetime import date, datetime

    from bot.rules.deadlines import Counting, Deadline
    from bot.rules.reminders import Timetable


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """A step as somebody takes it."""

    step: Step
    now: datetime
    today: date
    who: str = ""
    """Id of the person whom it concerns: the new officer, or the member with whom it is shared."""
    on: date | None = None
    """The date that it sets: promised, or the last day of a pause; for a snooze the next working day."""


def after(case: Case, taken: Taken) -> Case:  # noqa: PLR0911 - one return a step reads well
    """The case after a step; its dates follow in :func:`reclocked`."""
    state = RULES[taken.step].after or case.state
    match taken.step:
        case Step.REPLIED:
            return replace(case, state=state, replied_at=case.replied_at or taken.now)
        case Step.HELD | Step.FOLLOW_UP:
            return replace(
                _told(case, taken.today),
                state=state,
                promised=taken.on,
                promised_on=taken.today,
                holding_replies=case.holding_replies + (taken.step is Step.HELD),
            )
        case Step.PAUSED if taken.on is not None:
            return replace(_told(case, taken.today), pauses=(*case.pauses, Pause(taken.today, taken.on)))
        case Step.RESUMED:
            return replace(_told(case, taken.today), pauses=_ended(case.pauses, taken.today))
        case Step.ASSIGNED | Step.REASSIGNED:
            kept = State.FOLLOW_UP if case.state is State.FOLLOW_UP else State.ASSIGNED
            return replace(case, state=kept, owner_id=taken.who, snoozed_until=None)
        case Step.REFUSED:
            return replace(case, state=state, owner_id="", handled=case.handled | {UNASSIGNED})
        case Step.SNOOZED:
            return replace(case, snoozes=case.snoozes + 1, snoozed_until=taken.on)
        case Step.FOLLOWED_UP | Step.CLOSED | Step.WITHDRAWN:
            return replace(case, state=state, closed_at=taken.now)
        case Step.REOPENED:
            return replace(
                _told(case, taken.today),
                state=State.ASSIGNED if case.owner_id else State.RAISED,
                counts_from=taken.now,
                promised=None,
                promised_on=None,
                pauses=_ended(case.pauses, taken.today),  # the figures still need those of the first count
                closed_at=None,
            )
        case Step.SHARED:
            return replace(case, readers=tuple(sorted({*case.readers, taken.who})))
        case Step.UNSHARED:
            return replace(case, readers=tuple(one for one in case.readers if one != taken.who))
        case _:
            return replace(case, state=state)


def _told(case: Case, today: date) -> Case:
    """The date is news today, and so no stage up to today is; reminders may be put off afresh."""
    return replace(case, clock_set_on=today, snoozes=0, snoozed_until=None)


def _ended(pauses: tuple[Pause, ...], today: date) -> tuple[Pause, ...]:
    """The pauses, with the one that runs today ended yesterday; one that began today was none."""
    cut = tuple(
        Pause(pause.start, today - timedelta(days=1)) if pause.start <= today <= pause.until else pause
        for pause in pauses
    )
    return tuple(pause for pause in cut if pause.until >= pause.start)


def reclocked(case: Case, timetable: Timetable, counting: Counting) -> tuple[Case, Deadline | None]:
    """The case with its dates worked out anew, and the working of the date by the rule."""
    calendar = timetable.calendar
    working = counted(case, calendar, counting)
    by_rule = working.due if working else None
    started_on = working.starts if working else day_of_receipt(case.counts_from, calendar, counting)[0]
    fresh = replace(case, counted_due=by_rule, started_on=started_on, due=due_date(case, by_rule, calendar))
    return fresh, working


def scheduled(case: Case, timetable: Timetable) -> Case:
    """The case with the day on which it must be looked at next."""
    return replace(case, next_on=next_on(case, timetable))
