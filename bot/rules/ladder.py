"""Who is told at each rung of the ladder. Somebody who is away or out of reach is never the only one told."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.rules.assignment import covers, present
from bot.rules.protocol import Position
from bot.rules.reminders import Rung

if TYPE_CHECKING:
    from bot.model import Person
    from bot.rules.assignment import Fit
    from bot.rules.casework import Chased
    from bot.rules.recipients import Directory

ORDER = (Rung.OWNER, Rung.COVER, Rung.MANAGER, Rung.DIRECTOR, Rung.TOP, Rung.MEMBER)


def told(
    case: Chased, rungs: frozenset[Rung], directory: Directory, fit: Fit, barred: frozenset[str] = frozenset()
) -> dict[str, tuple[Person, Rung]]:
    """Everybody who is told, by id, each once and on the lowest of their rungs.

    Args:
        barred: ids of people who must not act on the case, and so never stand in for its officer.
    """
    found: dict[str, tuple[Person, Rung]] = {}
    for rung in ORDER:
        if rung in rungs:
            for person in on_rung(case, rung, directory, fit, barred):
                found.setdefault(person.id, (person, rung))
    return found


def on_rung(
    case: Chased, rung: Rung, directory: Directory, fit: Fit, barred: frozenset[str] = frozenset()
) -> list[Person]:
    """Who stands on a rung now."""
    owner = directory.by_id(case.owner_id) if case.owner_id else None
    services = [one for one in directory.holders(Position.DEMOCRATIC_SERVICES) if fit(one)]
    match rung:
        case Rung.MEMBER:
            member = directory.by_id(case.member_id)
            return [member] if member is not None and member.active else []
        case Rung.TOP:
            return [*(one for one in directory.holders(Position.MONITORING_OFFICER) if fit(one)), *services]
        case _ if owner is None:
            return services if rung is Rung.OWNER else []
        case Rung.OWNER:
            acting = present(owner, directory, fit, barred - {owner.id})
            return [acting] if acting else _managers(owner, directory, fit)[:1] or services
        case Rung.COVER:
            return [one for one in covers(owner, directory) if fit(one) and one.id not in barred][:1]
        case Rung.MANAGER:
            return _managers(owner, directory, fit)[:1]
        case Rung.DIRECTOR:
            return _directors(owner, directory, fit)[:1]


def _managers(owner: Person, directory: Directory, fit: Fit) -> list[Person]:
    """Those above the officer, nearest first; without any, the head of their department."""
    above = list(directory.managers(owner)) or [
        head for head in directory.holders(Position.SERVICE_HEAD) if _beside(owner, head)
    ]
    return [one for one in above if fit(one)]


def _directors(owner: Person, directory: Directory, fit: Fit) -> list[Person]:
    """The director above the officer; above a director, the Chief Executive."""
    chain = [one for one in directory.managers(owner) if one.holds(Position.DIRECTOR)]
    beside = [one for one in directory.holders(Position.DIRECTOR) if _beside(owner, one)]
    return [one for one in (*chain, *beside, *directory.holders(Position.CHIEF_EXECUTIVE)) if fit(one) and one != owner]


def _beside(owner: Person, other: Person) -> bool:
    return other.id != owner.id and bool(owner.department) and other.department == owner.department
