"""Which stage is due when: named cases, and any life of a case against a model that looks at every day by itself."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.calendars import bank_holidays
from bot.rules.case_steps import Taken, after, reclocked, scheduled
from bot.rules.casework import Case, Pause, Seat, State, Step, offered, seats
from bot.rules.deadlines import Counting, Limit
from bot.rules.directory_index import IndexedDirectory
from bot.rules.protocol import Position
from bot.rules.reminders import Policy, Rung, Timetable, Track, due_now, ladder, next_on, still_due
from bot.rules.working_days import LONDON, Calendar, london_date
from tests.support import person

if TYPE_CHECKING:
    from collections.abc import Iterator

ENGLAND = Calendar(bank_holidays("england-and-wales"))
SCOTLAND = Calendar(bank_holidays("scotland"))
NORTHERN_IRELAND = Calendar(bank_holidays("northern-ireland"))


def case(received: datetime, calendar: Calendar = ENGLAND, days: int | None = 10, **values: object) -> Case:
    base = Case(
        id="c",
        reference="ME-TEST-TEST",
        procedure="member_enquiry",
        member_id="ada",
        entered_by="ada",
        owner_id="gwen",
        state=State.ASSIGNED,
        received_at=received,
        counts_from=received,
        started_on=london_date(received),
        clock_set_on=london_date(received),
        limit=Limit(days, "a rule", "8.1") if days is not None else None,
    )
    return reclocked(replace(base, **values), Timetable(ladder(Policy()), calendar), Counting())[0]  # type: ignore[arg-type]


def london(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=LONDON).astimezone(UTC)


def days_of(found: Case, calendar: Calendar = ENGLAND, policy: Policy | None = None) -> dict[str, str]:
    return {stage.key: day.isoformat() for day, stage in Timetable(ladder(policy or Policy()), calendar).of(found)}


# --- named cases -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("calendar", "received", "due", "before", "manager"),
    [
        (ENGLAND, "2026-12-21T10:00", "2027-01-07", "2027-01-05", "2027-01-11"),
        (ENGLAND, "2026-03-20T10:00", "2026-04-07", "2026-04-01", "2026-04-09"),
        (SCOTLAND, "2024-12-20T10:00", "2025-01-09", "2025-01-07", "2025-01-13"),
        (NORTHERN_IRELAND, "2026-07-01T10:00", "2026-07-16", "2026-07-14", "2026-07-20"),
        (ENGLAND, "2026-03-06T17:01", "2026-03-23", "2026-03-19", "2026-03-25"),
        (ENGLAND, "2026-03-29T01:30", "2026-04-15", "2026-04-13", "2026-04-17"),
        (ENGLAND, "2026-10-25T01:30", "2026-11-09", "2026-11-05", "2026-11-11"),
        (ENGLAND, "2028-02-18T10:00", "2028-03-03", "2028-03-01", "2028-03-07"),
    ],
    ids=[
        "Christmas and New Year",
        "Easter",
        "Scotland's 2 January",
        "Northern Ireland's 12 July, kept on the 13th",
        "Friday 17:01",
        "the night the clocks go on",
        "the night the clocks go back",
        "a leap year",
    ],
)
def test_stages_hang_on_the_due_date_by_working_days(
    calendar: Calendar, received: str, due: str, before: str, manager: str
) -> None:
    found = case(london(received), calendar)
    days = days_of(found, calendar)

    assert found.due == date.fromisoformat(due)
    assert (days["before"], days["due"], days["manager"]) == (before, due, manager)


def test_a_one_off_bank_holiday_counts_like_the_others() -> None:
    extra = replace(ENGLAND, holidays={**ENGLAND.holidays, date(2026, 6, 19): "announced since"})

    assert case(london("2026-06-12T10:00")).due == date(2026, 6, 26)
    assert case(london("2026-06-12T10:00"), extra).due == date(2026, 6, 29)


def test_the_ladder_is_what_the_policy_says() -> None:
    found = case(london("2026-03-02T10:00"))

    assert list(days_of(found)) == [
        "before", "due", "member", "overdue 1", "manager", "overdue 2", "director", "overdue 3", "monitoring officer",
    ]  # fmt: skip
    bare = Policy(before=0, most=0, manager=0, director=0, top=0)
    assert days_of(found, policy=bare) == {
        "due": "2026-03-16",
        "member": "2026-03-17",
        "manager": "2026-03-17",
        "director": "2026-03-17",
        "monitoring officer": "2026-03-17",
    }


def test_a_case_that_nobody_has_is_chased_from_its_receipt() -> None:
    found = case(london("2026-03-06T18:00"), state=State.RAISED, owner_id="")

    assert days_of(found)["unassigned"] == "2026-03-10"
    assert "unassigned" not in days_of(replace(found, state=State.ASSIGNED))


@pytest.mark.parametrize("state", [State.REPLIED, State.CLOSED, State.WITHDRAWN])
def test_what_has_ended_has_no_stages(state: State) -> None:
    found = case(london("2026-03-02T10:00"), state=state)
    table = Timetable(ladder(Policy()), ENGLAND)

    assert due_now(found, date(2026, 6, 1), table) is None
    assert next_on(found, table) is None
    assert not still_due(found, "due", found.due, Rung.OWNER, date(2026, 3, 16))


def test_after_an_outage_the_highest_stage_tells_everybody_whom_the_others_would_have_told() -> None:
    found = due_now(case(london("2026-03-02T10:00")), date(2026, 3, 25), Timetable(ladder(Policy()), ENGLAND))
    assert found is not None

    assert {tell.stage.key: set(tell.to) for tell in found.tell} == {
        "overdue 3": {Rung.OWNER, Rung.COVER, Rung.MANAGER, Rung.DIRECTOR},
        "member": {Rung.MEMBER},
    }


def test_a_pause_inside_a_weekend_changes_nothing_and_one_over_a_holiday_counts_the_holiday_once() -> None:
    plain = case(london("2026-03-30T10:00"))
    weekend = case(london("2026-03-30T10:00"), pauses=(Pause(date(2026, 4, 10), date(2026, 4, 12)),))
    easter = case(london("2026-03-30T10:00"), pauses=(Pause(date(2026, 4, 1), date(2026, 4, 7)),))

    assert plain.due == weekend.due == date(2026, 4, 15)
    assert easter.due == date(2026, 4, 17)


def test_a_stage_that_falls_into_a_pause_waits_for_its_end() -> None:
    """A holding reply promised the 27th; the clock is paused over the reminder two days before the moved date."""
    table = Timetable(ladder(Policy()), ENGLAND)
    promised = case(
        london("2026-03-02T10:00"),
        promised=date(2026, 3, 27),
        promised_on=date(2026, 3, 9),
        pauses=(Pause(date(2026, 3, 30), date(2026, 4, 1)),),
        clock_set_on=date(2026, 3, 9),
        handled=frozenset({"before", "due"}),
    )

    assert promised.due == date(2026, 3, 27)
    assert next_on(promised, table) == date(2026, 4, 2)
    assert due_now(promised, date(2026, 4, 1), table) is None
    assert due_now(promised, date(2026, 4, 2), table) is not None


def test_nobody_who_left_has_a_seat_and_no_manager_without_an_officer() -> None:
    boss = person("Gwen Specimen", Position.SERVICE_HEAD, id="gwen")
    clerk = person("Oz Placeholder", Position.DEMOCRATIC_SERVICES, active=False)
    directory = IndexedDirectory([boss, clerk])
    found = case(london("2026-03-02T10:00"), owner_id="")

    assert seats(found, boss, directory) == frozenset()
    assert seats(found, clerk, directory) == frozenset()


# --- any life of a case ------------------------------------------------------------------

POLICY = Policy()
START = datetime(2026, 3, 2, tzinfo=UTC)


def naive_working(day: date, closed: frozenset[date]) -> bool:
    return day.weekday() < 5 and day not in ENGLAND.holidays and day not in closed


def naive_shift(day: date, count: int, closed: frozenset[date]) -> date:
    """A day so many working days later or earlier, one step at a time."""
    step = timedelta(days=1 if count > 0 else -1)
    left = abs(count)
    while left:
        day += step
        left -= naive_working(day, closed)
    return day


def naive_days(found: Case, closed: frozenset[date]) -> Iterator[tuple[str, Track, date]]:
    """The day of each stage, worked out without the rules."""
    if found.due is None:
        return
    offsets = {"before": -2, "due": 0, "overdue 1": 1, "overdue 2": 4, "overdue 3": 7}
    offsets |= {"manager": 2, "director": 5, "monitoring officer": 10}
    for key, offset in offsets.items():
        yield key, Track.OFFICER, naive_shift(found.due, offset, closed)
    yield "member", Track.MEMBER, naive_shift(found.due, 1, closed)


class Desk:
    """One case, worked on and swept; what was told and when."""

    def __init__(self, received: datetime, closed: frozenset[date]) -> None:
        self.closed = closed
        calendar = replace(ENGLAND, closures=dict.fromkeys(closed, "council closed"))
        self.table = Timetable(ladder(POLICY), calendar)
        self.case = scheduled(reclocked(case(received, calendar), self.table, Counting())[0], self.table)
        self.given_on = london_date(received)  # when the officer was last told the date
        self.told: list[tuple[str, date, datetime]] = []
        self.ledger: dict[tuple[str, date], datetime] = {}

    def act(self, step: Step, now: datetime, far: int) -> None:
        today = london_date(now)
        if step not in offered(self.case, frozenset(Seat), today, 2):
            return
        on = self.table.calendar.first_from(today + timedelta(days=1 + far))
        if step is Step.SNOOZED:
            on = self.table.calendar.next_after(today)
        if step in {Step.HELD, Step.PAUSED, Step.RESUMED, Step.FOLLOW_UP, Step.REOPENED}:
            self.given_on = today
        before = self.case
        changed = after(before, Taken(step=step, now=now, today=today, who="hal", on=on))
        clocked, _ = reclocked(changed, self.table, Counting())
        if clocked.due == before.due and step is not Step.SNOOZED:
            clocked = replace(clocked, snoozes=before.snoozes)
        elif clocked.due != before.due:
            known = frozenset(stage for stage, due in self.ledger if due == clocked.due)
            clocked = replace(clocked, handled=known)
        self.case = scheduled(clocked, self.table)

    def sweep(self, now: datetime) -> None:
        today = london_date(now)
        if not self.table.calendar.in_hours(now):
            return
        skipped = self.case.next_on is None or self.case.next_on > today
        found = due_now(self.case, today, self.table)
        assert not (skipped and found), "the day of the next stage came after a stage that is due"
        if found is not None and self.case.due is not None:
            assert len({tell.stage.track for tell in found.tell}) == len(found.tell)
            assert not any(pause.start <= today <= pause.until for pause in self.case.pauses)
            days = {key: day for key, _, day in naive_days(self.case, self.closed)}
            assert all(days.get(tell.stage.key, today) > self.given_on for tell in found.tell)
            for stage in (*(tell.stage for tell in found.tell), *found.passed):
                assert (stage.key, self.case.due) not in self.ledger
                self.ledger[stage.key, self.case.due] = now
            for tell in found.tell:
                self.told.append((tell.stage.key, self.case.due, now))
            keys = {tell.stage.key for tell in found.tell} | {stage.key for stage in found.passed}
            self.case = scheduled(replace(self.case, handled=self.case.handled | keys), self.table)
        self.check_nothing_missed(today)

    def check_nothing_missed(self, today: date) -> None:
        """After a sweep in office hours, nothing that the model says is due is left untold."""
        if not self.case.is_open or self.case.paused_on(today) or self.case.due is None:
            return
        for key, _, day in naive_days(self.case, self.closed):
            if self.given_on < day <= today:
                assert (key, self.case.due) in self.ledger, f"{key} of {day} was missed on {today}"


ACTIONS = (
    Step.ACCEPTED,
    Step.REPLIED,
    Step.HELD,
    Step.PAUSED,
    Step.RESUMED,
    Step.SNOOZED,
    Step.REASSIGNED,
    Step.REOPENED,
    Step.FOLLOW_UP,
    Step.CLOSED,
)


IN_HOURS = st.integers(9 * 60, 17 * 60 - 1)
DAY = st.tuples(
    st.one_of(st.just(0), st.just(0), st.integers(0, 9)),  # days on which the bot is away before this one
    st.one_of(st.none(), st.none(), st.none(), st.sampled_from(ACTIONS)),
    st.integers(0, 12),  # how far off the date is that the action sets
    st.lists(st.one_of(IN_HOURS, st.integers(0, 24 * 60 - 1)), max_size=2),  # minutes of the day at which it sweeps
)


@settings(max_examples=250, deadline=None)
@given(
    start=st.integers(0, 6 * 365),
    hour=st.integers(0, 23),
    days=st.lists(DAY, min_size=12, max_size=45),
    closed=st.frozensets(st.integers(0, 400), max_size=12),  # closure days, counted from the start
)
def test_none_early_none_out_of_hours_none_twice_none_missed(
    start: int, hour: int, days: list[tuple[int, Step | None, int, list[int]]], closed: frozenset[int]
) -> None:
    """Six years of days to start from, with clock changes, closure days, outages, pauses and holding replies."""
    first = date(2022, 1, 3) + timedelta(days=start)
    shut = frozenset(first + timedelta(days=each) for each in closed)
    desk = Desk(datetime.combine(first, time(hour), LONDON).astimezone(UTC), shut)
    day = first
    for away, action, far, minutes in days:
        day += timedelta(days=1 + away)
        midnight = datetime.combine(day, time(), LONDON).astimezone(UTC)
        if action is not None:
            desk.act(action, midnight + timedelta(hours=7), far)
        for minute in sorted(minutes):
            desk.sweep(midnight + timedelta(minutes=minute))

    assert len({(key, due) for key, due, _ in desk.told}) == len(desk.told)
    for key, due, moment in desk.told:
        local = moment.astimezone(LONDON)
        assert naive_working(local.date(), shut)
        assert time(9) <= local.time() < time(17)
        if not key.startswith("snooze"):
            known = {name: on for name, _, on in naive_days(replace(desk.case, due=due), shut)}
            assert known[key] <= local.date(), f"{key} was told before its day"
