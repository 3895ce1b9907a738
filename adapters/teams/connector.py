"""The Bot Framework's connector service over aiohttp, in the shape in which the SDK calls its own client.

The SDK's client is built anew for every turn, gets its token synchronously, and knows no retry
(platforms.md, Teams traps 2 and 3; reliability finding 0.14). See docs/adr/0004-teams-sdk.md.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import aiohttp
from botbuilder.schema import ConversationResourceResponse, ResourceResponse
from yarl import URL

from bot.errors import CannotReach, NotConnected, TryAgain

if TYPE_CHECKING:
    from collections.abc import Mapping

    from botbuilder.schema import Activity, ConversationParameters

    from adapters.teams.credentials import AccessToken
    from adapters.teams.hosts import ServiceHosts
    from bot.ports import Clock

TIMEOUT = aiohttp.ClientTimeout(total=20, connect=5, sock_connect=5)
LARGEST_ANSWER = 64 * 1024
LONGEST_PAUSE = 3600.0

PASSING = frozenset(
    {
        HTTPStatus.REQUEST_TIMEOUT,
        HTTPStatus.PRECONDITION_FAILED,
        HTTPStatus.TOO_MANY_REQUESTS,
        HTTPStatus.BAD_GATEWAY,
        HTTPStatus.SERVICE_UNAVAILABLE,
        HTTPStatus.GATEWAY_TIMEOUT,
    }
)
"""Teams asks for a retry after 412, 429, 502 and 504; 408 and 503 mean the same."""
TAKEN_PERHAPS = frozenset({HTTPStatus.BAD_GATEWAY, HTTPStatus.GATEWAY_TIMEOUT, HTTPStatus.INTERNAL_SERVER_ERROR})
"""Answers after which the message may be there all the same."""


class NotFoundError(Exception):
    """The conversation or the message is not there (any more)."""


class NotTakenError(Exception):
    """Teams cannot use the message as it is: too large, or a card that it does not accept."""


@dataclass(slots=True, kw_only=True)
class Connector:
    """Posts to one service address. ``conversations`` is what the SDK's adapter looks for."""

    session: aiohttp.ClientSession
    service_url: str
    hosts: ServiceHosts
    token: AccessToken | None
    clock: Clock

    @property
    def conversations(self) -> Connector:
        """The operations on conversations: this object itself."""
        return self

    async def send_to_conversation(self, conversation_id: str, activity: Activity) -> ResourceResponse:
        """Post a message to a conversation."""
        answer = await self._call("POST", f"v3/conversations/{_part(conversation_id)}/activities", activity.serialize())
        return ResourceResponse(id=_id(answer))

    async def reply_to_activity(self, conversation_id: str, activity_id: str, activity: Activity) -> ResourceResponse:
        """Post a message that answers another."""
        path = f"v3/conversations/{_part(conversation_id)}/activities/{_part(activity_id)}"
        return ResourceResponse(id=_id(await self._call("POST", path, activity.serialize())))

    async def update_activity(self, conversation_id: str, activity_id: str, activity: Activity) -> ResourceResponse:
        """Put a message in the place of an earlier one."""
        path = f"v3/conversations/{_part(conversation_id)}/activities/{_part(activity_id)}"
        answer = await self._call("PUT", path, activity.serialize())
        return ResourceResponse(id=_id(answer) or activity_id)

    async def create_conversation(self, parameters: ConversationParameters) -> ConversationResourceResponse:
        """Open the private conversation with a person."""
        body = parameters.serialize()
        if "tenantID" in body:  # the SDK spells it as no document of the service does
            body["tenantId"] = body.pop("tenantID")
        answer = await self._call("POST", "v3/conversations", body)
        if not _id(answer):
            raise TryAgain("no conversation in the answer")
        return ConversationResourceResponse(id=_id(answer))

    async def _call(self, method: str, path: str, body: Mapping[str, Any]) -> Mapping[str, Any]:
        if not self.hosts.allow(self.service_url):
            raise CannotReach("service address outside the allow-list")
        url = f"{self.service_url.rstrip('/')}/{path}"
        payload = json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")
        for first in (True, False):
            token = await self.token.get() if self.token else ""
            status, headers, answer = await self._once(method, url, payload, token)
            if status != HTTPStatus.UNAUTHORIZED or not first or self.token is None:
                break
            # The token may have been withdrawn before its time: once more with a fresh one.
            self.token.forget(token)
        return self._judged(status, headers, answer)

    async def _once(self, method: str, url: str, payload: bytes, token: str) -> tuple[int, Mapping[str, str], bytes]:
        headers = {"Content-Type": "application/json; charset=utf-8", "Accept": "application/json"}
        if token:
            headers["Authorization"] = f"Bearer {token}"
        try:
            async with self.session.request(
                method, URL(url, encoded=True), data=payload, headers=headers, timeout=TIMEOUT, allow_redirects=False
            ) as response:
                return response.status, response.headers, await response.content.read(LARGEST_ANSWER)
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError) as error:
            raise TryAgain(type(error).__name__) from None
        except aiohttp.InvalidURL:
            raise CannotReach("unusable service address") from None
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            # The request was sent, or may have been: Teams may have taken the message.
            raise TryAgain(type(error).__name__, uncertain=True) from None

    def _judged(self, status: int, headers: Mapping[str, str], answer: bytes) -> Mapping[str, Any]:
        if HTTPStatus.OK <= status < HTTPStatus.MULTIPLE_CHOICES:
            return _table(answer)
        reason = f"HTTP {status}"
        if status in PASSING:
            raise TryAgain(
                reason,
                after=self._pause(headers),
                uncertain=status in TAKEN_PERHAPS,
                limited=status == HTTPStatus.TOO_MANY_REQUESTS,
            )
        if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
            raise TryAgain(reason, uncertain=True)
        if status in {HTTPStatus.NOT_FOUND, HTTPStatus.GONE}:
            raise NotFoundError(reason)
        if status == HTTPStatus.FORBIDDEN:
            # MessageWritesBlocked, BotNotInConversationRoster ...: blocked, uninstalled, or never installed.
            raise CannotReach(f"{reason} {_code(answer)}".strip())
        if status == HTTPStatus.UNAUTHORIZED:
            raise NotConnected(reason)
        if status in {HTTPStatus.BAD_REQUEST, HTTPStatus.REQUEST_ENTITY_TOO_LARGE, HTTPStatus.UNPROCESSABLE_ENTITY}:
            raise NotTakenError(f"{reason} {_code(answer)}".strip())
        raise CannotReach(reason)

    def _pause(self, headers: Mapping[str, str]) -> float | None:
        """The seconds in ``Retry-After``, which may also be a date."""
        text = headers.get("Retry-After", "").strip()
        if not text:
            return None
        try:
            seconds = float(text)
        except ValueError:
            try:
                seconds = (parsedate_to_datetime(text) - self.clock.now()).total_seconds()
            except (ValueError, TypeError):
                return None
        return min(LONGEST_PAUSE, max(0.0, seconds)) if seconds == seconds else None  # noqa: PLR0124 - not a NaN


def _part(text: str) -> str:
    """An id as one part of a path, whatever it holds."""
    return quote(text, safe="")


def _table(answer: bytes) -> Mapping[str, Any]:
    try:
        table = json.loads(answer) if answer.strip() else {}
    except (ValueError, RecursionError):
        return {}
    return table if isinstance(table, dict) else {}


def _id(answer: Mapping[str, Any]) -> str:
    found = answer.get("id")
    return found if isinstance(found, str) else ""


def _code(answer: bytes) -> str:
    """The error's code, where it is a plain word: never the message, which may quote what was sent."""
    error = _table(answer).get("error")
    code = error.get("code") if isinstance(error, dict) else None
    return code if isinstance(code, str) and code.isalnum() and len(code) < 64 else ""  # noqa: PLR2004
