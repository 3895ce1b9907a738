"""What people do while the process may die: declare, ask, and what the clock sets off. Each may be sent again whole."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.faults.world import World

TOKEN = "token-of-the-form"
DECLARATION = {"other_party": "person:femi.sample", "kind": "family", "details": "in the same house"}
ENQUIRY = {
    "subject": "Repairs since April",
    "details": "How many repairs were done in Example Court since April, and how many are still open?",
    "service": "Housing",
}


async def declare(world: World) -> None:
    """A member sends the declaration form in; the platform may send it twice."""
    for key in ("submit-01", "submit-02"):
        await world.send(key, "ada.sample", type="submit", form="declare_relationship", token=TOKEN, values=DECLARATION)


async def ask(world: World) -> None:
    """A mention, acknowledged before it is answered."""
    await world.mention("mention-1", "ada.sample", "may an officer come to our group meeting?")


async def raise_enquiry(world: World) -> None:
    """A member raises an enquiry; the platform may send the form twice."""
    for key in ("enquiry-1", "enquiry-2"):
        await world.send(key, "ada.sample", type="submit", form="member_enquiry", token=TOKEN, values=ENQUIRY)


async def remind(world: World) -> None:
    """The due day comes, then it passes; the tick comes more often than it need."""
    await raise_enquiry(world)
    await world.settle()
    for days in (12, 8):
        world.clock.instant = (world.clock.instant + timedelta(days=days)).replace(hour=11)
        for _ in range(2):
            await world.scheduler.remind()
            await world.settle()


async def look_after(world: World) -> None:
    """A year on, the tick asks whether a declaration is still right."""
    await declare(world)
    await world.settle()
    world.clock.forward(days=366)
    world.clock.instant = world.clock.instant.replace(hour=11)
    await world.scheduler.look_after_register()
    await world.scheduler.look_after_register()


JOURNEYS = {
    "declare": declare,
    "ask": ask,
    "look after the register": look_after,
    "raise an enquiry": raise_enquiry,
    "remind": remind,
}
