"""Members' enquiries from raising to closing: who gets one, by when, who sees it, and what is not one."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

import pytest

from adapters.demo.people import SAMPLE_PEOPLE
from bot.errors import NotFound, Refusal
from bot.messages import Bullets, Facts, Form, Paragraph, Reply
from bot.rules.casework import Case, State
from bot.rules.deadlines import Counting
from bot.rules.figures import by_service
from bot.rules.working_days import Calendar
from tests.handlers.bot import PEOPLE, Bot, form_of

if TYPE_CHECKING:
    from storage import SqlStore
    from tests.support import FakeClock

ADA, BEN, CORA = "ada.sample", "ben.specimen", "cora.placeholder"
FEMI, HAL, IVY, GWEN, JON, KIM = (
    "femi.sample",
    "hal.example",
    "ivy.template",
    "gwen.specimen",
    "jon.placeholder",
    "kim.sample",
)
LOU, MO, NIA, OZ = "lou.example", "mo.template", "nia.specimen", "oz.placeholder"
GOOD = {"subject": "Damp in Mill Court", "details": "canary-77e1 What is being done, and when?", "service": "Housing"}


class Enquiries(Bot):
    """The bot, with short ways to work on enquiries."""

    async def raise_one(self, who: str = ADA, **values: str) -> Case:
        reply = await self.submit(who, await self.open(who, "member_enquiry"), **{**GOOD, **values})
        assert reply.form is None, reply.form
        [reference] = re.findall(r"ME-\w{4}-\w{4}", reply.summary)
        return await self.case(reference)

    async def case(self, case: str | Case) -> Case:
        async with self.store.begin() as uow:
            found = await uow.cases.get(case if isinstance(case, str) else case.id)
        assert found is not None
        return found

    async def opened(self, who: str, case: Case) -> Form:
        return form_of(await self.press(who, "open_case", case.id))

    async def step(self, who: str, case: Case, step: str, **values: str) -> Reply:
        return await self.submit(who, await self.opened(who, case), step=step, **values)

    async def declares(self, who: str, other: str) -> None:
        await self.submit(who, await self.open(who), other_party=other, kind="friend")


@pytest.fixture
async def bot(sqlite_store: SqlStore, clock: FakeClock) -> Enquiries:
    """Tower Hamlets: ten working days (8.1). It is Monday 2 March 2026, half past nine."""
    return await Enquiries(sqlite_store, clock, "tower-hamlets").directory()


def facts(form: Form) -> dict[str, str]:
    return {row.label: row.value for part in form.intro if isinstance(part, Facts) for row in part.rows}


def said(form: Form) -> str:
    return " ".join(part.text for part in form.intro if isinstance(part, Paragraph))


def offers(form: Form) -> set[str]:
    return {option.value for field in form.fields if field.name == "step" for option in field.options}


# --- raising -----------------------------------------------------------------------------


async def test_a_member_raises_one_and_the_head_of_the_service_gets_it(bot: Enquiries) -> None:
    case = await bot.raise_one()
    told = await bot.told()

    assert (case.owner_id, case.state, case.due) == (GWEN, State.ASSIGNED, date(2026, 3, 16))
    assert set(told) == {ADA, GWEN}
    assert f"Enquiry {case.reference} is with Gwen Specimen (service head, Housing)." in told[ADA][0]
    assert told[GWEN] == [f"Enquiry {case.reference} is yours. A reply is due by Monday 16 March 2026."]


async def test_nothing_that_was_written_is_in_a_summary_or_in_the_clear(bot: Enquiries, tmp_path: object) -> None:
    await bot.raise_one(subject="canary-subject")
    kept = "".join(path.read_bytes().decode("latin-1") for path in tmp_path.glob("test.db*"))  # type: ignore[attr-defined]

    assert "canary" not in repr(await bot.told())
    assert "canary" not in kept


@pytest.mark.parametrize(
    ("council", "says", "due"),
    [
        ("tower-hamlets", "By Monday 16 March 2026, 10 working days from Mon 2 Mar 2026. Paragraph 8.1", "2026-03-16"),
        ("west-oxfordshire", "By Monday 9 March 2026, 5 working days from Mon 2 Mar 2026. Paragraph 29", "2026-03-09"),
        ("copeland", "gives no number of days. It says “promptly” (paragraph 2.2). Your council has not set one", ""),
        ("county-appendix-11", "gives no number of days.", ""),
        ("councillor-officer", "gives no number of days.", ""),
    ],
)
async def test_the_form_says_by_when_and_whose_number_that_is(
    sqlite_store: SqlStore, clock: FakeClock, council: str, says: str, due: str
) -> None:
    bot = await Enquiries(sqlite_store, clock, council).directory()
    form = await bot.open(ADA, "member_enquiry")
    case = await bot.raise_one()

    assert says in said(form)
    assert (case.due.isoformat() if case.due else "") == due


async def test_without_a_number_in_the_protocol_the_councils_own_setting_counts_and_is_named(
    sqlite_store: SqlStore, clock: FakeClock
) -> None:
    bot = await Enquiries(sqlite_store, clock, "copeland", reply_working_days=8).directory()

    assert "By Thursday 12 March 2026, 8 working days" in said(await bot.open(ADA, "member_enquiry"))
    assert "Your council's setting; the protocol gives no number." in said(await bot.open(ADA, "member_enquiry"))
    assert (await bot.raise_one()).due == date(2026, 3, 12)


async def test_the_form_shows_who_will_get_it_as_soon_as_the_service_is_chosen(bot: Enquiries) -> None:
    form = await bot.change(ADA, await bot.open(ADA, "member_enquiry"), service="Highways")

    assert "It goes to Jon Placeholder (service head, Highways)." in said(form)
    assert "No other member sees it" in said(form)


async def test_an_urgent_one_goes_to_the_director_where_the_protocol_says_so(bot: Enquiries) -> None:
    form = await bot.change(ADA, await bot.open(ADA, "member_enquiry"), service="Housing", urgent="yes")
    case = await bot.raise_one(urgent="yes", why_urgent="The ceiling is coming down")

    assert "An urgent request goes to the Chief Officer or Director of the department (paragraph 8.2)." in said(form)
    assert (case.owner_id, case.due) == (KIM, date(2026, 3, 3))


async def test_an_urgent_one_stays_with_the_service_where_no_protocol_sends_it_higher(
    sqlite_store: SqlStore, clock: FakeClock
) -> None:
    bot = await Enquiries(sqlite_store, clock, "west-oxfordshire").directory()

    assert (await bot.raise_one(urgent="yes", why_urgent="Flooding")).owner_id == GWEN


async def test_urgent_needs_a_reason_and_all_problems_come_at_once(bot: Enquiries) -> None:
    form = await bot.open(ADA, "member_enquiry")
    again = form_of(await bot.submit(ADA, form, subject="s" * 201, details="", service="Moon", urgent="yes"))

    assert set(again.problems) == {"subject", "details", "service", "why_urgent"}
    assert {field.name: field.value for field in again.fields}["subject"] == "s" * 201


async def test_democratic_services_raise_one_for_a_member_and_both_hear_of_it(bot: Enquiries) -> None:
    form = await bot.open(OZ, "member_enquiry")
    assert form.fields[0].name == "for_member"
    assert "for_member" in form_of(await bot.submit(OZ, form, **GOOD)).problems

    case = await bot.raise_one(OZ, for_member=f"person:{BEN}")
    told = await bot.told()

    assert (case.member_id, case.entered_by) == (BEN, OZ)
    assert set(told) == {BEN, OZ, GWEN}


@pytest.mark.parametrize("who", [FEMI, GWEN, KIM, LOU, MO])
async def test_other_officers_get_a_plain_no_that_says_what_to_do(bot: Enquiries, who: str) -> None:
    with pytest.raises(Refusal, match="pass it to Democratic Services"):
        await bot.open(who, "member_enquiry")


async def test_somebody_whom_the_directory_does_not_know_is_told_how_to_get_in(bot: Enquiries) -> None:
    with pytest.raises(Refusal, match="Ask Democratic Services to add you"):
        await bot.open("stranger", "member_enquiry")


@pytest.mark.parametrize(
    "words", ["member enquiry", "Raise an enquiry", "I want to raise a member's enquiry please", "log an enquiry"]
)
async def test_the_words_open_the_form(bot: Enquiries, words: str) -> None:
    assert form_of(await bot.say(ADA, words)).id == "member_enquiry"


async def test_a_logged_message_becomes_the_details_and_its_start_the_subject(bot: Enquiries) -> None:
    await bot.open(ADA, "member_enquiry", details="An older draft")
    form = await bot.open(ADA, "member_enquiry", details="The lift in Mill Court has been out for weeks. " * 5)
    values = {field.name: field.value for field in form.fields}

    assert values["details"].startswith("The lift")
    assert values["subject"].endswith("…")
    assert len(values["subject"]) < 90


async def test_the_same_form_twice_makes_one_enquiry_and_gets_the_same_answer(bot: Enquiries) -> None:
    form = await bot.open(ADA, "member_enquiry")
    first = await bot.submit(ADA, form, **GOOD)
    second = await bot.submit(ADA, form, **GOOD)

    assert first == second
    assert [len(messages) for messages in (await bot.told()).values()] == [1, 1]


async def test_a_closed_form_comes_back_with_what_was_typed(bot: Enquiries) -> None:
    form = await bot.open(ADA, "member_enquiry")
    await bot.change(ADA, form, **GOOD)
    again = await bot.open(ADA, "member_enquiry")

    assert again.token == form.token
    assert {field.name: field.value for field in again.fields}["details"] == GOOD["details"]


@pytest.mark.parametrize(
    ("moment", "starts", "due"),
    [
        (datetime(2026, 3, 6, 17, 1, tzinfo=UTC), date(2026, 3, 9), date(2026, 3, 23)),
        (datetime(2026, 3, 7, 10, 0, tzinfo=UTC), date(2026, 3, 9), date(2026, 3, 23)),
        (datetime(2026, 3, 28, 23, 30, tzinfo=UTC), date(2026, 3, 30), date(2026, 4, 15)),
        (datetime(2026, 12, 23, 10, 0, tzinfo=UTC), date(2026, 12, 23), date(2027, 1, 11)),
    ],
    ids=["Friday 17:01", "Saturday", "the night the clocks change, then Easter", "Christmas"],
)
async def test_when_it_counts_from(bot: Enquiries, clock: FakeClock, moment: datetime, starts: date, due: date) -> None:
    clock.instant = moment
    case = await bot.raise_one()

    assert (case.started_on, case.due) == (starts, due)


# --- who gets it -------------------------------------------------------------------------


async def test_a_relationship_on_the_register_passes_the_officer_over_without_a_word(bot: Enquiries) -> None:
    await bot.declares(ADA, f"person:{GWEN}")
    case = await bot.raise_one()

    assert case.owner_id == FEMI
    assert GWEN not in {who for who, messages in (await bot.told()).items() if case.reference in repr(messages)}


async def test_it_does_not_matter_which_side_declared(bot: Enquiries) -> None:
    await bot.declares(GWEN, f"person:{ADA}")

    assert (await bot.raise_one()).owner_id == FEMI
    assert (await bot.raise_one(BEN)).owner_id == GWEN


async def test_democratic_services_hear_choose_someone_else_and_never_why(bot: Enquiries) -> None:
    await bot.declares(ADA, f"person:{HAL}")
    case = await bot.raise_one()
    reply = await bot.step(OZ, case, "passed on", to_officer=f"person:{HAL}", text="Knows the block")

    assert form_of(reply).problems == {"to_officer": "Choose someone else for this enquiry."}
    assert (await bot.case(case)).owner_id == GWEN


async def test_an_officer_who_passes_it_to_them_cannot_tell_it_from_an_absence(bot: Enquiries) -> None:
    await bot.declares(ADA, f"person:{HAL}")
    case = await bot.raise_one()
    related = await bot.step(GWEN, case, "passed on", to_officer=f"person:{HAL}", text="Knows the block")

    today = "2026-03-02"
    await bot.submit(IVY, await bot.open(IVY, "away"), first=today, last=today)
    absent = await bot.step(GWEN, case, "passed on", to_officer=f"person:{IVY}", text="Knows the block")

    assert related.summary.replace("Hal Example", "X") == absent.summary.replace("Ivy Template", "X")
    assert (await bot.told())[OZ] == [f"Choose someone else for enquiry {case.reference}."] * 2
    assert (await bot.case(case)).owner_id == GWEN


async def test_somebody_who_is_away_is_covered_through_the_chain_and_a_circle_ends(
    sqlite_store: SqlStore, clock: FakeClock
) -> None:
    bot = await Enquiries(sqlite_store, clock, "tower-hamlets").directory(
        *(
            replace(one, cover_email={GWEN: PEOPLE[FEMI], FEMI: PEOPLE[HAL], HAL: PEOPLE[GWEN]}[one.id].email)
            if one.id in {GWEN, FEMI, HAL}
            else one
            for one in SAMPLE_PEOPLE
        )
    )
    for who, owner in ((GWEN, FEMI), (FEMI, HAL), (HAL, KIM)):
        await bot.submit(who, await bot.open(who, "away"), first="2026-03-02", last="2026-03-06")
        assert (await bot.raise_one()).owner_id == owner

    await bot.press(HAL, "back_again")
    assert (await bot.raise_one()).owner_id == HAL


async def test_with_nobody_for_the_service_democratic_services_choose(bot: Enquiries) -> None:
    case = await bot.raise_one(service="not sure")
    assert (case.owner_id, case.state) == ("", State.RAISED)
    assert (await bot.told())[OZ] == [f"Choose an officer for enquiry {case.reference}."]

    await bot.step(OZ, case, "assigned", to_officer=f"person:{IVY}")
    told = await bot.told()

    assert (await bot.case(case)).owner_id == IVY
    assert told[IVY] == [f"Enquiry {case.reference} is yours. A reply is due by Monday 16 March 2026."]
    assert "is with Ivy Template" in told[ADA][-1]


async def test_passed_on_with_a_reason_the_new_officer_and_the_member_hear_and_the_old_one_is_let_go(
    bot: Enquiries,
) -> None:
    case = await bot.raise_one()
    assert "text" in form_of(await bot.step(GWEN, case, "passed on", to_officer=f"person:{IVY}")).problems

    await bot.step(KIM, case, "passed on", to_officer=f"person:{IVY}", text="Highways owns the wall")
    told = await bot.told()

    assert (await bot.case(case)).owner_id == IVY
    assert told[GWEN][-1] == f"Enquiry {case.reference} is no longer with you. You will get no more reminders for it."
    assert "Highways owns the wall" in said(await bot.opened(IVY, case))
    assert "Highways owns the wall" not in said(await bot.opened(ADA, case))
    with pytest.raises(NotFound):
        await bot.opened(GWEN, case)


async def test_not_mine_goes_back_to_democratic_services(bot: Enquiries) -> None:
    case = await bot.raise_one()
    await bot.step(GWEN, case, "not mine", text="This is Highways")
    after = await bot.case(case)

    assert (after.owner_id, after.state, after.due) == ("", State.RAISED, case.due)
    assert (await bot.told())[OZ] == [f"Choose an officer for enquiry {case.reference}."]


# --- who sees it -------------------------------------------------------------------------


@pytest.mark.parametrize("who", [ADA, GWEN, KIM, LOU, OZ])
async def test_the_member_the_officer_those_above_and_democratic_services_see_it(bot: Enquiries, who: str) -> None:
    case = await bot.raise_one()

    assert facts(await bot.opened(who, case))["Details"] == GOOD["details"]


@pytest.mark.parametrize("who", [BEN, CORA, FEMI, IVY, JON, MO, NIA, "stranger"])
async def test_nobody_else_can_tell_it_from_one_that_does_not_exist(bot: Enquiries, who: str) -> None:
    """Tower Hamlets 13.16: what one member asks is not for the others."""
    case = await bot.raise_one()

    for action in ("open_case", "case_clock", "case_do", "case_step"):
        with pytest.raises(NotFound) as real:
            await bot.press(who, action, f"{case.id}.ACCEPTED" if "_do" in action or "_step" in action else case.id)
        with pytest.raises(NotFound) as invented:
            await bot.press(who, action, "0" * 32)
        assert str(real.value) == str(invented.value)


async def test_a_member_may_share_it_with_another_and_stop(bot: Enquiries) -> None:
    case = await bot.raise_one()
    await bot.step(OZ, case, "note", text="canary-note")
    await bot.step(ADA, case, "shared", share_with=f"person:{BEN}")
    form = await bot.opened(BEN, case)

    assert facts(form)["Subject"] == GOOD["subject"]
    assert "canary-note" not in said(form)
    assert offers(form) == set()

    await bot.step(ADA, case, "no longer shared", share_with=f"person:{BEN}")
    with pytest.raises(NotFound):
        await bot.opened(BEN, case)


async def test_notes_are_for_officers(bot: Enquiries) -> None:
    case = await bot.raise_one()
    await bot.step(GWEN, case, "note", text="canary-note")

    assert "canary-note" in said(await bot.opened(OZ, case))
    assert "note" not in said(await bot.opened(ADA, case))


async def test_each_opening_is_in_the_audit_log(bot: Enquiries) -> None:
    from sqlalchemy import select  # noqa: PLC0415

    from storage import tables  # noqa: PLC0415

    case = await bot.raise_one()
    await bot.opened(OZ, case)
    async with bot.store.begin() as uow:
        rows = await uow.connection.execute(select(tables.audit.c.actor).where(tables.audit.c.subject == case.id))
        assert [row.actor for row in rows] == [ADA, OZ]


# --- working on it -----------------------------------------------------------------------


async def test_reopening_makes_no_late_reply_one_in_time_and_nothing_younger(bot: Enquiries, clock: FakeClock) -> None:
    """Tower Hamlets 8.1: ten working days from Monday 2 March. Answered on day 15, reopened, answered again at once."""
    case = await bot.raise_one()
    clock.forward(days=21)
    await bot.step(GWEN, case, "reply", text="Late")
    await bot.step(ADA, case, "reopened", text="And the roof?")
    await bot.step(GWEN, case, "reply", text="Both")
    days, today = Calendar(), clock.now().date()
    [row] = by_service([await bot.case(case)], today, days, Counting())

    assert (row.in_time, row.late, row.median_working_days) == (0, 1, 15.0)
    assert "15 working days" in repr((await bot.opened(ADA, case)).intro)


async def test_from_raising_to_closing_and_back(bot: Enquiries, clock: FakeClock) -> None:
    case = await bot.raise_one()
    await bot.press(GWEN, "case_do", f"{case.id}.ACCEPTED")
    assert (await bot.case(case)).state is State.ACCEPTED

    await bot.step(GWEN, case, "question to the member", text="Which flat?")
    await bot.step(ADA, case, "answer from the member", text="Flat 4")
    clock.forward(days=4)
    await bot.step(GWEN, case, "reply", text="canary-reply The contractor starts on Monday.")
    replied = await bot.case(case)
    assert (replied.state, replied.next_on) == (State.REPLIED, None)
    assert "canary-reply" in said(await bot.opened(ADA, case))

    await bot.step(GWEN, case, "further work", text="Inspect in May", on="2026-05-11")
    promised = await bot.case(case)
    assert (promised.state, promised.due) == (State.FOLLOW_UP, date(2026, 5, 11))
    await bot.step(GWEN, case, "further work done", text="Inspected")
    assert (await bot.case(case)).state is State.CLOSED

    clock.forward(days=3)
    await bot.step(ADA, case, "reopened", text="It is damp again")
    again = await bot.case(case)
    assert (again.state, again.owner_id, again.due) == (State.ASSIGNED, GWEN, date(2026, 3, 23))

    told = await bot.told()
    assert told[ADA][1:] == [
        f"The officer has a question on enquiry {case.reference}.",
        f"There is a reply to enquiry {case.reference}.",
        f"Further work is promised on enquiry {case.reference}, by Monday 11 May 2026.",
        f"The further work on enquiry {case.reference} is done.",
    ]
    assert told[GWEN][1:] == [
        f"The member has answered on enquiry {case.reference}.",
        f"Enquiry {case.reference} is open again. A reply is due by Monday 23 March 2026.",
    ]
    assert "canary" not in repr(told)


async def test_a_holding_reply_gives_a_reason_and_a_date_and_hides_nothing_of_the_age(
    bot: Enquiries, clock: FakeClock
) -> None:
    """West Oxfordshire 29(a) is met by the reason why it takes longer; the age goes on all the same."""
    case = await bot.raise_one()
    clock.forward(days=14)
    problems = form_of(await bot.step(GWEN, case, "holding reply", on="2026-03-21")).problems
    assert problems == {
        "text": "Say a few words about it.",
        "on": "That is no working day (Saturday). Choose another date.",
    }

    await bot.step(GWEN, case, "holding reply", text="The survey is late", on="2026-03-27")
    held = await bot.case(case)
    form = await bot.opened(ADA, case)

    assert (held.due, held.counted_due, held.holding_replies) == (date(2026, 3, 27), date(2026, 3, 16), 1)
    assert facts(form)["Reply due"] == "Friday 27 March 2026 (in 9 working days)"
    assert facts(form)["By the rule"].startswith("Monday 16 March 2026")
    assert facts(form)["Age"] == "10 working days"
    assert "The survey is late" in said(form)
    assert (await bot.told())[ADA][-1].endswith("A full reply is promised by Friday 27 March 2026.")


async def test_a_pause_needs_a_reason_and_an_end_and_ends_by_itself(bot: Enquiries, clock: FakeClock) -> None:
    case = await bot.raise_one()
    assert set(form_of(await bot.step(GWEN, case, "paused")).problems) == {"text", "on"}
    await bot.step(GWEN, case, "paused", text="Waiting for the resident", on="2026-03-06")
    paused = await bot.case(case)

    assert paused.due == date(2026, 3, 20)
    assert paused.paused_on(date(2026, 3, 6))
    assert not paused.paused_on(date(2026, 3, 7))
    assert "Friday 6 March 2026; then it goes on by itself" in facts(await bot.opened(ADA, case))["Paused"]

    clock.forward(days=2)
    await bot.press(GWEN, "case_do", f"{case.id}.RESUMED")
    assert (await bot.case(case)).due == date(2026, 3, 17)


async def test_what_is_overdue_cannot_be_paused(bot: Enquiries, clock: FakeClock) -> None:
    case = await bot.raise_one()
    clock.forward(days=15)

    assert "paused" not in offers(await bot.opened(GWEN, case))
    with pytest.raises(Refusal):
        await bot.step(GWEN, case, "paused", text="Quiet please", on="2026-03-31")


async def test_every_day_of_the_count_is_shown_with_its_reason_and_the_paragraph(bot: Enquiries) -> None:
    case = await bot.raise_one()
    await bot.step(GWEN, case, "paused", text="Waiting", on="2026-03-03")
    reply = await bot.press(ADA, "case_clock", case.id)
    [days] = [part.items for part in reply.parts if isinstance(part, Bullets)]

    assert days[0] == "Mon 2 Mar 2026: – day of receipt (day zero)"
    assert days[1] == "Tue 3 Mar 2026: – clock paused"
    assert days[2] == "Wed 4 Mar 2026: counts working day 1"
    assert "Sat 7 Mar 2026: – Saturday" in days
    assert days[-1] == "Tue 17 Mar 2026: counts working day 10"
    assert "paragraph 8.1" in repr(reply.parts).lower()


async def test_two_who_act_at_once_do_not_overwrite_one_another(bot: Enquiries) -> None:
    from bot.errors import ChangedMeanwhile  # noqa: PLC0415

    case = await bot.raise_one()
    async with bot.store.begin() as uow:
        await uow.cases.save(replace(case, service="Highways"))
        await uow.commit()
    async with bot.store.begin() as uow:
        with pytest.raises(ChangedMeanwhile):
            await uow.cases.save(replace(case, service="Legal"))


async def test_a_form_that_was_sent_in_twice_acts_once(bot: Enquiries) -> None:
    case = await bot.raise_one()
    form = await bot.opened(GWEN, case)
    await bot.submit(GWEN, form, step="note", text="once")
    await bot.submit(GWEN, form, step="note", text="once")
    async with bot.store.begin() as uow:
        assert [event.step.value for event in await uow.cases.events(case.id)].count("note") == 1


async def test_a_stale_form_is_refused_kindly(bot: Enquiries) -> None:
    case = await bot.raise_one()
    form = await bot.opened(GWEN, case)
    await bot.step(ADA, case, "withdrawn")

    with pytest.raises(Refusal, match="cannot be done with this enquiry any more"):
        await bot.submit(GWEN, form, step="reply", text="Too late")


# --- who else must know ------------------------------------------------------------------


async def test_where_the_protocol_wants_the_chair_told_the_officer_is_asked_and_it_is_recorded(
    sqlite_store: SqlStore, clock: FakeClock
) -> None:
    bot = await Enquiries(sqlite_store, clock, "councillor-officer").directory()
    case = await bot.raise_one()
    [message] = [one for one in await bot.outbox() if one.person_id == GWEN]
    assert "paragraph 6(b)" in repr(message.reply.parts)

    form = await bot.change(GWEN, await bot.opened(GWEN, case), step="reply")
    assert "chair" in {field.name for field in form.fields}
    assert form_of(await bot.submit(GWEN, form, step="reply", text="Here it is")).problems == {
        "chair": "Say whether they have been told. The protocol asks for it."
    }

    await bot.submit(GWEN, form, step="reply", text="Here it is", chair="told")
    assert "chair told by Gwen Specimen: Yes, of what was asked and what was given" in said(await bot.opened(OZ, case))
    assert "what was given" not in said(await bot.opened(ADA, case))


async def test_a_group_leaders_request_has_a_paragraph_of_its_own(sqlite_store: SqlStore, clock: FakeClock) -> None:
    bot = await Enquiries(sqlite_store, clock, "councillor-officer").directory()
    await bot.raise_one(CORA)
    [message] = [one for one in await bot.outbox() if one.person_id == GWEN]

    assert "paragraph 6(d)" in repr(message.reply.parts)


async def test_elsewhere_nobody_is_asked_to_tell_anybody(bot: Enquiries) -> None:
    case = await bot.raise_one()
    form = await bot.change(GWEN, await bot.opened(GWEN, case), step="reply")

    assert "chair" not in {field.name for field in form.fields}


# --- what is not an enquiry --------------------------------------------------------------


@pytest.mark.parametrize(
    ("details", "says"),
    [
        ("There is a pothole outside 4 Mill Lane.", "something to be fixed"),
        ("The bins were not collected in Mill Lane today.", "something to be fixed"),
        ("Fly-tipping by the bridge again.", "something to be fixed"),
        ("Mrs Example wishes to complain about an officer.", "complaint"),
        ("I want to make a complaint.", "complaint"),
    ],
)
async def test_what_belongs_elsewhere_is_redirected_kindly_and_may_be_raised_all_the_same(
    bot: Enquiries, details: str, says: str
) -> None:
    form = await bot.open(ADA, "member_enquiry")
    reply = await bot.submit(ADA, form, **{**GOOD, "details": details})
    assert says in reply.summary
    assert not await bot.told()

    raised = await bot.press(ADA, "raise_anyway", form.token)
    again = await bot.press(ADA, "raise_anyway", form.token)
    assert "is recorded" in raised.summary
    assert raised == again


@pytest.mark.parametrize(
    "details",
    [
        "Why has the pothole programme in the north ward been cut?",
        "How many missed bin reports came from Mill Lane, and what does the contractor say?",
        "The street lights in Mill Lane have been out for months. What is the plan?",
        "The planning application for the old dairy: when will the officer's report be ready?",
    ],
)
async def test_a_members_question_about_such_things_is_an_enquiry(bot: Enquiries, details: str) -> None:
    assert await bot.raise_one(details=details)


async def test_information_requests_are_enquiries_only_where_the_protocol_counts_them_in(
    bot: Enquiries, sqlite_store: SqlStore, clock: FakeClock
) -> None:
    """Tower Hamlets 8.1 names them."""
    details = "This is a freedom of information request for the repair records."
    assert await bot.raise_one(details=details)

    elsewhere = Enquiries(sqlite_store, clock, "west-oxfordshire")
    reply = await elsewhere.submit(ADA, await elsewhere.open(ADA, "member_enquiry"), **{**GOOD, "details": details})
    assert "information team" in reply.summary


async def test_a_question_that_the_protocol_answers_gets_that_answer_first(bot: Enquiries) -> None:
    form = await bot.open(ADA, "member_enquiry")
    details = "May an officer attend my political group meeting?"
    reply = await bot.submit(ADA, form, **{**GOOD, "subject": "Group meeting", "details": details})

    assert reply.summary == "The protocol itself may answer this:"
    assert [part.section for part in reply.parts if part.kind == "citation"]
    assert "is recorded" in (await bot.press(ADA, "raise_anyway", form.token)).summary


# --- lists -------------------------------------------------------------------------------


async def test_everybody_has_a_list_of_their_own_with_clocks(bot: Enquiries) -> None:
    case = await bot.raise_one()
    for who in (ADA, GWEN, KIM):
        assert "due Mon 16 Mar 2026 (in 10 working days)" in repr((await bot.say(who, "my enquiries")).parts)
    for who in (BEN, JON):
        assert case.reference not in repr((await bot.press(who, "my_enquiries")).parts)


async def test_all_enquiries_are_for_democratic_services_alone(bot: Enquiries) -> None:
    case = await bot.raise_one()
    await bot.raise_one(service="not sure")

    assert case.reference in repr((await bot.press(OZ, "all_enquiries")).parts)
    assert case.reference not in repr((await bot.press(OZ, "all_enquiries", "unassigned")).parts)
    with pytest.raises(NotFound):
        await bot.press(MO, "all_enquiries")
