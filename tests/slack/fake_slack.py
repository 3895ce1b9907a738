"""A Slack of our own on loopback: the Web API methods that the bot uses, and Socket Mode. It misbehaves on command."""

from __future__ import annotations

import asyncio
import itertools
import json
from collections import defaultdict
from collections.abc import Callable  # noqa: TC003 - a dataclass field
from dataclasses import dataclass, field
from typing import Any, Self

from aiohttp import WSMsgType, web
from aiohttp.test_utils import TestServer

from tests.slack.block_kit import problems_of_message, problems_of_view

BOT_TOKEN, APP_TOKEN = "xoxb-test", "xapp-test"
BOT_USER, TEAM = "U0BOT", "T0COUNCIL"
SCOPES = "app_mentions:read,chat:write,commands,im:history,im:read,im:write,users:read,users:read.email"
NEEDED = {
    "chat.postMessage": {"channel", "text"},
    "chat.update": {"channel", "ts"},
    "conversations.open": {"users"},
    "conversations.history": {"channel"},
    "conversations.replies": {"channel", "ts"},
    "views.open": {"trigger_id", "view"},
    "views.update": {"view_id", "view"},
    "views.publish": {"user_id", "view"},
    "users.info": {"user"},
    "users.lookupByEmail": {"email"},
    "auth.test": set(),
}
READS = {"conversations.history", "conversations.replies", "users.info", "users.lookupByEmail", "auth.test"}


@dataclass
class Misbehaviour:
    """What the next call of a method meets."""

    status: int = 200
    error: str = ""
    retry_after: int | None = None
    accepts: bool = False
    """Carry the call out first."""
    resets: bool = False
    silent: bool = False
    text: str | None = None


