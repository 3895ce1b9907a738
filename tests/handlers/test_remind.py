"""Reminders and the ladder: when, to whom, once; never outside office hours; right when they leave."""

from __future__ import annotations

import asyncio
import random
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from adapters.demo.people import SAMPLE_PEOPLE
from bot.handlers import conflicts, recount, remind, weekly_digest
from bot.messages import Buttons, Facts, Heading, Paragraph
from bot.rechecking import Rechecker
from bot.rules.casework import State
from bot.rules.working_days import LONDON
from bot.sending import Dispatcher
from tests.handlers.bot import PEOPLE
from tests.handlers.test_enquiries import ADA, FEMI, GWEN, HAL, IVY, KIM, LOU, MO, OZ, Enquiries
from tests.support import FakeClock, FakeMessenger, protocol, services, settings

if TYPE_CHECKING:
    from bot.handlers.remind import Swept
    from bot.messages import Reply
    from storage import SqlStore


class Council(Enquiries):
    """The bot with its sweep and its sender; what each person was sent, with the moment."""

    def __init__(self, *arguments: object, **values: object) -> None:
        super().__init__(*arguments, **values)  # type: ignore[arg-type]
        self.sent: list[tuple[datetime, str, Reply]] = []
        self.messenger = FakeMessenger("demo")

    def at(self, day: str, hour: int = 9, minute: int = 30) -> Council:
        """Go to a time in London."""
        self.clock.instant = datetime.fromisoformat(f"{day}T{hour:02}:{minute:02}").replace(tzinfo=LONDON)
        return self

    async def sweep(self) -> Swept:
        async with self.store.begin() as uow:
            found = services(uow, pack_id=self.pack_id, clock=self.clock, **self.settings)
            swept = await remind.sweep(found)
            await uow.commit()
        return swept

    async def recount(self) -> int:
        moved = 0
        while True:
            async with self.store.begin() as uow:
                found = services(uow, pack_id=self.pack_id, clock=self.clock, **self.settings)
                done = await recount.sweep(found)
                await uow.commit()
            moved += done.moved
            if not done.more:
                return moved

    async def weekly(self) -> int:
        async with self.store.begin() as uow:
            found = services(uow, pack_id=self.pack_id, clock=self.clock, **self.settings)
            sent = await weekly_digest.sweep(found)
            await uow.commit()
        return sent

    async def send(self) -> dict[str, list[Reply]]:
        """Deliver what waits; what each person got now."""
        sender = Dispatcher(
            store=self.store,
            clock=self.clock,
            messenger=self.messenger,
            wake=asyncio.Event(),
            randomness=random.Random(1),
            recheck=Rechecker(
                store=self.store,
                clock=self.clock,
                protocol=protocol(self.pack_id),
                settings=settings(**self.settings),
                platforms=("demo",),
            ),
        )
        before = len(self.messenger.sent)
        while await sender.send_waiting():
            pass
        got: dict[str, list[Reply]] = {}
        for to, reply in self.messenger.sent[before:]:
            got.setdefault(to.user_id, []).append(reply)
            self.sent.append((self.clock.now(), to.user_id, reply))
        return got

    async def day(self, on: str) -> dict[str, list[Reply]]:
        """A whole day, hour by hour; what each person got on it."""
        got: dict[str, list[Reply]] = {}
        for hour in range(24):
            self.at(on, hour)
            await self.sweep()
            for who, replies in (await self.send()).items():
                got.setdefault(who, []).extend(replies)
        return got


@pytest.fixture
async def council(sqlite_store: SqlStore, clock: FakeClock) -> Council:
    """Tower Hamlets on Monday 2 March 2026; a reply is due ten working days later, on Monday 16 March."""
    return await Council(sqlite_store, clock, "tower-hamlets").directory()


def headings(reply: Reply) -> list[str]:
    return [part.text for part in reply.parts if isinstance(part, Heading)]


def text(reply: Reply) -> str:
    return " ".join(part.text for part in reply.parts if isinstance(part, Paragraph))


def labels(reply: Reply) -> list[str]:
    return [button.label for part in reply.parts if isinstance(part, Buttons) for button in part.buttons]


