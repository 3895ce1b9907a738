"""Where people can be reached: the references that Teams wants to be kept for messages that nobody asked for.

A person is kept under both ids that Teams has for them, since the directory may know either. For
each tenant the last service address is kept too: it opens conversations with people who have not
written yet. Everything is sealed by storage.
"""

from __future__ import annotations

import hashlib
import json
from collections import OrderedDict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from adapters.teams import inbound
from adapters.teams.activities import table_of, text_of
from adapters.teams.auth import CHANNEL

if TYPE_CHECKING:
    from collections.abc import Mapping

    from adapters.teams.activities import Incoming
    from adapters.teams.hosts import ServiceHosts
    from bot.ports import Clock, Store

LONGEST_ID = 200
UNCHANGED = 10_000
"""References that are known to be stored as they are, so that most messages write nothing."""
LEFT = "left"
"""Under this stands when the bot was removed from a conversation."""
FIRST_HOST = "https://smba.trafficmanager.net/teams/"
"""The address that Microsoft documents for a bot that has not heard from anybody yet."""


@dataclass(frozen=True, slots=True)
class Start:
    """What is needed to open a conversation."""

    service_url: str
    bot_id: str
    tenant: str

    def reference_to(self, user_id: str, conversation: str) -> dict[str, Any]:
        """The reference of a private conversation that was just opened."""
        return {
            "channelId": CHANNEL,
            "serviceUrl": self.service_url,
            "conversation": {"id": conversation, "conversationType": "personal"},
            "bot": {"id": self.bot_id},
            "user": {"id": user_id},
        }


@dataclass(slots=True, kw_only=True)
class KnownPlaces:
    """The stored references."""

    store: Store
    clock: Clock
    app_id: str
    tenant: str
    hosts: ServiceHosts
    _unchanged: OrderedDict[str, str] = field(default_factory=OrderedDict)

    async def note(self, incoming: Incoming) -> None:
        """Keep where the sender can be reached, and by which address the tenant is."""
        # Without the message's own id, which would make every message a change.
        reference = {key: value for key, value in inbound.reference(incoming).items() if key != "activityId"}
        wanted = {_tenant_id(incoming.tenant): json.dumps({**reference, "conversation": {}, "user": {}})}
        if incoming.is_personal:
            text = json.dumps(reference)
            wanted |= {who: text for who in (incoming.user_id, incoming.directory_id) if who}
        changed = {who: text for who, text in wanted.items() if self._unchanged.get(who) != text}
        if not changed:
            return
        async with self.store.begin() as uow:
            for who, text in changed.items():
                await uow.places.remember(inbound.PLATFORM, _short(who), incoming.tenant, text, self.clock.now())
            await uow.commit()
        self._unchanged |= changed
        while len(self._unchanged) > UNCHANGED:
            self._unchanged.popitem(last=False)

    async def wants_welcome(self, incoming: Incoming) -> str | None:
        """Nothing where this conversation had its welcome; else what sets the next welcome apart from the last."""
        known = await self.find(self._conversation_id(incoming))
        if known is None:
            return ""
        return text_of(known, LEFT) or None

    async def welcomed(self, incoming: Incoming) -> None:
        """Remember that this conversation got its welcome."""
        await self.keep(
            self._conversation_id(incoming),
            incoming.tenant,
            {key: value for key, value in inbound.reference(incoming).items() if key != "activityId"},
        )

    async def left(self, incoming: Incoming) -> None:
        """The bot was removed from this conversation: for a private one the person cannot be reached any more."""
        moment = {LEFT: self.clock.now().isoformat()}
        await self.keep(self._conversation_id(incoming), incoming.tenant, moment)
        if incoming.is_personal:
            for who in filter(None, (incoming.user_id, incoming.directory_id)):
                await self.forget(who)

    async def keep(self, who: str, tenant: str, reference: Mapping[str, Any]) -> None:
        """Keep a reference."""
        async with self.store.begin() as uow:
            await uow.places.remember(inbound.PLATFORM, _short(who), tenant, json.dumps(reference), self.clock.now())
            await uow.commit()

    async def find(self, who: str) -> Mapping[str, Any] | None:
        """The reference that is kept."""
        async with self.store.begin() as uow:
            text = await uow.places.find(inbound.PLATFORM, _short(who))
        found = json.loads(text) if text else None
        return found if isinstance(found, dict) else None

    async def forget(self, who: str) -> None:
        """Drop a reference."""
        self._unchanged.pop(who, None)
        async with self.store.begin() as uow:
            await uow.places.forget(inbound.PLATFORM, _short(who))
            await uow.commit()

    async def start_for(self, tenant: str) -> Start:
        """How to open a conversation in this tenant."""
        tenant = tenant or self.tenant
        known = await self.find(_tenant_id(tenant)) or {}
        service_url = text_of(known, "serviceUrl")
        return Start(
            service_url=service_url if self.hosts.allow(service_url) else FIRST_HOST,
            bot_id=text_of(table_of(known, "bot"), "id") or f"28:{self.app_id}",
            tenant=tenant,
        )

    @staticmethod
    def _conversation_id(incoming: Incoming) -> str:
        # A thread's messages have the id of the channel with the thread behind it.
        return f"conversation:{incoming.conversation_id.partition(';')[0]}"


def _tenant_id(tenant: str) -> str:
    return f"tenant:{tenant}"


def _short(who: str) -> str:
    """The id as a column holds it."""
    return who if len(who) <= LONGEST_ID else f"long:{hashlib.sha256(who.encode()).hexdigest()}"
