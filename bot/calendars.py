"""The council's calendar: GOV.UK's bank holidays for its division, and its own closure days."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from govuk_bank_holidays.bank_holidays import BankHolidays

from bot.rules.deadlines import Counting
from bot.rules.working_days import Calendar

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from bot.settings import Settings


@cache
def bank_holidays(division: str) -> Mapping[date, str]:
    """The bundled table for one division, by date.

    The division is always given: without it the library keeps only the days common to all. The
    bundled table is always used: without it the library asks GOV.UK while everybody waits.
    """
    table = BankHolidays(use_cached_holidays=True)
    return {row["date"]: row["title"] for row in table.get_holidays(division=division)}


def calendar(settings: Settings) -> Calendar:
    """The calendar that the settings describe."""
    extra = dict.fromkeys(settings.extra_holidays, "announced since")
    return Calendar(
        holidays={**extra, **bank_holidays(settings.division.value)},
        closures=dict.fromkeys(settings.closure_days, "council closed"),
        opens=settings.office_opens,
        closes=settings.office_closes,
    )


def counting(settings: Settings) -> Counting:
    """The council's choices on counting."""
    return Counting(
        receipt_day_counts=settings.receipt_day_counts, late_receipt_next_day=settings.late_receipt_next_day
    )


def last_known_holiday(settings: Settings) -> date:
    """The last bank holiday in the table; after it every date is a guess."""
    return max(bank_holidays(settings.division.value))