# --- the ladder --------------------------------------------------------------------------


async def test_the_whole_ladder_day_by_day(council: Council) -> None:
    """Two days before, on the day, overdue and then every three days, manager, director, Monitoring Officer."""
    case = await council.raise_one()
    await council.send()
    got: dict[str, set[str]] = {}
    day = date(2026, 3, 3)
    while day < date(2026, 4, 20):
        for who in await council.day(day.isoformat()):
            got.setdefault(day.isoformat(), set()).add(who)
        day += timedelta(days=1)

    assert got == {
        "2026-03-12": {GWEN},
        "2026-03-16": {GWEN},
        "2026-03-17": {GWEN, ADA},
        "2026-03-18": {GWEN, KIM},
        "2026-03-20": {GWEN},
        "2026-03-23": {GWEN, KIM},
        "2026-03-25": {GWEN},
        "2026-03-30": {GWEN, KIM, MO, OZ},
    }
    assert {moment.astimezone(LONDON).hour for moment, *_ in council.sent[2:]} == {9}
    assert all(f"{case.reference}: due" in reply.summary for *_, reply in council.sent[2:])


async def test_with_a_manager_of_their_own_the_rungs_are_four_people(council: Council) -> None:
    """Femi's manager is Gwen, her director Kim."""
    case = await council.raise_one()
    await council.step(OZ, case, "passed on", to_officer=f"person:{FEMI}", text="Knows the block")
    await council.send()
    told = {}
    for day in ("2026-03-17", "2026-03-18", "2026-03-23", "2026-03-30"):
        told[day] = set(await council.day(day))

    assert told == {
        "2026-03-17": {FEMI, HAL, ADA},  # Hal is Femi's cover, who may not know that she is away
        "2026-03-18": {FEMI, HAL, GWEN},
        "2026-03-23": {FEMI, HAL, GWEN, KIM},
        "2026-03-30": {FEMI, HAL, GWEN, KIM, MO, OZ},
    }


async def test_a_reminder_has_reference_date_subject_and_every_way_out(council: Council) -> None:
    case = await council.raise_one()
    await council.send()
    [reply] = (await council.day("2026-03-12"))[GWEN]

    assert reply.summary == f"Enquiry {case.reference}: due Mon 16 Mar 2026, in 2 working days."
    assert "Damp in Mill Court" in repr(reply.parts)
    assert "canary" not in repr(reply)
    assert labels(reply) == ["Reply", "Holding reply", "Pass it on", "Not mine", "Remind me next working morning"]


async def test_the_member_is_told_once_that_it_is_overdue_and_what_happens_next(council: Council) -> None:
    await council.raise_one()
    await council.send()
    got = [reply for day in range(17, 28) for reply in (await council.day(f"2026-03-{day}")).get(ADA, [])]

    assert len(got) == 1
    assert text(got[0]) == (
        "I am sorry: this has not been answered in time. It was due by Monday 16 March 2026. If nobody answers, I tell "
        "the officer's manager on Wed 18 Mar 2026, the director on Mon 23 Mar 2026 and the Monitoring Officer and "
        "Democratic Services on Mon 30 Mar 2026."
    )
    assert "Answer" not in repr(got[0].parts[-1]), "who asked cannot answer"


async def test_several_enquiries_are_one_message_and_the_rest_is_in_the_list(council: Council) -> None:
    for _ in range(7):
        await council.raise_one()
    await council.send()
    got = await council.day("2026-03-12")

    assert [len(replies) for replies in got.values()] == [1]
    assert text(got[GWEN][0]) == "2 more are due. Open your list to see them all."
    assert got[GWEN][0].summary.startswith("7 enquiries: ")
    assert got[GWEN][0].summary.endswith("and 4 more.")


async def test_somebody_with_two_parts_to_play_gets_one_message_with_both(council: Council) -> None:
    own = await council.raise_one()
    below = await council.raise_one()
    await council.step(OZ, below, "passed on", to_officer=f"person:{FEMI}", text="Knows the block")
    await council.send()
    [reply] = (await council.day("2026-03-18"))[GWEN]

    assert headings(reply) == ["Enquiries that need your reply", "Overdue in your area"]
    assert own.reference in reply.summary
    assert below.reference in reply.summary


