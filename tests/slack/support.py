"""The whole of Slack's side in a test: signed requests against the real application, a local Slack at the other end."""

from __future__ import annotations

import asyncio
import contextlib
import io
import json
import random
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from aiohttp.test_utils import TestClient, TestServer

from adapters.slack.app import SlackAdapter
from adapters.slack.pace import Pace
from adapters.slack.signature import sign
from adapters.slack.web_api import WebApi
from adapters.web import make_app
from bot.receiving import Reception
from bot.sending import Dispatcher
from tests.slack.fake_slack import BOT_TOKEN, BOT_USER, TEAM, FakeSlack
from tests.support import FakeClock, protocol, settings

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    import pytest
    from aiohttp import ClientResponse

    from storage import SqlStore

SECRET, OLD_SECRET = "signing-secret", "the-secret-before"


@dataclass
class Town:
    """The application, its store, and Slack."""

    slack: FakeSlack
    store: SqlStore
    clock: FakeClock
    adapter: SlackAdapter
    reception: Reception
    dispatcher: Dispatcher
    client: TestClient[Any, Any]
    numbers: list[int] = field(default_factory=lambda: [0])

    # --- requests as Slack sends them -------------------------------------------------------

    async def post(
        self,
        body: str | bytes,
        content_type: str = "application/json",
        *,
        secret: str = SECRET,
        age: int = 0,
        headers: dict[str, str] | None = None,
    ) -> ClientResponse:
        raw = body.encode() if isinstance(body, str) else body
        timestamp = str(int(self.clock.now().timestamp()) - age)
        signed = {
            "Content-Type": content_type,
            "X-Slack-Request-Timestamp": timestamp,
            "X-Slack-Signature": sign(raw, timestamp, secret),
        }
        return await self.client.post("/slack/events", data=io.BytesIO(raw), headers=signed | (headers or {}))

    async def event(self, event: dict[str, Any], *, event_id: str = "", **outer: Any) -> ClientResponse:
        return await self.post(json.dumps(self.envelope(event, event_id=event_id, **outer)))

    def envelope(self, event: dict[str, Any], *, event_id: str = "", **outer: Any) -> dict[str, Any]:
        return {
            "type": "event_callback",
            "team_id": TEAM,
            "api_app_id": "A0",
            "event_id": event_id or f"Ev{self.number()}",
            "event_time": int(self.clock.now().timestamp()),
            "authorizations": [{"team_id": TEAM, "user_id": BOT_USER, "is_bot": True}],
            "event": event,
            **outer,
        }

    def mention(self, text: str, user: str = "U1", channel: str = "C1", **more: Any) -> dict[str, Any]:
        stamp = f"1772443800.{self.number():06}"
        return {
            "type": "app_mention",
            "user": user,
            "text": f"<@{BOT_USER}> {text}",
            "ts": stamp,
            "channel": channel,
            **more,
        }

    def direct(self, text: str, user: str = "U1", **more: Any) -> dict[str, Any]:
        stamp = f"1772443800.{self.number():06}"
        return {
            "type": "message",
            "channel_type": "im",
            "user": user,
            "text": text,
            "ts": stamp,
            "channel": f"D{user}",
            **more,
        }

    async def command(
        self, name: str, text: str = "", user: str = "U1", trigger: str = "", **more: str
    ) -> ClientResponse:
        fields = {
            "command": name,
            "text": text,
            "user_id": user,
            "user_name": "pat",
            "team_id": TEAM,
            "channel_id": "C1",
            "channel_name": "general",
            "trigger_id": trigger or self.slack.trigger(),
            "response_url": "https://hooks.slack.example/1",
            **more,
        }
        return await self.post(urlencode(fields), "application/x-www-form-urlencoded")

    async def interact(self, payload: dict[str, Any], **how: Any) -> ClientResponse:
        body = {"user": {"id": "U1", "team_id": TEAM}, "team": {"id": TEAM, "domain": "council"}, **payload}
        return await self.post(urlencode({"payload": json.dumps(body)}), "application/x-www-form-urlencoded", **how)

    async def press(
        self, element: dict[str, Any], *, user: str = "U1", trigger: str = "", **more: Any
    ) -> ClientResponse:
        action = {"type": "button", "block_id": "b", "action_ts": "1", **element}
        return await self.interact(
            {
                "type": "block_actions",
                "user": {"id": user, "team_id": TEAM},
                "trigger_id": trigger or self.slack.trigger(),
                "actions": [action],
                **more,
            }
        )

    async def submit(
        self,
        view: dict[str, Any],
        values: dict[str, Any],
        *,
        user: str = "U1",
        trigger: str = "",
        kind: str = "view_submission",
    ) -> ClientResponse:
        return await self.interact(
            {
                "type": kind,
                "user": {"id": user, "team_id": TEAM},
                "trigger_id": trigger or self.slack.trigger(),
                "view": filled(view, values),
            }
        )

    def number(self) -> int:
        self.numbers[0] += 1
        return self.numbers[0]

    # --- letting things happen --------------------------------------------------------------

    async def settle(self) -> None:
        """Until nothing is under way any more: windows opened, events worked, messages delivered."""
        assert self.adapter.desk is not None
        for _ in range(50):
            while self.adapter.desk._background:
                await asyncio.gather(*self.adapter.desk._background)
            if not (await self.reception.work_waiting() + await self.dispatcher.send_waiting()):
                return


