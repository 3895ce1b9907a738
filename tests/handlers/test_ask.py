"""Asking: the right council's answer, a plain no, follow-ups, and asking a person."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from bot.errors import NotFound
from bot.messages import Citation, Note, Paragraph, Reply
from tests.handlers.bot import Bot, actions, form_of

if TYPE_CHECKING:
    from storage import SqlStore
    from tests.support import FakeClock

MEMBER, OFFICER, MONITORING, MANAGER = "ada.sample", "femi.sample", "mo.template", "gwen.specimen"


@pytest.fixture
async def bot(sqlite_store: SqlStore, clock: FakeClock) -> Bot:
    return await Bot(sqlite_store, clock).directory()


def cited(reply: Reply) -> list[str]:
    return [part.ref for part in reply.parts if isinstance(part, Citation)]


def words(reply: Reply) -> str:
    return " ".join(part.text for part in reply.parts if isinstance(part, Paragraph | Note))


@pytest.mark.parametrize(
    ("council", "who", "question", "ref"),
    [
        # Is correspondence between us confidential? Copeland: only if asked. County: yes, unless said.
        ("copeland", MEMBER, "are letters between councillors and officers confidential", {"15.1"}),
        ("county-appendix-11", MEMBER, "are letters between members and employees confidential", {"13.3"}),
        # May an officer come to a surgery? West Oxfordshire: with care. Tower Hamlets: must not be asked.
        ("west-oxfordshire", OFFICER, "can I go along to a councillor's ward surgery", {"63"}),
        ("tower-hamlets", MEMBER, "can I ask an officer to come to my ward surgery", {"9.2"}),
        # Who hears a complaint about the chief executive?
        ("copeland", MEMBER, "I want to complain about the chief executive, who do I go to", {"11.4"}),
        ("tower-hamlets", MEMBER, "I want to complain about the chief executive, who do I go to", {"14.2"}),
        # How many days for a reply?
        ("tower-hamlets", MEMBER, "how many days do officers have to answer a members enquiry", {"8.1"}),
        ("west-oxfordshire", MEMBER, "how many days until an officer must answer me", {"29", "34"}),
        # Whom does an officer ask about the protocol? Tower Hamlets: the line manager. County: the Monitoring Officer.
        ("tower-hamlets", OFFICER, "who do I ask for advice about this protocol", {"1.9"}),
        ("county-appendix-11", OFFICER, "who do I ask if I am in doubt about this protocol", {"15.1"}),
        # Somebody was rude: each side has a ladder of its own.
        ("copeland", MEMBER, "somebody was rude to me, whom do I tell", {"11.4"}),
        ("copeland", OFFICER, "somebody was rude to me, whom do I tell", {"11.5"}),
        ("tower-hamlets", MEMBER, "somebody was rude to me, whom do I tell", {"14.2"}),
        ("tower-hamlets", OFFICER, "somebody was rude to me, whom do I tell", {"14.1"}),
        # Personal use of council IT: Copeland within its policy, Tower Hamlets no.
        ("copeland", MEMBER, "can I use the council laptop for personal things", {"14.3"}),
        ("tower-hamlets", MEMBER, "can I use the council laptop for personal things", {"9.3", "9.5"}),
        # A relationship: four different answers.
        ("copeland", OFFICER, "I am going out with a councillor, whom do I tell", {"5.3"}),
        ("county-appendix-11", OFFICER, "I am going out with a councillor, whom do I tell", {"4.2"}),
        ("west-oxfordshire", OFFICER, "I am going out with a councillor, whom do I tell", {"30"}),
        ("tower-hamlets", OFFICER, "I am going out with a councillor, whom do I tell", {"3.6"}),
    ],
)
async def test_each_councils_own_answer(
    sqlite_store: SqlStore, clock: FakeClock, council: str, who: str, question: str, ref: set[str]
) -> None:
    bot = await Bot(sqlite_store, clock, council).directory()
    reply = await bot.ask(who, question)

    assert set(cited(reply)[:1]) <= ref, cited(reply)
    assert cited(reply)


async def test_an_answer_says_the_paragraph_who_is_bound_and_what_to_do_next(bot: Bot) -> None:
    reply = await bot.say(MEMBER, "can I ask an officer to work on Sunday night")
    best = next(part for part in reply.parts if isinstance(part, Citation))

    assert best.label == f"paragraph {best.ref}"
    assert best.binds
    assert "For advice on the protocol, ask" in words(reply)
    assert {"neighbours", "useful", "not_useful", "ask_person"} <= set(actions(reply.parts))


@pytest.mark.parametrize(
    "question", ["when are the bins collected", "how much annual leave do I get", "parking permit price"]
)
async def test_what_is_not_covered_is_said_plainly_with_whom_to_ask(bot: Bot, question: str) -> None:
    reply = await bot.say(OFFICER, question)

    assert cited(reply) == []
    assert "does not cover that" in reply.summary
    assert "ask_person" in actions(reply.parts)


@pytest.mark.parametrize("greeting", ["hello", "Hi!", "help", "HELP me", "  "])
async def test_a_greeting_gets_three_real_examples(bot: Bot, greeting: str) -> None:
    reply = await bot.say(MEMBER, greeting)
    [examples] = [part.items for part in reply.parts if part.kind == "bullets"]

    assert len(examples) == 3


@pytest.mark.parametrize("who", [MEMBER, OFFICER, "stranger"])
@pytest.mark.parametrize(
    "council", ["copeland", "councillor-officer", "county-appendix-11", "tower-hamlets", "west-oxfordshire"]
)
async def test_every_example_that_is_offered_is_answered(
    sqlite_store: SqlStore, clock: FakeClock, council: str, who: str
) -> None:
    bot = await Bot(sqlite_store, clock, council).directory()
    [examples] = [part.items for part in (await bot.say(who, "help")).parts if part.kind == "bullets"]

    for example in examples:
        assert cited(await bot.ask(who, example)), example


async def test_a_question_on_relationships_goes_on_to_the_form(bot: Bot) -> None:
    reply = await bot.say(OFFICER, "I am married to a councillor, do I have to tell anybody")

    assert "open_declaration" in actions(reply.parts)


async def test_a_follow_up_leans_on_the_question_before(bot: Bot) -> None:
    alone = await bot.ask(OFFICER, "and what about a director?")
    await bot.ask(MEMBER, "I am unhappy with how an officer spoke to me, who do I go to?")
    leaning = await bot.ask(MEMBER, "and what about a director?")

    assert cited(leaning)[:1] == ["11.4"]
    assert cited(alone)[:1] != ["11.4"]


async def test_a_follow_up_a_day_later_stands_alone(bot: Bot) -> None:
    await bot.ask(OFFICER, "my brother is a councillor, do I have to tell anyone")
    bot.clock.forward(hours=25)
    async with bot.store.begin() as uow:
        assert await uow.answers.last_in_thread(OFFICER, bot.clock.now() - timedelta(hours=24)) is None


async def test_the_paragraph_and_its_neighbours(bot: Bot) -> None:
    assert cited(await bot.press(MEMBER, "neighbours", "5.2")) == ["5.1", "5.2", "5.3"]
    assert cited(await bot.press(MEMBER, "neighbours", "1.1")) == ["1.1", "2.1"]
    with pytest.raises(NotFound):
        await bot.press(MEMBER, "neighbours", "99")


async def test_a_question_of_absurd_length_is_declined_kindly(bot: Bot) -> None:
    assert "too long" in (await bot.ask(MEMBER, "why " * 2000)).summary


async def test_more_questions_than_a_person_asks_are_slowed(sqlite_store: SqlStore, clock: FakeClock) -> None:
    from bot.rate_limit import RateLimit  # noqa: PLC0415

    limit = RateLimit()
    allowed = [limit.allows("one", clock.now(), 3) for _ in range(5)]
    clock.forward(seconds=61)

    assert allowed == [True, True, True, False, False]
    assert limit.allows("one", clock.now(), 3)
    assert limit.allows("another", clock.now(), 3)


# --- what the owner of the protocol learns -----------------------------------------------


async def test_questions_without_an_answer_are_kept_without_the_asker(bot: Bot) -> None:
    await bot.ask(MEMBER, "when are the bins collected")
    await bot.ask(MEMBER, "can an officer come to my group meeting")
    await bot.press(MEMBER, "not_useful", "3.4")
    await bot.press(MEMBER, "useful", "3.4")

    async with bot.store.begin() as uow:
        gaps = await uow.answers.gaps()
        feedback = await uow.answers.feedback()
    assert {"not covered", "unhelpful"} <= {gap.reason for gap in gaps}
    assert MEMBER not in repr(gaps)
    assert feedback["3.4"] == (1, 1)


async def test_small_talk_is_no_gap(bot: Bot) -> None:
    await bot.ask(MEMBER, "lovely weather today isn't it")

    async with bot.store.begin() as uow:
        assert await uow.answers.gaps() == []


# --- asking a person ---------------------------------------------------------------------


async def test_a_question_goes_to_whom_the_protocol_names_and_the_reply_comes_back(bot: Bot) -> None:
    await bot.ask(MEMBER, "can I see the draft of somebody else's report")
    form = form_of(await bot.press(MEMBER, "ask_person", "12.4"))
    await bot.submit(MEMBER, form, question="May I see a draft? canary-90aa")
    [asked] = [message for message in await bot.outbox() if message.to.user_id != MEMBER]
    assert "canary" not in repr(asked.reply)

    reader = asked.to.user_id
    opened = form_of(await bot.press(reader, "open_question", asked.about))
    assert "canary-90aa" in repr(opened.intro)
    await bot.submit(reader, opened, answer="Not before it is published.")

    [back] = [message for message in await bot.outbox() if message.to.user_id == MEMBER]
    assert "Not before it is published." in repr(back.reply.parts)
    assert "Not before" not in back.reply.summary


async def test_tower_hamlets_officers_ask_their_line_manager(sqlite_store: SqlStore, clock: FakeClock) -> None:
    bot = await Bot(sqlite_store, clock, "tower-hamlets").directory()
    await bot.submit(OFFICER, form_of(await bot.press(OFFICER, "ask_person")), question="May I go?")
    await bot.submit(MEMBER, form_of(await bot.press(MEMBER, "ask_person")), question="May I go?")

    assert set(await bot.told()) == {MANAGER, MONITORING}


async def test_only_the_person_who_was_asked_opens_the_question(bot: Bot) -> None:
    await bot.submit(MEMBER, form_of(await bot.press(MEMBER, "ask_person", "12.4")), question="May I?")
    [asked] = await bot.outbox()

    with pytest.raises(NotFound):
        await bot.press("ben.specimen", "open_question", asked.about)


async def test_a_reply_can_become_the_councils_note_on_the_paragraph(sqlite_store: SqlStore, clock: FakeClock) -> None:
    bot = await Bot(sqlite_store, clock, "tower-hamlets").directory()
    await bot.submit(MEMBER, form_of(await bot.press(MEMBER, "ask_person", "8.1")), question="Ten days from when?")
    [asked] = await bot.outbox()
    form = form_of(await bot.press(MONITORING, "open_question", asked.about))
    await bot.submit(MONITORING, form, answer="From the day after we get it.", note="yes")

    assert "Your council's note on paragraph 8.1: From the day after we get it." in words(
        await bot.press(MEMBER, "pick", "8.1")
    )


async def test_a_line_manager_writes_no_house_note(sqlite_store: SqlStore, clock: FakeClock) -> None:
    bot = await Bot(sqlite_store, clock, "tower-hamlets").directory()
    await bot.submit(OFFICER, form_of(await bot.press(OFFICER, "ask_person", "8.1")), question="From when?")
    [asked] = await bot.outbox()
    form = form_of(await bot.press(MANAGER, "open_question", asked.about))

    assert [field.name for field in form.fields] == ["answer"]


async def test_the_same_question_sent_twice_is_asked_once(bot: Bot) -> None:
    form = form_of(await bot.press(MEMBER, "ask_person", "12.4"))
    await bot.submit(MEMBER, form, question="May I?")
    await bot.submit(MEMBER, form, question="May I?")

    assert len(await bot.outbox()) == 1
