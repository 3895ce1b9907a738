"""Declaring a relationship: the form, the route, the record, and who can see it, for every council."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from adapters.demo.people import SAMPLE_PEOPLE
from bot.errors import NotFound, Refusal, TooMany
from bot.messages import Facts, Form, Paragraph
from bot.rules.disclosures import State
from bot.rules.protocol import Position
from tests.handlers.bot import PEOPLE, form_of
from tests.handlers.bot import Bot as PlainBot

if TYPE_CHECKING:
    from storage import SqlStore
    from tests.support import FakeClock

GOOD = {"other_party": "person:femi.sample", "kind": "family", "details": "canary-1d7e", "bearing": "service"}
COUNCILS = ("copeland", "county-appendix-11", "councillor-officer", "west-oxfordshire", "tower-hamlets")


class Bot(PlainBot):
    """The bot, with a way to declare; nothing that was typed may ever be in a message."""

    async def declare(self, who: str, **values: str) -> str:
        """Declare and give back the record's id."""
        reply = await self.submit(who, await self.open(who), **{**GOOD, **values})
        [reference] = re.findall(r"DR-\w{4}-\w{4}", reply.summary)
        async with self.store.begin() as uow:
            found = await uow.disclosures.get(reference)
        assert found is not None
        return found.id

    async def told(self) -> dict[str, list[str]]:
        assert "canary" not in repr(await self.outbox())
        return await super().told()


def text_of(parts: object) -> str:
    return repr(parts)


@pytest.fixture
async def bot(sqlite_store: SqlStore, clock: FakeClock) -> Bot:
    return await Bot(sqlite_store, clock).directory()


def facts(form: Form) -> dict[str, str]:
    return {row.label: row.value for part in form.intro if isinstance(part, Facts) for row in part.rows}


# --- routing: every position of every council --------------------------------------------

LEADERS = {"cora.placeholder", "dev.template"}
MEMBER, OFFICER, HEAD, DIRECTOR = "ada.sample", "femi.sample", "gwen.specimen", "kim.sample"
CHIEF, MONITORING, FINANCE, SERVICES = "lou.example", "mo.template", "nia.specimen", "oz.placeholder"


@pytest.mark.parametrize(
    ("council", "declarer", "told"),
    [
        ("copeland", MEMBER, {MONITORING}),
        ("copeland", "cora.placeholder", {MONITORING}),
        ("copeland", "elin.example", {MONITORING}),
        ("copeland", OFFICER, {HEAD}),
        ("copeland", HEAD, {CHIEF}),
        ("copeland", DIRECTOR, {CHIEF}),
        ("copeland", CHIEF, LEADERS),
        ("county-appendix-11", OFFICER, {DIRECTOR}),
        ("county-appendix-11", HEAD, {DIRECTOR}),
        ("county-appendix-11", DIRECTOR, {CHIEF}),
        ("west-oxfordshire", MEMBER, {MONITORING}),
        ("west-oxfordshire", OFFICER, {MONITORING}),
        ("west-oxfordshire", HEAD, {MONITORING}),
        ("west-oxfordshire", DIRECTOR, {MONITORING}),
        ("west-oxfordshire", CHIEF, {MONITORING}),
        ("tower-hamlets", MEMBER, {MONITORING}),
        ("tower-hamlets", OFFICER, {MONITORING}),
        ("tower-hamlets", DIRECTOR, {MONITORING}),
        ("tower-hamlets", CHIEF, {MONITORING}),
    ],
)
async def test_each_council_tells_whom_its_protocol_names(
    sqlite_store: SqlStore, clock: FakeClock, council: str, declarer: str, told: set[str]
) -> None:
    bot = await Bot(sqlite_store, clock, council).directory()
    other = "person:ben.specimen" if PEOPLE[declarer].role.value == "officer" else "person:hal.example"
    await bot.declare(declarer, other_party=other)

    assert set(await bot.told()) - {declarer} == told


