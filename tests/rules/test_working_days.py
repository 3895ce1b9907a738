"""Working days and due dates: named cases, and what holds for every date."""

from __future__ import annotations

from datetime import UTC, date, datetime, time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.calendars import bank_holidays
from bot.rules.deadlines import Counting, Limit, count
from bot.rules.working_days import Calendar

ENGLAND = Calendar(holidays=bank_holidays("england-and-wales"))
SCOTLAND = Calendar(holidays=bank_holidays("scotland"))
NORTHERN_IRELAND = Calendar(holidays=bank_holidays("northern-ireland"))
CLOSED = Calendar(
    holidays=bank_holidays("england-and-wales"),
    closures={date(2026, 12, 29): "council closed", date(2026, 12, 30): "council closed"},
)


@pytest.mark.parametrize(
    ("name", "calendar", "received", "days", "due"),
    [
        ("an ordinary fortnight", ENGLAND, date(2026, 3, 2), 10, date(2026, 3, 16)),
        ("a Saturday is day zero, Monday is day one", ENGLAND, date(2026, 3, 7), 5, date(2026, 3, 13)),
        ("over Easter", ENGLAND, date(2026, 4, 1), 5, date(2026, 4, 10)),
        ("over Christmas, with Boxing Day moved to Monday", ENGLAND, date(2026, 12, 23), 5, date(2027, 1, 4)),
        ("over Christmas with closure days", CLOSED, date(2026, 12, 23), 5, date(2027, 1, 6)),
        ("early May bank holiday", ENGLAND, date(2026, 5, 1), 1, date(2026, 5, 5)),
        ("Scotland's 2 January", SCOTLAND, date(2025, 12, 31), 1, date(2026, 1, 5)),
        ("England works on 2 January", ENGLAND, date(2025, 12, 31), 1, date(2026, 1, 2)),
        ("Northern Ireland's 12 July, moved to Monday", NORTHERN_IRELAND, date(2026, 7, 10), 1, date(2026, 7, 14)),
        ("over the spring clock change", ENGLAND, datetime(2026, 3, 27, 16, 59), 1, date(2026, 3, 30)),
        ("over the autumn clock change", ENGLAND, datetime(2026, 10, 23, 16, 59), 1, date(2026, 10, 26)),
        ("Friday 17:01 counts as Monday's", ENGLAND, datetime(2026, 3, 6, 17, 1), 1, date(2026, 3, 10)),
        (
            "16:30 UTC in summer is 17:30 in London",
            ENGLAND,
            datetime(2026, 6, 1, 16, 30, tzinfo=UTC),
            1,
            date(2026, 6, 3),
        ),
        (
            "16:30 UTC in winter is in office hours",
            ENGLAND,
            datetime(2026, 1, 12, 16, 30, tzinfo=UTC),
            1,
            date(2026, 1, 13),
        ),
        ("a Sunday with a time counts as Monday's", ENGLAND, datetime(2026, 3, 8, 11, 0), 1, date(2026, 3, 10)),
    ],
)
def test_due_date(name: str, calendar: Calendar, received: date, days: int, due: date) -> None:
    found = count(received, Limit(days, "rule"), calendar)

    assert found.due == due, name
    assert sum(day.counts for day in found.days) == days
    assert found.days[-1].date == due


def test_a_one_off_bank_holiday_moves_the_date() -> None:
    crowned = Calendar(holidays={**bank_holidays("england-and-wales"), date(2026, 3, 9): "one-off"})

    assert count(date(2026, 3, 2), Limit(10, ""), crowned).due == date(2026, 3, 17)


def test_the_day_of_receipt_can_be_day_one() -> None:
    counting = Counting(receipt_day_counts=True)

    assert count(date(2026, 3, 2), Limit(10, ""), ENGLAND, counting).due == date(2026, 3, 13)
    assert count(date(2026, 3, 7), Limit(1, ""), ENGLAND, counting).due == date(2026, 3, 9)


@pytest.mark.parametrize(
    ("received", "due"),
    [
        (date(2009, 3, 12), date(2009, 4, 9)),
        (date(2008, 2, 1), date(2008, 2, 29)),
        (date(2007, 2, 1), date(2007, 3, 1)),
    ],
)
def test_twenty_days_over_leap_years_and_easter(received: date, due: date) -> None:
    """The count that people know from freedom of information, with 2009's Easter as the only holiday."""
    easter = Calendar(holidays={date(2009, 4, 10): "Good Friday", date(2009, 4, 13): "Easter Monday"})

    assert count(received, Limit(20, ""), easter).due == due


moments = st.datetimes(min_value=datetime(2024, 1, 1), max_value=datetime(2027, 6, 1), timezones=st.just(UTC))
limits = st.integers(min_value=0, max_value=40).map(lambda days: Limit(days, ""))


@given(moments, limits)
def test_a_due_date_is_always_a_working_day(received: datetime, limit: Limit) -> None:
    assert ENGLAND.works(count(received, limit, ENGLAND).due)


@given(moments, moments, limits)
def test_what_comes_later_is_never_due_earlier(one: datetime, other: datetime, limit: Limit) -> None:
    first, second = sorted((one, other))

    assert count(first, limit, ENGLAND).due <= count(second, limit, ENGLAND).due


@given(moments, limits, st.dates(date(2024, 1, 1), date(2027, 6, 1)))
def test_a_further_holiday_never_makes_it_earlier(received: datetime, limit: Limit, holiday: date) -> None:
    more = Calendar(holidays={**ENGLAND.holidays, holiday: "further"})

    assert count(received, limit, more).due >= count(received, limit, ENGLAND).due


@given(moments, limits)
def test_every_day_is_explained_once_and_in_order(received: datetime, limit: Limit) -> None:
    days = [day.date for day in count(received, limit, ENGLAND).days]

    assert days == sorted(set(days))
    assert all(day.why for day in count(received, limit, ENGLAND).days)


@given(moments)
def test_the_next_opening_is_in_office_hours_and_never_in_the_past(moment: datetime) -> None:
    opening = ENGLAND.next_opening(moment)

    assert opening >= moment
    assert ENGLAND.in_hours(opening)


def test_office_hours_follow_london_time() -> None:
    calendar = Calendar(opens=time(9), closes=time(17))

    assert calendar.in_hours(datetime(2026, 6, 1, 8, 0, tzinfo=UTC))
    assert not calendar.in_hours(datetime(2026, 6, 1, 16, 0, tzinfo=UTC))
    assert not calendar.in_hours(datetime(2026, 1, 12, 8, 0, tzinfo=UTC))


@pytest.mark.parametrize("division", ["england-and-wales", "scotland", "northern-ireland"])
def test_the_table_of_bank_holidays_reaches_far_enough(division: str) -> None:
    """When this fails: raise govuk-bank-holidays in constraints.txt to a release with the coming years."""
    assert max(bank_holidays(division)) >= date(2027, 12, 1)