def break_database(bot: Town, patch: pytest.MonkeyPatch) -> None:
    """From now on nothing can be read or kept."""

    def broken(*_: object) -> Any:
        raise OSError("disk full")

    patch.setattr(type(bot.store), "begin", broken)
    patch.setattr(type(bot.store), "remember", broken)


def filled(view: dict[str, Any], values: dict[str, Any]) -> dict[str, Any]:
    """The view with what was put into its fields, as Slack sends it back."""
    state: dict[str, Any] = {}
    for block in view["blocks"]:
        if block["type"] != "input":
            continue
        name = block["block_id"].removeprefix("field:")
        kind, value = block["element"]["type"], values.get(name, "")
        if kind in {"checkboxes", "multi_static_select"}:
            chosen = {"selected_options": [{"value": each} for each in value.split(";") if each]}
        elif kind in {"static_select", "radio_buttons", "external_select"}:
            chosen = {"selected_option": {"value": value} if value else None}
        elif kind == "datepicker":
            chosen = {"selected_date": value or None}
        else:
            chosen = {"value": value or None}
        state[block["block_id"]] = {block["element"]["action_id"]: {"type": kind, **chosen}}
    return {**view, "type": "modal", "state": {"values": state}}


def actions(message: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """The buttons of a message or view, by what stands on them."""
    return {
        element["text"]["text"]: element
        for block in message["blocks"]
        if block["type"] == "actions"
        for element in block["elements"]
    }


@contextlib.asynccontextmanager
async def town(
    store: SqlStore, *, http: bool = True, app_token: str = "", patience: float = 10.0
) -> AsyncIterator[Town]:
    """Everything running but the loops: a test says when work is done."""
    clock = FakeClock()
    async with FakeSlack() as slack:
        adapter = SlackAdapter(
            api=WebApi(BOT_TOKEN, slack.url, timeout=patience),
            clock=clock,
            store=store,
            secrets=(SECRET, OLD_SECRET) if http else (),
            app_token=app_token,
            pace=Pace(sleep=_no_waiting),
        )
        reception = Reception(
            store=store,
            clock=clock,
            protocol=protocol(),
            settings=settings(),
            translators={"slack": adapter.translator},
            announce=lambda: None,
            wake=asyncio.Event(),
        )
        dispatcher = Dispatcher(
            store=store, clock=clock, messenger=adapter.messenger, wake=asyncio.Event(), randomness=random.Random(1)
        )

        async def ready() -> list[str]:
            return list(adapter.problems())

        async with TestClient(TestServer(make_app([adapter], reception, ready=ready))) as client:
            try:
                yield Town(slack, store, clock, adapter, reception, dispatcher, client)
            finally:
                await adapter.stop()


async def _no_waiting(_seconds: float) -> None:
    """A test does not wait for its turn."""