async def test_what_nobody_has_is_chased_with_democratic_services(council: Council) -> None:
    await council.raise_one(service="not sure")
    await council.send()

    assert headings((await council.day("2026-03-03"))[OZ][0]) == ["Enquiries without an officer"]
    assert await council.day("2026-03-04") == {}
    assert set(await council.day("2026-03-12")) == {OZ}


async def test_without_a_due_date_there_is_nothing_to_chase(sqlite_store: SqlStore, clock: FakeClock) -> None:
    council = await Council(sqlite_store, clock, "copeland").directory()
    await council.raise_one()
    await council.send()

    assert not await council.day("2026-03-16")
    assert not await council.day("2026-06-15")


# --- never outside office hours ----------------------------------------------------------


@pytest.mark.parametrize(
    ("day", "hour", "minute"),
    [
        ("2026-03-16", 8, 59),
        ("2026-03-16", 17, 0),
        ("2026-03-16", 0, 0),
        ("2026-03-21", 11, 0),
        ("2026-03-29", 1, 30),
        ("2026-04-03", 11, 0),
        ("2026-04-06", 11, 0),
        ("2026-10-25", 1, 30),
    ],
    ids=["early", "late", "midnight", "Saturday", "clocks go on", "Good Friday", "Easter Monday", "clocks go back"],
)
async def test_nothing_is_told_and_nothing_used_up_out_of_hours(
    council: Council, day: str, hour: int, minute: int
) -> None:
    """Tower Hamlets 3.8 asks both sides not to contact one another outside working time."""
    case = await council.raise_one()
    await council.send()
    council.at(day, hour, minute)
    swept = await council.sweep()

    assert (swept.examined, swept.due, swept.queued) == (1, 1, 0)
    assert await council.send() == {}
    async with council.store.begin() as uow:
        assert await uow.cases.ledger(case.id) == []


async def test_a_closure_day_is_no_day_for_reminders(sqlite_store: SqlStore, clock: FakeClock) -> None:
    council = await Council(sqlite_store, clock, "tower-hamlets", closure_days=(date(2026, 3, 12),)).directory()
    case = await council.raise_one()
    await council.send()

    assert (case.due, await council.day("2026-03-12")) == (date(2026, 3, 17), {})
    assert set(await council.day("2026-03-13")) == {GWEN}


async def test_a_reminder_that_could_not_leave_in_hours_waits_for_the_next_ones(council: Council) -> None:
    """Queued on Friday at 16:59 while the platform was away; given up neither over the weekend nor on Monday."""
    await council.raise_one()
    await council.send()
    council.at("2026-03-20", 16, 59)
    await council.sweep()
    for day, hour in (("2026-03-20", 17), ("2026-03-21", 10), ("2026-03-22", 12), ("2026-03-23", 8)):
        assert await council.at(day, hour).send() == {}

    assert GWEN in await council.at("2026-03-23", 9).send()


# --- outages -----------------------------------------------------------------------------


async def test_after_an_outage_there_is_one_catch_up_of_the_highest_stage(council: Council) -> None:
    case = await council.raise_one()
    await council.send()
    got = await council.day("2026-03-26")

    assert {who: len(replies) for who, replies in got.items()} == {GWEN: 1, KIM: 1, ADA: 1}
    async with council.store.begin() as uow:
        told = {stage for stage, _, was_told in await uow.cases.ledger(case.id) if was_told}
        passed = {stage for stage, _, was_told in await uow.cases.ledger(case.id) if not was_told}
    assert told == {"overdue 3", "member"}
    assert passed == {"before", "due", "overdue 1", "overdue 2", "manager", "director"}
    assert await council.day("2026-03-27") == {}
    assert set(await council.day("2026-03-30")) == {GWEN, KIM, MO, OZ}


async def test_a_second_sweep_tells_nothing_again(council: Council) -> None:
    await council.raise_one()
    await council.send()
    council.at("2026-03-17")

    assert [(await council.sweep()).queued for _ in range(3)] == [2, 0, 0]


