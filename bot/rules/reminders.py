"""Which reminders are due: pure, from the case, the ladder, the calendar and today.

A stage hangs on the due date (or on the day of receipt) by a number of working days. It is told
once for each date. Several that came due while the bot was away become one: the highest of its
track, since five messages about the same enquiry help nobody. What is paused or ended has none.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING

from bot.rules.casework import Chased, State

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.rules.working_days import Calendar


class Track(StrEnum):
    """Stages of one track take each other's place; stages of two tracks do not."""

    OFFICER = "officer"
    MEMBER = "member"
    START = "start"


class Rung(StrEnum):
    """Whom a stage tells."""

    OWNER = "owner"
    """The officer in charge, or their cover; Democratic Services where nobody has it."""
    COVER = "cover"
    """The officer's cover as well, who may not know that the officer is away."""
    MANAGER = "manager"
    DIRECTOR = "director"
    TOP = "top"
    """The Monitoring Officer and Democratic Services."""
    MEMBER = "member"


@dataclass(frozen=True, slots=True)
class Stage:
    """One rung of reminding and escalating.

    ``offset`` is in working days from the due date: negative before it, 0 on it. On the START
    track it is from the day of receipt.
    """

    key: str
    track: Track
    offset: int
    to: frozenset[Rung]


BEFORE, DUE, OVERDUE, SNOOZE = "before", "due", "overdue", "snooze"
MANAGER, DIRECTOR, TOP = "manager", "director", "monitoring officer"
MEMBER, UNASSIGNED = "member", "unassigned"


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """The council's choices on reminding, in working days; the settings describe each."""

    before: int = 2
    every: int = 3
    most: int = 3
    manager: int = 2
    director: int = 5
    top: int = 10
    acknowledge: int = 1


def ladder(policy: Policy) -> tuple[Stage, ...]:
    """Every stage, lowest first. Each rung tells those below it too: they should know how far it has climbed."""
    owner = frozenset({Rung.OWNER})
    overdue = owner | {Rung.COVER}
    manager = overdue | {Rung.MANAGER}
    director = manager | {Rung.DIRECTOR}
    stages = [Stage(DUE, Track.OFFICER, 0, owner)]
    if policy.before:
        stages.append(Stage(BEFORE, Track.OFFICER, -policy.before, owner))
    stages += [
        Stage(f"{OVERDUE} {number + 1}", Track.OFFICER, 1 + number * policy.every, overdue)
        for number in range(policy.most)
    ]
    stages += [
        Stage(MANAGER, Track.OFFICER, max(1, policy.manager), manager),
        Stage(DIRECTOR, Track.OFFICER, max(1, policy.director), director),
        Stage(TOP, Track.OFFICER, max(1, policy.top), director | {Rung.TOP}),
        Stage(MEMBER, Track.MEMBER, 1, frozenset({Rung.MEMBER})),
        Stage(UNASSIGNED, Track.START, policy.acknowledge, owner),
    ]
    return tuple(sorted(stages, key=lambda stage: (stage.offset, len(stage.to))))


