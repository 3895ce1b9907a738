"""The one gate to disclosures. Nobody reads one except through here, and every opening is recorded.

Guessing a reference gives the same answer as one that does not exist.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from bot.errors import NotFound
from bot.rules.disclosures import DisclosureEvent, Purpose, Step, may_see, state_after
from bot.rules.protocol import Position, Role
from bot.wording.common import NOT_FOUND

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.model import Person
    from bot.ports import Services
    from bot.rules.disclosures import Disclosure
    from bot.rules.protocol import Pack


def register_keeper(pack: Pack) -> Position | None:
    """Who keeps the register: the Monitoring Officer, where the protocol has members declare to them.

    Copeland 5.3 has a register kept by the Head of Legal and Democratic Services, who is its
    Monitoring Officer (2.3); West Oxfordshire 30 and Tower Hamlets 3.6 send everything to the
    Monitoring Officer. Elsewhere only those who are told of a disclosure see it.
    """
    for route in pack.declarations:
        if any(position.role is Role.MEMBER for position in route.positions):
            for key in route.to:
                if pack.offices[key].position is Position.MONITORING_OFFICER:
                    return Position.MONITORING_OFFICER
    return None


def keeps_register(person: Person, pack: Pack) -> bool:
    """Whether the person keeps this council's register now."""
    position = register_keeper(pack)
    return position is not None and person.active and person.holds(position)


async def get_disclosure_for(person: Person, disclosure_id: str, purpose: Purpose, services: Services) -> Disclosure:
    """The disclosure, if this person may see it for this purpose; the opening is recorded.

    Raises:
        NotFound: there is none, or it is not for them. The two cannot be told apart.
    """
    found = await services.uow.disclosures.get(disclosure_id)
    keeper = keeps_register(person, services.protocol.pack)
    if found is None or not person.active or not may_see(found, person.id, purpose, keeps_register=keeper):
        raise NotFound(NOT_FOUND)
    now = services.clock.now()
    await services.uow.audit.write(now, person.id, f"disclosure {purpose.value}", found.id)
    if person.id == found.declarer_id:
        return found
    await services.uow.disclosures.record(
        DisclosureEvent(disclosure_id=found.id, at=now, by=person.id, step=Step.OPENED)
    )
    after = state_after(found.state, Step.OPENED)
    if after is not found.state:
        await services.uow.disclosures.save(replace(found, state=after))
        found = replace(found, state=after, version=found.version + 1)
    return found


async def disclosures_for(person: Person, purpose: Purpose, services: Services) -> Sequence[Disclosure]:
    """Every disclosure that the person may see for this purpose, newest first, to be listed without its content."""
    if not person.active:
        return []
    keeper = keeps_register(person, services.protocol.pack)
    return [
        each
        for each in await services.uow.disclosures.all()
        if may_see(each, person.id, purpose, keeps_register=keeper)
    ]