@pytest.mark.parametrize("council", ["county-appendix-11", "councillor-officer"])
async def test_where_no_route_is_named_the_form_says_so_and_offers_somebody(
    sqlite_store: SqlStore, clock: FakeClock, council: str
) -> None:
    bot = await Bot(sqlite_store, clock, council).directory()
    form = await bot.open(MEMBER)
    said = " ".join(part.text for part in form.intro if isinstance(part, Paragraph))
    await bot.declare(MEMBER)

    assert "If you go on, it goes to" in said
    assert set(await bot.told()) - {MEMBER} == {MONITORING}


async def test_the_councils_own_setting_names_somebody_where_the_protocol_does_not(
    sqlite_store: SqlStore, clock: FakeClock
) -> None:
    bot = await Bot(
        sqlite_store, clock, "councillor-officer", disclosure_recipient="oz.placeholder@council.example"
    ).directory()
    await bot.declare(OFFICER, other_party="person:ada.sample")

    assert set(await bot.told()) - {OFFICER} == {SERVICES}


async def test_a_recipient_who_is_the_other_party_is_passed_over_for_the_next_above(bot: Bot) -> None:
    """Ada declares a relationship with the Monitoring Officer, who keeps the register."""
    await bot.declare(MEMBER, other_party=f"person:{MONITORING}")

    assert set(await bot.told()) - {MEMBER} == {CHIEF}


async def test_an_officer_without_a_head_of_service_is_not_told_to_somebody_below(
    sqlite_store: SqlStore, clock: FakeClock
) -> None:
    bot = await Bot(sqlite_store, clock).directory(*(one for one in SAMPLE_PEOPLE if one.id != HEAD))
    await bot.declare(OFFICER, other_party=f"person:{MEMBER}")

    assert set(await bot.told()) - {OFFICER} == {MONITORING}


async def test_with_nobody_left_the_fallback_is_told_and_an_operator_warned(
    sqlite_store: SqlStore, clock: FakeClock, capsys: pytest.CaptureFixture[str]
) -> None:
    bot = await Bot(sqlite_store, clock, fallback_recipient="oz.placeholder@council.example").directory(
        PEOPLE[MEMBER], PEOPLE[OFFICER], PEOPLE[SERVICES]
    )
    await bot.declare(MEMBER)

    assert set(await bot.told()) - {MEMBER} == {SERVICES}
    assert "disclosure.route" in "".join(capsys.readouterr())


async def test_with_nobody_at_all_it_is_kept_and_nobody_else_is_told(sqlite_store: SqlStore, clock: FakeClock) -> None:
    bot = await Bot(sqlite_store, clock).directory(PEOPLE[MEMBER], PEOPLE[OFFICER])
    disclosure = await bot.declare(MEMBER)

    assert disclosure
    assert set(await bot.told()) == {MEMBER}


async def test_what_could_put_someone_at_risk_goes_to_the_monitoring_officer_alone(bot: Bot) -> None:
    await bot.declare(CHIEF, other_party=f"person:{MEMBER}", at_risk="yes")

    assert set(await bot.told()) - {CHIEF} == {MONITORING}


# --- the form ----------------------------------------------------------------------------


@pytest.mark.parametrize("council", COUNCILS)
async def test_the_form_says_who_will_see_it_and_why_before_anything_is_sent(
    sqlite_store: SqlStore, clock: FakeClock, council: str
) -> None:
    bot = await Bot(sqlite_store, clock, council).directory()
    for who in (MEMBER, OFFICER):
        assert "Who will see this" in text_of((await bot.open(who)).intro)


async def test_the_form_says_what_the_protocol_expects_next(bot: Bot) -> None:
    assert "What the protocol expects next" in text_of((await bot.open(MEMBER)).intro)


async def test_all_problems_come_at_once_by_field_and_nothing_typed_is_lost(bot: Bot) -> None:
    form = await bot.open(MEMBER)
    again = form_of(
        await bot.submit(MEMBER, form, other_party="", kind="", details="x" * 700, bearing="nothing;service")
    )

    assert set(again.problems) == {"other_party", "kind", "details", "bearing"}
    assert {field.name: field.value for field in again.fields}["details"] == "x" * 700


