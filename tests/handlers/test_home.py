"""The bot's own page shows each person theirs, and nobody anything of another's."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.handlers.bot import Bot, actions

if TYPE_CHECKING:
    from storage import SqlStore
    from tests.support import FakeClock

MEMBER, OFFICER, HEAD, MONITORING, OTHER = "ada.sample", "femi.sample", "gwen.specimen", "mo.template", "hal.example"


@pytest.fixture
async def bot(sqlite_store: SqlStore, clock: FakeClock) -> Bot:
    found = await Bot(sqlite_store, clock).directory()
    await found.submit(
        OFFICER, await found.open(OFFICER), other_party=f"person:{MEMBER}", kind="family", details="canary-7c"
    )
    return found


@pytest.mark.parametrize(
    ("who", "says", "register"),
    [
        (OFFICER, "You have declared 1 relationship.", False),
        (HEAD, "Declared to you: 1 open, 1 not opened yet.", True),
        (MONITORING, "Declared to you: 1 open, 1 not opened yet.", True),
        (OTHER, "You have declared nothing that still stands.", False),
        (MEMBER, "You have declared nothing that still stands.", False),
    ],
)
async def test_each_person_sees_their_own(bot: Bot, who: str, says: str, register: bool) -> None:  # noqa: FBT001
    page = await bot.home(who)

    assert page.home
    assert page.private
    assert says in repr(page.parts)
    assert ("register" in actions(page.parts)) is register
    assert "canary" not in repr(page)
    assert "Femi" not in repr(page.parts).replace("Hello Femi Sample.", "")


async def test_somebody_whom_the_directory_does_not_know_still_gets_help(bot: Bot) -> None:
    page = await bot.home("stranger")

    assert "Ask in your own words" in repr(page.parts)
    assert "Your privacy" in repr(page.parts)


@pytest.mark.parametrize(("who", "may"), [(MEMBER, True), ("oz.placeholder", True), (OFFICER, False), (HEAD, False)])
async def test_raising_an_enquiry_is_offered_to_those_who_may(bot: Bot, who: str, may: bool) -> None:  # noqa: FBT001
    assert ("open_enquiry" in actions((await bot.home(who)).parts)) is may
    assert ("open_enquiry" in actions((await bot.say(who, "help")).parts)) is may


@pytest.mark.parametrize(
    ("word", "says"),
    [("privacy", "encrypted"), ("Version", "protocol-bot "), ("Thanks!", "You are welcome"), ("?", "How I can help")],
)
async def test_small_words_have_their_own_answer(bot: Bot, word: str, says: str) -> None:
    assert says in repr((await bot.say(OFFICER, word)).parts)


async def test_a_message_is_checked_by_words_as_by_its_menu(bot: Bot) -> None:
    reply = await bot.say(MEMBER, "Check: please help us with the leaflets for our party's campaign in May")

    assert reply.private
    assert "Only you see this" in repr(reply.parts)


async def test_the_words_for_a_list_show_it(bot: Bot) -> None:
    assert "DR-" in repr((await bot.say(OFFICER, "my declarations")).parts)
    assert "DR-" in repr((await bot.say(MONITORING, "Register")).parts)
