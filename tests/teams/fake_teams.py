"""A local Teams: key metadata, login host and connector service, which misbehave on command."""

from __future__ import annotations

import asyncio
import json
from collections import deque
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, Any

import jwt
from aiohttp import web
from cryptography.hazmat.primitives.asymmetric import rsa
from jwt.algorithms import RSAAlgorithm

if TYPE_CHECKING:
    from datetime import datetime

APP_ID = "0f3f9a62-1111-4222-8333-444455556666"
TENANT = "7a1b2c3d-aaaa-4bbb-8ccc-ddddeeeeffff"
SECRET = "the app's secret"
ISSUER = "https://api.botframework.com"


@cache
def key(number: int) -> rsa.RSAPrivateKey:
    """A key pair, made once for all tests of a process."""
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


@dataclass
class Sent:
    """A call that the connector service got."""

    method: str
    path: str
    body: dict[str, Any]
    authorization: str

    @property
    def conversation(self) -> str:
        return self.path.split("/")[3] if self.path.count("/") > 2 else ""

    @property
    def card(self) -> dict[str, Any]:
        return self.body["attachments"][0]["content"]

    @property
    def text(self) -> str:
        return json.dumps(self.body, ensure_ascii=False)


@dataclass
class FakeTeams:
    """What Microsoft runs, on this machine."""

    sent: list[Sent] = field(default_factory=list)
    misbehave: deque[Any] = field(default_factory=deque)
    """For the next calls of the connector, in order: a status, (status, body, headers), "reset" or "silence"."""
    published: list[int] = field(default_factory=lambda: [1])
    endorsements: list[str] | None = field(default_factory=lambda: ["msteams"])
    key_fetches: int = 0
    metadata_down: bool = False
    token_fetches: list[dict[str, str]] = field(default_factory=list)
    token_status: int = 200
    token_life: Any = 3600
    login_gate: asyncio.Event | None = None
    """While it is there and not set, the login host and the key host do not answer."""
    url: str = ""
    _runner: web.AppRunner | None = None
    _numbers: int = 0

    async def start(self) -> None:
        app = web.Application()
        app.router.add_get("/metadata", self._metadata)
        app.router.add_get("/keys", self._keys)
        app.router.add_route("*", "/token", self._token)
        app.router.add_route("*", "/{rest:v3/.*}", self._connector)
        self._runner = web.AppRunner(app, shutdown_timeout=0.1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        host, port = self._runner.addresses[0][:2]
        self.url = f"http://{host}:{port}"

    async def stop(self) -> None:
        if self.login_gate:
            self.login_gate.set()
        if self._runner:
            await self._runner.cleanup()

    @property
    def host(self) -> str:
        return self.url.removeprefix("http://")

    def token(self, now: datetime, *, number: int = 1, algorithm: str = "RS256", kid: str = "", **claims: Any) -> str:
        """A token as Teams sends it; claims given as nothing are left out."""
        seconds = int(now.timestamp())
        wanted = {
            "iss": ISSUER,
            "aud": APP_ID,
            "nbf": seconds - 10,
            "exp": seconds + 3600,
            "serviceurl": self.url,
            **claims,
        }
        wanted = {name: value for name, value in wanted.items() if value is not None}
        return jwt.encode(wanted, key(number), algorithm=algorithm, headers={"kid": kid or f"key-{number}"})

    async def _wait(self) -> None:
        if self.login_gate is not None:
            await self.login_gate.wait()

    async def _metadata(self, request: web.Request) -> web.Response:
        await self._wait()
        if self.metadata_down:
            return web.Response(status=503)
        return web.json_response({"issuer": ISSUER, "jwks_uri": f"{self.url}/keys"})

    async def _keys(self, request: web.Request) -> web.Response:
        self.key_fetches += 1
        keys = []
        for number in self.published:
            entry = json.loads(RSAAlgorithm.to_jwk(key(number).public_key()))
            entry |= {"kid": f"key-{number}", "use": "sig"}
            if self.endorsements is not None:
                entry["endorsements"] = self.endorsements
            keys.append(entry)
        return web.json_response({"keys": [*keys, {"kty": "nonsense", "kid": "broken"}, {"kid": 5}, "x"]})

    async def _token(self, request: web.Request) -> web.Response:
        form = {key: str(value) for key, value in (await request.post()).items()}
        self.token_fetches.append({**form, **request.query, **{k.lower(): v for k, v in request.headers.items()}})
        await self._wait()
        if self.token_status != 200:
            return web.json_response({"error": "invalid_client"}, status=self.token_status)
        token = f"bot-token-{len(self.token_fetches)}"
        return web.json_response({"token_type": "Bearer", "expires_in": self.token_life, "access_token": token})

    async def _connector(self, request: web.Request) -> web.StreamResponse:
        sent = Sent(request.method, request.path, await request.json(), request.headers.get("Authorization", ""))
        self.sent.append(sent)
        trick = self.misbehave.popleft() if self.misbehave else None
        if trick == "reset":
            assert request.transport is not None
            request.transport.abort()
            return web.Response()
        if trick == "silence":
            await asyncio.Event().wait()
        if isinstance(trick, int):
            trick = (trick, {"error": {"code": "Trouble", "message": "x"}}, {})
        if isinstance(trick, tuple):
            status, body, headers = trick
            return web.json_response(body, status=status, headers=headers)
        self._numbers += 1
        return web.json_response({"id": f"sent-{self._numbers}"}, status=201)
