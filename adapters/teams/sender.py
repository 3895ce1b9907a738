"""Delivers replies on Teams: into the conversation that asked, in place of a card, or to a person privately."""

from __future__ import annotations

import asyncio
import json
from collections import OrderedDict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from adapters.teams import render
from adapters.teams.activities import table_of, text_of
from adapters.teams.connector import NotFoundError, NotTakenError
from adapters.teams.inbound import PLATFORM
from adapters.teams.limits import LONGEST_WAIT
from bot.errors import CannotReach, TryAgain

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

    from adapters.teams.gateway import Gateway
    from adapters.teams.limits import Pacing
    from adapters.teams.places import KnownPlaces
    from bot.messages import Address, Reply

HALF_SENT = 500
"""Messages of several parts whose progress is remembered for another attempt."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """Where a message goes."""

    reference: Mapping[str, Any]
    tenant: str
    private: bool
    user_id: str = ""
    """The person, where the message goes to them rather than to a place."""
    card: str = ""
    """The message whose button was pressed."""
    form: bool = False
    """Whether that message is the form that was sent in: then the answer takes its place."""

    @property
    def conversation(self) -> str:
        """The thread, for pacing."""
        return text_of(table_of(self.reference, "conversation"), "id")


@dataclass(frozen=True, slots=True, kw_only=True)
class TeamsMessenger:
    """:class:`bot.ports.Messenger` for Teams."""

    gateway: Gateway
    places: KnownPlaces
    pacing: Pacing
    dialogs: bool = True
    """Whether the clients have dialogs: all but the Agents Playground."""
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    half_sent: OrderedDict[str, list[str]] = field(default_factory=OrderedDict)

    @property
    def platform(self) -> str:
        """The platform's name."""
        return PLATFORM

    async def deliver(self, to: Address, reply: Reply, *, key: str, uncertain: bool) -> str:
        """Send the reply and return the id of its (last) message.

        Teams offers no way to look for a message of ours, so an uncertain one is sent again and says so.

        Raises:
            DeliveryError: it did not get through.
        """
        target = await self._target(to)
        try:
            return await self._deliver(target, reply, key=key, uncertain=uncertain)
        except (CannotReach, NotFoundError) as error:
            if not target.user_id:
                raise CannotReach(str(error)) from None
            # Blocked, uninstalled or gone. The reference is of no use; the next contact brings a new one.
            await self.places.forget(target.user_id)
            raise CannotReach(str(error)) from None

    async def _deliver(self, target: Target, reply: Reply, *, key: str, uncertain: bool) -> str:
        replaces = target.card if target.card and (reply.replaces or target.form) else ""
        parts = render.messages(
            reply, private=target.private, repeated=uncertain and not replaces, dialogs=self.dialogs
        )
        sent = self.half_sent.pop(key, [])
        for part in parts[len(sent) :]:
            try:
                sent.append(await self._post(target, reply, part, instead_of="" if sent else replaces))
            except Exception:
                if sent:
                    self._remember_progress(key, sent)
                raise
        return sent[-1]

    def _remember_progress(self, key: str, sent: list[str]) -> None:
        self.half_sent[key] = sent
        while len(self.half_sent) > HALF_SENT:
            self.half_sent.popitem(last=False)

    async def _post(self, target: Target, reply: Reply, message: Mapping[str, Any], *, instead_of: str) -> str:
        try:
            return await self._paced(target, message, instead_of)
        except NotFoundError:
            if not instead_of:
                raise
            # The card was deleted meanwhile: the answer comes as a message of its own.
            return await self._paced(target, message, "")
        except NotTakenError:
            return await self._simpler(target, reply, instead_of)

    async def _simpler(self, target: Target, reply: Reply, instead_of: str) -> str:
        """Teams does not take the card: the plain summary is better than silence."""
        try:
            return await self._paced(target, render.plain_message(reply), instead_of)
        except NotTakenError as error:
            raise CannotReach(str(error)) from None

    async def _paced(self, target: Target, message: Mapping[str, Any], instead_of: str) -> str:
        await self._my_turn(target.conversation, target.tenant)
        try:
            return await self.gateway.post(target.reference, message, instead_of=instead_of)
        except TryAgain as error:
            if error.after:
                self.pacing.hold(target.conversation, error.after)
            raise

    async def _my_turn(self, thread: str, tenant: str) -> None:
        for reserve, key in ((self.pacing.thread, thread), (self.pacing.tenant, tenant)):
            wait = reserve(key)
            if wait > LONGEST_WAIT:
                raise TryAgain("own pace", after=wait)
            if wait > 0:
                await self.sleep(wait)

    async def _target(self, to: Address) -> Target:
        if to.place:
            address = json.loads(to.place)
            return Target(
                reference=table_of(address, "ref"),
                tenant=text_of(address, "tenant"),
                private=address.get("private") is True,
                card=text_of(address, "card"),
                form=address.get("form") is True,
            )
        reference = await self.places.find(to.user_id) or await self._opened(to)
        return Target(reference=reference, tenant=to.tenant or self.places.tenant, private=True, user_id=to.user_id)

    async def _opened(self, to: Address) -> Mapping[str, Any]:
        """A private conversation with somebody who never wrote to the bot, where the organisation allows it."""
        await self._my_turn(f"person:{to.user_id}", to.tenant or self.places.tenant)
        start = await self.places.start_for(to.tenant)
        try:
            conversation = await self.gateway.open_private(
                service_url=start.service_url, bot_id=start.bot_id, user_id=to.user_id, tenant=start.tenant
            )
        except (NotFoundError, NotTakenError) as error:
            raise CannotReach(str(error)) from None
        reference = start.reference_to(to.user_id, conversation)
        await self.places.keep(to.user_id, start.tenant, reference)
        return reference
