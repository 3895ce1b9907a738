"""A whole council on one platform: the bot as ``serve`` wires it, and people who talk to it as the platform lets them.

The same journey runs on Slack (signed requests) and on Teams (activities with a token). What a person
sees is read from what the platform was sent: messages, windows, and nothing else.
"""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import json
from abc import ABC, abstractmethod
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from aiohttp.test_utils import TestClient, TestServer

from adapters.demo.people import SAMPLE_PEOPLE
from adapters.slack.app import SlackAdapter
from adapters.slack.pace import Pace
from adapters.slack.web_api import WebApi
from adapters.teams import app as teams_app
from adapters.teams.envelope import choice_value
from adapters.watching import add_metrics
from adapters.web import make_app
from bot.bootstrap import Running, assemble
from tests.slack.fake_slack import BOT_TOKEN, FakeSlack
from tests.slack.support import OLD_SECRET, SECRET, Town, filled
from tests.support import FakeClock, protocol, settings
from tests.teams import cards_read
from tests.teams.fake_teams import APP_ID, TENANT, FakeTeams
from tests.teams.support import BOT, teams_settings

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping

    from storage import SqlStore

PEOPLE = {
    one.id: replace(one, slack_user_id=f"U{one.id.upper().replace('.', '')}", teams_user_id=f"29:{one.id}")
    for one in SAMPLE_PEOPLE
}
PLATFORMS = ("slack", "teams")


@dataclass(frozen=True)
class Message:
    """A message as it reached somebody. ``notice`` is what a locked screen shows, ``whole`` all that was sent."""

    notice: str
    whole: str
    buttons: Mapping[str, dict[str, Any]]
    native: dict[str, Any]
    channel: str
    stamp: str


@dataclass(frozen=True)
class Window:
    """A form, or what stands in its place: its words, and the names of its fields."""

    words: str
    fields: tuple[str, ...]
    native: dict[str, Any]
    problems: Mapping[str, str] = field(default_factory=dict)


class Stage(ABC):
    """What people do on a platform. A person is named by the id of the sample directory."""

    platform: str
    running: Running
    client: TestClient[Any, Any]
    clock: FakeClock
    bodies: list[str]
    """Every body with which the bot answered a request."""

    @property
    def store(self) -> SqlStore:
        return self.running.store

    @abstractmethod
    async def say(self, who: str, text: str) -> None:
        """Words in the private conversation."""

    @abstractmethod
    async def mention(self, who: str, text: str) -> None:
        """Words to the bot where others read along."""

    @abstractmethod
    async def open(self, who: str, form: str) -> Window:
        """The command that opens a form."""

    @abstractmethod
    async def log_message(self, who: str, text: str) -> Window:
        """“Log as member enquiry” on somebody's message."""

    @abstractmethod
    async def check_message(self, who: str, text: str) -> None:
        """“Check against the protocol” on a message."""

    @abstractmethod
    async def look_up(self, who: str, window: Window, name: str, typed: str) -> str:
        """What is suggested for the letters typed so far."""

    @abstractmethod
    async def press(self, who: str, message: Message, label: str) -> Window | None:
        """A button of a message; the window that it opens, if it opens one."""

    @abstractmethod
    async def change(self, who: str, window: Window, **values: str) -> Window:
        """Fill in a field that decides what the rest shows."""

    @abstractmethod
    async def send(self, who: str, window: Window, **values: str) -> Window:
        """Send the form in; what the window shows next."""

    @abstractmethod
    def inbox(self, who: str) -> list[Message]:
        """What the person received privately, oldest first."""

    @abstractmethod
    def in_public(self) -> str:
        """Everything that was posted where others read along."""

    @abstractmethod
    def messages(self) -> list[Message]:
        """Every message that left, to whomever."""

    @abstractmethod
    def windows(self) -> str:
        """Everything that was shown in a window, and only there."""

    async def fill(self, who: str, window: Window, **values: str) -> Window:
        """Send the form in; where fields are wanted that it does not show yet, it is changed first."""
        if not set(values) <= set(window.fields):
            window = await self.change(who, window, **values)
        assert set(values) <= set(window.fields), (values, window.fields)
        return await self.send(who, window, **values)

    async def settle(self) -> None:
        """Until nothing is under way any more."""
        for _ in range(60):
            await self._background()
            worked = await self.running.reception.work_waiting()
            sent = [await dispatcher.send_waiting() for dispatcher in self.running.dispatchers]
            if not (worked or any(sent)):
                return
        raise AssertionError("it never settles")

    @abstractmethod
    async def _background(self) -> None:
        """Let what the adapter does in the background end."""

    async def metrics(self) -> str:
        """The figures, as Prometheus gets them."""
        response = await self.client.get("/metrics")
        assert response.status == 200
        return await response.text()

    def latest(self, who: str) -> Message:
        return self.inbox(who)[-1]


