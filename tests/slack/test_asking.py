"""Asking on Slack: mention, direct message, command. The answer arrives once, where it belongs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.slack.block_kit import texts

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
