"""Tell people something privately: a row in the outbox, in the transaction that caused it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import structlog

from bot.model import OutgoingMessage

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from bot.messages import Reply
    from bot.model import Person
    from bot.ports import Services

log = structlog.get_logger()


async def tell(
    person: Person, reply: Reply, key: str, services: Services, *, about: str = "", not_before: datetime | None = None
) -> bool:
    """Queue a private message for the person. False where no platform knows them: an operator is warned.

    Args:
        key: unique for this message to this person, so that it is never queued twice.
    """
    address = person.address(services.platforms)
    if address is None:
        log.warning("person.unreachable", person=person.id, about=about)
        return False
    now = services.clock.now()
    await services.uow.outbox.put(
        OutgoingMessage(
            key=f"{key}:{person.id}",
            to=address,
            reply=reply,
            created_at=now,
            not_before=not_before or now,
            about=about,
            person_id=person.id,
        )
    )
    return True


async def tell_all(people: Iterable[Person], reply: Reply, key: str, services: Services, *, about: str = "") -> None:
    """The same to several people, each on their own."""
    for person in people:
        await tell(person, reply, key, services, about=about)