# --- Slack --------------------------------------------------------------------------------


@dataclass
class OnSlack(Stage):
    """Everything signed as Slack signs it; the Web API is a local one."""

    town: Town
    running: Running
    client: TestClient[Any, Any]
    clock: FakeClock
    bodies: list[str] = field(default_factory=list)
    platform: str = "slack"

    @staticmethod
    def _user(who: str) -> str:
        return PEOPLE[who].slack_user_id if who in PEOPLE else who

    async def _answered(self, response: Any) -> str:
        text = str(await response.text())
        self.bodies.append(text)
        assert response.status == 200, (response.status, text)
        await self.settle()
        return text

    async def say(self, who: str, text: str) -> None:
        await self._answered(await self.town.event(self.town.direct(text, self._user(who))))

    async def mention(self, who: str, text: str) -> None:
        await self._answered(await self.town.event(self.town.mention(text, self._user(who))))

    async def open(self, who: str, form: str) -> Window:
        command = {"declare_relationship": "/declare-relationship", "member_enquiry": "/member-enquiry"}[form]
        await self._answered(await self.town.command(command, user=self._user(who)))
        return self._newest()

    async def log_message(self, who: str, text: str) -> Window:
        await self._shortcut(who, "log_enquiry", text)
        return self._newest()

    async def check_message(self, who: str, text: str) -> None:
        await self._shortcut(who, "check_message", text)

    async def _shortcut(self, who: str, name: str, text: str) -> None:
        payload = {
            "type": "message_action",
            "callback_id": name,
            "trigger_id": self.town.slack.trigger(),
            "user": {"id": self._user(who)},
            "channel": {"id": "C1", "name": "general"},
            "message": {"text": text, "ts": "1.1", "user": "U9"},
        }
        await self._answered(await self.town.interact(payload))

    async def look_up(self, who: str, window: Window, name: str, typed: str) -> str:
        payload = {
            "type": "block_suggestion",
            "user": {"id": self._user(who)},
            "block_id": f"field:{name}",
            "action_id": "value",
            "value": typed,
            "view": window.native,
        }
        return await self._answered(await self.town.interact(payload))

    async def press(self, who: str, message: Message, label: str) -> Window | None:
        known = len(self.town.slack.views)
        container = {"type": "message", "channel_id": message.channel, "message_ts": message.stamp}
        await self._answered(
            await self.town.press(message.buttons[label], user=self._user(who), container=container, message={})
        )
        return self._newest() if len(self.town.slack.views) > known else None

    async def change(self, who: str, window: Window, **values: str) -> Window:
        view = filled(window.native, values)
        blocks = [f"field:{name}" for name in values if name in window.fields]
        element = {"type": "static_select", "action_id": "value", "block_id": blocks[0]}
        await self._answered(await self.town.press(element, user=self._user(who), view=view))
        return self._read(self.town.slack.views[window.native["id"]])

    async def send(self, who: str, window: Window, **values: str) -> Window:
        answer = json.loads(
            await self._answered(await self.town.submit(window.native, values, user=self._user(who)))
            or '{"response_action": "clear"}'
        )
        if answer["response_action"] == "errors":
            problems = {block.removeprefix("field:"): text for block, text in answer["errors"].items()}
            return replace(window, problems=problems)
        assert answer["response_action"] == "update"
        return self._read(self.town.slack._kept(window.native["id"], answer["view"]))

    def _newest(self) -> Window:
        return self._read(list(self.town.slack.views.values())[-1])

    @staticmethod
    def _read(view: dict[str, Any]) -> Window:
        names = [block["block_id"] for block in view["blocks"] if block["type"] == "input"]
        return Window(
            words=json.dumps(view, ensure_ascii=False),
            fields=tuple(name.removeprefix("field:") for name in names),
            native=view,
        )

    def inbox(self, who: str) -> list[Message]:
        channel = f"D{self._user(who)}"
        return [self._message(channel, one) for one in self.town.slack.messages[channel]]

    def in_public(self) -> str:
        return json.dumps({k: v for k, v in self.town.slack.messages.items() if not k.startswith("D")})

    @staticmethod
    def _message(channel: str, one: dict[str, Any]) -> Message:
        buttons = {
            element["text"]["text"]: element
            for block in one.get("blocks", ())
            if block["type"] == "actions"
            for element in block["elements"]
        }
        return Message(one["text"], json.dumps(one, ensure_ascii=False), buttons, one, channel, one["ts"])

    def messages(self) -> list[Message]:
        sent = [
            arguments | {"ts": arguments.get("ts", "")}
            for method, arguments in self.town.slack.calls
            if method in {"chat.postMessage", "chat.update"}
        ]
        return [self._message(one["channel"], one) for one in sent]

    def windows(self) -> str:
        shown = [arguments for method, arguments in self.town.slack.calls if method.startswith("views.")]
        return json.dumps(shown, ensure_ascii=False) + "\n".join(self.bodies)

    async def _background(self) -> None:
        desk = self.town.adapter.desk
        assert desk is not None
        while desk._background:
            await asyncio.gather(*desk._background)


