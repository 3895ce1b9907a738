"""The general life of something with an owner, a clock and a ladder: states, steps, seats, and the clock.

Nothing here is particular to members' enquiries. Another procedure (a need-to-know request, say) is
a :class:`Procedure` value, its words, and a form; the states, who may do what, the clock and the
reminders are these.
"""

from __future__ import annotations

from collections.abc import Mapping  # noqa: TC003 - storage reads cases back by these types
from dataclasses import dataclass, field, replace
from datetime import date, datetime  # noqa: TC003 - storage reads cases back by these types
from enum import StrEnum
from typing import TYPE_CHECKING

from bot.rules.deadlines import Limit, count, day_of_receipt
from bot.rules.protocol import Position
from bot.rules.working_days import Calendar, days_after, london_date

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from bot.model import Person
    from bot.rules.deadlines import Counting, Deadline
    from bot.rules.recipients import Directory

LONGEST_LINE = 200
LONGEST_TEXT = 3000


@dataclass(frozen=True, slots=True)
class Procedure:
    """What sets one kind of case apart: its key, and how its references begin."""

    key: str
    prefix: str


class State(StrEnum):
    """How far a case has come. That it is paused, or has had a holding reply, is no state: the clock knows."""

    RAISED = "raised"
    """Nobody has it yet."""
    ASSIGNED = "assigned"
    ACCEPTED = "accepted"
    REPLIED = "replied"
    FOLLOW_UP = "follow_up"
    """Replied to, with work to follow by a promised date."""
    CLOSED = "closed"
    WITHDRAWN = "withdrawn"


OPEN = frozenset({State.RAISED, State.ASSIGNED, State.ACCEPTED, State.FOLLOW_UP})
"""The states in which the clock runs."""
IN_HAND = frozenset({State.ASSIGNED, State.ACCEPTED, State.FOLLOW_UP})
UNANSWERED = frozenset({State.RAISED, State.ASSIGNED, State.ACCEPTED})
ENDED = frozenset({State.REPLIED, State.CLOSED, State.WITHDRAWN})


class Step(StrEnum):
    """Something that was done with a case."""

    RAISED = "raised"
    ASSIGNED = "assigned"
    ACCEPTED = "accepted"
    REASSIGNED = "passed on"
    REFUSED = "not mine"
    NOTED = "note"
    ASKED = "question to the member"
    ANSWERED = "answer from the member"
    HELD = "holding reply"
    PAUSED = "paused"
    RESUMED = "resumed"
    SNOOZED = "reminder put off"
    CHAIR_TOLD = "chair told"
    REPLIED = "reply"
    FOLLOW_UP = "further work"
    FOLLOWED_UP = "further work done"
    CLOSED = "closed"
    REOPENED = "reopened"
    WITHDRAWN = "withdrawn"
    SHARED = "shared"
    UNSHARED = "no longer shared"
    MOVED = "date moved"


class Seat(StrEnum):
    """What a person is to a case. Who has no seat does not learn that there is one."""

    MEMBER = "member"
    ENTERED_BY = "entered by"
    OWNER = "owner"
    COVER = "cover"
    MANAGER = "manager"
    DEMOCRATIC_SERVICES = "democratic services"
    MONITORING_OFFICER = "monitoring officer"
    SHARED = "shared"


ASKERS = frozenset({Seat.MEMBER, Seat.ENTERED_BY})
DOERS = frozenset({Seat.OWNER, Seat.COVER, Seat.MANAGER, Seat.DEMOCRATIC_SERVICES})
INSIDE = DOERS | {Seat.MONITORING_OFFICER}
"""The officers' side, which alone sees notes and the reasons for passing a case on."""


@dataclass(frozen=True, slots=True)
class Rule:
    """When a step may be taken, by whom, what it needs, and the state that it leads to."""

    states: frozenset[State]
    seats: frozenset[Seat]
    after: State | None = None
    text: bool = False
    date: bool = False
    person: bool = False


