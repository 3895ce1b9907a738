"""Bolt's part: which payload goes to which reading. Our own check stands before it, the front desk behind it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import structlog
from slack_bolt.async_app import AsyncApp
from slack_bolt.authorization import AuthorizeResult
from slack_bolt.error import BoltUnhandledRequestError
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_bolt.response import BoltResponse

from adapters.slack import inbound
from adapters.slack import wording as say
from adapters.slack.web_api import silent_logger
from bot.logs import where
from bot.wording.common import CANNOT_SEE_WHAT

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from adapters.slack.desk import FrontDesk
    from adapters.slack.inbound import Reading
    from adapters.slack.web_api import WebApi

log = structlog.get_logger()

ANYTHING = re.compile(".*", re.DOTALL)
OK, BAD_REQUEST, UNAVAILABLE = 200, 400, 503


@dataclass(frozen=True, slots=True)
class Listeners:
    """What each kind of payload leads to. A listener never raises; it answers with what Slack should get."""

    desk: FrontDesk
    removed: Callable[[], None]
    """Called when the app was removed from the workspace, or its token revoked."""

    def add_to(self, app: AsyncApp) -> None:
        """Register everything, the catch-alls last."""
        app.event("app_mention")(self.mention)
        app.event("message")(self.direct_message)
        app.event("app_home_opened")(self.home)
        app.event("app_uninstalled")(self.gone)
        app.event("tokens_revoked")(self.revoked)
        app.event(ANYTHING)(nothing)
        app.command(ANYTHING)(self.command)
        app.shortcut(ANYTHING)(self.shortcut)
        app.options(ANYTHING)(self.options)
        app.view(ANYTHING)(self.submission)
        app.view_closed(ANYTHING)(self.closed)
        app.action(ANYTHING)(self.action)

    async def mention(self, body: dict[str, Any]) -> BoltResponse:
        """The bot was mentioned."""
        return await self._remember(inbound.mention(body))

    async def direct_message(self, body: dict[str, Any]) -> BoltResponse:
        """A message."""
        return await self._remember(inbound.direct_message(body))

    async def home(self, body: dict[str, Any]) -> BoltResponse:
        """The Home tab or the conversation with the bot was opened."""
        return await self._remember(inbound.home_opened(body))

    async def gone(self) -> BoltResponse:
        """The app was removed."""
        self.removed()
        return answer()

    async def revoked(self, body: dict[str, Any]) -> BoltResponse:
        """Tokens were revoked: perhaps only a person's, which does not concern us."""
        tokens = body.get("event", {}).get("tokens") or {}
        if isinstance(tokens, dict) and tokens.get("bot"):
            self.removed()
        return answer()

    async def command(self, body: dict[str, Any]) -> BoltResponse:
        """A slash command."""
        reading = inbound.command(body)
        if reading is None:
            return ephemeral(CANNOT_SEE_WHAT)
        if reading.opens and reading.trigger:
            self.desk.open(reading)
            return answer()
        response = await self._remember(reading)
        return ephemeral(say.ANSWER_COMES if response.status == OK else say.COMMAND_NOT_TAKEN)

    async def shortcut(self, body: dict[str, Any]) -> BoltResponse:
        """A shortcut, global or on a message."""
        return await self._open_or_remember(inbound.shortcut(body))

    async def action(self, body: dict[str, Any]) -> BoltResponse:
        """A button or a field."""
        return await self._open_or_remember(inbound.action(body))

    async def closed(self, body: dict[str, Any]) -> BoltResponse:
        """A form closed without sending it."""
        return await self._remember(inbound.closed(body))

    async def submission(self, body: dict[str, Any]) -> BoltResponse:
        """A form sent in."""
        reading = inbound.submission(body)
        return answer(await self.desk.submit(reading, inbound.field_blocks(body))) if reading else answer()

    async def options(self, body: dict[str, Any]) -> BoltResponse:
        """Suggestions wanted."""
        reading = inbound.suggestion(body)
        if reading is None:
            return answer({"options": []})
        return answer({"options": await self.desk.suggest(reading, reading.request.typed)})  # type: ignore[attr-defined]

    async def _open_or_remember(self, reading: Reading | None) -> BoltResponse:
        if reading and reading.opens and reading.trigger:
            self.desk.open(reading)
            return answer()
        return await self._remember(reading)

    async def _remember(self, reading: Reading | None) -> BoltResponse:
        if reading is None:
            return answer()
        try:
            await self.desk.remember(reading)
        except Exception as error:  # noqa: BLE001 - whatever the database raises, Slack should send it again
            log.error("slack.not_remembered", error=type(error).__name__)
            return answer(status=UNAVAILABLE)
        return answer()


async def nothing() -> BoltResponse:
    """For events that mean nothing to us: Slack switches subscriptions off that are answered with errors."""
    return answer()


def answer(body: Mapping[str, Any] | None = None, status: int = OK) -> BoltResponse:
    """What Slack gets."""
    return BoltResponse(status=status, body=dict(body) if body else "")


def ephemeral(text: str) -> BoltResponse:
    """A word that only the person sees, never the only copy of anything."""
    return answer({"response_type": "ephemeral", "text": text})


@dataclass(frozen=True, slots=True)
class Router:
    """Takes a parsed payload through Bolt."""

    bolt: AsyncApp

    @classmethod
    def build(cls, api: WebApi, listeners: Listeners) -> Router:
        """The Bolt app: it checks no signature (we did), asks Slack nothing, and answers once a listener is done."""

        async def authorize(enterprise_id: str | None, team_id: str | None) -> AuthorizeResult:
            return AuthorizeResult(enterprise_id=enterprise_id, team_id=team_id, bot_token=api.token)

        bolt = AsyncApp(
            name="protocol-bot",
            logger=silent_logger(),
            client=api.client(),
            authorize=authorize,
            request_verification_enabled=False,
            attaching_function_token_enabled=False,
            process_before_response=True,
            raise_error_for_unhandled_request=True,
        )

        @bolt.error
        async def on_error(error: Exception) -> BoltResponse:
            if isinstance(error, BoltUnhandledRequestError):
                return answer()
            log.error("slack.listener_failed", error=type(error).__name__, where=where(error.__traceback__))
            return answer(status=BAD_REQUEST)

        listeners.add_to(bolt)
        return cls(bolt)

    async def dispatch(self, body: dict[str, Any], content_type: str) -> BoltResponse:
        """What Slack gets for this payload. Never raises, and never a 5xx but where the payload was not remembered."""
        try:
            request = AsyncBoltRequest(body=body, headers={"content-type": content_type}, mode="socket_mode")
            return await self.bolt.async_dispatch(request)
        except Exception as error:  # noqa: BLE001 - shapes that Slack never sends break Bolt's own reading
            log.warning("slack.unreadable", error=type(error).__name__)
            return answer(status=BAD_REQUEST)