async def _at_once(_seconds: float) -> None:
    """A test does not wait for its turn."""


@contextlib.asynccontextmanager
async def on_slack(store: SqlStore, pack_id: str, clock: FakeClock, **values: Any) -> AsyncIterator[OnSlack]:
    """A council on Slack."""
    async with FakeSlack() as slack:
        adapter = SlackAdapter(
            api=WebApi(BOT_TOKEN, slack.url),
            clock=clock,
            store=store,
            secrets=(SECRET, OLD_SECRET),
            pace=Pace(monotonic=itertools.count(step=60.0).__next__, sleep=_at_once),  # a minute goes by each time
        )
        running = assemble(settings(**values), protocol(pack_id), store, clock, [adapter])  # type: ignore[arg-type]
        async with _served(running) as client:
            town = Town(slack, store, clock, adapter, running.reception, running.dispatchers[0], client)
            try:
                yield OnSlack(town, running, client, clock)
            finally:
                await adapter.stop()


# --- Teams --------------------------------------------------------------------------------


@dataclass
class OnTeams(Stage):
    """Every activity with a token; key host, login host and connector are local ones."""

    teams: FakeTeams
    running: Running
    client: TestClient[Any, Any]
    clock: FakeClock
    bodies: list[str] = field(default_factory=list)
    platform: str = "teams"
    _ids: Any = field(default_factory=lambda: itertools.count(1))

    async def _activity(self, who: str, kind: str, *, shared: bool = False, **values: Any) -> str:
        conversation: dict[str, Any] = {
            "id": f"a:{who}",
            "conversationType": "personal",
            "tenantId": TENANT,
        }
        if shared:
            conversation |= {"id": "19:all@thread.tacv2;messageid=7", "conversationType": "channel", "isGroup": True}
        body = {
            "type": kind,
            "id": f"activity-{next(self._ids)}",
            "serviceUrl": self.teams.url,
            "channelId": "msteams",
            "from": {"id": f"29:{who}", "name": PEOPLE[who].name if who in PEOPLE else "Stranger"},
            "conversation": conversation,
            "recipient": {"id": BOT, "name": "Protocol Bot"},
            "channelData": {"tenant": {"id": TENANT}},
            **values,
        }
        headers = {"Authorization": f"Bearer {self.teams.token(self.clock.now())}"}
        response = await self.client.post("/api/messages", json=body, headers=headers)
        text = await response.text()
        self.bodies.append(text)
        assert response.status == 200, (response.status, text)
        await self.settle()
        return text

    async def say(self, who: str, text: str) -> None:
        await self._activity(who, "message", text=text)

    async def mention(self, who: str, text: str) -> None:
        entity = {"type": "mention", "mentioned": {"id": BOT, "name": "Bot"}, "text": "<at>Bot</at>"}
        await self._activity(who, "message", shared=True, text=f"<at>Bot</at> {text}", entities=[entity])

    async def open(self, who: str, form: str) -> Window:
        command = {"declare_relationship": "declareRelationship", "member_enquiry": "memberEnquiry"}[form]
        return await self._invoke(who, "composeExtension/fetchTask", {"commandId": command})

    async def log_message(self, who: str, text: str) -> Window:
        payload = {"body": {"contentType": "html", "content": f"<div>{text}</div>"}}
        return await self._invoke(
            who, "composeExtension/fetchTask", {"commandId": "logEnquiry", "messagePayload": payload}
        )

    async def check_message(self, who: str, text: str) -> None:
        payload = {"body": {"contentType": "text", "content": text}}
        await self._invoke(who, "composeExtension/fetchTask", {"commandId": "checkMessage", "messagePayload": payload})

    async def look_up(self, who: str, window: Window, name: str, typed: str) -> str:
        return await self._activity(
            who, "invoke", name="application/search", value={"dataset": name, "queryText": typed}
        )

    async def _invoke(self, who: str, name: str, value: dict[str, Any]) -> Window:
        return self._read(json.loads(await self._activity(who, "invoke", name=name, value=value)))

    async def press(self, who: str, message: Message, label: str) -> Window | None:
        button = message.buttons[label]
        data = button["data"]
        if "msteams" in data:
            return await self._invoke(who, "task/fetch", {"data": data, "context": {"theme": "default"}})
        await self._activity(
            who, "invoke", name="adaptiveCard/action", value={"action": button}, replyToId=message.stamp
        )
        return None

    async def change(self, who: str, window: Window, **values: str) -> Window:
        return await self._submit(who, window, "change", values)

    async def send(self, who: str, window: Window, **values: str) -> Window:
        return await self._submit(who, window, "submit", values)

    async def _submit(self, who: str, window: Window, does: str, values: Mapping[str, str]) -> Window:
        inputs = cards_read.inputs(window.native)
        data = {name: one.get("value", "") for name, one in inputs.items()}
        for name, value in values.items():
            for suffix in ("~pick", "~many", "~tick", ""):
                key = f"field.{name}{suffix}"
                typed_freely = suffix == "~pick" and inputs.get(key, {}).get("style") == "filtered"
                if key not in inputs or (typed_freely and not value.startswith("person:")):
                    continue
                many = ",".join(choice_value(part) for part in value.split(";"))
                data[key] = {"~pick": choice_value(value), "~many": many}.get(suffix, value)
                break
        sends = next(
            one["data"]["protocolBot"]
            for one in cards_read.elements(window.native)
            if str(one.get("type", "")).startswith("Action.")
            and one.get("data", {}).get("protocolBot", {}).get("does") == does
        )
        return await self._invoke(who, "task/submit", {"data": {**data, "protocolBot": sends}})

    @staticmethod
    def _read(card: dict[str, Any]) -> Window:
        names = dict.fromkeys(one.removeprefix("field.").partition("~")[0] for one in cards_read.inputs(card))
        words = cards_read.text(card)
        problems = {"": words} if "Please check:" in words else {}
        return Window(words=json.dumps(card, ensure_ascii=False), fields=tuple(names), native=card, problems=problems)

    def _everything(self) -> list[tuple[str, Message]]:
        """Each message with the conversation that it went to; one that was opened goes by its person."""
        found, people = [], {}
        for number, sent in enumerate(self.teams.sent, start=1):
            if sent.path == "/v3/conversations":
                people[f"sent-{number}"] = sent.body["members"][0]["id"].replace("29:", "a:")
                continue
            where = sent.conversation
            found.append((people.get(where, where), self._message(sent.body, where, f"sent-{number}")))
        return found

    @staticmethod
    def _message(body: dict[str, Any], channel: str, stamp: str) -> Message:
        cards = [one["content"] for one in body.get("attachments", ())]
        notice = "\n".join([body.get("summary") or body.get("text") or "", *(one["fallbackText"] for one in cards)])
        buttons: dict[str, Any] = {}
        for one in cards_read.elements(cards):
            if str(one.get("type", "")).startswith("Action.") and "title" in one:
                buttons.setdefault(one["title"], one)
        return Message(notice, json.dumps(body, ensure_ascii=False), buttons, body, channel, stamp)

    def inbox(self, who: str) -> list[Message]:
        return [message for where, message in self._everything() if where == f"a:{who}"]

    def in_public(self) -> str:
        return "\n".join(message.whole for where, message in self._everything() if where.startswith("19:"))

    def messages(self) -> list[Message]:
        return [message for _, message in self._everything()]

    def windows(self) -> str:
        return "\n".join(self.bodies)

    async def _background(self) -> None:
        """There is nothing: what Teams sends is dealt with before it is answered."""