RULES: Mapping[Step, Rule] = {
    Step.ACCEPTED: Rule(frozenset({State.ASSIGNED}), frozenset({Seat.OWNER, Seat.COVER}), State.ACCEPTED),
    Step.REPLIED: Rule(OPEN, DOERS, State.REPLIED, text=True),
    Step.HELD: Rule(OPEN, DOERS, text=True, date=True),
    Step.ASKED: Rule(OPEN, DOERS, text=True),
    Step.ANSWERED: Rule(OPEN, ASKERS, text=True),
    Step.PAUSED: Rule(UNANSWERED, DOERS, text=True, date=True),
    Step.RESUMED: Rule(OPEN, DOERS),
    Step.ASSIGNED: Rule(frozenset({State.RAISED}), frozenset({Seat.DEMOCRATIC_SERVICES}), State.ASSIGNED, person=True),
    Step.REASSIGNED: Rule(IN_HAND, DOERS, text=True, person=True),
    Step.REFUSED: Rule(
        frozenset({State.ASSIGNED, State.ACCEPTED}), frozenset({Seat.OWNER, Seat.COVER}), State.RAISED, text=True
    ),
    Step.SNOOZED: Rule(IN_HAND, frozenset({Seat.OWNER, Seat.COVER})),
    Step.CHAIR_TOLD: Rule(OPEN | {State.REPLIED}, DOERS, text=True),
    Step.NOTED: Rule(frozenset(State), DOERS, text=True),
    Step.FOLLOW_UP: Rule(frozenset({State.REPLIED}), DOERS, State.FOLLOW_UP, text=True, date=True),
    Step.FOLLOWED_UP: Rule(frozenset({State.FOLLOW_UP}), DOERS, State.CLOSED, text=True),
    Step.CLOSED: Rule(frozenset({State.REPLIED}), ASKERS | DOERS, State.CLOSED),
    Step.REOPENED: Rule(
        frozenset({State.REPLIED, State.CLOSED}), ASKERS | {Seat.DEMOCRATIC_SERVICES}, State.ASSIGNED, text=True
    ),
    Step.SHARED: Rule(frozenset(State), frozenset({Seat.MEMBER}), person=True),
    Step.UNSHARED: Rule(frozenset(State), frozenset({Seat.MEMBER}), person=True),
    Step.WITHDRAWN: Rule(OPEN, ASKERS, State.WITHDRAWN),
}
"""Every step that a person takes, in the order in which a form offers them."""


@dataclass(frozen=True, slots=True)
class Pause:
    """The clock stands still on the days after ``start`` up to and with ``until``; then it goes on by itself."""

    start: date
    until: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Chased:
    """What reminding needs of a case: whose it is, its date, and what was told. What people wrote is kept sealed."""

    id: str
    reference: str
    member_id: str
    """The member whose it is."""
    owner_id: str = ""
    """The officer in charge; empty where nobody has it yet."""
    content: Mapping[str, str] = field(default_factory=dict)
    state: State = State.RAISED
    started_on: date
    """The day that is taken for the day of receipt."""
    due: date | None = None
    """The date that the reminders go by: the rule's, or the one that a holding reply promised."""
    clock_set_on: date
    """The day on which the officer was last told the date, so that no stage up to it is news."""
    pauses: tuple[Pause, ...] = ()
    snoozes: int = 0
    """How often the reminder was put off for the present date."""
    snoozed_until: date | None = None
    handled: frozenset[str] = frozenset()
    """Stages that were told, or passed over, for the present date."""

    @property
    def is_open(self) -> bool:
        """Whether the clock runs."""
        return self.state in OPEN

    def paused_on(self, day: date) -> bool:
        """Whether the clock stands still on this day."""
        return any(pause.start <= day <= pause.until for pause in self.pauses)

    def overdue_on(self, day: date) -> bool:
        """Whether the date has passed without a reply."""
        return self.is_open and self.due is not None and day > self.due


@dataclass(frozen=True, slots=True, kw_only=True)
class Case(Chased):
    """One case, whole."""

    procedure: str
    entered_by: str
    """Who entered it: the member, or Democratic Services for them."""
    service: str = ""
    urgent: bool = False
    received_at: datetime
    counts_from: datetime
    """Where the present count begins: the receipt, or the day on which it was reopened."""
    limit: Limit | None = None
    """The number of days when it was raised; none where neither protocol nor settings give one."""
    counted_due: date | None = None
    """The date by the rule."""
    promised: date | None = None
    promised_on: date | None = None
    holding_replies: int = 0
    next_on: date | None = None
    """The day of the next stage; none where nothing will come."""
    replied_at: datetime | None = None
    """When the first full reply was given."""
    closed_at: datetime | None = None
    readers: tuple[str, ...] = ()
    """Members with whom the member shares it."""
    version: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseEvent:
    """One step in the life of a case. ``text`` is sealed when kept; ``who`` and ``on`` are what it concerns."""

    case_id: str
    at: datetime
    by: str
    step: Step
    text: str = ""
    who: str = ""
    on: date | None = None


# --- what may be done --------------------------------------------------------------------


def offered(case: Case, seats: frozenset[Seat], today: date, snooze_limit: int) -> tuple[Step, ...]:
    """The steps that somebody in these seats may take today."""
    return tuple(
        step
        for step, rule in RULES.items()
        if case.state in rule.states and seats & rule.seats and _possible(case, step, today, snooze_limit)
    )


