"""The Slack Web API: one call at a time, never sent again by itself, every failure as one of our errors."""

from __future__ import annotations

import logging
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import aiohttp
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.errors import CannotReach, DeliveryError, NotConnected, TryAgain
from bot.settings import is_loopback

if TYPE_CHECKING:
    from collections.abc import Mapping

    from slack_sdk.web.async_slack_response import AsyncSlackResponse

TIMEOUT_SECONDS = 10.0

RETRYABLE = frozenset(
    {
        "ratelimited",
        "rate_limited",
        "message_limit_exceeded",
        "internal_error",
        "fatal_error",
        "service_unavailable",
        "request_timeout",
        "team_added_to_org",
        "accesslimited",
        "hash_conflict",
    }
)
MAYBE_TAKEN = frozenset({"internal_error", "fatal_error", "request_timeout"})
"""Slack says of these that the call may have been carried out in part."""

NOT_CONNECTED = frozenset(
    {
        "token_revoked",
        "token_expired",
        "invalid_auth",
        "not_authed",
        "missing_scope",
        "no_permission",
        "not_allowed_token_type",
        "ekm_access_denied",
        "org_login_required",
        "two_factor_setup_required",
        "app_missing_action_url",
        "access_denied",
    }
)
"""The bot itself is refused: an operator must act."""

READS = frozenset({"auth.test", "conversations.history", "conversations.replies", "users.info", "users.lookupByEmail"})

SERVER_ERROR, TOO_MANY_REQUESTS = 500, 429


class SlackSaysNo(CannotReach):
    """Slack took the call and refused it for good; ``code`` is its word for why."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def silent_logger() -> logging.Logger:
    """A logger that keeps quiet at every level, for SDKs that log what they carry."""
    logger = logging.getLogger("adapters.slack.sdk")
    logger.disabled = True
    logger.setLevel(logging.CRITICAL + 1)
    return logger


@dataclass(slots=True)
class WebApi:
    """Calls methods with the bot token."""

    token: str = field(repr=False)
    url: str
    timeout: float = TIMEOUT_SECONDS
    _client: AsyncWebClient | None = field(default=None, repr=False)

    def client(self) -> AsyncWebClient:
        """The SDK's client: one connection pool, no retries of its own."""
        if self._client is None:
            session = aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=self.timeout))
            self._client = make_client(self.token, self.url, session=session)
        return self._client

    async def call(self, method: str, **arguments: Any) -> Mapping[str, Any]:
        """Call the method.

        Raises:
            TryAgain: it may work later; ``uncertain`` where it may have worked already.
            CannotReach: it never will, for this recipient.
            NotConnected: Slack refuses the bot.
        """
        answer = await self._send(method, arguments)
        return answer.data if isinstance(answer.data, dict) else {}

    async def identity(self) -> tuple[Mapping[str, Any], frozenset[str]]:
        """Who the token belongs to (``auth.test``), and what it may do.

        Raises:
            DeliveryError: as :meth:`call`.
        """
        answer = await self._send("auth.test", {})
        granted = next((value for name, value in answer.headers.items() if name.lower() == "x-oauth-scopes"), "")
        scopes = frozenset(scope.strip() for scope in granted.split(",") if scope.strip())
        return answer.data if isinstance(answer.data, dict) else {}, scopes

    async def _send(self, method: str, arguments: dict[str, Any]) -> AsyncSlackResponse:
        try:
            if method in READS:
                # Methods that read take no JSON (docs.slack.dev, Web API: POST bodies).
                form = {name: str(value).lower() if value is True else value for name, value in arguments.items()}
                return await self.client().api_call(method, data=form)
            return await self.client().api_call(method, json=arguments)
        except SlackApiError as error:
            raise _refused(error) from None
        except aiohttp.ClientConnectorError:
            raise TryAgain("no connection to Slack") from None
        except (aiohttp.ClientError, TimeoutError, ConnectionError) as error:
            raise TryAgain(f"connection lost ({type(error).__name__})", uncertain=True) from None
        except (AttributeError, ValueError):
            # What the SDK makes of an answer that is no JSON, as from a proxy in between.
            raise TryAgain("unreadable answer", uncertain=True) from None

    async def close(self) -> None:
        """Close the connections."""
        if self._client is not None and self._client.session is not None:
            await self._client.session.close()
        self._client = None


def make_client(token: str, url: str, *, session: aiohttp.ClientSession | None = None) -> AsyncWebClient:
    """The SDK's client for an address, quiet, without retries; a proxy of the environment is for outside only."""
    client = AsyncWebClient(
        token=token,
        base_url=url if url.endswith("/") else f"{url}/",
        retry_handlers=[],
        logger=silent_logger(),
        session=session,
        timeout=int(TIMEOUT_SECONDS),
    )
    if is_loopback(urlsplit(url).hostname or ""):
        client.proxy = None
    return client


def _refused(error: SlackApiError) -> DeliveryError:
    """What Slack's refusal means: by status, then by its word for it."""
    response = error.response
    # Where the body was no JSON the SDK hands over aiohttp's response instead of its own.
    status = int(getattr(response, "status_code", 0) or getattr(response, "status", 0) or 0)
    data = getattr(response, "data", None)
    code = str(data.get("error", "")) if isinstance(data, dict) else ""
    if status == TOO_MANY_REQUESTS or code in {"ratelimited", "rate_limited"}:
        return TryAgain("rate limited", after=_retry_after(getattr(response, "headers", {})), limited=True)
    if status >= SERVER_ERROR:
        return TryAgain(f"HTTP {status}", uncertain=True)
    if code in NOT_CONNECTED:
        return NotConnected(code)
    if code in RETRYABLE:
        return TryAgain(code, uncertain=code in MAYBE_TAKEN)
    if not code:
        return TryAgain(f"unreadable answer (HTTP {status})", uncertain=True)
    return SlackSaysNo(code)


def _retry_after(headers: Mapping[str, str]) -> float:
    value = next((value for name, value in headers.items() if name.lower() == "retry-after"), "")
    try:
        return max(1.0, float(value))
    except ValueError:
        return 30.0