@pytest.mark.parametrize(
    ("party", "says"),
    [
        (f"person:{MEMBER}", "That is you"),
        ("person:ben.specimen", "a councillor too"),
        ("person:nobody", "Say who"),
        ("n" * 300, "too long"),
    ],
)
async def test_an_impossible_other_party_is_explained(bot: Bot, party: str, says: str) -> None:
    again = form_of(await bot.submit(MEMBER, await bot.open(MEMBER), other_party=party, kind="friend"))

    assert says in again.problems["other_party"]


async def test_a_closed_form_comes_back_with_what_was_typed(bot: Bot) -> None:
    form = await bot.open(MEMBER)
    await bot.change(MEMBER, form, **{**GOOD, "since": "spring"})
    again = await bot.open(MEMBER)

    assert again.token == form.token
    assert {field.name: field.value for field in again.fields}["since"] == "spring"
    assert "I kept what you typed" in text_of(again.intro)


async def test_ticking_at_risk_changes_who_will_see_it(bot: Bot) -> None:
    changed = await bot.change(OFFICER, await bot.open(OFFICER), at_risk="yes")

    assert "Only the Monitoring Officer" in text_of(changed.intro)


async def test_names_are_suggested_whatever_the_slip_and_never_ones_own(bot: Bot) -> None:
    found = await bot.look_up(MEMBER, "sampel femi")

    assert found.options[0].value == "person:femi.sample"
    assert all(option.value != f"person:{MEMBER}" for option in (await bot.look_up(MEMBER, "Ada Sample")).options)


async def test_somebody_whom_the_directory_does_not_know_is_asked_for_their_position(bot: Bot) -> None:
    form = await bot.open("stranger")
    assert form.fields[0].name == "position"
    assert "Chief executive: all Group Leaders (paragraph 5.3)" in text_of(form.intro)

    again = form_of(await bot.submit("stranger", form, **GOOD))
    assert "position" in again.problems

    given = {**GOOD, "other_party": f"person:{MEMBER}", "position": "director", "declared_by": "Pat New"}
    await bot.submit("stranger", again, **given)
    assert CHIEF in await bot.told()
    async with bot.store.begin() as uow:
        [record] = await uow.disclosures.all()
    read = form_of(await bot.press(CHIEF, "open_disclosure", record.id))
    assert facts(read)["Declared by"] == "Pat New (director, not in the directory)"


# --- what is said beforehand is what happens ----------------------------------------------


async def test_the_form_and_the_receipt_name_everybody_who_can_open_it(bot: Bot) -> None:
    """Copeland: the Service Head is told (5.3), and the register's keeper sees what is in the register."""
    form = await bot.open(OFFICER)
    await bot.declare(OFFICER, other_party=f"person:{MEMBER}")
    [receipt] = (await bot.told())[OFFICER]

    for said in (text_of(form.intro), receipt):
        assert "Gwen Specimen" in said
        assert "Mo Template" in said
        assert "keeps the register" in said


async def test_the_keeper_is_not_named_where_they_are_told_anyway_or_are_the_other_person(bot: Bot) -> None:
    assert "keeps the register" not in text_of((await bot.open(MEMBER)).intro)
    await bot.declare(MEMBER, other_party=f"person:{MONITORING}")
    [receipt] = (await bot.told())[MEMBER]
    assert "keeps the register" not in receipt
    assert "Mo Template" not in receipt


async def test_one_at_risk_about_the_monitoring_officer_says_who_alone_sees_it_instead(bot: Bot) -> None:
    form = await bot.open(MEMBER)
    changed = await bot.change(MEMBER, form, other_party=f"person:{MONITORING}", at_risk="yes")

    assert "Only Lou Example" in text_of(changed.intro)
    assert "Only the Monitoring Officer" not in text_of(changed.intro)


async def test_where_the_councils_setting_names_somebody_the_form_does_too(
    sqlite_store: SqlStore, clock: FakeClock
) -> None:
    bot = Bot(sqlite_store, clock, "councillor-officer", disclosure_recipient="oz.placeholder@council.example")
    await bot.directory()

    assert "it goes to Oz Placeholder" in text_of((await bot.open(MEMBER)).intro)