async def test_a_stage_that_reaches_nobody_is_not_used_up(sqlite_store: SqlStore, clock: FakeClock) -> None:
    """Nobody at the council can be reached; as soon as somebody can, they are told."""
    council = await Council(sqlite_store, clock, "tower-hamlets").directory()
    await council.raise_one()
    await council.send()
    async with council.store.begin() as uow:
        for person in SAMPLE_PEOPLE:
            if person.id != ADA:
                await uow.people.save(replace(person, active=False))
        await uow.commit()
    council.at("2026-03-16")
    assert ((swept := await council.sweep()).due, swept.queued) == (1, 0)

    await council.directory()
    assert (await council.sweep()).queued == 1


# --- right when they leave ---------------------------------------------------------------


@pytest.mark.parametrize("act", ["reply", "withdrawn", "paused", "passed on", "not mine", "holding reply"])
async def test_what_was_dealt_with_after_it_was_queued_does_not_leave(council: Council, act: str) -> None:
    case = await council.raise_one()
    await council.send()
    council.at("2026-03-16")
    await council.sweep()
    values = {"text": "Dealt with", "on": "2026-03-27", "to_officer": f"person:{IVY}"}
    await council.step(ADA if act == "withdrawn" else GWEN, case, act, **values)
    got = await council.send()

    assert not [reply for reply in got.get(GWEN, []) if ": due" in reply.summary]


async def test_a_digest_leaves_without_what_was_dealt_with(council: Council) -> None:
    kept, answered = await council.raise_one(), await council.raise_one()
    await council.send()
    council.at("2026-03-16")
    await council.sweep()
    await council.step(GWEN, answered, "reply", text="Here it is")
    [reply] = (await council.send())[GWEN]

    assert kept.reference in reply.summary
    assert answered.reference not in repr(reply)


async def test_a_new_officer_is_told_only_while_they_have_it(sqlite_store: SqlStore, clock: FakeClock) -> None:
    """The council holds notices back till office hours; the enquiry is passed on before they begin."""
    council = await Council(sqlite_store, clock, "tower-hamlets", quiet_notices=True).directory()
    council.at("2026-03-02", 20)
    case = await council.raise_one()
    await council.step(OZ, case, "passed on", to_officer=f"person:{IVY}", text="Highways owns the wall")
    assert set(await council.send()) == {ADA, GWEN}  # Gwen hears that it is no longer hers
    got = await council.at("2026-03-03", 9, 0).send()

    assert set(got) == {IVY}


# --- holding replies, pauses, snoozing ---------------------------------------------------


async def test_a_holding_reply_stops_the_ladder_and_starts_it_afresh_for_the_new_date(council: Council) -> None:
    case = await council.raise_one()
    await council.send()
    await council.day("2026-03-17")
    council.at("2026-03-17", 16)
    await council.step(GWEN, case, "holding reply", text="The survey is late", on="2026-03-27")
    await council.send()
    got = {
        day: set(await council.day(day))
        for day in ("2026-03-18", "2026-03-24", "2026-03-25", "2026-03-27", "2026-03-30")
    }

    assert got == {
        "2026-03-18": set(),
        "2026-03-24": set(),
        "2026-03-25": {GWEN},
        "2026-03-27": {GWEN},
        "2026-03-30": {GWEN, ADA},
    }


async def test_nothing_comes_while_the_clock_is_paused_and_it_goes_on_by_itself(council: Council) -> None:
    case = await council.raise_one()
    await council.send()
    council.at("2026-03-11")
    await council.step(GWEN, case, "paused", text="Waiting for the resident", on="2026-03-18")
    await council.send()
    days = [date(2026, 3, 12) + timedelta(days=number) for number in range(12)]
    got = [day.isoformat() for day in days if await council.day(day.isoformat())]

    assert (await council.case(case)).due == date(2026, 3, 23)
    assert got == ["2026-03-19", "2026-03-23"]


