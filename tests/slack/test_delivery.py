"""Delivering to a Slack that misbehaves: nothing lost, nothing twice where Slack lets us look, nobody hammered."""

from __future__ import annotations

import hashlib
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from adapters.slack.pace import Bucket, Pace
from adapters.slack.spot import Spot
from bot.errors import CannotReach, DeliveryError, NotConnected, TryAgain
from bot.messages import Address, Button, Buttons, Paragraph, Reply
from bot.model import OutgoingMessage
from tests.slack.fake_slack import Misbehaviour
from tests.slack.support import town

if TYPE_CHECKING:
    from storage import SqlStore
    from tests.slack.support import Town

HELLO = Reply(summary="Hello", parts=(Paragraph("Hello"),))


def to(**spot: Any) -> Address:
    return Address(platform="slack", place=Spot(**spot).pack())


PERSON = Address(platform="slack", user_id="U1")


async def send(bot: Town, address: Address = PERSON, reply: Reply = HELLO, *, uncertain: bool = False) -> str:
    return await bot.adapter.messenger.deliver(address, reply, key="k1", uncertain=uncertain)


async def queue(bot: Town, key: str = "k1", address: Address = PERSON, reply: Reply = HELLO) -> None:
    now = bot.clock.now()
    async with bot.store.begin() as uow:
        await uow.outbox.put(OutgoingMessage(key=key, to=address, reply=reply, created_at=now, not_before=now))
        await uow.commit()


async def deliver_for(bot: Town, minutes: int = 30) -> None:
    """Let the dispatcher try, with time going by between the tries."""
    for _ in range(minutes):
        await bot.dispatcher.send_waiting()
        bot.clock.forward(minutes=1)


# --- what Slack's answers mean --------------------------------------------------------------------


async def test_too_many_requests_waits_as_long_as_slack_says(bot: Town) -> None:
    bot.slack.plan("chat.postMessage", Misbehaviour(status=429, retry_after=37))

    with pytest.raises(TryAgain) as problem:
        await send(bot)
    assert (problem.value.after, problem.value.uncertain) == (37.0, False)
    assert len(bot.slack.called("chat.postMessage")) == 1  # the SDK does not try again by itself


@pytest.mark.parametrize("status", [500, 502, 503, 504])
async def test_a_server_error_is_tried_again_and_may_have_been_taken(bot: Town, status: int) -> None:
    bot.slack.plan("chat.postMessage", Misbehaviour(status=status, text="<html>oops</html>"))

    with pytest.raises(TryAgain) as problem:
        await send(bot)
    assert problem.value.uncertain
    assert len(bot.slack.called("chat.postMessage")) == 1


async def test_a_dropped_connection_is_not_sent_again_by_itself(bot: Town) -> None:
    bot.slack.plan("chat.postMessage", Misbehaviour(accepts=True, resets=True))

    with pytest.raises(TryAgain) as problem:
        await send(bot)
    assert problem.value.uncertain
    assert len(bot.slack.dm("U1")) == 1


async def test_silence_is_given_up_and_may_have_been_taken(sqlite_store: SqlStore) -> None:
    async with town(sqlite_store, patience=0.3) as bot:
        bot.slack.plan("chat.postMessage", Misbehaviour(silent=True))

        with pytest.raises(TryAgain) as problem:
            await send(bot)
        assert problem.value.uncertain
        bot.slack.stop_silence.set()


async def test_no_connection_at_all_is_certain_not_to_have_got_through(bot: Town) -> None:
    bot.adapter.api.url = "http://127.0.0.1:9/api/"

    with pytest.raises(TryAgain) as problem:
        await send(bot)
    assert not problem.value.uncertain


async def test_an_answer_that_is_no_json_is_tried_again(bot: Town) -> None:
    bot.slack.plan("chat.postMessage", Misbehaviour(text="Sign in to the guest network"))

    with pytest.raises(TryAgain):
        await send(bot)


CODES: dict[str, type[DeliveryError]] = {
    "ratelimited": TryAgain,
    "internal_error": TryAgain,
    "fatal_error": TryAgain,
    "service_unavailable": TryAgain,
    "request_timeout": TryAgain,
    "channel_not_found": CannotReach,
    "is_archived": CannotReach,
    "not_in_channel": CannotReach,
    "restricted_action": CannotReach,
    "account_inactive": CannotReach,
    "msg_too_long": CannotReach,
    "a_code_of_tomorrow": CannotReach,
    "token_revoked": NotConnected,
    "invalid_auth": NotConnected,
    "not_authed": NotConnected,
    "missing_scope": NotConnected,
}


@pytest.mark.parametrize(("code", "meaning"), CODES.items())
async def test_slack_says_no_with_status_200(bot: Town, code: str, meaning: type[DeliveryError]) -> None:
    bot.slack.plan("chat.postMessage", Misbehaviour(error=code))

    with pytest.raises(meaning):
        await send(bot)


