"""Find the people behind the offices that a protocol names, without ever telling a party.

The recipient is never a party, never the declarer, never somebody who works under the declarer:
then it is the next in the chain, else the deputy, else the statutory officer above. Where nobody
is left, the fallback is told and an operator warned. A disclosure is never dropped, never widened.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from bot.rules.protocol import Position

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from bot.model import Person
    from bot.rules.protocol import Office, Pack

ABOVE = (Position.MONITORING_OFFICER, Position.CHIEF_EXECUTIVE, Position.SECTION_151_OFFICER)
"""The statutory officers, in the order in which they stand in."""

RELATIONS: Mapping[str, Position | None] = {
    "own_service_head": Position.SERVICE_HEAD,
    "own_director": Position.DIRECTOR,
    "own_manager": None,
}


@dataclass(frozen=True, slots=True)
class Recipients:
    """Who is told. ``named`` says whether these are the holders of the offices that the protocol names."""

    people: tuple[Person, ...]
    named: bool = True
    missing: tuple[str, ...] = ()
    """Titles of offices for which nobody could be found: an operator should hear of it."""


@dataclass(frozen=True, slots=True)
class Directory:
    """The people of the council, for following who works for whom."""

    people: Sequence[Person]

    def holders(self, position: Position) -> tuple[Person, ...]:
        """Everybody who holds the position, by name."""
        return tuple(person for person in self.people if person.active and person.holds(position))

    def by_email(self, email: str) -> Person | None:
        """The active person with this address."""
        wanted = email.strip().lower()
        return next((one for one in self.people if wanted and one.active and one.email.lower() == wanted), None)

    def by_id(self, person_id: str) -> Person | None:
        """The person with this id."""
        return next((one for one in self.people if one.id == person_id), None)

    def managers(self, person: Person) -> Iterator[Person]:
        """The person's manager, that one's manager, and so on; each once, so that a circle ends."""
        seen = {person.id}
        manager = self.by_email(person.manager_email)
        while manager is not None and manager.id not in seen:
            seen.add(manager.id)
            yield manager
            manager = self.by_email(manager.manager_email)

    def works_under(self, person: Person, boss: Person) -> bool:
        """Whether the person works under the boss, at any distance."""
        return any(manager.id == boss.id for manager in self.managers(person))


def find_recipients(
    pack: Pack,
    offices: Sequence[str],
    declarer: Person,
    other_party_id: str,
    directory: Directory,
    fallback_email: str = "",
) -> Recipients:
    """The people who are told of a relationship.

    Args:
        offices: keys of the pack's offices, as its route names them. Each must be told.
        other_party_id: the other party, where the directory knows them.
        fallback_email: of the person who is told where nobody else can be found.
    """
    parties = {declarer.id, other_party_id} - {""}

    def eligible(person: Person) -> bool:
        # Everybody works under the Chief Executive. The statutory officers answer to the whole council in
        # that duty, so a protocol that names one of them means them for the Chief Executive too.
        below = directory.works_under(person, declarer) and not any(person.holds(position) for position in ABOVE)
        return person.active and person.id not in parties and not below

    found: list[Person] = []
    missing: list[str] = []
    for key in offices:
        people = _holders(pack, key, declarer, directory, eligible)
        if not people:
            missing.append(pack.office_title(key))
        found += [person for person in people if person not in found]
    if found:
        return Recipients(tuple(found), missing=tuple(missing))
    return replace(_stand_in(directory, parties, fallback_email), named=False, missing=tuple(missing))


def monitoring_officer_alone(
    declarer: Person, other_party_id: str, directory: Directory, fallback_email: str = ""
) -> Recipients:
    """Who is told of one that could put someone at risk: the Monitoring Officer, or who stands in for them.

    As with sensitive interests (Localism Act 2011, section 32).
    """
    return _stand_in(directory, {declarer.id, other_party_id} - {""}, fallback_email)


def _stand_in(directory: Directory, parties: set[str], fallback_email: str) -> Recipients:
    """The first statutory officer who is no party, else the fallback; ``named`` where it is the Monitoring Officer."""
    for position in ABOVE:
        people = [person for person in directory.holders(position) if person.id not in parties]
        if people:
            return Recipients(tuple(people[:1]), named=position is Position.MONITORING_OFFICER)
    fallback = directory.by_email(fallback_email)
    people = [fallback] if fallback is not None and fallback.id not in parties else []
    return Recipients(tuple(people), named=False)


def _holders(
    pack: Pack,
    key: str,
    declarer: Person,
    directory: Directory,
    eligible: Callable[[Person], bool],
    seen: frozenset[str] = frozenset(),
) -> list[Person]:
    """Who is told for this office: everybody where each must be, else the first that may be; else its deputy."""
    office = pack.offices[key]
    people = [person for person in _candidates(office, declarer, directory) if eligible(person)]
    if people:
        return people if office.kind == "everyone" else people[:1]
    if office.deputy and office.deputy not in seen:
        return _holders(pack, office.deputy, declarer, directory, eligible, seen | {key})
    return []


def _candidates(office: Office, declarer: Person, directory: Directory) -> Sequence[Person]:
    """Best first: the holder of the office, then who is next in the chain above."""
    if office.relation is None:
        return directory.holders(office.position) if office.position else ()
    wanted = RELATIONS[office.relation]
    chain = list(directory.managers(declarer))
    above = [number for number, person in enumerate(chain) if wanted is None or person.holds(wanted)]
    if above:
        return chain[above[0] :]
    same_department = [
        person
        for person in (directory.holders(wanted) if wanted else ())
        if declarer.department and person.department == declarer.department
    ]
    return same_department or chain