class Timetable:
    """The day of each stage, worked out once for each date that it hangs on."""

    def __init__(self, stages: Sequence[Stage], calendar: Calendar) -> None:
        self.stages = tuple(stages)
        self.calendar = calendar
        self._from_due: dict[date, tuple[tuple[date, Stage], ...]] = {}
        self._from_receipt: dict[date, tuple[tuple[date, Stage], ...]] = {}

    def of(self, case: Chased) -> tuple[tuple[date, Stage], ...]:
        """Every stage that this case can ever come to as it stands, with its day, lowest first."""
        if not case.is_open:
            return ()
        found = self._days(self._from_due, case.due, start=False) if case.due is not None else ()
        if case.snoozed_until is not None:
            key = f"{SNOOZE} {case.snoozes}"
            found = ((case.snoozed_until, Stage(key, Track.OFFICER, -999, frozenset({Rung.OWNER}))), *found)
        if case.state is State.RAISED:
            found = (*self._days(self._from_receipt, case.started_on, start=True), *found)
        return found

    def news(self, case: Chased, handled: frozenset[str]) -> list[tuple[date, Stage]]:
        """Those that are still to be told: not told yet, and not up to the day on which the officer got the date."""
        set_on = case.clock_set_on
        return [
            (day, stage)
            for day, stage in self.of(case)
            if stage.key not in handled and (day > set_on or stage.key.startswith(SNOOZE))
        ]

    def _days(
        self, known: dict[date, tuple[tuple[date, Stage], ...]], anchor: date, *, start: bool
    ) -> tuple[tuple[date, Stage], ...]:
        if anchor not in known:
            known[anchor] = tuple(
                (self._day(anchor, stage.offset), stage)
                for stage in self.stages
                if (stage.track is Track.START) is start
            )
        return known[anchor]

    def _day(self, anchor: date, offset: int) -> date:
        if offset < 0:
            return self.calendar.back(anchor, -offset)
        return self.calendar.forward(self.calendar.first_from(anchor), offset)


@dataclass(frozen=True, slots=True)
class Tell:
    """A stage to tell now, and whom: also those whom the stages told that it takes the place of."""

    stage: Stage
    to: frozenset[Rung]


@dataclass(frozen=True, slots=True)
class Due:
    """What is due for one case: one stage a track at most, and the stages that these take the place of."""

    case: Chased
    tell: tuple[Tell, ...]
    passed: tuple[Stage, ...]


def due_now(case: Chased, today: date, timetable: Timetable) -> Due | None:
    """What is due for the case today; nothing where nothing is.

    Args:
        today: a working day; nobody asks on another.
    """
    if case.paused_on(today):
        return None
    by_track: dict[Track, list[Stage]] = {}
    for day, stage in timetable.news(case, case.handled):
        if day <= today:
            by_track.setdefault(stage.track, []).append(stage)
    if not by_track:
        return None
    tracks = by_track.values()
    tell = tuple(Tell(stages[-1], stages[-1].to.union(*(stage.to for stage in stages[:-1]))) for stages in tracks)
    return Due(case, tell, tuple(stage for stages in tracks for stage in stages[:-1]))


def next_on(case: Chased, timetable: Timetable, handled: frozenset[str] | None = None) -> date | None:
    """The day on which the case must be looked at again; none where nothing will come.

    Args:
        handled: the stages told, where they are more than the case says.
    """
    known = case.handled if handled is None else handled
    days = [day for day, _ in timetable.news(case, known)]
    if not days:
        return None
    soonest = min(days)
    if not case.pauses:
        return soonest
    for pause in sorted(case.pauses, key=lambda pause: pause.start):
        if pause.start <= soonest <= pause.until:
            soonest = pause.until + timedelta(days=1)
    return soonest


def still_due(case: Chased, key: str, date_told: date | None, rung: Rung, today: date) -> bool:
    """Whether a reminder that was queued for somebody is still right just before it is sent."""
    if not case.is_open or case.paused_on(today) or hangs_on(case, key) != date_told:
        return False
    put_off = case.snoozed_until is not None and today < case.snoozed_until
    if put_off and rung in {Rung.OWNER, Rung.COVER}:
        return False
    return key != UNASSIGNED or case.state is State.RAISED


def hangs_on(case: Chased, key: str) -> date | None:
    """The date with which a stage is written into the ledger: it is told once for each."""
    if key == UNASSIGNED:
        return case.started_on
    return case.due or case.started_on


def carried_over(before: Chased, after: Chased, today: date, timetable: Timetable) -> frozenset[str]:
    """Stages told for the old date that need no telling again for the new one: their new day has come already."""
    days = {stage.key: day for day, stage in timetable.of(after)}
    return frozenset(key for key in before.handled if key in days and days[key] <= today)
