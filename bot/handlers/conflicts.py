"""A relationship that was declared after an enquiry was given out: Democratic Services hear “choose someone else”.

They alone, once, in office hours, and never why. The officer and the member hear nothing of it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.handlers import case_messages as messages
from bot.handlers.casework import look_around, relations
from bot.handlers.notify import tell
from bot.rules.protocol import Position

if TYPE_CHECKING:
    from bot.ports import Services


async def sweep(services: Services) -> None:
    """Point out open enquiries whose officer must not have them."""
    office = await look_around(services)
    if not office.calendar.in_hours(office.now):
        return
    related = await relations(services, office)
    for case in await services.uow.cases.of_owners(related):
        if case.owner_id in related.get(case.member_id, frozenset()):
            for person in office.directory.holders(Position.DEMOCRATIC_SERVICES):
                key = f"c:{case.id}:conflict:{case.owner_id}"
                await tell(person, messages.choose_someone_else(case), key, services, about=case.id)