@pytest.mark.parametrize("code", ["user_not_found", "cannot_dm_bot", "user_disabled", "users_not_found"])
async def test_somebody_without_direct_messages_cannot_be_reached(bot: Town, code: str) -> None:
    bot.slack.closed_channels["DU1"] = code

    with pytest.raises(CannotReach):
        await send(bot)


async def test_an_address_of_nobody_cannot_be_reached(bot: Town) -> None:
    with pytest.raises(CannotReach):
        await send(bot, to(silent=False))


async def test_once_the_app_is_removed_nothing_is_sent(bot: Town) -> None:
    await bot.event({"type": "app_uninstalled"})

    with pytest.raises(NotConnected):
        await send(bot)
    assert bot.slack.calls == []
    assert any("removed" in problem for problem in bot.adapter.problems())


@pytest.mark.parametrize(("tokens", "gone"), [({"oauth": ["U1"]}, False), ({"bot": ["U0BOT"]}, True)])
async def test_only_the_bots_own_token_counts_when_tokens_are_revoked(bot: Town, tokens: Any, *, gone: bool) -> None:
    await bot.event({"type": "tokens_revoked", "tokens": tokens})

    assert bot.adapter.messenger.removed is gone


# --- through the outbox ---------------------------------------------------------------------------

TROUBLE: dict[str, list[Misbehaviour]] = {
    "reset after accept": [Misbehaviour(accepts=True, resets=True)],
    "reset before accept": [Misbehaviour(resets=True)],
    "429 twice": [Misbehaviour(status=429, retry_after=5), Misbehaviour(status=429, retry_after=1)],
    "500 after accept": [Misbehaviour(accepts=True, status=500, text="x")],
    "500 then reset after accept": [Misbehaviour(status=500, text="x"), Misbehaviour(accepts=True, resets=True)],
    "an internal error": [Misbehaviour(error="internal_error")],
}


@pytest.mark.parametrize("plans", TROUBLE.values(), ids=TROUBLE.keys())
async def test_a_direct_message_arrives_exactly_once_whatever_happens_on_the_way(
    bot: Town, plans: list[Misbehaviour]
) -> None:
    bot.slack.plan("chat.postMessage", *plans)
    await queue(bot)

    await deliver_for(bot)

    assert len(bot.slack.dm("U1")) == 1


async def test_a_reply_in_a_thread_of_direct_messages_is_found_again_too(bot: Town) -> None:
    bot.slack.plan("chat.postMessage", Misbehaviour(accepts=True, resets=True))
    await queue(bot, address=to(user="U1", channel="DU1", thread="1.1"))

    await deliver_for(bot)

    assert len(bot.slack.dm("U1")) == 1
    assert bot.slack.called("conversations.replies")


async def test_a_message_is_found_again_behind_hundreds_of_others(bot: Town) -> None:
    await send(bot)
    for number in range(450):
        bot.slack.messages["DU1"].append({"text": str(number), "ts": f"{2000000000 + number}.1"})

    assert (await send(bot, uncertain=True)).startswith("DU1:")
    assert len(bot.slack.called("chat.postMessage")) == 1


async def test_another_message_with_the_same_words_is_not_taken_for_it(bot: Town) -> None:
    await bot.adapter.messenger.deliver(PERSON, HELLO, key="another", uncertain=False)

    await send(bot, uncertain=True)

    assert len(bot.slack.dm("U1")) == 2


async def test_in_a_channel_the_bot_may_not_look_and_sends_again(bot: Town) -> None:
    await send(bot, to(user="U1", channel="C1", thread="1.1"), uncertain=True)

    assert len(bot.slack.said_in("C1")) == 1
    assert bot.slack.called("conversations.history") == bot.slack.called("conversations.replies") == []


async def test_where_looking_is_not_allowed_the_message_is_sent(bot: Town) -> None:
    bot.slack.plan("conversations.history", Misbehaviour(error="missing_scope"))

    await send(bot, uncertain=True)

    assert len(bot.slack.dm("U1")) == 1


async def test_where_looking_fails_for_now_the_message_waits(bot: Town) -> None:
    bot.slack.plan("conversations.history", Misbehaviour(status=429, retry_after=3))

    with pytest.raises(TryAgain):
        await send(bot, uncertain=True)
    assert bot.slack.dm("U1") == []


async def test_a_message_carries_its_mark_and_never_its_key(bot: Town) -> None:
    await send(bot)

    [message] = bot.slack.dm("U1")
    mark = hashlib.sha256(b"k1").hexdigest()[:32]
    assert message["metadata"] == {"event_type": "protocol_bot", "event_payload": {"key": mark}}
    assert message["unfurl_links"] is False


