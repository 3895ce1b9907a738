"""Who may send activities: the token, the tenant and the address for answers are all checked here.

Our own, since the SDK's accepts tokens without expiry and any tenant, and answers 500 to garbage
(platforms.md, Teams traps 4 to 6). The checks are those of the Bot Framework's rules for
connector authentication: scheme, issuer, audience, validity with five minutes of skew, RS256
signature by a published key, the key's endorsement of the channel, and the service address.
"""

from __future__ import annotations

from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import jwt
from jwt.exceptions import PyJWTError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from adapters.teams.activities import Incoming
    from adapters.teams.hosts import ServiceHosts
    from adapters.teams.keys import SigningKeys
    from bot.ports import Clock

ISSUER = "https://api.botframework.com"
GOVERNMENT_ISSUER = "https://api.botframework.us"
ALGORITHMS = ("RS256",)
SKEW_SECONDS = 300
LONGEST_HEADER = 16_384
CHANNEL = "msteams"


class NotAllowedError(Exception):
    """The request is refused. The reason is for the log; it quotes nothing of the request."""

    def __init__(self, status: HTTPStatus, reason: str) -> None:
        super().__init__(reason)
        self.status = status


def _unauthorised(reason: str) -> NotAllowedError:
    return NotAllowedError(HTTPStatus.UNAUTHORIZED, reason)


def _forbidden(reason: str) -> NotAllowedError:
    return NotAllowedError(HTTPStatus.FORBIDDEN, reason)


@dataclass(frozen=True, slots=True)
class Caller:
    """The holder of a valid token; nobody in particular where unsigned requests are accepted."""

    service_url: str = ""
    endorsements: frozenset[str] | None = None
    signed: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Gate:
    """Lets activities in, or raises :class:`NotAllowedError`."""

    app_id: str
    tenant: str
    hosts: ServiceHosts
    keys: SigningKeys
    clock: Clock
    unsigned: bool = False
    """Accept requests without a token: only for a client on this machine, and only when asked for by name."""

    @property
    def issuer(self) -> str:
        """Who must have issued the token; another one for the government's cloud."""
        host = urlsplit(self.keys.metadata_url).hostname or ""
        return GOVERNMENT_ISSUER if host.endswith(".us") else ISSUER

    async def identify(self, header: str | None, origin: str | None = None) -> Caller:
        """The caller behind an ``Authorization`` header.

        Raises:
            NotAllowedError: 401; the token is missing, malformed, forged, expired or meant for somebody else.
        """
        if self.unsigned:
            if origin is not None:
                # No Teams client is a web page, and a page in somebody's browser can reach this machine too.
                raise _forbidden("sent by a web page")
            return Caller(signed=False)
        scheme, _, token = (header or "").strip().partition(" ")
        if scheme.lower() != "bearer" or not token.strip() or len(token) > LONGEST_HEADER:
            raise _unauthorised("no bearer token")
        token = token.strip()
        key_id = _key_id(token)
        key = await self.keys.find(key_id)
        if key is None:
            raise _unauthorised("unknown key")
        claims = self._claims(token, key.key)
        service_url = claims.get("serviceurl", claims.get("serviceUrl"))
        if not isinstance(service_url, str) or not service_url:
            raise _unauthorised("no service address in the token")
        return Caller(service_url, key.endorsements)

    def _claims(self, token: str, key: Any) -> Mapping[str, Any]:
        try:
            # The times are checked by our own clock, below, so that a test can move it.
            claims: Mapping[str, Any] = jwt.decode(
                token,
                key,
                algorithms=list(ALGORITHMS),
                audience=self.app_id,
                issuer=self.issuer,
                options={
                    "require": ["exp", "iss", "aud"],
                    "verify_exp": False,
                    "verify_nbf": False,
                    "verify_iat": False,
                },
            )
        except (PyJWTError, ValueError, TypeError) as error:
            raise _unauthorised(type(error).__name__) from None
        now = self.clock.now().timestamp()
        if not _is_number(claims["exp"]) or now >= claims["exp"] + SKEW_SECONDS:
            raise _unauthorised("expired")
        not_before = claims.get("nbf", 0)
        if not _is_number(not_before) or now < not_before - SKEW_SECONDS:
            raise _unauthorised("not valid yet")
        return claims

    def check(self, caller: Caller, incoming: Incoming) -> None:
        """Whether this caller may send this activity.

        Raises:
            NotAllowedError: 403; another channel, another tenant, or an address that answers must not go to.
        """
        if not self.hosts.allow(incoming.service_url):
            raise _forbidden("service address outside the allow-list")
        if not caller.signed:
            return
        if caller.service_url.rstrip("/") != incoming.service_url.rstrip("/"):
            raise _forbidden("service address differs from the token's")
        if incoming.channel_id != CHANNEL:
            raise _forbidden("another channel")
        if caller.endorsements is not None and incoming.channel_id not in caller.endorsements:
            raise _forbidden("key not endorsed for the channel")
        if incoming.tenants != {self.tenant.lower()}:
            raise _forbidden("another tenant")


def _key_id(token: str) -> str:
    try:
        header = jwt.get_unverified_header(token)
    except (PyJWTError, ValueError, TypeError, RecursionError):
        raise _unauthorised("not a token") from None
    key_id = header.get("kid")
    if header.get("alg") not in ALGORITHMS or not isinstance(key_id, str) or not key_id:
        raise _unauthorised("another kind of token")
    return key_id


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
