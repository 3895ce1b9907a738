"""Who is let in: signed, fresh, readable. Everything else is turned away with a 4xx, and nothing of it is logged."""

from __future__ import annotations

import contextlib
import json
import logging
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from adapters.slack import signature
from adapters.slack.http import parse
from bot.errors import DeliveryError
from bot.messages import Address, Paragraph, Reply
from tests.slack.fake_slack import Misbehaviour
from tests.slack.support import OLD_SECRET, SECRET
from tests.support import MONDAY_MORNING

if TYPE_CHECKING:
    from tests.slack.support import Town

CANARY = "my brother is Cllr Canary"
FORM = "application/x-www-form-urlencoded"


async def test_slack_gets_its_challenge_back(bot: Town) -> None:
    response = await bot.post(json.dumps({"type": "url_verification", "token": "x", "challenge": "3eZbrw"}))

    assert response.status == 200
    assert (await response.json())["challenge"] == "3eZbrw"


async def test_an_unsigned_challenge_is_refused(bot: Town) -> None:
    response = await bot.client.post("/slack/events", json={"type": "url_verification", "challenge": "x"})

    assert response.status == 401


@pytest.mark.parametrize("secret", [SECRET, OLD_SECRET])
async def test_both_secrets_are_good_while_one_takes_over_from_the_other(bot: Town, secret: str) -> None:
    body = json.dumps(bot.envelope(bot.mention("help")))
    assert (await bot.post(body, secret=secret)).status == 200


@pytest.mark.parametrize(("age", "status"), [(299, 200), (-299, 200), (301, 401), (-301, 401), (86_400, 401)])
async def test_a_request_is_good_for_five_minutes_either_way(bot: Town, age: int, status: int) -> None:
    body = json.dumps(bot.envelope(bot.mention("help")))
    assert (await bot.post(body, age=age)).status == status


async def test_a_request_without_its_headers_is_refused(bot: Town) -> None:
    now = str(int(bot.clock.now().timestamp()))
    for headers in ({}, {"X-Slack-Signature": "v0=0"}, {"X-Slack-Request-Timestamp": now}):
        assert (await bot.client.post("/slack/events", data=b"{}", headers=headers)).status == 401


async def test_one_altered_byte_is_noticed(bot: Town) -> None:
    raw = json.dumps(bot.envelope(bot.mention("help"))).encode()
    timestamp = str(int(bot.clock.now().timestamp()))
    headers = {
        "X-Slack-Request-Timestamp": timestamp,
        "X-Slack-Signature": signature.sign(raw, timestamp, SECRET),
        "Content-Type": "application/json",
    }
    altered = raw.replace(b"help", b"hemp")

    assert (await bot.client.post("/slack/events", data=altered, headers=headers)).status == 401
    assert bot.slack.calls == []


@pytest.mark.parametrize(
    "timestamp", ["", "abc", "-5", "1e9", "12.5", " 1", "²³", "1" * 5000, "0x10", "１７７２", "1772443800\t"]
)
def test_a_timestamp_is_nothing_but_plain_digits(timestamp: str) -> None:
    assert not signature.fresh(timestamp, MONDAY_MORNING)


@pytest.mark.parametrize("given_signature", ["", "v0=", "v0=zz", "v1=00", "\udce9", "v0=é", "x" * 10_000])
def test_a_strange_signature_is_wrong_and_no_error(given_signature: str) -> None:
    assert not signature.signed(b"{}", "1772443800", given_signature, [SECRET])


def test_an_empty_secret_signs_nothing() -> None:
    forged = signature.sign(b"{}", "1772443800", "")
    assert not signature.signed(b"{}", "1772443800", forged, ["", SECRET])


UNREADABLE: dict[str, tuple[bytes, str]] = {
    "no JSON": (b"{broken", "application/json"),
    "an empty body": (b"", "application/json"),
    "a list": (b"[1, 2]", "application/json"),
    "a number": (b"7", "application/json"),
    "bad UTF-8": (b'{"a": "\xff\xfe"}', "application/json"),
    "bad UTF-8 in a form": (b"payload=%ff%fe", FORM),
    "a payload that is no JSON": (b"payload=%7Bbroken", FORM),
    "a payload that is a list": (b"payload=%5B%5D", FORM),
    "an empty form": (b"", FORM),
    "a thousand fields": (b"&".join(b"a%d=1" % number for number in range(1000)), FORM),
    "deep nesting": (b"[" * 100_000, "application/json"),
    "deep nesting of objects": (b'{"a":' * 100_000, "application/json"),
}


@pytest.mark.parametrize(("body", "content_type"), UNREADABLE.values(), ids=UNREADABLE.keys())
async def test_what_is_signed_but_unreadable_is_a_bad_request(bot: Town, body: bytes, content_type: str) -> None:
    assert (await bot.post(body, content_type)).status == 400


async def test_too_large_a_body_is_refused(bot: Town) -> None:
    assert (await bot.post(b"x" * (1024 * 1024 + 1))).status == 413


