"""Ask again, just before a message leaves, whether it still holds: :attr:`bot.sending.Dispatcher.recheck`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.handlers import remind
from bot.ports import Services

if TYPE_CHECKING:
    from datetime import datetime

    from bot.messages import Reply
    from bot.model import OutgoingMessage
    from bot.ports import Clock, ProtocolSource, Store
    from bot.settings import Settings


@dataclass(frozen=True, slots=True, kw_only=True)
class Rechecker:
    """Looks at what a message is about, in a transaction of its own; most are about nothing that can change."""

    store: Store
    clock: Clock
    protocol: ProtocolSource
    settings: Settings
    platforms: tuple[str, ...]

    async def __call__(self, message: OutgoingMessage) -> Reply | datetime | None:
        """What to send now, until when to wait, or nothing where the message no longer holds."""
        if not remind.can_change(message):
            return message.reply
        async with self.store.begin() as uow:
            services = Services(
                clock=self.clock, protocol=self.protocol, uow=uow, settings=self.settings, platforms=self.platforms
            )
            return await remind.as_it_stands(message, services)