@dataclass
class FakeSlack:
    """Start it with ``async with``."""

    calls: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    messages: dict[str, list[dict[str, Any]]] = field(default_factory=lambda: defaultdict(list))
    views: dict[str, dict[str, Any]] = field(default_factory=dict)
    homes: dict[str, dict[str, Any]] = field(default_factory=dict)
    users: dict[str, dict[str, Any]] = field(default_factory=dict)
    triggers: dict[str, str] = field(default_factory=dict)
    closed_channels: dict[str, str] = field(default_factory=dict)
    planned: dict[str, list[Misbehaviour]] = field(default_factory=lambda: defaultdict(list))
    token_error: str = ""
    scopes: str = SCOPES
    sockets: list[web.WebSocketResponse] = field(default_factory=list)
    acknowledged: dict[str, Any] = field(default_factory=dict)
    connected: asyncio.Event = field(default_factory=asyncio.Event)
    changed: asyncio.Event = field(default_factory=asyncio.Event)
    after_call: Callable[[str], None] = lambda _: None
    numbers: Any = field(default_factory=lambda: itertools.count(1))

    async def __aenter__(self) -> Self:
        app = web.Application(client_max_size=4 * 1024 * 1024)
        app.router.add_post("/api/apps.connections.open", self._open_connection)
        app.router.add_post("/api/{method}", self._call)
        app.router.add_get("/socket", self._socket)
        self.stop_silence = asyncio.Event()
        self.server = TestServer(app)
        await self.server.start_server()
        return self

    async def __aexit__(self, *_: object) -> None:
        self.stop_silence.set()
        for socket in self.sockets:
            await socket.close()
        await self.server.close()

    @property
    def url(self) -> str:
        return str(self.server.make_url("/api/"))

    # --- what a test says to it -------------------------------------------------------------

    def trigger(self) -> str:
        """A fresh trigger id."""
        trigger = f"{next(self.numbers)}.13345224609.abcdef"
        self.triggers[trigger] = "fresh"
        return trigger

    def expire(self, trigger: str) -> None:
        """Three seconds go by for this trigger id."""
        self.triggers[trigger] = "expired"

    def plan(self, method: str, *plans: Misbehaviour) -> None:
        """How the next calls of the method go wrong, in order."""
        self.planned[method] += plans

    def called(self, method: str) -> list[dict[str, Any]]:
        """The arguments of each call of a method."""
        return [arguments for name, arguments in self.calls if name == method]

    def said_in(self, channel: str) -> list[dict[str, Any]]:
        """The messages of a channel."""
        return self.messages[channel]

    def dm(self, user: str) -> list[dict[str, Any]]:
        """The direct messages with a person."""
        return self.messages[f"D{user}"]

    # --- the Web API ------------------------------------------------------------------------

    async def _call(self, request: web.Request) -> web.StreamResponse:
        method = request.match_info["method"]
        arguments = await self._arguments(request)
        self.calls.append((method, arguments))
        plan = self.planned[method].pop(0) if self.planned[method] else Misbehaviour()
        if plan.silent:
            await self.stop_silence.wait()
        answer: dict[str, Any] = {"ok": False, "error": plan.error} if plan.error else {}
        if plan.accepts or plan == Misbehaviour():
            answer = self._carry_out(request, method, arguments)
        self.after_call(method)
        self.changed.set()
        if plan.resets and request.transport is not None:
            request.transport.abort()
        if plan.text is not None:
            return web.Response(status=plan.status, text=plan.text, content_type="text/html")
        headers = {"Retry-After": str(plan.retry_after)} if plan.retry_after is not None else {}
        if method == "auth.test":
            headers["X-OAuth-Scopes"] = self.scopes
        return web.json_response(answer, status=plan.status, headers=headers)

    async def _arguments(self, request: web.Request) -> dict[str, Any]:
        if request.content_type == "application/json":
            return dict(await request.json()) if request.can_read_body else {}
        return dict(await request.post())

    def _carry_out(self, request: web.Request, method: str, arguments: dict[str, Any]) -> dict[str, Any]:
        if request.headers.get("Authorization") != f"Bearer {BOT_TOKEN}":
            return _no("invalid_auth")
        if self.token_error:
            return _no(self.token_error)
        if method not in NEEDED:
            return _no("unknown_method")
        if request.content_type == "application/json" and method in READS and method != "auth.test":
            return _no("invalid_arguments")  # methods that read take no JSON
        missing = [name for name in NEEDED[method] if not arguments.get(name)]
        if missing:
            return _no("invalid_arguments") | {"missing": missing}
        handler = getattr(self, "_" + method.replace(".", "_").lower())
        answer: dict[str, Any] = handler(arguments)
        return {"ok": True} | answer

    def _auth_test(self, _: dict[str, Any]) -> dict[str, Any]:
        return {"user_id": BOT_USER, "team_id": TEAM, "bot_id": "B0BOT"}

    def _chat_postmessage(self, arguments: dict[str, Any]) -> dict[str, Any]:
        channel = arguments["channel"]
        channel = f"D{channel}" if channel.startswith("U") else channel
        if channel in self.closed_channels:
            return _no(self.closed_channels[channel])
        if "blocks" in arguments and (found := problems_of_message(arguments)):
            return _no("invalid_blocks") | {"problems": found}
        stamp = f"{1772443800 + next(self.numbers)}.000100"
        self.messages[channel].append({**arguments, "ts": stamp})
        return {"channel": channel, "ts": stamp}

    def _chat_update(self, arguments: dict[str, Any]) -> dict[str, Any]:
        for message in self.messages[arguments["channel"]]:
            if message["ts"] == arguments["ts"]:
                if found := problems_of_message(arguments):
                    return _no("invalid_blocks") | {"problems": found}
                message.update(arguments)
                return {"channel": arguments["channel"], "ts": arguments["ts"]}
        return _no("message_not_found")

    def _conversations_open(self, arguments: dict[str, Any]) -> dict[str, Any]:
        user = arguments["users"]
        if f"D{user}" in self.closed_channels:
            return _no(self.closed_channels[f"D{user}"])
        return {"channel": {"id": f"D{user}"}}

    def _conversations_history(self, arguments: dict[str, Any]) -> dict[str, Any]:
        if not arguments["channel"].startswith("D"):
            return _no("missing_scope") | {"needed": "channels:history"}
        with_metadata = arguments.get("include_all_metadata") == "true"
        shown = [
            message if with_metadata else {key: value for key, value in message.items() if key != "metadata"}
            for message in reversed(self.messages[arguments["channel"]])
            if not message.get("thread_ts")
        ]
        start, limit = int(arguments.get("cursor") or 0), int(arguments.get("limit", 100))
        cursor = str(start + limit) if start + limit < len(shown) else ""
        return {"messages": shown[start : start + limit], "response_metadata": {"next_cursor": cursor}}

    def _conversations_replies(self, arguments: dict[str, Any]) -> dict[str, Any]:
        if not arguments["channel"].startswith("D"):
            return _no("missing_scope")
        found = [m for m in self.messages[arguments["channel"]] if m.get("thread_ts") == arguments["ts"]]
        return {"messages": found}

    def _views_open(self, arguments: dict[str, Any]) -> dict[str, Any]:
        state = self.triggers.get(arguments["trigger_id"], "invalid")
        if state != "fresh":
            return _no(
                {"expired": "expired_trigger_id", "used": "exchanged_trigger_id"}.get(state, "invalid_trigger_id")
            )
        if found := problems_of_view(arguments["view"]):
            return _no("invalid_arguments") | {"problems": found}
        self.triggers[arguments["trigger_id"]] = "used"
        view_id = f"V{next(self.numbers)}"
        self.views[view_id] = self._kept(view_id, arguments["view"])
        return {"view": self.views[view_id]}

    def _views_update(self, arguments: dict[str, Any]) -> dict[str, Any]:
        if arguments["view_id"] not in self.views:
            return _no("not_found")
        if found := problems_of_view(arguments["view"]):
            return _no("invalid_arguments") | {"problems": found}
        self.views[arguments["view_id"]] = self._kept(arguments["view_id"], arguments["view"])
        return {"view": self.views[arguments["view_id"]]}

    def _kept(self, view_id: str, view: dict[str, Any]) -> dict[str, Any]:
        return {**view, "id": view_id, "hash": f"h{next(self.numbers)}"}

    def _views_publish(self, arguments: dict[str, Any]) -> dict[str, Any]:
        if found := problems_of_view(arguments["view"]):
            return _no("invalid_arguments") | {"problems": found}
        self.homes[arguments["user_id"]] = arguments["view"]
        return {"view": {"id": f"VH{arguments['user_id']}"}}

    def _users_info(self, arguments: dict[str, Any]) -> dict[str, Any]:
        user = self.users.get(arguments["user"])
        return {"user": user} if user else _no("user_not_found")

    def _users_lookupbyemail(self, arguments: dict[str, Any]) -> dict[str, Any]:
        for user in self.users.values():
            if user["profile"].get("email") == arguments["email"]:
                return {"user": user}
        return _no("users_not_found")

    # --- Socket Mode ------------------------------------------------------------------------

    async def _open_connection(self, request: web.Request) -> web.Response:
        self.calls.append(("apps.connections.open", {}))
        if request.headers.get("Authorization") != f"Bearer {APP_TOKEN}":
            return web.json_response(_no("invalid_auth"))
        url = str(self.server.make_url("/socket")).replace("http://", "ws://")
        return web.json_response({"ok": True, "url": url})

    async def _socket(self, request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        self.sockets.append(socket)
        await socket.send_str(json.dumps({"type": "hello", "num_connections": 1}))
        self.connected.set()
        async for message in socket:
            if message.type is WSMsgType.TEXT:
                answer = json.loads(message.data)
                self.acknowledged[answer["envelope_id"]] = answer.get("payload")
                self.changed.set()
        return socket

    async def push(self, kind: str, payload: dict[str, Any], envelope: str = "e1") -> None:
        """Send an envelope over the newest connection."""
        await self.sockets[-1].send_str(
            json.dumps({"type": kind, "envelope_id": envelope, "payload": payload, "accepts_response_payload": True})
        )

    async def until(self, holds: Callable[[], bool]) -> None:
        """Wait until something is so, woken by each call and each acknowledgement."""
        async with asyncio.timeout(10):
            while not holds():
                self.changed.clear()
                await self.changed.wait()


def _no(error: str) -> dict[str, Any]:
    return {"ok": False, "error": error}
