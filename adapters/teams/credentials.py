"""The bot's own token for posting to Teams: fetched without blocking, kept, and renewed before it ends.

The SDK makes a new client and fetches a token for every turn, on the event loop (platforms.md,
Teams trap 3).
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

import aiohttp
import structlog

from bot.errors import TryAgain

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bot.ports import Clock

log = structlog.get_logger()

SCOPE = "https://api.botframework.com/.default"
RESOURCE = "https://api.botframework.com"
TIMEOUT = aiohttp.ClientTimeout(total=10, connect=5)
RENEW_BEFORE = timedelta(minutes=10)
USELESS_BEFORE = timedelta(seconds=30)
REFUSED_PAUSE = 300.0
"""Seconds before asking again where the login host refused the app: a person must correct the settings."""
FAILED_PAUSE = timedelta(seconds=30)
SHORTEST_LIFE = 60.0


@dataclass(frozen=True, slots=True)
class TokenRequest:
    """How to ask for a token: with a secret at the login host, or as a managed identity of the machine."""

    url: str
    method: str
    form: Mapping[str, str] = field(default_factory=dict)
    query: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)


def by_secret(app_id: str, secret: str, tenant: str, url: str) -> TokenRequest:
    """The client-credentials grant of a single-tenant app."""
    return TokenRequest(
        url=url or f"https://login.microsoftonline.com/{tenant}/oauth2/v2.0/token",
        method="POST",
        form={"grant_type": "client_credentials", "client_id": app_id, "client_secret": secret, "scope": SCOPE},
    )


def by_managed_identity(app_id: str, url: str, environment: Mapping[str, str]) -> TokenRequest:
    """A user-assigned managed identity: the machine's own metadata address, or the app service's.

    Azure's app services announce theirs in IDENTITY_ENDPOINT and IDENTITY_HEADER; these are not settings of ours.
    """
    endpoint, secret = environment.get("IDENTITY_ENDPOINT", ""), environment.get("IDENTITY_HEADER", "")
    query = {"resource": RESOURCE, "client_id": app_id}
    if not url and endpoint and secret:
        return TokenRequest(
            url=endpoint,
            method="GET",
            query={**query, "api-version": "2019-08-01"},
            headers={"X-IDENTITY-HEADER": secret},
        )
    return TokenRequest(
        url=url or "http://169.254.169.254/metadata/identity/oauth2/token",
        method="GET",
        query={**query, "api-version": "2018-02-01"},
        headers={"Metadata": "true"},
    )


@dataclass(slots=True, kw_only=True)
class AccessToken:
    """The token at hand."""

    session: aiohttp.ClientSession
    request: TokenRequest
    clock: Clock
    problem: str = ""
    """What stops us from getting one, a plain sentence; empty while all is well."""
    _token: str = ""
    _ends_at: datetime | None = None
    _failed_at: datetime | None = None
    _fetching: asyncio.Task[None] | None = None

    async def get(self) -> str:
        """A token that is good for a while. Waits for the network only where there is none.

        Raises:
            TryAgain: there is none, and the login host gives none now. The message stays queued meanwhile,
                so that a corrected secret still delivers it.
        """
        if not self._good_for(RENEW_BEFORE) and not self._just_failed():
            self.fetch()
        if not self._good_for(USELESS_BEFORE) and self._fetching is not None:
            await asyncio.shield(self._fetching)
        if not self._good_for(USELESS_BEFORE):
            raise TryAgain("no token from the login host", after=REFUSED_PAUSE if self.problem else None)
        return self._token

    def forget(self, token: str) -> None:
        """The platform refused this token: do not use it again."""
        if token == self._token:
            self._token = ""

    def fetch(self) -> asyncio.Task[None]:
        """Fetch a token, once however many ask for it."""
        if self._fetching is None:
            self._fetching = asyncio.create_task(self._fetch())
            self._fetching.add_done_callback(self._fetched)
        return self._fetching

    async def stop(self) -> None:
        """Leave nothing running."""
        if self._fetching is not None:
            self._fetching.cancel()
            await asyncio.gather(self._fetching, return_exceptions=True)

    def _fetched(self, _task: asyncio.Task[None]) -> None:
        self._fetching = None

    def _good_for(self, span: timedelta) -> bool:
        return bool(self._token) and self._ends_at is not None and self.clock.now() + span < self._ends_at

    def _just_failed(self) -> bool:
        return self._failed_at is not None and self.clock.now() - self._failed_at < FAILED_PAUSE

    async def _fetch(self) -> None:
        request = self.request
        try:
            async with self.session.request(
                request.method,
                request.url,
                data=dict(request.form) or None,
                params=dict(request.query),
                headers=dict(request.headers),
                timeout=TIMEOUT,
                allow_redirects=False,
            ) as response:
                status = response.status
                answer = await response.json(content_type=None) if status == HTTPStatus.OK else {}
            token, life = _token_and_life(answer) if status == HTTPStatus.OK else ("", 0.0)
        except (aiohttp.ClientError, TimeoutError, OSError, ValueError, KeyError, TypeError) as error:
            self._failed_at = self.clock.now()
            log.warning("teams.token_not_fetched", error=type(error).__name__)
            return
        now = self.clock.now()
        if not token:
            self._failed_at = now
            if HTTPStatus.BAD_REQUEST <= status < HTTPStatus.INTERNAL_SERVER_ERROR and status not in {
                HTTPStatus.REQUEST_TIMEOUT,
                HTTPStatus.TOO_MANY_REQUESTS,
            }:
                self.problem = (
                    f"Microsoft’s login host refuses the Teams app (HTTP {status}). "
                    "Check TEAMS_APP_ID, TEAMS_APP_PASSWORD and TEAMS_TENANT_ID."
                )
            log.warning("teams.token_not_fetched", status=status)
            return
        self._token, self._ends_at = token, now + timedelta(seconds=life)
        self._failed_at, self.problem = None, ""


def _token_and_life(answer: Any) -> tuple[str, float]:
    """The token, and for how many seconds it is good (the metadata address gives the number as a text)."""
    token = answer["access_token"]
    if not isinstance(token, str) or not token.isascii() or not token.isprintable():
        raise TypeError("the token is not a text")
    return token, max(SHORTEST_LIFE, float(answer.get("expires_in", 3600)))
