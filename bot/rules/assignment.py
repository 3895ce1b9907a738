"""Who gets a case: by service, with cover, and never somebody who must not have it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.rules.protocol import Position, Role

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from bot.model import Person
    from bot.rules.disclosures import Disclosure
    from bot.rules.recipients import Directory

    Fit = Callable[[Person], bool]


def services(directory: Directory) -> tuple[str, ...]:
    """The departments that have an officer, by name."""
    found = {one.department for one in directory.people if one.active and one.role is Role.OFFICER and one.department}
    return tuple(sorted(found, key=str.casefold))


def candidates(service: str, directory: Directory, *, to_director: bool = False) -> list[Person]:
    """Who could have a case of this service, best first: its head, its officers, its director, then those above.

    Args:
        to_director: the director comes first, as Tower Hamlets 8.2 has it for urgent requests.
    """
    people = [one for one in directory.people if one.active and one.role is Role.OFFICER and _same(one, service)]
    heads = [one for one in people if one.holds(Position.SERVICE_HEAD)]
    directors = [one for one in people if one.holds(Position.DIRECTOR)]
    officers = [one for one in people if one not in heads and one not in directors]
    above = [boss for one in (*heads, *directors, *officers) for boss in directory.managers(one)]
    directors += [boss for boss in above if boss.holds(Position.DIRECTOR)]
    order = (directors, heads, officers) if to_director else (heads, officers, directors)
    return list({one.id: one for group in (*order, above) for one in group}.values())


def _same(person: Person, service: str) -> bool:
    return bool(service) and person.department.casefold() == service.casefold()


def covers(person: Person, directory: Directory) -> Iterator[Person]:
    """Who stands in for the person, who for that one, and so on; each once, so that a circle ends."""
    seen = {person.id}
    cover = directory.by_email(person.cover_email)
    while cover is not None and cover.id not in seen:
        seen.add(cover.id)
        yield cover
        cover = directory.by_email(cover.cover_email)


def present(person: Person, directory: Directory, fit: Fit, barred: frozenset[str] = frozenset()) -> Person | None:
    """The person if they are there, else the first of their cover who is; nobody where the chain ends.

    Args:
        fit: whether somebody is there: active, not away, and within reach.
        barred: ids of people who must not have the case.
    """
    chain = (person, *covers(person, directory))
    return next((one for one in chain if one.id not in barred and one.role is Role.OFFICER and fit(one)), None)


def choose(
    service: str, directory: Directory, fit: Fit, barred: frozenset[str], *, to_director: bool = False
) -> Person | None:
    """The officer who gets a new case of this service; nobody where Democratic Services must choose."""
    for candidate in candidates(service, directory, to_director=to_director):
        if candidate.id in barred:
            continue
        found = present(candidate, directory, fit, barred)
        if found is not None:
            return found
    return None


def relations(disclosures: Iterable[Disclosure], people: Sequence[Person]) -> dict[str, frozenset[str]]:
    """For each person, the ids of those with whom the register knows of a relationship, whoever of the two declared it.

    A party that was typed rather than chosen counts where a name of the directory is meant by it.
    """
    names: dict[str, set[str]] = {}
    for one in people:
        names.setdefault(" ".join(one.name.casefold().split()), set()).add(one.id)
    found: dict[str, set[str]] = {}
    for each in disclosures:
        if not each.is_open:
            continue
        other = each.content.other_party_id
        for other_id in {other} if other else names.get(" ".join(each.content.other_party.casefold().split()), set()):
            found.setdefault(each.declarer_id, set()).add(other_id)
            found.setdefault(other_id, set()).add(each.declarer_id)
    return {person_id: frozenset(others - {person_id}) for person_id, others in found.items()}
