"""What people do while the process may die: declare, ask, and what the clock sets off. Each may be sent again whole."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.faults.world import World

TOKEN = "token-of-the-form"
DECLARATION = {"other_party": "person:femi.sample", "kind": "family", "details": "in the same house"}
ENQUIRY = {
    "subject": "Street light",
    "details": "The light outside the hall has been out for a month.",
    "service": "Highways",
    "department": "Highways",
}


async def declare(world: World) -> None:
    """A member sends the declaration form in; the platform may send it twice."""
    for key in ("submit-01", "submit-02"):
        await world.send(key, "ada.sample", type="submit", form="declare_relationship", token=TOKEN, values=DECLARATION)


async def ask(world: World) -> None:
    """A mention, acknowledged before it is answered."""
    await world.mention("mention-1", "ada.sample", "may an officer come to our group meeting?")


async def look_after(world: World) -> None:
    """A year on, the tick asks whether a declaration is still right."""
    await declare(world)
    await world.settle()
    world.clock.forward(days=366)
    world.clock.instant = world.clock.instant.replace(hour=11)
    await world.scheduler.look_after_register()
    await world.scheduler.look_after_register()


JOURNEYS = {"declare": declare, "ask": ask, "look after the register": look_after}
