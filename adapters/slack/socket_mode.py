"""Socket Mode: the same payloads over a connection that the bot opens, for councils without a way in from outside."""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import structlog
from slack_sdk.socket_mode.aiohttp import SocketModeClient
from slack_sdk.socket_mode.response import SocketModeResponse

from adapters.slack.http import scrub
from adapters.slack.web_api import make_client, silent_logger

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from slack_sdk.socket_mode.async_client import AsyncBaseSocketModeClient
    from slack_sdk.socket_mode.request import SocketModeRequest

    from adapters.slack.routing import Router
    from bot.ports import Clock

log = structlog.get_logger()

OK = 200
WATCH_SECONDS = 5.0
GIVE_UP_AFTER = timedelta(seconds=60)
"""A connection that does not come back by itself is made anew after this long."""


@dataclass(slots=True)
class Socket:
    """Keeps one Socket Mode connection alive."""

    app_token: str = field(repr=False)
    url: str
    clock: Clock
    router: Callable[[], Router]
    _client: SocketModeClient | None = None
    _tasks: set[asyncio.Task[None]] = field(default_factory=set)
    _down_since: datetime | None = None

    async def start(self) -> None:
        """Connect in the background: a Slack that does not answer must not hold up the start."""
        self._connect()
        self._keep(self._watch())

    def _connect(self) -> None:
        client = SocketModeClient(
            app_token=self.app_token,
            web_client=make_client("", self.url),
            logger=silent_logger(),
        )
        client.proxy = client.web_client.proxy
        client.socket_mode_request_listeners.append(self._received)
        self._client = client
        self._keep(client.connect())  # type: ignore[no-untyped-call]

    async def _received(self, client: AsyncBaseSocketModeClient, envelope: SocketModeRequest) -> None:
        """Deal with one envelope; acknowledged once it is remembered. Slack sends it again otherwise."""
        body: dict[str, Any] = scrub(envelope.payload)
        answer = await self.router().dispatch(body, "application/json")
        if answer.status >= OK + 100:
            log.warning("slack.envelope_refused", status=answer.status)
            if answer.status >= 500:  # noqa: PLR2004 - it was not remembered
                return
        payload = json.loads(answer.body) if answer.body.startswith("{") else None
        await client.send_socket_mode_response(SocketModeResponse(envelope.envelope_id, payload))

    @property
    def connected(self) -> bool:
        """Whether the connection stands."""
        client = self._client
        return bool(
            client
            and not client.closed
            and not client.stale
            and client.current_session is not None
            and not client.current_session.closed
        )

    async def _watch(self) -> None:
        while True:
            await asyncio.sleep(WATCH_SECONDS)
            try:
                await self.check()
            except Exception as error:  # noqa: BLE001 - the watch itself must not stop
                log.error("slack.socket_watch_failed", error=type(error).__name__)

    async def check(self) -> None:
        """Make the connection anew where it has been down for too long."""
        now = self.clock.now()
        if self.connected:
            self._down_since = None
        elif self._down_since is None:
            self._down_since = now
        elif now - self._down_since > GIVE_UP_AFTER:
            log.warning("slack.socket_renewed")
            self._down_since = now
            await self._close_client()
            self._connect()

    def _keep(self, work: Any) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def stop(self) -> None:
        """Close the connection."""
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await self._close_client()

    async def _close_client(self) -> None:
        client, self._client = self._client, None
        if client is None:
            return
        running = [client.message_processor, client.current_session_monitor, client.message_receiver]
        await client.close()  # type: ignore[no-untyped-call]
        await asyncio.gather(*(task for task in running if task is not None), return_exceptions=True)
