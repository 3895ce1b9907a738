"""Who is asking: the person of the directory, or a stand-in for somebody whom it does not know."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from bot.model import Person
from bot.rules.protocol import Position, Role

if TYPE_CHECKING:
    from bot.messages import Sender
    from bot.ports import Services


def asker(sender: Sender, services: Services) -> Person:
    """The sender as a person. One whom the directory does not know keeps the same id each time."""
    return services.person or stranger(sender)


def stranger(sender: Sender) -> Person:
    """A stand-in: no position, no manager, reached where they wrote from."""
    digest = hashlib.sha256(f"{sender.platform}\x1f{sender.user_id}".encode()).hexdigest()[:30]
    return Person(
        id=f"x-{digest}",
        name=sender.name,
        email="",
        role=Role.OFFICER,
        positions=(Position.OFFICER,),
        slack_user_id=sender.user_id if sender.platform == "slack" else "",
        teams_user_id=sender.user_id if sender.platform == "teams" else "",
    )


def is_known(person: Person) -> bool:
    """Whether the directory knows the person."""
    return not person.id.startswith("x-")
