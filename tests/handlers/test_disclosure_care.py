"""The register looks after itself: once each, in office hours, and only to whom it concerns."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bot.handlers import disclosure_care
from tests.handlers.bot import Bot, form_of
from tests.support import services

if TYPE_CHECKING:
    from storage import SqlStore
    from tests.support import FakeClock

MEMBER, OFFICER, HEAD, MONITORING = "ada.sample", "femi.sample", "gwen.specimen", "mo.template"


@pytest.fixture
async def bot(sqlite_store: SqlStore, clock: FakeClock) -> Bot:
    return await Bot(sqlite_store, clock).directory()


async def declare(bot: Bot, who: str, other: str) -> str:
    await bot.submit(who, await bot.open(who), other_party=f"person:{other}", kind="family")
    async with bot.store.begin() as uow:
        [found] = await uow.disclosures.by_declarer(who)
    return found.id


async def sweep(bot: Bot) -> int:
    async with bot.store.begin() as uow:
        sent = await disclosure_care.sweep(services(uow, pack_id=bot.pack_id, clock=bot.clock, **bot.settings))
        await uow.commit()
    return sent


async def told_of(bot: Bot, words: str) -> list[str]:
    return [message.to.user_id for message in await bot.outbox() if words in message.reply.summary]


async def test_a_year_later_the_declarer_is_asked_once_whether_it_is_still_right(bot: Bot) -> None:
    disclosure = await declare(bot, OFFICER, MEMBER)
    bot.clock.forward(days=364)
    await sweep(bot)
    assert await told_of(bot, "Is it still right?") == []

    bot.clock.forward(days=1)
    await sweep(bot)
    await sweep(bot)
    assert await told_of(bot, "Is it still right?") == [OFFICER]

    await bot.press(OFFICER, "confirm_disclosure", disclosure)
    bot.clock.forward(days=200)
    await sweep(bot)
    assert await told_of(bot, "Is it still right?") == [OFFICER]


async def test_a_declaration_from_one_side_is_pointed_out_to_the_keeper_alone_and_once(bot: Bot) -> None:
    await declare(bot, OFFICER, MEMBER)
    bot.clock.forward(days=28)
    await sweep(bot)
    bot.clock.forward(days=1)
    await sweep(bot)

    assert await told_of(bot, "one side only") == [MONITORING]


async def test_when_both_declared_nobody_is_told(bot: Bot) -> None:
    await declare(bot, OFFICER, MEMBER)
    await declare(bot, MEMBER, OFFICER)
    bot.clock.forward(days=40)
    await sweep(bot)

    assert await told_of(bot, "one side only") == []


async def test_a_review_date_comes_back_to_whoever_set_it(bot: Bot) -> None:
    disclosure = await declare(bot, OFFICER, MEMBER)
    form = form_of(await bot.press(HEAD, "open_disclosure", disclosure))
    await bot.submit(HEAD, form, step="conditions set", text="Keep off the panel.", review_on="2026-03-16")
    bot.clock.forward(days=13)
    await sweep(bot)
    assert await told_of(bot, "due for review") == []

    bot.clock.forward(days=1)
    await sweep(bot)
    await sweep(bot)
    assert await told_of(bot, "due for review") == [HEAD]


async def test_nothing_goes_at_night_or_at_the_weekend_and_nothing_is_lost_by_that(bot: Bot) -> None:
    await declare(bot, OFFICER, MEMBER)
    bot.clock.forward(days=369)  # a Saturday
    assert await sweep(bot) == 0
    bot.clock.forward(days=2, hours=-5)  # Monday before dawn
    assert await sweep(bot) == 0
    bot.clock.forward(hours=5)

    assert await sweep(bot) > 0


async def test_an_ended_one_is_left_in_peace(bot: Bot) -> None:
    disclosure = await declare(bot, OFFICER, MEMBER)
    await bot.submit(OFFICER, form_of(await bot.press(OFFICER, "open_disclosure", disclosure)), step="ended")
    bot.clock.forward(days=400)

    assert await sweep(bot) == 0
