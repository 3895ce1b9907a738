"""Asking on Slack: mention, direct message, command, Home tab. The answer arrives once, where it belongs."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from bot.wording import common
from tests.slack.block_kit import texts
from tests.slack.fake_slack import BOT_USER
from tests.slack.support import actions, break_database

if TYPE_CHECKING:
    from tests.slack.support import Town

QUESTION = "may I be in a relationship with an officer?"


async def test_a_mention_in_a_channel_is_answered_in_its_thread(bot: Town) -> None:
    event = bot.mention(QUESTION)

    response = await bot.event(event)
    assert response.status == 200
    await bot.settle()

    [answer] = bot.slack.said_in("C1")
    assert answer["thread_ts"] == event["ts"]
    assert "5.3" in answer["text"]
    assert "Paragraph 5.3" in texts(answer["blocks"])


async def test_a_mention_within_a_thread_is_answered_in_that_thread(bot: Town) -> None:
    await bot.event(bot.mention(QUESTION, thread_ts="1772440000.000100"))
    await bot.settle()

    [answer] = bot.slack.said_in("C1")
    assert answer["thread_ts"] == "1772440000.000100"


async def test_a_direct_message_is_answered_there(bot: Town) -> None:
    await bot.event(bot.direct(QUESTION))
    await bot.settle()

    [answer] = bot.slack.dm("U1")
    assert "thread_ts" not in answer
    assert "5.3" in answer["text"]


async def test_a_direct_message_in_a_thread_is_answered_in_that_thread(bot: Town) -> None:
    await bot.event(bot.direct(QUESTION, thread_ts="1772440000.000100"))
    await bot.settle()

    [answer] = bot.slack.dm("U1")
    assert answer["thread_ts"] == "1772440000.000100"


@pytest.mark.parametrize("words", ["", "help", "hello", "Hi!"])
async def test_a_mention_with_no_more_than_a_greeting_gets_help_with_real_examples(bot: Town, words: str) -> None:
    await bot.event(bot.mention(words))
    await bot.settle()

    [answer] = bot.slack.said_in("C1")
    assert texts(answer["blocks"]).count("•") >= 3
    assert "Declare a relationship" in actions(answer)


async def test_a_question_after_the_command_is_answered_in_direct_messages_and_never_in_the_channel(bot: Town) -> None:
    response = await bot.command("/ask-protocol", QUESTION)
    word = await response.json()
    await bot.settle()

    assert word["response_type"] == "ephemeral"
    assert "5.3" not in word["text"]  # a pointer: what Slack shows for a moment is never the only copy
    assert bot.slack.said_in("C1") == []
    [answer] = bot.slack.dm("U1")
    assert "5.3" in answer["text"]


@pytest.mark.parametrize("command", ["/ask-protocol", "/declare-relationship", "/member-enquiry"])
async def test_every_command_answers_help(bot: Town, command: str) -> None:
    await bot.command(command, "help")
    await bot.settle()

    [answer] = bot.slack.dm("U1")
    assert texts(answer["blocks"]).count("•") >= 3
    assert bot.slack.called("views.open") == []


async def test_an_unknown_command_gets_a_short_help(bot: Town) -> None:
    response = await bot.command("/protocol-of-zion")

    assert (await response.json())["text"] == common.CANNOT_SEE_WHAT


async def test_the_home_tab_shows_what_the_bot_can_do_each_time(bot: Town) -> None:
    for _ in range(2):
        await bot.event({"type": "app_home_opened", "user": "U1", "channel": "DU1", "tab": "home"})
        await bot.settle()

    assert len(bot.slack.called("views.publish")) == 2
    assert "Declare a relationship" in actions(bot.slack.homes["U1"])
    assert bot.slack.dm("U1") == []


async def test_the_first_look_at_the_conversation_gets_one_welcome(bot: Town) -> None:
    for _ in range(3):
        await bot.event({"type": "app_home_opened", "user": "U1", "channel": "DU1", "tab": "messages"})
        await bot.settle()

    assert len(bot.slack.dm("U1")) == 1


async def test_a_button_in_an_answer_answers_in_the_same_thread(bot: Town) -> None:
    event = bot.mention(QUESTION)
    await bot.event(event)
    await bot.settle()
    [answer] = bot.slack.said_in("C1")
    button = next(each for each in actions(answer).values() if "neighbours" in each["action_id"])

    response = await bot.press(
        button,
        container={"type": "message", "message_ts": answer["ts"], "channel_id": "C1", "thread_ts": event["ts"]},
        channel={"id": "C1"},
        message={"ts": answer["ts"], "thread_ts": event["ts"]},
    )
    assert response.status == 200
    await bot.settle()

    _, neighbours = bot.slack.said_in("C1")
    assert neighbours["thread_ts"] == event["ts"]
    assert "Paragraph 5.2" in texts(neighbours["blocks"])


async def test_a_message_is_checked_for_the_eyes_of_whoever_asks(bot: Town) -> None:
    response = await bot.interact(
        {
            "type": "message_action",
            "callback_id": "check_message",
            "trigger_id": bot.slack.trigger(),
            "channel": {"id": "C1", "name": "general"},
            "message": {"type": "message", "user": "U2", "ts": "1.1", "text": "Get it done tonight &amp; no excuses"},
        }
    )
    assert response.status == 200
    await bot.settle()

    assert bot.slack.said_in("C1") == []
    assert len(bot.slack.dm("U1")) == 1


async def test_an_unknown_button_gets_help_and_a_link_is_left_to_slack(bot: Town) -> None:
    assert (await bot.press({"action_id": "of-an-older-version", "value": "1"})).status == 200
    await bot.settle()
    assert "I answer questions on" in bot.slack.dm("U1")[-1]["text"]

    await bot.press({"action_id": "elsewhere", "url": "https://council.example"})
    await bot.settle()
    assert len(bot.slack.dm("U1")) == 1


async def test_an_unknown_shortcut_gets_help_rather_than_silence(bot: Town) -> None:
    await bot.interact({"type": "shortcut", "callback_id": "other", "trigger_id": bot.slack.trigger()})
    await bot.settle()

    assert len(bot.slack.dm("U1")) == 1


IGNORED: dict[str, dict[str, Any]] = {
    "our own message": {"user": BOT_USER},
    "another bot": {"bot_id": "B9"},
    "another app's bot": {"bot_profile": {"id": "B9"}},
    "an edit": {"subtype": "message_changed", "message": {"user": "U1", "text": QUESTION}},
    "something edited": {"edited": {"user": "U1", "ts": "1.2"}},
    "a deletion": {"subtype": "message_deleted"},
    "somebody joining": {"subtype": "channel_join"},
    "a bot's message": {"subtype": "bot_message"},
    "nobody's message": {"user": None},
    "a hidden message": {"hidden": True},
    "a message in a channel": {"channel_type": "channel", "channel": "C1"},
    "a message in a group": {"channel_type": "mpim", "channel": "G1"},
}


@pytest.mark.parametrize("more", IGNORED.values(), ids=IGNORED.keys())
async def test_what_no_person_says_to_the_bot_is_acknowledged_and_dropped(bot: Town, more: dict[str, Any]) -> None:
    response = await bot.event(bot.direct(QUESTION, **more))
    await bot.settle()

    assert response.status == 200
    assert bot.slack.called("chat.postMessage") == []


async def test_a_question_with_a_file_is_answered_all_the_same(bot: Town) -> None:
    await bot.event(bot.direct(QUESTION, subtype="file_share", files=[{"id": "F1"}]))
    await bot.settle()

    assert len(bot.slack.dm("U1")) == 1


async def test_a_mention_in_a_direct_message_fires_twice_and_is_answered_once(bot: Town) -> None:
    stamp = "1772443800.000900"
    await bot.event(bot.direct(f"<@{BOT_USER}> {QUESTION}", ts=stamp))
    await bot.event(bot.mention(QUESTION, channel="DU1", ts=stamp))
    await bot.settle()

    assert len(bot.slack.dm("U1")) == 1


async def test_a_mention_in_a_channel_fires_twice_and_is_answered_once(bot: Town) -> None:
    event = bot.mention(QUESTION)
    await bot.event(event)
    await bot.event({**event, "type": "message", "channel_type": "channel"})
    await bot.settle()

    assert len(bot.slack.said_in("C1")) == 1


async def test_one_event_four_times_with_retry_headers_has_one_answer(bot: Town) -> None:
    event = bot.mention(QUESTION)
    for attempt in range(4):
        headers = {"X-Slack-Retry-Num": str(attempt), "X-Slack-Retry-Reason": "http_timeout"} if attempt else {}
        body = bot.envelope(event, event_id="EvSame")
        response = await bot.post(json.dumps(body), headers=headers)
        assert response.status == 200
        await bot.settle()
        bot.clock.forward(seconds=[1, 60, 300, 0][attempt])

    assert len(bot.slack.said_in("C1")) == 1


async def test_a_retry_of_something_that_was_never_remembered_is_answered(bot: Town) -> None:
    body = bot.envelope(bot.mention(QUESTION), event_id="EvLate")
    response = await bot.post(json.dumps(body), headers={"X-Slack-Retry-Num": "2"})
    await bot.settle()

    assert response.status == 200
    assert len(bot.slack.said_in("C1")) == 1


async def test_the_same_command_bytes_twice_have_one_answer(bot: Town) -> None:
    trigger = bot.slack.trigger()
    for _ in range(2):
        await bot.command("/ask-protocol", QUESTION, trigger=trigger)
        await bot.settle()

    assert len(bot.slack.dm("U1")) == 1


async def test_an_event_acknowledged_before_a_crash_is_answered_after_it(bot: Town) -> None:
    response = await bot.event(bot.mention(QUESTION))
    assert response.status == 200
    assert bot.slack.called("chat.postMessage") == []  # nothing was done yet but remembering

    await bot.settle()  # another process, as it were: only the database is shared

    assert len(bot.slack.said_in("C1")) == 1


async def test_a_question_that_cannot_be_remembered_is_not_acknowledged(
    bot: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    break_database(bot, monkeypatch)
    response = await bot.event(bot.mention(QUESTION))
    command = await bot.command("/ask-protocol", QUESTION)

    assert response.status == 503  # so that Slack sends it again
    assert command.status == 200
    assert "try again" in (await command.json())["text"]


async def test_mentions_and_links_in_a_question_cannot_come_back_as_such(bot: Town) -> None:
    await bot.event(bot.mention("relationship <!channel> <@U777|pat> <https://evil.example|click> &lt;!here&gt;"))
    await bot.settle()

    assert "<!" not in str(bot.slack.said_in("C1"))
    assert "<http" not in str(bot.slack.said_in("C1"))
