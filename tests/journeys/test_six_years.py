"""Six years of enquiries through the real store, handlers, sweep and sender, with outages at any hour."""

from __future__ import annotations

import random
from collections import Counter
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from bot.calendars import bank_holidays
from bot.errors import Refusal
from bot.handlers.digest import from_basis
from bot.rules.casework import Step
from bot.rules.working_days import LONDON, london_date
from storage import new_key, open_store, tables
from tests.handlers.test_enquiries import ADA, BEN, GWEN, KIM, OZ
from tests.handlers.test_remind import Council
from tests.support import FakeClock

if TYPE_CHECKING:
    from bot.rules.casework import Case

FIRST, LAST = date(2022, 1, 4), date(2027, 12, 30)
HOLIDAYS = bank_holidays("england-and-wales")
OFFSETS = {"before": -2, "due": 0, "overdue 1": 1, "overdue 2": 4, "overdue 3": 7} | {
    "manager": 2, "director": 5, "monitoring officer": 10, "member": 1,
}  # fmt: skip
ACTS = (Step.REPLIED, Step.REPLIED, Step.HELD, Step.PAUSED, Step.REASSIGNED, Step.SNOOZED, Step.WITHDRAWN)
"""Most are answered; some are never touched again."""


def works(day: date) -> bool:
    return day.weekday() < 5 and day not in HOLIDAYS


def shifted(day: date, count: int) -> date:
    """Working days on or back, one step at a time, without the rules."""
    left = abs(count)
    while left:
        day += timedelta(days=1 if count > 0 else -1)
        left -= works(day)
    return day


async def live(council: Council, dice: random.Random, cases: list[Case], day: date) -> None:
    """What people do on a day: raise, answer, hold, pause, pass on, put off, withdraw."""
    council.at(day.isoformat(), dice.choice((7, 11, 16, 22)))
    if dice.random() < 0.08:
        cases.append(await council.raise_one(dice.choice((ADA, BEN)), service=dice.choice(("Housing", "Highways"))))
    for case in [one for one in cases if dice.random() < 0.05]:
        step = dice.choice(ACTS)
        ahead = shifted(day, dice.randint(1, 12)).isoformat()
        officer = dice.choice(("femi.sample", "hal.example", "ivy.template", GWEN))
        values = {"text": "As it is", "on": ahead, "to_officer": f"person:{officer}"}
        try:
            if step is Step.SNOOZED:
                await council.press((await council.case(case)).owner_id, "case_do", f"{case.id}.SNOOZED")
            else:
                await council.step(case.member_id if step is Step.WITHDRAWN else OZ, case, step.value, **values)
        except Refusal:
            continue  # it is too late for that, or not theirs to do


@pytest.mark.slow
async def test_none_early_none_out_of_hours_none_twice_none_missed_in_six_years() -> None:
    """Whatever is due at a sweep in office hours has been told after it, once, and not before its day."""
    dice = random.Random(20260302)
    clock = FakeClock(datetime.combine(FIRST, time(8), LONDON).astimezone(UTC))
    async with open_store("sqlite+aiosqlite:///:memory:", [new_key()]) as store:
        await store.migrate()
        council = await Council(store, clock, "tower-hamlets").directory()
        cases: list[Case] = []
        day = FIRST
        while day < LAST:
            day += timedelta(days=1 if dice.random() < 0.93 else dice.randint(2, 9))  # away for days, now and then
            await live(council, dice, cases, day)
            for hour in sorted(dice.sample(range(24), 2)):
                council.at(day.isoformat(), hour, dice.choice((0, 30, 59)))
                await council.sweep()
                await council.send()
                if works(day) and 9 <= hour < 17 and dice.random() < 0.4:
                    await nothing_is_left(council, day)
        async with store.begin() as uow:
            ledger = (await uow.connection.execute(select(tables.reminders))).all()
            outbox = (await uow.connection.execute(select(tables.outbox))).all()

    told = Counter(
        (case_id, stage, due, row.person_id)
        for row in outbox
        if row.about == "reminder"
        for case_id, stage, due, _ in from_basis(row.basis)
    )
    assert len(cases) > 100
    assert sum(row.told for row in ledger) > 300
    assert set(told.values()) == {1}
    for row in ledger:
        local = row.at.astimezone(LONDON)
        assert works(local.date())
        assert time(9) <= local.time() < time(17)
        if row.stage in OFFSETS:
            assert shifted(row.due, OFFSETS[row.stage]) <= local.date(), f"{row.stage} for {row.due} came on {local}"
    for moment, who, reply in council.sent:
        if ": due" in reply.summary or "enquiries:" in reply.summary:
            local = moment.astimezone(LONDON)
            assert works(local.date()), who
            assert time(9) <= local.time() < time(17)
    assert {KIM, GWEN, ADA} <= {who for _, who, _ in council.sent}


async def nothing_is_left(council: Council, today: date) -> None:
    async with council.store.begin() as uow:
        for case in await uow.cases.open():
            if case.due is None or case.paused_on(today):
                continue
            known = {stage for stage, due, _ in await uow.cases.ledger(case.id) if due == case.due}
            expected = {
                stage for stage, offset in OFFSETS.items() if case.clock_set_on < shifted(case.due, offset) <= today
            }
            assert expected <= known, (case.reference, today, expected - known)
        assert london_date(council.clock.now()) == today