# --- once, and never lost ----------------------------------------------------------------


async def test_the_same_form_twice_makes_one_record_and_gets_the_same_answer(bot: Bot) -> None:
    form = await bot.open(MEMBER)
    first = await bot.submit(MEMBER, form, **GOOD)
    second = await bot.submit(MEMBER, form, **GOOD)

    assert first == second
    assert [len(messages) for messages in (await bot.told()).values()] == [1, 1]


async def test_a_second_declaration_about_the_same_two_offers_to_amend_the_first(bot: Bot) -> None:
    first = await bot.declare(MEMBER)
    reply = await bot.submit(MEMBER, await bot.open(MEMBER), **GOOD)

    assert "You have declared this relationship before" in reply.summary
    form = form_of(await bot.press(MEMBER, "amend_disclosure", first))
    assert {field.name: field.value for field in form.fields}["details"] == "canary-1d7e"


async def test_a_flood_of_declarations_is_slowed_kindly(sqlite_store: SqlStore, clock: FakeClock) -> None:
    bot = await Bot(sqlite_store, clock, declarations_per_hour=2).directory()
    for other in ("person:femi.sample", "person:hal.example"):
        await bot.declare(MEMBER, other_party=other)

    with pytest.raises(TooMany):
        await bot.submit(MEMBER, await bot.open(MEMBER), **{**GOOD, "other_party": "person:ivy.template"})


# --- opening, deciding, amending ---------------------------------------------------------


async def test_the_recipient_opens_it_and_that_is_recorded(bot: Bot) -> None:
    disclosure = await bot.declare(OFFICER, other_party=f"person:{MEMBER}")
    form = form_of(await bot.press(HEAD, "open_disclosure", disclosure))

    assert facts(form)["Details"] == "canary-1d7e"
    async with bot.store.begin() as uow:
        [record] = await uow.disclosures.all()
        steps = [(event.step.value, event.by) for event in await uow.disclosures.events(disclosure)]
    assert record.state is State.RECEIVED
    assert steps == [("submitted", OFFICER), ("opened", HEAD)]


@pytest.mark.parametrize("who", [MEMBER, "ben.specimen", "hal.example", DIRECTOR, FINANCE, SERVICES, "stranger"])
async def test_nobody_else_can_tell_it_from_one_that_does_not_exist(bot: Bot, who: str) -> None:
    """Copeland: an officer's disclosure is for their Service Head and the keeper of the register."""
    disclosure = await bot.declare(OFFICER, other_party=f"person:{MEMBER}")

    with pytest.raises(NotFound) as real:
        await bot.press(who, "open_disclosure", disclosure)
    with pytest.raises(NotFound) as invented:
        await bot.press(who, "open_disclosure", "0" * 32)
    assert str(real.value) == str(invented.value)


async def test_the_keeper_sees_it_but_not_one_about_themselves(bot: Bot) -> None:
    disclosure = await bot.declare(OFFICER, other_party=f"person:{MEMBER}")
    about_keeper = await bot.declare(MEMBER, other_party=f"person:{MONITORING}")

    assert form_of(await bot.press(MONITORING, "open_disclosure", disclosure))
    with pytest.raises(NotFound):
        await bot.press(MONITORING, "open_disclosure", about_keeper)


async def test_asking_answering_and_setting_conditions(bot: Bot) -> None:
    disclosure = await bot.declare(OFFICER, other_party=f"person:{MEMBER}")
    form = form_of(await bot.press(HEAD, "open_disclosure", disclosure))
    await bot.submit(HEAD, form, step="information asked", text="Since when?")
    own = form_of(await bot.press(OFFICER, "open_disclosure", disclosure))
    await bot.submit(OFFICER, own, step="information given", text="Since May.")
    form = form_of(await bot.press(HEAD, "open_disclosure", disclosure))
    await bot.submit(HEAD, form, step="conditions set", text="Keep off the panel.", review_on="2026-09-01")

    async with bot.store.begin() as uow:
        [record] = await uow.disclosures.all()
    assert record.state is State.CONDITIONS_SET
    assert (record.conditions.text, record.conditions.review_on) == ("Keep off the panel.", "2026-09-01")
    assert len((await bot.told())[OFFICER]) == 3  # the receipt, the question, the conditions


