"""A whole bot on Teams, for tests: the real adapter, reception, store and sender against a local Teams."""

from __future__ import annotations

import asyncio
import contextlib
import io
import itertools
import random
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from aiohttp.test_utils import TestClient, TestServer
from pydantic import SecretStr

from adapters.teams.app import TeamsAdapter, make_adapter
from adapters.web import make_app
from bot.receiving import Reception
from bot.sending import Dispatcher
from bot.settings import TeamsAppType
from tests.support import FakeClock, protocol, settings
from tests.teams.fake_teams import APP_ID, SECRET, TENANT, FakeTeams

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from aiohttp import ClientResponse

    from storage import SqlStore

USER = "29:pat"
DIRECTORY_ID = "d1d1d1d1-0000-4000-8000-000000000001"
BOT = f"28:{APP_ID}"


@dataclass
class Rig:
    """The parts of a running bot, and how to play Teams to it."""

    teams: FakeTeams
    adapter: TeamsAdapter
    reception: Reception
    dispatcher: Dispatcher
    client: TestClient
    clock: FakeClock
    slept: list[float] = field(default_factory=list)
    _ids: Any = field(default_factory=lambda: itertools.count(1))

    def activity(self, kind: str = "message", *, shared: str = "", **values: Any) -> dict[str, Any]:
        """An activity as Teams sends it: from a private chat, or from a ``channel`` or ``groupChat``."""
        number = next(self._ids)
        conversation = {"id": "a:private-with-pat", "conversationType": "personal", "tenantId": TENANT}
        channel_data: dict[str, Any] = {"tenant": {"id": TENANT}}
        if shared == "channel":
            conversation |= {"id": "19:team@thread.tacv2;messageid=77", "conversationType": "channel", "isGroup": True}
            channel_data |= {"team": {"id": "19:team@thread.tacv2"}, "channel": {"id": "19:team@thread.tacv2"}}
        elif shared == "groupChat":
            conversation |= {"id": "19:group@thread.v2", "conversationType": "groupChat", "isGroup": True}
        return {
            "type": kind,
            "id": f"activity-{number}",
            "timestamp": "2026-03-02T09:30:00.000Z",
            "serviceUrl": self.teams.url,
            "channelId": "msteams",
            "from": {"id": USER, "name": "Pat Example", "aadObjectId": DIRECTORY_ID},
            "conversation": conversation,
            "recipient": {"id": BOT, "name": "Protocol Bot"},
            "channelData": channel_data,
            **values,
        }

    def mention(self, text: str, *, shared: str = "channel", **values: Any) -> dict[str, Any]:
        """Words to the bot where others are."""
        entity = {"type": "mention", "mentioned": {"id": BOT, "name": "Protocol Bot"}, "text": "<at>Protocol Bot</at>"}
        said = f"<at>Protocol Bot</at> {text}"
        return self.activity(shared=shared, text=said, entities=[entity], **values)

    def invoke(self, name: str, value: dict[str, Any], **values: Any) -> dict[str, Any]:
        """An invoke."""
        return self.activity("invoke", name=name, value=value, **values)

    async def post(self, body: Any, *, token: str | None = None, raw: bytes | None = None) -> ClientResponse:
        """Send it, with a good token unless another (or an empty one) is given."""
        token = self.teams.token(self.clock.now()) if token is None else token
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        if raw is not None:
            return await self.client.post("/api/messages", data=io.BytesIO(raw), headers=headers)
        return await self.client.post("/api/messages", json=body, headers=headers)

    async def work(self) -> None:
        """Work what came in and send what goes out, until nothing is left to do now."""
        while await self.reception.work_waiting() or await self.dispatcher.send_waiting():
            pass

    async def tell(self, body: dict[str, Any]) -> None:
        """Send it and let the bot answer."""
        response = await self.post(body)
        assert response.status == 200, await response.text()
        await self.work()


async def settled(part: Any) -> None:
    """Wait for what the keys or the token fetch in the background, where they do."""
    if part._fetching is not None:
        await part._fetching


def teams_settings(teams: FakeTeams, **values: Any) -> Any:
    return settings(
        **{
            "teams_app_id": APP_ID,
            "teams_app_password": SecretStr(SECRET),
            "teams_tenant_id": TENANT,
            "teams_app_type": TeamsAppType.SINGLE_TENANT,
            "teams_openid_metadata_url": f"{teams.url}/metadata",
            "teams_token_url": f"{teams.url}/token",
            "teams_service_hosts": (teams.host,),
            **values,
        }
    )


@contextlib.asynccontextmanager
async def bot_on_teams(store: SqlStore, *, clock: FakeClock | None = None, **values: Any) -> AsyncIterator[Rig]:
    """A bot that is set up for a local Teams. Waiting for a turn moves its clock instead of taking time."""
    clock = clock or FakeClock()
    teams = FakeTeams()
    await teams.start()
    chosen = teams_settings(teams, **values)
    adapter = make_adapter(chosen, clock, store)
    slept: list[float] = []

    async def sleep(seconds: float) -> None:
        slept.append(seconds)
        clock.forward(seconds=seconds)

    object.__setattr__(adapter.messenger, "sleep", sleep)
    wake = asyncio.Event()
    reception = Reception(
        store=store,
        clock=clock,
        protocol=protocol(),
        settings=chosen,
        translators={"teams": adapter.translator},
        announce=wake.set,
        wake=asyncio.Event(),
    )
    dispatcher = Dispatcher(
        store=store, clock=clock, messenger=adapter.messenger, wake=wake, randomness=random.Random(1)
    )

    async def ready() -> list[str]:
        return []

    async with TestClient(TestServer(make_app([adapter], reception, ready=ready))) as client:
        await adapter.start(reception)
        try:
            yield Rig(teams, adapter, reception, dispatcher, client, clock, slept)
        finally:
            await adapter.stop()
            await teams.stop()