async def test_a_reminder_may_be_put_off_to_the_next_working_morning_twice_and_it_shows(council: Council) -> None:
    case = await council.raise_one()
    await council.send()
    await council.day("2026-03-12")
    council.at("2026-03-12", 11)
    first = await council.press(GWEN, "case_do", f"{case.id}.SNOOZED")
    assert first.summary == f"I will remind you of {case.reference} on Friday 13 March 2026. You can do so 1 more time."
    assert "reminder put off by Gwen Specimen until Fri 13 Mar 2026" in repr((await council.opened(ADA, case)).intro)

    assert set(await council.day("2026-03-13")) == {GWEN}
    council.at("2026-03-13", 11)
    second = await council.press(GWEN, "case_do", f"{case.id}.SNOOZED")
    assert second.summary.startswith(f"I will remind you of {case.reference} on Monday 16 March 2026. You cannot")

    [reply] = (await council.day("2026-03-16"))[GWEN]
    assert "Remind me next working morning" not in labels(reply)
    with pytest.raises(Exception, match="cannot be put off again"):
        await council.press(GWEN, "case_do", f"{case.id}.SNOOZED")


# --- cover -------------------------------------------------------------------------------


async def test_while_the_officer_is_away_their_cover_is_reminded_and_may_act(council: Council) -> None:
    case = await council.raise_one()
    await council.step(OZ, case, "passed on", to_officer=f"person:{FEMI}", text="Knows the block")
    await council.submit(FEMI, await council.open(FEMI, "away"), first="2026-03-09", last="2026-03-20")
    await council.send()
    assert set(await council.day("2026-03-12")) == {HAL}

    await council.step(HAL, case, "reply", text="For Femi: it is done")
    assert (await council.case(case)).state is State.REPLIED


async def test_a_cover_with_a_relationship_is_passed_over_for_the_manager(council: Council) -> None:
    await council.declares(ADA, f"person:{HAL}")
    case = await council.raise_one()
    await council.step(OZ, case, "passed on", to_officer=f"person:{FEMI}", text="Knows the block")
    await council.submit(FEMI, await council.open(FEMI, "away"), first="2026-03-09", last="2026-03-20")
    await council.send()

    assert set(await council.day("2026-03-12")) == {GWEN}
    with pytest.raises(Exception, match="cannot find"):
        await council.opened(HAL, case)


async def test_the_monitoring_officer_sees_it_from_the_last_rung_on(council: Council) -> None:
    case = await council.raise_one()
    await council.send()
    with pytest.raises(Exception, match="cannot find"):
        await council.opened(MO, case)
    await council.day("2026-03-30")

    assert await council.opened(MO, case)


async def test_a_relationship_declared_later_is_pointed_out_once_to_democratic_services_alone(council: Council) -> None:
    case = await council.raise_one()
    await council.declares(GWEN, f"person:{ADA}")
    await council.send()
    for minute in (30, 35):
        council.at("2026-03-03", 9, minute)
        async with council.store.begin() as uow:
            await conflicts.sweep(services(uow, pack_id="tower-hamlets", clock=council.clock))
            await uow.commit()
    got = await council.send()

    assert {who: [reply.summary for reply in replies] for who, replies in got.items()} == {
        OZ: [f"Choose someone else for enquiry {case.reference}."]
    }


# --- a changed calendar ------------------------------------------------------------------


async def test_an_extra_bank_holiday_moves_the_date_and_the_people_concerned_hear_why(council: Council) -> None:
    case = await council.raise_one()
    await council.recount()
    await council.send()
    council.settings = {"extra_holidays": (date(2026, 3, 13),)}
    council.at("2026-03-04", 20)

    assert await council.recount() == 1
    assert await council.send() == {}
    got = await council.at("2026-03-05", 9, 0).send()
    assert {who: replies[0].summary for who, replies in got.items()} == dict.fromkeys(
        (ADA, GWEN),
        f"Enquiry {case.reference}: the due date moved from Monday 16 March 2026 to Tuesday 17 March 2026 because "
        "Friday 13 March 2026 is no working day now (bank holiday: announced since).",
    )
    assert await council.recount() == 0
    assert "date moved until Tue 17 Mar 2026: Friday 13 March 2026 is no working day" in repr(
        (await council.opened(ADA, case)).intro
    )


