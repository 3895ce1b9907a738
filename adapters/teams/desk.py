"""What happens to an activity that was let in: remembered, worked, answered. One path for each kind."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import structlog

from adapters.teams import inbound, render
from adapters.teams.activities import text_of
from bot.model import Event

if TYPE_CHECKING:
    from collections.abc import Mapping

    from adapters.teams.activities import Incoming
    from adapters.teams.places import KnownPlaces
    from bot.ports import Clock
    from bot.receiving import Reception

log = structlog.get_logger()

NOTHING: Mapping[str, Any] = {}
DIALOGS = frozenset({"task/fetch", "task/submit", "composeExtension/fetchTask", "composeExtension/submitAction"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """Takes activities in for the reception."""

    reception: Reception
    places: KnownPlaces
    clock: Clock

    async def take(self, incoming: Incoming, key: str) -> Mapping[str, Any] | None:
        """The body of the answer; nothing where the acknowledgement is all.

        Whatever the bot does not know is acknowledged too: Teams sends anything else again.
        """
        if not incoming.conversation_id:
            return NOTHING if incoming.type == "invoke" else None
        match incoming.type:
            case "message" if not incoming.is_from_bot:
                await self._message(incoming, key)
            case "invoke":
                return await self._invoke(incoming, key)
            case "installationUpdate":
                await self._installation(incoming)
            case "conversationUpdate" if incoming.adds_bot:
                await self._welcome(incoming)
            case "conversationUpdate" if incoming.removes_bot:
                await self.places.left(incoming)
            case _:
                log.debug("teams.nothing_to_do")
        return None

    async def _message(self, incoming: Incoming, key: str) -> None:
        await self.places.note(incoming)
        if inbound.to_request(incoming, key) is not None:
            await self.reception.accept(self._event(incoming, key))

    async def _invoke(self, incoming: Incoming, key: str) -> Mapping[str, Any]:
        if incoming.name in DIALOGS:
            await self.places.note(incoming)
            return render.dialog(await self.reception.answer_now(self._event(incoming, key)))
        match incoming.name:
            case "adaptiveCard/action":
                return await self._card_action(incoming, key)
            case "application/search":
                return render.suggestions(await self.reception.answer_now(self._event(incoming, key)))
            case "composeExtension/query":
                return render.no_search()
            case _:
                log.debug("teams.nothing_to_do")
                return NOTHING

    async def _card_action(self, incoming: Incoming, key: str) -> Mapping[str, Any]:
        """A pressed button: what comes of it goes through the outbox like everything else.

        So nothing of it depends on this request being answered, and what is private stays private.
        """
        if text_of(incoming.value, "trigger") == "automatic":
            return render.pressed()
        await self.places.note(incoming)
        await self.reception.accept(self._event(incoming, key))
        return render.pressed()

    async def _installation(self, incoming: Incoming) -> None:
        if text_of(incoming.raw, "action").startswith("remove"):
            await self.places.left(incoming)
        else:
            await self._welcome(incoming)

    async def _welcome(self, incoming: Incoming) -> None:
        """Once for each conversation, though Teams says it twice: by an update of the installation and of the members.

        The event's key is the conversation's. So the two are one event, and a crash in between repeats nothing.
        """
        await self.places.note(incoming)
        mark = await self.places.wants_welcome(incoming)
        if mark is None:
            return
        parts = f"{incoming.tenant}\n{incoming.conversation_id}\n{mark}"
        key = "welcome:" + hashlib.sha256(parts.encode()).hexdigest()
        await self.reception.accept(self._event(incoming, key))
        await self.places.welcomed(incoming)

    def _event(self, incoming: Incoming, key: str) -> Event:
        # Only kinds that were recognised come here, so that nothing freely chosen gets into a log.
        return Event(
            platform=inbound.PLATFORM,
            key=key,
            kind=incoming.name if incoming.type == "invoke" else incoming.type,
            payload=json.dumps(_needed(incoming.raw)),
            received_at=self.clock.now(),
        )


def _needed(raw: Mapping[str, Any]) -> Mapping[str, Any]:
    """The parts of an activity that are read later. What is not needed is not kept."""
    wanted = {
        "type", "name", "id", "serviceUrl", "channelId", "conversation", "from", "recipient", "channelData",
        "value", "replyToId", "text", "entities", "membersAdded", "action",
    }  # fmt: skip
    return {key: value for key, value in raw.items() if key in wanted}