async def test_messages_that_slack_never_takes_are_given_up_visibly(bot: Town) -> None:
    bot.slack.closed_channels["C1"] = "is_archived"
    await queue(bot, address=to(user="U1", channel="C1"))
    await deliver_for(bot, 3)

    async with bot.store.begin() as uow:
        waiting = await uow.outbox.claim("slack", bot.clock.now() + timedelta(days=2), timedelta(0), 10)
    assert waiting == []
    assert len(bot.slack.called("chat.postMessage")) == 1


# --- where it goes --------------------------------------------------------------------------------


async def test_the_conversation_with_a_person_is_looked_up_once(bot: Town) -> None:
    for key in ("a", "b", "c"):
        await bot.adapter.messenger.deliver(PERSON, HELLO, key=key, uncertain=False)

    assert len(bot.slack.called("conversations.open")) == 1
    assert len(bot.slack.dm("U1")) == 3


async def test_a_person_of_another_organisation_is_reached_by_their_own_id(bot: Town) -> None:
    await send(bot, Address(platform="slack", user_id="T0OTHER:U9"))

    assert len(bot.slack.dm("U9")) == 1


async def test_an_answer_to_a_deleted_question_goes_to_the_channel(bot: Town) -> None:
    bot.slack.plan("chat.postMessage", Misbehaviour(error="thread_not_found"))

    await send(bot, to(user="U1", channel="C1", thread="1.1"))

    [message] = bot.slack.said_in("C1")
    assert "thread_ts" not in message


async def test_an_update_of_a_deleted_message_is_posted_instead(bot: Town) -> None:
    taken = Reply(summary="Taken", parts=(Paragraph("Taken"),), replaces=True)

    await send(bot, to(user="U1", channel="DU1", message="9.9"), taken)

    assert len(bot.slack.dm("U1")) == 1


async def test_a_silent_place_gets_nothing(bot: Town) -> None:
    assert await send(bot, to(user="U1", silent=True)) == ""
    assert bot.slack.calls == []


async def test_home_goes_to_the_home_tab_even_for_an_address_that_names_a_person_only(bot: Town) -> None:
    await send(bot, reply=Reply(summary="Home", parts=(Paragraph("Home"),), home=True))

    assert "U1" in bot.slack.homes


async def test_a_message_that_cannot_be_shown_whole_is_still_taken(bot: Town) -> None:
    rows = tuple(Buttons((Button(label=f"Open {number}", action="open", value=str(number)),)) for number in range(80))

    await send(bot, reply=Reply(summary="Many", parts=rows))

    [message] = bot.slack.dm("U1")
    assert len(message["blocks"]) == 50


# --- pace -------------------------------------------------------------------------------------------


class Watch:
    """Time that goes by only when somebody sleeps."""

    def __init__(self) -> None:
        self.now = 100.0

    def read(self) -> float:
        return self.now

    async def sleep(self, seconds: float) -> None:
        self.now += seconds


async def test_a_channel_gets_half_a_message_a_second_after_a_short_burst() -> None:
    watch = Watch()
    pace = Pace(monotonic=watch.read, sleep=watch.sleep)
    for _ in range(13):
        await pace.wait("chat.postMessage", "C1")

    assert watch.now - 100.0 == pytest.approx(20.0)  # three at once, ten more at one in two seconds


async def test_three_hundred_people_get_theirs_within_the_workspace_limit_and_without_waiting_for_one_another() -> None:
    watch = Watch()
    pace = Pace(monotonic=watch.read, sleep=watch.sleep)
    for number in range(300):
        await pace.wait("chat.postMessage", f"D{number}")

    assert watch.now - 100.0 == pytest.approx((300 - 20) / 2.5)


async def test_a_turn_that_is_too_far_off_is_handed_back_to_the_outbox() -> None:
    watch = Watch()
    pace = Pace(monotonic=watch.read, sleep=watch.sleep)
    pace.buckets["channel C1"] = Bucket(0.5, 3.0, -50.0, watch.now)

    with pytest.raises(TryAgain) as problem:
        await pace.wait("chat.postMessage", "C1")
    assert problem.value.after == pytest.approx(102.0)
    assert pace.buckets["channel C1"].tokens == -50.0
    await pace.wait("chat.postMessage", "C2")  # others go on


async def test_after_too_many_requests_the_next_message_waits_too(bot: Town) -> None:
    watch = Watch()
    bot.adapter.messenger.pace = Pace(monotonic=watch.read, sleep=watch.sleep)
    bot.slack.plan("chat.postMessage", Misbehaviour(status=429, retry_after=6))

    with pytest.raises(TryAgain):
        await send(bot, to(user="U1", channel="C1"))
    await send(bot, to(user="U2", channel="C2"))

    assert watch.now - 100.0 == pytest.approx(6.0)


async def test_a_window_never_waits_for_its_turn() -> None:
    watch = Watch()
    pace = Pace(monotonic=watch.read, sleep=watch.sleep)
    for _ in range(1000):
        await pace.wait("views.open")

    assert watch.now == 100.0