def _possible(case: Case, step: Step, today: date, snooze_limit: int) -> bool:
    match step:
        case Step.PAUSED:  # what is overdue needs a holding reply, which shows, rather than silence
            return case.due is not None and today <= case.due and not case.paused_on(today)
        case Step.RESUMED:
            return case.paused_on(today)
        case Step.SNOOZED:
            return (
                case.snoozes < snooze_limit
                and not case.paused_on(today)
                and (case.snoozed_until is None or case.snoozed_until <= today)
            )
        case Step.UNSHARED:
            return bool(case.readers)
        case _:
            return True


def seats(
    case: Case, person: Person, directory: Directory, covers: Iterable[str] = (), *, monitored: bool = False
) -> frozenset[Seat]:
    """What the person is to the case; nothing for everybody who must not learn that there is one.

    The member, the officer in charge and those above them, and Democratic Services; other members
    only where the member shares it (Tower Hamlets 13.16). Somebody who left has no seat.

    Args:
        covers: ids of those who stand in for the officer in charge.
        monitored: the case has climbed to the Monitoring Officer.
    """
    if not person.active:
        return frozenset()
    owner = directory.by_id(case.owner_id) if case.owner_id else None
    held = {
        Seat.MEMBER: person.id == case.member_id,
        Seat.OWNER: bool(case.owner_id) and person.id == case.owner_id,
        Seat.COVER: person.id in set(covers),
        Seat.MANAGER: owner is not None and directory.works_under(owner, person),
        Seat.DEMOCRATIC_SERVICES: person.holds(Position.DEMOCRATIC_SERVICES),
        Seat.MONITORING_OFFICER: monitored and person.holds(Position.MONITORING_OFFICER),
        Seat.SHARED: person.id in case.readers,
    }
    found = {seat for seat, is_held in held.items() if is_held}
    if Seat.DEMOCRATIC_SERVICES in found and person.id == case.entered_by:
        found.add(Seat.ENTERED_BY)
    return frozenset(found)


def shown_to(event: CaseEvent, seats_held: frozenset[Seat]) -> tuple[bool, bool]:
    """Whether somebody in these seats sees that the step was taken, and whether they see its text."""
    if seats_held & INSIDE:
        return True, True
    if event.step is Step.NOTED:
        return False, False
    return True, event.step not in {Step.REASSIGNED, Step.REFUSED, Step.SNOOZED, Step.CHAIR_TOLD}


# --- the clock ---------------------------------------------------------------------------


def with_pauses(calendar: Calendar, pauses: Sequence[Pause]) -> Calendar:
    """The calendar of one case: the council's, and the days on which this clock stood still."""
    if not pauses:
        return calendar
    stopped = {day: "clock paused" for pause in pauses for day in days_after(pause.start, pause.until)}
    return replace(calendar, closures={**stopped, **calendar.closures})


def counted(case: Case, calendar: Calendar, counting: Counting) -> Deadline | None:
    """The date by the rule, with its working; nothing where there is no number of days."""
    if case.limit is None:
        return None
    return count(case.counts_from, case.limit, with_pauses(calendar, case.pauses), counting)


def first_count(case: Case, calendar: Calendar, counting: Counting) -> tuple[date, date | None]:
    """The day of receipt and the date by the rule as they were before it was ever reopened.

    Reopening begins a new count for the reminders; it makes no late reply one in time, and nothing younger.
    """
    if case.counts_from == case.received_at:
        return case.started_on, case.counted_due
    working = counted(replace(case, counts_from=case.received_at), calendar, counting)
    if working is None:
        return day_of_receipt(case.received_at, calendar, counting)[0], None
    return working.starts, working.due


def due_date(case: Case, by_rule: date | None, calendar: Calendar) -> date | None:
    """The date that the reminders go by.

    A promised date takes the place of the rule's. A pause after the promise moves it by the
    working days that stood still.
    """
    if case.promised is None:
        return by_rule
    due = calendar.first_from(case.promised)
    for pause in case.pauses:
        if case.promised_on is not None and case.promised_on <= pause.start < due:
            due = calendar.forward(due, calendar.between(pause.start, pause.until))
    return due


def age(case: Case, today: date, calendar: Calendar, counting: Counting) -> int:
    """Working days since the receipt, which a holding reply, a pause or a new start does not hide."""
    end = today if case.is_open or case.closed_at is None else london_date(case.closed_at)
    return max(0, calendar.between(first_count(case, calendar, counting)[0], end))