async def test_only_the_county_recipient_decides_how_far_it_is_told(sqlite_store: SqlStore, clock: FakeClock) -> None:
    county = await Bot(sqlite_store, clock, "county-appendix-11").directory()
    disclosure = await county.declare(OFFICER, other_party=f"person:{MEMBER}")
    form = form_of(await county.press(DIRECTOR, "open_disclosure", disclosure))
    steps = {option.value for field in form.fields if field.name == "step" for option in field.options}

    assert "audience decided" in steps


async def test_a_step_needs_its_words_and_a_date_to_come(bot: Bot) -> None:
    disclosure = await bot.declare(OFFICER, other_party=f"person:{MEMBER}")
    form = form_of(await bot.press(HEAD, "open_disclosure", disclosure))
    again = form_of(await bot.submit(HEAD, form, step="conditions set", text="", review_on="2020-01-01"))

    assert set(again.problems) == {"text", "review_on"}


async def test_what_only_conditions_keep_is_never_lost_without_a_word(bot: Bot) -> None:
    disclosure = await bot.declare(OFFICER, other_party=f"person:{MEMBER}")
    form = form_of(await bot.press(HEAD, "open_disclosure", disclosure))
    again = form_of(await bot.submit(HEAD, form, step="no action needed", told="the chair", review_on="2027-01-04"))

    assert set(again.problems) == {"told", "review_on"}


async def test_a_review_that_took_place_is_over(bot: Bot) -> None:
    disclosure = await bot.declare(OFFICER, other_party=f"person:{MEMBER}")
    form = form_of(await bot.press(HEAD, "open_disclosure", disclosure))
    await bot.submit(HEAD, form, step="conditions set", text="Keep off the panel.", review_on="2026-03-09")
    bot.clock.forward(days=10)
    form = form_of(await bot.press(HEAD, "open_disclosure", disclosure))
    shown = {field.name: field.value for field in form.fields}
    assert shown["review_on"] == "2026-03-09"
    assert "DR-" in text_of((await bot.press(MONITORING, "register", "conditions")).parts)

    await bot.submit(HEAD, form, **{**shown, "step": "no action needed"})
    assert "DR-" not in text_of((await bot.press(MONITORING, "register", "conditions")).parts)


async def test_many_openings_on_one_day_are_one_line_of_the_history(bot: Bot) -> None:
    disclosure = await bot.declare(OFFICER, other_party=f"person:{MEMBER}")
    for _ in range(20):
        await bot.press(HEAD, "open_disclosure", disclosure)
    own = form_of(await bot.press(OFFICER, "open_disclosure", disclosure))

    assert text_of(own.intro).count("opened by") == 1
    assert "submitted by" in text_of(own.intro)


async def test_amending_keeps_the_old_version_and_tells_the_reader(bot: Bot) -> None:
    disclosure = await bot.declare(OFFICER, other_party=f"person:{MEMBER}")
    form = form_of(await bot.press(OFFICER, "amend_disclosure", disclosure))
    await bot.submit(OFFICER, form, **{**GOOD, "other_party": f"person:{MEMBER}", "details": "changed"})

    async with bot.store.begin() as uow:
        [record] = await uow.disclosures.all()
        events = await uow.disclosures.events(disclosure)
    assert record.content.details == "changed"
    assert "canary-1d7e" in events[-1].text
    assert len((await bot.told())[HEAD]) == 2


