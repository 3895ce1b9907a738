"""Who is who: people of the directory meet their Slack accounts by an address that Slack vouches for."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from bot.rules.protocol import Position
from tests.slack.fake_slack import Misbehaviour
from tests.support import person

if TYPE_CHECKING:
    from bot.model import Person
    from tests.slack.support import Town

ADA = replace(person("Ada Sample", Position.MEMBER), slack_user_id="")


def account(user: str, email: str = ADA.email, **more: Any) -> dict[str, Any]:
    return {"id": user, "profile": {"email": email}, "is_email_confirmed": True, **more}


async def known(bot: Town, *people: Person) -> None:
    async with bot.store.begin() as uow:
        for each in people:
            await uow.people.save(each)
        await uow.commit()


async def who_is(bot: Town, user: str) -> str:
    async with bot.store.begin() as uow:
        found = await uow.people.by_platform_id("slack", user)
    return found.name if found else ""


async def test_somebody_who_writes_for_the_first_time_is_recognised(bot: Town) -> None:
    await known(bot, ADA)
    bot.slack.users["U1"] = account("U1", ADA.email.upper())

    await bot.event(bot.direct("hello"))
    await bot.settle()

    assert await who_is(bot, "U1") == "Ada Sample"


async def test_everybody_is_looked_up_so_that_they_can_be_told_things_before_they_ever_write(bot: Town) -> None:
    await known(bot, ADA, replace(person("Ben Specimen"), slack_user_id=""), person("Kim Known"))
    bot.slack.users["U1"] = account("U1")

    assert await bot.adapter.introductions.meet_everybody() == 1

    assert await who_is(bot, "U1") == "Ada Sample"
    assert len(bot.slack.called("users.lookupByEmail")) == 2  # nobody is asked for whom we know already


STRANGERS: dict[str, dict[str, Any]] = {
    "a bot": {"is_bot": True},
    "a person of another organisation": {"is_stranger": True},
    "somebody who has not joined yet": {"is_invited_user": True},
    "somebody who left": {"deleted": True},
    "an address that was never confirmed": {"is_email_confirmed": False},
    "no address": {"profile": {}},
}


@pytest.mark.parametrize("more", STRANGERS.values(), ids=STRANGERS.keys())
async def test_an_account_that_slack_does_not_vouch_for_is_nobody(bot: Town, more: dict[str, Any]) -> None:
    await known(bot, ADA)
    bot.slack.users["U1"] = account("U1", **more)

    await bot.adapter.introductions.meet("U1")

    assert await who_is(bot, "U1") == ""


async def test_somebody_who_has_an_account_keeps_it(bot: Town) -> None:
    await known(bot, replace(ADA, slack_user_id="U7"))
    bot.slack.users["U1"] = account("U1")

    await bot.adapter.introductions.meet("U1")

    assert await who_is(bot, "U7") == "Ada Sample"
    assert await who_is(bot, "U1") == ""


async def test_somebody_of_another_organisation_in_a_shared_channel_never_passes_for_one_of_ours(bot: Town) -> None:
    await known(bot, replace(ADA, slack_user_id="U1"))
    event = bot.mention("declare a relationship", user_team="T0OTHER")
    seen: list[str] = []
    accept = type(bot.reception).accept

    async def watching(self: Any, event: Any) -> bool:
        seen.append(event.payload)
        return await accept(self, event)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(type(bot.reception), "accept", watching)
        await bot.event(event, is_ext_shared_channel=True)

    assert '"user_id": "T0OTHER:U1"' in seen[0]
    assert '"tenant": "T0OTHER"' in seen[0]


async def test_an_installation_for_a_whole_organisation_names_the_organisation(bot: Town) -> None:
    request = bot.adapter.translator
    seen: list[Any] = []
    accept = type(bot.reception).accept

    async def watching(self: Any, event: Any) -> bool:
        seen.append(request.to_request(event))
        return await accept(self, event)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(type(bot.reception), "accept", watching)
        await bot.event(bot.direct("hello"), team_id=None, enterprise_id="E1", is_ext_shared_channel=False)
        await bot.command("/ask-protocol", "hello", enterprise_id="E1", team_id="")

    assert [each.sender.tenant for each in seen] == ["E1", "E1"]


async def test_slack_is_asked_about_a_stranger_once_in_ten_minutes(bot: Town) -> None:
    for _ in range(3):
        await bot.adapter.introductions.meet("U1")
    assert len(bot.slack.called("users.info")) == 1

    bot.clock.forward(minutes=10)
    await bot.adapter.introductions.meet("U1")
    assert len(bot.slack.called("users.info")) == 2


async def test_a_slow_introduction_does_not_hold_up_a_form(bot: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("adapters.slack.directory.PATIENCE_SECONDS", 0.05)
    bot.slack.plan("users.info", Misbehaviour(silent=True))

    await asyncio.wait_for(bot.adapter.introductions.meet_soon("U1"), timeout=5)
    bot.slack.stop_silence.set()


async def test_somebody_imported_after_first_writing_is_recognised_in_the_next_round(bot: Town) -> None:
    bot.slack.users["U1"] = account("U1")
    await bot.adapter.introductions.meet("U1")  # not in the directory yet
    await known(bot, ADA)

    await bot.adapter.introductions.meet_everybody()

    assert await who_is(bot, "U1") == "Ada Sample"
