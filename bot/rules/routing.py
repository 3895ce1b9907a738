"""Who is told: of a relationship, and of a concern. All of it comes from the pack."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.rules.pack_parsing import LADDER_WORDS
from bot.rules.protocol import Position, Role

if TYPE_CHECKING:
    from bot.rules.protocol import ConcernRoute, DeclarationRoute, Pack

FALLS_BACK_TO: dict[Position, Position] = {
    Position.EXECUTIVE_MEMBER: Position.MEMBER,
    Position.CHAIR: Position.MEMBER,
    Position.GROUP_LEADER: Position.MEMBER,
    Position.SERVICE_HEAD: Position.OFFICER,
    Position.DIRECTOR: Position.SERVICE_HEAD,
    Position.CHIEF_EXECUTIVE: Position.DIRECTOR,
    Position.MONITORING_OFFICER: Position.SERVICE_HEAD,
    Position.SECTION_151_OFFICER: Position.SERVICE_HEAD,
    Position.DEMOCRATIC_SERVICES: Position.OFFICER,
}
"""Where a protocol has no rule of its own for a position, the rule for what that person is as well."""


def declaration_route(pack: Pack, position: Position) -> DeclarationRoute | None:
    """The route for a declarer in this position, or for what they are as well; nothing where the pack has none."""
    looked_for: Position | None = position
    while looked_for is not None:
        for route in pack.declarations:
            if looked_for in route.positions:
                return route
        looked_for = FALLS_BACK_TO.get(looked_for)
    return None


def concern_route(pack: Pack, by: Role, about: str) -> ConcernRoute | None:
    """The ladder for a concern by one side about somebody.

    Args:
        about: officer, director, chief_executive or member.
    """
    return next((route for route in pack.concerns if route.by is by and about in route.about), None)


def step_title(pack: Pack, to: str) -> str:
    """What a rung is called: the office's title, or the plain word for talking, or for outside help."""
    if to in LADDER_WORDS:
        return {"discussion": "the person concerned, directly", "outside": "somebody outside the council"}[to]
    return pack.office_title(to)
