"""The Teams adapter: its parts put together, and the one route on which Teams speaks to us."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import TYPE_CHECKING

import aiohttp
import structlog
from aiohttp import web

from adapters.teams import activities, credentials
from adapters.teams.auth import Gate, NotAllowedError
from adapters.teams.connector import Connector
from adapters.teams.desk import Desk
from adapters.teams.gateway import Gateway
from adapters.teams.hosts import ServiceHosts
from adapters.teams.inbound import PLATFORM, TeamsTranslator
from adapters.teams.keys import SigningKeys
from adapters.teams.limits import Pacing
from adapters.teams.places import KnownPlaces
from adapters.teams.sender import TeamsMessenger
from bot.settings import TeamsAppType

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.ports import Clock, Store
    from bot.receiving import Reception
    from bot.settings import Settings

log = structlog.get_logger()

ROUTE = "/api/messages"


@dataclass(slots=True, kw_only=True)
class TeamsAdapter:
    """:class:`adapters.web.PlatformAdapter` for Teams."""

    session: aiohttp.ClientSession
    gate: Gate
    gateway: Gateway
    places: KnownPlaces
    messenger: TeamsMessenger
    keys: SigningKeys
    token: credentials.AccessToken | None
    clock: Clock
    translator: TeamsTranslator = field(default_factory=TeamsTranslator)

    @property
    def platform(self) -> str:
        """The platform's name."""
        return PLATFORM

    def add_routes(self, app: web.Application, reception: Reception) -> None:
        """Mount ``POST /api/messages``."""
        desk = Desk(reception=reception, places=self.places, clock=self.clock)

        async def messages(request: web.Request) -> web.Response:
            return await self._messages(request, desk)

        app.router.add_post(ROUTE, messages)

    async def _messages(self, request: web.Request, desk: Desk) -> web.Response:
        try:
            caller = await self.gate.identify(request.headers.get("Authorization"), request.headers.get("Origin"))
            body = await request.read()
            incoming = activities.read(body)
            self.gate.check(caller, incoming)
            key = activities.event_key(incoming, body)
            answer = await self.gateway.receive(incoming, lambda taken: desk.take(taken, key))
        except NotAllowedError as error:
            log.warning("teams.refused", status=int(error.status), reason=str(error))
            return web.json_response({"error": error.status.phrase}, status=error.status)
        except activities.BadActivityError as error:
            log.warning("teams.unreadable")
            return web.json_response({"error": str(error)}, status=HTTPStatus.BAD_REQUEST)
        return web.json_response(answer) if answer is not None else web.Response(status=HTTPStatus.OK)

    async def start(self, reception: Reception) -> None:  # noqa: ARG002 - Teams comes to us by HTTP
        """Fetch keys and token ahead, without waiting for them: a slow login host delays nothing."""
        if not self.gate.unsigned:
            self.keys.fetch()
        if self.token is not None:
            self.token.fetch()

    async def stop(self) -> None:
        """Close the connections."""
        await self.keys.stop()
        if self.token is not None:
            await self.token.stop()
        await self.session.close()

    def problems(self) -> Sequence[str]:
        """What stops Teams from working now."""
        found = []
        if not self.gate.unsigned and not self.keys.at_hand:
            found.append("The keys of incoming Teams tokens could not be fetched yet. Check TEAMS_OPENID_METADATA_URL.")
        if self.token is not None and self.token.problem:
            found.append(self.token.problem)
        return found


def make_adapter(settings: Settings, clock: Clock, store: Store) -> TeamsAdapter:
    """The adapter for these settings. Call it inside a running event loop.

    Raises:
        ConfigurationError: Teams is half set up.
    """
    settings.teams_on  # noqa: B018 - raises where something is missing
    unsigned = settings.teams_unsigned
    hosts = ServiceHosts.of(settings.teams_service_hosts, loopback=unsigned)
    # No proxy and no redirects: neither the token nor a message may go where the settings do not name.
    session = aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar(), trust_env=False)
    keys = SigningKeys(session=session, metadata_url=settings.teams_openid_metadata_url, clock=clock)
    gate = Gate(
        app_id=settings.teams_app_id,
        tenant=settings.teams_tenant_id,
        hosts=hosts,
        keys=keys,
        clock=clock,
        unsigned=unsigned,
    )
    token = _token(settings, session, clock)

    def connect(service_url: str) -> Connector:
        sends_token = token is not None and hosts.needs_token(service_url)
        return Connector(
            session=session,
            service_url=service_url,
            hosts=hosts,
            token=token if sends_token else None,
            clock=clock,
        )

    gateway = Gateway(settings.teams_app_id, connect)
    places = KnownPlaces(
        store=store, clock=clock, app_id=settings.teams_app_id, tenant=settings.teams_tenant_id, hosts=hosts
    )
    messenger = TeamsMessenger(
        gateway=gateway,
        places=places,
        pacing=Pacing(seconds=lambda: clock.now().timestamp()),
        dialogs=not unsigned,
    )
    return TeamsAdapter(
        session=session,
        gate=gate,
        gateway=gateway,
        places=places,
        messenger=messenger,
        keys=keys,
        token=token,
        clock=clock,
    )


def _token(settings: Settings, session: aiohttp.ClientSession, clock: Clock) -> credentials.AccessToken | None:
    """How the bot gets its own token; not at all where it only speaks to a client on this machine."""
    if not settings.teams_app_id:
        return None
    if settings.teams_app_type is TeamsAppType.USER_ASSIGNED_MSI:
        request = credentials.by_managed_identity(settings.teams_app_id, settings.teams_token_url, os.environ)
    else:
        secret = settings.teams_app_password.get_secret_value() if settings.teams_app_password else ""
        request = credentials.by_secret(
            settings.teams_app_id, secret, settings.teams_tenant_id, settings.teams_token_url
        )
    return credentials.AccessToken(session=session, request=request, clock=clock)
