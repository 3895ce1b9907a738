"""The directory with an index, for work that looks up thousands of people at once."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from bot.rules.recipients import Directory

if TYPE_CHECKING:
    from bot.model import Person
    from bot.rules.protocol import Position


class IndexedDirectory(Directory):
    """:class:`bot.rules.recipients.Directory`, found by key instead of by going through everybody."""

    @cached_property
    def _ids(self) -> dict[str, Person]:
        return {one.id: one for one in reversed(self.people)}

    @cached_property
    def _emails(self) -> dict[str, Person]:
        return {one.email.lower(): one for one in reversed(self.people) if one.active}

    @cached_property
    def _holders(self) -> dict[Position, tuple[Person, ...]]:
        found: dict[Position, list[Person]] = {}
        for one in self.people:
            if one.active:
                for position in dict.fromkeys(one.positions):
                    found.setdefault(position, []).append(one)
        return {position: tuple(people) for position, people in found.items()}

    def holders(self, position: Position) -> tuple[Person, ...]:
        """Everybody who holds the position, by name."""
        return self._holders.get(position, ())

    def by_email(self, email: str) -> Person | None:
        """The active person with this address."""
        return self._emails.get(email.strip().lower()) if email else None

    def by_id(self, person_id: str) -> Person | None:
        """The person with this id."""
        return self._ids.get(person_id)
