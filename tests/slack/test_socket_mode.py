"""Socket Mode: the same payloads over a connection of our own, acknowledged once they are remembered."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from adapters.demo.people import SAMPLE_PEOPLE
from tests.slack.fake_slack import APP_TOKEN
from tests.slack.support import Town, break_database, town

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from adapters.slack.socket_mode import Socket
    from storage import SqlStore

QUESTION = "may I be in a relationship with an officer?"


@pytest.fixture
async def bot(sqlite_store: SqlStore) -> AsyncIterator[Town]:
    async with town(sqlite_store, http=False, app_token=APP_TOKEN) as everything:
        await everything.adapter.start(everything.reception)
        await everything.slack.connected.wait()
        yield everything


def socket_of(bot: Town) -> Socket:
    assert bot.adapter.socket is not None
    return bot.adapter.socket


async def test_a_mention_is_acknowledged_and_answered(bot: Town) -> None:
    await bot.slack.push("events_api", bot.envelope(bot.mention(QUESTION)))
    await bot.slack.until(lambda: "e1" in bot.slack.acknowledged)
    await bot.settle()

    [answer] = bot.slack.said_in("C1")
    assert "5.3" in answer["text"]


async def test_an_envelope_sent_twice_has_one_answer(bot: Town) -> None:
    envelope = bot.envelope(bot.mention(QUESTION), event_id="EvSame")
    for number in ("e1", "e2"):
        await bot.slack.push("events_api", envelope, number)
        await bot.slack.until(lambda number=number: number in bot.slack.acknowledged)  # type: ignore[misc]
    await bot.settle()

    assert len(bot.slack.said_in("C1")) == 1


async def test_what_cannot_be_remembered_is_not_acknowledged(bot: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    envelope = bot.envelope(bot.mention(QUESTION))
    with monkeypatch.context() as broken:
        break_database(bot, broken)
        await bot.slack.push("events_api", envelope, "lost")
        await bot.slack.push("events_api", bot.envelope({"type": "team_join"}), "after")
        await bot.slack.until(lambda: "after" in bot.slack.acknowledged)
        assert "lost" not in bot.slack.acknowledged
    await bot.slack.push("events_api", envelope, "again")  # as Slack does
    await bot.slack.until(lambda: "again" in bot.slack.acknowledged)
    await bot.settle()

    assert len(bot.slack.said_in("C1")) == 1


async def test_a_command_opens_the_form_and_a_form_gets_its_answer_in_the_acknowledgement(bot: Town) -> None:
    async with bot.store.begin() as uow:
        for each in SAMPLE_PEOPLE:
            await uow.people.save(replace(each, slack_user_id="U1" if each.id == "ada.sample" else f"U{each.id}"))
        await uow.commit()
    fields = {"command": "/declare-relationship", "text": "", "user_id": "U1", "trigger_id": bot.slack.trigger()}
    await bot.slack.push("slash_commands", fields)
    await bot.slack.until(lambda: bool(bot.slack.views))
    await bot.settle()
    [view] = bot.slack.views.values()

    values = {block["block_id"]: {} for block in view["blocks"] if block["type"] == "input"}
    payload = {
        "type": "view_submission",
        "user": {"id": "U1"},
        "team": {"id": "T0COUNCIL"},
        "trigger_id": bot.slack.trigger(),
        "view": {**view, "state": {"values": values}},
    }
    await bot.slack.push("interactive", payload, "e2")
    await bot.slack.until(lambda: "e2" in bot.slack.acknowledged)

    assert bot.slack.acknowledged["e2"]["response_action"] == "errors"


async def test_there_is_no_way_in_over_http(bot: Town) -> None:
    assert (await bot.client.post("/slack/events", data=b"{}")).status == 404


async def test_a_connection_that_is_closed_is_noticed_and_comes_back(bot: Town) -> None:
    assert "Socket Mode is not connected to Slack." not in bot.adapter.problems()
    socket = socket_of(bot)
    client = socket._client
    assert client is not None
    await client.disconnect()
    client.auto_reconnect_enabled = False  # the SDK's own way back is barred
    assert "Socket Mode is not connected to Slack." in bot.adapter.problems()

    await socket.check()
    bot.clock.forward(seconds=61)
    bot.slack.connected.clear()
    await socket.check()
    await bot.slack.connected.wait()
    await bot.slack.push("events_api", bot.envelope(bot.mention(QUESTION)), "back")
    await bot.slack.until(lambda: "back" in bot.slack.acknowledged)

    assert socket.connected


async def test_a_wrong_app_token_is_a_problem_and_does_not_hold_up_the_start(sqlite_store: SqlStore) -> None:
    async with town(sqlite_store, app_token="xapp-wrong") as bot:
        await bot.adapter.start(bot.reception)
        await bot.slack.until(lambda: bool(bot.slack.called("apps.connections.open")))

        assert "Socket Mode is not connected to Slack." in bot.adapter.problems()
        assert (await bot.event(bot.mention("help"))).status == 200