STRANGE: list[Any] = [
    {},
    {"type": "event_callback"},
    {"type": "event_callback", "event": "x"},
    {"type": "event_callback", "event": None},
    {"type": "event_callback", "event": {"type": 7}},
    {"type": "event_callback", "event": {"type": "message"}},
    {"type": "event_callback", "event": {"type": "app_mention", "user": {"id": "U1"}, "text": 5, "channel": []}},
    {"type": "event_callback", "team_id": {"x": 1}, "event": {"type": "app_mention", "user": "U1"}},
    {"type": "event_callback", "authorizations": "x", "event": {"type": "app_mention", "user": "U1", "channel": "C"}},
    {"type": "event_callback", "event_id": ["x"], "event": {"type": "message", "channel_type": "im", "user": "U1"}},
    {"type": "block_actions"},
    {"type": "block_actions", "actions": {}, "user": "U1"},
    {"type": "block_actions", "actions": [None], "user": {"id": "U1"}, "team": "x"},
    {"type": "block_actions", "actions": [{"action_id": 5, "block_id": None, "type": "button"}], "user": {"id": "U1"}},
    {"type": "view_submission", "view": None, "user": {"id": "U1"}},
    {"type": "view_submission", "view": {"id": "V1", "callback_id": "x", "state": "y"}, "user": {"id": "U1"}},
    {"type": "view_submission", "view": {"id": "V1", "private_metadata": "]"}, "user": {"id": "U1"}},
    {"type": "view_closed", "view": {"callback_id": "x"}},
    {"type": "block_suggestion", "block_id": 5, "action_id": "value", "value": None},
    {"type": "shortcut"},
    {"type": "message_action", "callback_id": "check_message", "message": "x", "user": {"id": "U1"}},
    {"type": "something_new", "user": {"id": "U1"}},
    {"command": "/declare-relationship"},
]


@pytest.mark.parametrize("body", STRANGE, ids=range(len(STRANGE)))
async def test_strange_shapes_are_never_a_server_error(bot: Town, body: Any) -> None:
    as_json = await bot.post(json.dumps(body))
    as_form = await bot.post(urlencode({"payload": json.dumps(body)}), FORM)
    await bot.settle()

    assert as_json.status < 500
    assert as_form.status < 500


@pytest.mark.parametrize(
    "kind", ["reaction_added", "team_join", "link_shared", "function_executed", "assistant_thread_started", "app_new"]
)
async def test_events_that_mean_nothing_to_us_are_acknowledged(bot: Town, kind: str) -> None:
    response = await bot.event({"type": kind, "user": "U1"})

    assert response.status == 200
    assert bot.slack.calls == []


async def test_other_bodies_of_interactions_are_acknowledged(bot: Town) -> None:
    response = await bot.press({"action_id": "somebody-elses"})

    assert response.status == 200


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
keys = st.sampled_from(
    ["type", "event", "user", "view", "actions", "command", "payload", "state", "id", "text", "channel", "team"]
)
bodies = st.dictionaries(keys, json_values, max_size=8).flatmap(
    lambda body: st.sampled_from(
        ["event_callback", "block_actions", "view_submission", "view_closed", "block_suggestion", "shortcut", None]
    ).map(lambda kind: {**body, **({"type": kind} if kind else {})})
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(body=bodies)
async def test_signed_nonsense_is_never_a_server_error(bot: Town, body: Any) -> None:
    response = await bot.post(json.dumps(body))
    await bot.settle()

    assert response.status < 500


@settings(max_examples=200, deadline=None)
@given(raw=st.binary(max_size=200), content_type=st.sampled_from(["application/json", FORM, "text/plain", ""]))
def test_any_bytes_are_parsed_or_refused(raw: bytes, content_type: str) -> None:
    with contextlib.suppress(ValueError, RecursionError):
        assert isinstance(parse(raw, content_type), dict)


def test_halves_of_characters_and_nuls_do_not_reach_the_database() -> None:
    body = parse(b'{"text": "a\\ud800b\\u0000c", "n\\u0000": ["\\udfff"]}', "application/json")

    assert body == {"text": "a?bc", "n": ["?"]}


@pytest.mark.parametrize(
    ("secret", "age", "mangle"), [("forged", 0, False), (SECRET, 4000, False), (SECRET, 0, True), (SECRET, 0, False)]
)
async def test_nothing_of_a_body_reaches_a_log_whatever_becomes_of_it(
    bot: Town,
    caplog: pytest.LogCaptureFixture,
    capsys: pytest.CaptureFixture[str],
    secret: str,
    age: int,
    mangle: bool,  # noqa: FBT001 - a row of the table
) -> None:
    caplog.set_level(logging.DEBUG)
    body = json.dumps(bot.envelope(bot.direct(CANARY), challenge=CANARY))

    await bot.post(body[:-1] if mangle else body, secret=secret, age=age)
    await bot.command("/declare-relationship", CANARY)
    await bot.settle()

    printed = capsys.readouterr()
    assert CANARY.rsplit(maxsplit=1)[-1] not in caplog.text
    assert CANARY.rsplit(maxsplit=1)[-1] not in printed.out + printed.err


async def test_nothing_that_goes_to_slack_reaches_a_log_whatever_slack_makes_of_it(
    bot: Town, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.DEBUG)
    to = Address(platform="slack", user_id="U1")
    reply = Reply(summary=CANARY, parts=(Paragraph(CANARY),))
    bot.slack.plan("chat.postMessage", Misbehaviour(), Misbehaviour(error="is_archived"), Misbehaviour(status=500))

    for number in range(3):
        with contextlib.suppress(DeliveryError):
            await bot.adapter.messenger.deliver(to, reply, key=str(number), uncertain=False)

    printed = capsys.readouterr()
    assert len(bot.slack.called("chat.postMessage")) == 3
    assert CANARY.rsplit(maxsplit=1)[-1] not in caplog.text + printed.out + printed.err
