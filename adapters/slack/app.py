"""The Slack adapter put together: :class:`adapters.web.PlatformAdapter`."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import structlog

from adapters.slack.desk import FrontDesk
from adapters.slack.directory import Introductions
from adapters.slack.http import PATH, Entrance
from adapters.slack.inbound import PLATFORM, SlackTranslator
from adapters.slack.manifest import BOT_SCOPES
from adapters.slack.pace import Pace
from adapters.slack.routing import Listeners, Router
from adapters.slack.sender import SlackMessenger
from adapters.slack.socket_mode import Socket
from adapters.slack.web_api import WebApi
from bot.errors import ConfigurationError, DeliveryError, NotConnected

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aiohttp import web

    from bot.ports import Clock, Store
    from bot.receiving import Reception
    from bot.settings import Settings

log = structlog.get_logger()

CHECK_AGAIN_SECONDS = 30.0
ROUND_SECONDS = 3600.0
"""How often the token is checked, and people new in the directory are looked up on Slack."""


def make_adapter(settings: Settings, clock: Clock, store: Store) -> SlackAdapter:
    """The adapter for these settings.

    Raises:
        ConfigurationError: Slack is not set up, or only half.
    """
    if not settings.slack_on or settings.slack_bot_token is None:
        raise ConfigurationError("Slack is not set up. Set SLACK_BOT_TOKEN and SLACK_SIGNING_SECRET.")
    api = WebApi(settings.slack_bot_token.get_secret_value(), settings.slack_api_url)
    app_token = settings.slack_app_token.get_secret_value() if settings.slack_app_token else ""
    secrets = tuple(secret.get_secret_value() for secret in settings.slack_signing_secret)
    return SlackAdapter(api=api, clock=clock, store=store, secrets=secrets, app_token=app_token)


@dataclass(slots=True)
class SlackAdapter:
    """Slack over HTTP, over Socket Mode, or both."""

    api: WebApi
    clock: Clock
    store: Store
    secrets: tuple[str, ...] = field(default=(), repr=False)
    app_token: str = field(default="", repr=False)
    pace: Pace = field(default_factory=Pace)
    translator: SlackTranslator = field(default_factory=SlackTranslator)
    messenger: SlackMessenger = field(init=False)
    introductions: Introductions = field(init=False)
    socket: Socket | None = None
    desk: FrontDesk | None = None
    _router: Router | None = None
    _watch: asyncio.Task[None] | None = None
    _not_confirmed: str = "Slack has not confirmed the bot token yet."
    _missing_scopes: frozenset[str] = frozenset()

    def __post_init__(self) -> None:
        """Make the parts that need no reception."""
        self.messenger = SlackMessenger(self.api, self.pace)
        self.introductions = Introductions(self.store, self.api, self.pace, self.clock)

    @property
    def platform(self) -> str:
        """The platform's name."""
        return PLATFORM

    def add_routes(self, app: web.Application, reception: Reception) -> None:
        """``POST /slack/events``, where a signing secret is set; with Socket Mode alone there is no way in."""
        if self.secrets:
            self.front_desk(reception)

            async def receive(request: web.Request) -> web.Response:
                return await Entrance(self.secrets, self.clock, self.router()).receive(request)

            app.router.add_post(PATH, receive)

    def front_desk(self, reception: Reception) -> FrontDesk:
        """The front desk of this reception."""
        if self.desk is None:
            self.desk = FrontDesk(reception, self.clock, self.api, self.introductions)
        return self.desk

    def router(self) -> Router:
        """Bolt, made at the first payload, since its client needs a running loop."""
        if self._router is None:
            if self.desk is None:
                raise RuntimeError("add_routes or start comes first")
            self._router = Router.build(self.api, Listeners(self.desk, self.removed))
        return self._router

    async def start(self, reception: Reception) -> None:
        """Check the token and look people up in the background; open Socket Mode where it is set up."""
        self.front_desk(reception)
        self._watch = asyncio.create_task(self._rounds())
        if self.app_token:
            self.socket = Socket(self.app_token, self.api.url, self.clock, self.router)
            await self.socket.start()

    async def stop(self) -> None:
        """Let what is under way finish, and close every connection."""
        if self._watch is not None:
            self._watch.cancel()
            await asyncio.gather(self._watch, return_exceptions=True)
        if self.socket is not None:
            await self.socket.stop()
        if self.desk is not None:
            await self.desk.drain()
        await self.api.close()

    def removed(self) -> None:
        """Slack says that the app was removed or its token revoked."""
        log.error("slack.removed", advice="Install the app again and set SLACK_BOT_TOKEN to its new token.")
        self.messenger.removed = True

    def problems(self) -> Sequence[str]:
        """What stops Slack from working now."""
        found = []
        if self.messenger.removed:
            found.append("The app was removed from Slack. Install it again and set SLACK_BOT_TOKEN to its new token.")
        elif self._not_confirmed:
            found.append(self._not_confirmed)
        if self._missing_scopes:
            scopes = ", ".join(sorted(self._missing_scopes))
            found.append(
                f"The Slack app lacks permissions: {scopes}. Update it from the manifest and install it again."
            )
        if self.app_token and not (self.socket and self.socket.connected):
            found.append("Socket Mode is not connected to Slack.")
        return found

    async def _rounds(self) -> None:
        while True:
            try:
                if await self.check_token():
                    await self.introductions.meet_everybody()
                    await asyncio.sleep(ROUND_SECONDS)
                    continue
            except Exception as error:  # noqa: BLE001 - the rounds go on
                log.error("slack.round_failed", error=type(error).__name__)
            await asyncio.sleep(CHECK_AGAIN_SECONDS)

    async def check_token(self) -> bool:
        """Ask Slack whether the token holds, and what it may do."""
        try:
            _, scopes = await self.api.identity()
        except NotConnected as error:
            self._not_confirmed = f"Slack does not accept the bot token ({error}). Set SLACK_BOT_TOKEN to a valid one."
            log.error("slack.token_refused", reason=str(error))
            return False
        except DeliveryError as error:
            self._not_confirmed = f"Slack does not answer ({error})."
            return False
        self._not_confirmed = ""
        self._missing_scopes = frozenset(BOT_SCOPES) - scopes if scopes else frozenset()
        return True