async def test_an_amendment_left_half_done_never_comes_up_as_a_new_declaration(bot: Bot) -> None:
    disclosure = await bot.declare(OFFICER, other_party=f"person:{MEMBER}")
    half = form_of(await bot.press(OFFICER, "amend_disclosure", disclosure))
    await bot.change(OFFICER, half, **{**GOOD, "details": "half an amendment"})
    fresh = await bot.open(OFFICER)

    assert fresh.title == "Declare a relationship"
    assert "half an amendment" not in repr(fresh)


async def test_marking_it_at_risk_later_takes_it_from_everybody_but_the_monitoring_officer(bot: Bot) -> None:
    disclosure = await bot.declare(OFFICER, other_party=f"person:{MEMBER}")
    form = form_of(await bot.press(OFFICER, "amend_disclosure", disclosure))
    await bot.submit(OFFICER, form, **{**GOOD, "other_party": f"person:{MEMBER}", "at_risk": "yes"})

    assert form_of(await bot.press(MONITORING, "open_disclosure", disclosure))
    with pytest.raises(NotFound):
        await bot.press(HEAD, "open_disclosure", disclosure)


async def test_a_withdrawn_one_is_read_but_not_changed(bot: Bot) -> None:
    disclosure = await bot.declare(OFFICER, other_party=f"person:{MEMBER}")
    own = form_of(await bot.press(OFFICER, "open_disclosure", disclosure))
    await bot.submit(OFFICER, own, step="withdrawn", text="Entered by mistake.")

    assert not form_of(await bot.press(HEAD, "open_disclosure", disclosure)).fields
    with pytest.raises(Refusal):
        await bot.press(OFFICER, "amend_disclosure", disclosure)


async def test_one_press_confirms(bot: Bot) -> None:
    disclosure = await bot.declare(OFFICER, other_party=f"person:{MEMBER}")
    bot.clock.forward(days=366)
    await bot.press(OFFICER, "confirm_disclosure", disclosure)

    async with bot.store.begin() as uow:
        [record] = await uow.disclosures.all()
    assert record.confirmed_at == bot.clock.now()


# --- lists -------------------------------------------------------------------------------


async def test_the_register_lists_references_without_names(bot: Bot) -> None:
    await bot.declare(OFFICER, other_party=f"person:{MEMBER}")
    listed = text_of(await bot.press(MONITORING, "register"))

    assert "DR-" in listed
    assert "Femi" not in listed
    assert "one side only" in listed


async def test_the_register_is_filtered_by_service(bot: Bot) -> None:
    await bot.declare(OFFICER, other_party=f"person:{MEMBER}")
    await bot.declare("ivy.template", other_party="person:ben.specimen")
    found = await bot.press(MONITORING, "register", "service:Highways")

    assert text_of(found.parts).count("Open DR-") == 1
    assert "service:Housing" in text_of(found.parts)


async def test_both_sides_match_when_each_declared_the_other(bot: Bot) -> None:
    await bot.declare(OFFICER, other_party=f"person:{MEMBER}")
    await bot.declare(MEMBER, other_party=f"person:{OFFICER}")

    assert "one side only" not in text_of((await bot.press(MONITORING, "register")).parts[:-1])


async def test_somebody_with_nothing_to_see_learns_nothing_about_the_register(bot: Bot) -> None:
    await bot.declare(OFFICER, other_party=f"person:{MEMBER}")

    with pytest.raises(NotFound):
        await bot.press("hal.example", "register")


async def test_ones_own_are_always_there(bot: Bot) -> None:
    assert "not declared anything" in (await bot.press(OFFICER, "my_declarations")).summary
    await bot.declare(OFFICER, other_party=f"person:{MEMBER}")

    assert "DR-" in text_of(await bot.press(OFFICER, "my_declarations"))


@pytest.mark.parametrize("position", list(Position))
@pytest.mark.parametrize("council", COUNCILS)
async def test_every_position_of_every_council_has_a_route_or_a_plain_no(
    sqlite_store: SqlStore, clock: FakeClock, council: str, position: Position
) -> None:
    from bot.rules.routing import declaration_route  # noqa: PLC0415
    from tests.support import protocol  # noqa: PLC0415

    route = declaration_route(protocol(council).pack, position)

    assert route is not None
    assert route.to or route.note