async def test_stages_that_were_told_are_not_told_again_for_the_moved_date(council: Council) -> None:
    case = await council.raise_one()
    await council.recount()
    await council.send()
    await council.day("2026-03-12")
    await council.day("2026-03-16")
    council.settings = {"closure_days": (date(2026, 3, 4),)}
    council.at("2026-03-17")
    await council.recount()
    moved = await council.case(case)

    assert moved.due == date(2026, 3, 17)
    got = await council.day("2026-03-17")
    assert [reply.summary.partition(" because")[0] for reply in got[GWEN]] == [
        f"Enquiry {case.reference}: the due date moved from Monday 16 March 2026 to Tuesday 17 March 2026"
    ]
    assert set(await council.day("2026-03-18")) == {GWEN, ADA}


async def test_what_an_outage_missed_is_still_told_when_the_calendar_changed_meanwhile(council: Council) -> None:
    await council.raise_one()
    await council.recount()
    await council.send()
    council.settings = {"closure_days": (date(2026, 3, 4),)}
    council.at("2026-03-20")
    await council.recount()

    assert {GWEN, KIM, ADA} <= set(await council.day("2026-03-20"))


async def test_a_promised_date_that_became_a_holiday_moves_to_the_next_working_day(council: Council) -> None:
    case = await council.raise_one()
    await council.step(GWEN, case, "holding reply", text="The survey is late", on="2026-03-27")
    await council.recount()
    council.settings = {"extra_holidays": (date(2026, 3, 27),)}
    await council.recount()

    assert (await council.case(case)).due == date(2026, 3, 30)


async def test_a_changed_policy_moves_the_stages_and_no_date(council: Council) -> None:
    await council.raise_one()
    await council.recount()
    await council.send()
    council.settings = {"remind_before_days": 4}

    assert await council.recount() == 0
    assert set(await council.day("2026-03-10")) == {GWEN}


# --- the weekly digest -------------------------------------------------------------------


async def test_managers_and_democratic_services_get_the_week_on_its_first_working_morning(council: Council) -> None:
    await council.raise_one()
    await council.raise_one(service="Highways")
    await council.send()
    for day, hour, sent in (
        ("2026-03-05", 10, 0),  # just installed: the next week is soon enough
        ("2026-03-08", 11, 0),
        ("2026-03-09", 8, 0),
        ("2026-03-09", 9, 4),
        ("2026-03-09", 10, 0),
        ("2026-03-10", 9, 0),
    ):
        council.at(day, hour)
        assert await council.weekly() == sent

    council.at("2026-03-09", 9)
    got = await council.send()
    assert set(got) == {GWEN, KIM, OZ, "jon.placeholder"}
    [rows] = [part.rows for part in got[OZ][0].parts if isinstance(part, Facts)]
    assert [row.label for row in rows] == ["Highways", "Housing", "All services"]
    [rows] = [part.rows for part in got[GWEN][0].parts if isinstance(part, Facts)]
    assert [row.label for row in rows] == ["Housing"]
    assert "Gwen" not in repr(got[OZ][0].parts)


async def test_a_week_that_starts_with_a_holiday_starts_on_the_tuesday(council: Council) -> None:
    await council.raise_one()
    council.at("2026-03-30")
    await council.weekly()
    council.at("2026-04-06")
    assert await council.weekly() == 0
    council.at("2026-04-07")

    assert await council.weekly() == 3


async def test_a_missed_week_is_made_up_for_within_the_week(council: Council) -> None:
    await council.raise_one()
    await council.at("2026-03-09").weekly()
    council.at("2026-03-25")

    assert await council.weekly() == 3
    assert await council.weekly() == 0


def test_the_sample_people_are_who_these_tests_take_them_for() -> None:
    assert PEOPLE[GWEN].manager_email == PEOPLE[KIM].email
    assert PEOPLE[KIM].manager_email == PEOPLE[LOU].email
    assert datetime(2026, 3, 16, 9, 30, tzinfo=UTC).astimezone(LONDON).hour == 9