@contextlib.asynccontextmanager
async def on_teams(store: SqlStore, pack_id: str, clock: FakeClock, **values: Any) -> AsyncIterator[OnTeams]:
    """A council on Teams."""
    teams = FakeTeams()
    await teams.start()
    chosen = teams_settings(teams, **values)
    adapter = teams_app.make_adapter(chosen, clock, store)
    assert chosen.teams_app_id == APP_ID

    async def sleep(seconds: float) -> None:
        clock.forward(seconds=seconds)

    object.__setattr__(adapter.messenger, "sleep", sleep)
    running = assemble(chosen, protocol(pack_id), store, clock, [adapter])  # type: ignore[arg-type]
    async with _served(running) as client:
        await adapter.start(running.reception)
        try:
            yield OnTeams(teams, running, client, clock)
        finally:
            await adapter.stop()
            await teams.stop()


# --- both ---------------------------------------------------------------------------------


@contextlib.asynccontextmanager
async def _served(running: Running) -> AsyncIterator[TestClient[Any, Any]]:
    app = make_app(running.adapters, running.reception, ready=running.health.problems)
    add_metrics(app, running.metrics, running.health.refresh, loopback_only=True)
    server = TestServer(app)
    await server.start_server(access_log=None)  # as ``serve`` has it
    async with TestClient(server) as client:
        yield client


@contextlib.asynccontextmanager
async def council(
    platform: str, store: SqlStore, pack_id: str, clock: FakeClock | None = None, **values: Any
) -> AsyncIterator[Stage]:
    """A council on this platform, with everybody of the sample directory."""
    async with store.begin() as uow:
        for person in PEOPLE.values():
            await uow.people.save(person)
        await uow.commit()
    opened = {"slack": on_slack, "teams": on_teams}[platform]
    async with opened(store, pack_id, clock or FakeClock(), **values) as stage:
        yield stage
