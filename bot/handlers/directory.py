"""Suggest people while a name is being typed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rapidfuzz import fuzz, process, utils

from bot.messages import Option, Reply

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.messages import LookUp
    from bot.model import Person
    from bot.ports import Services

MOST = 8
CLOSE_ENOUGH = 60
"""Out of 100; below it a name is not what was meant."""
CHOSEN = "person:"
"""A value with this start is the id of somebody chosen from the directory."""


async def suggest(request: LookUp, services: Services) -> Reply:
    """The people whose names come nearest to what was typed; never the person who types."""
    people = [person for person in await services.uow.people.all() if person != services.person]
    options = tuple(
        Option(value=f"{CHOSEN}{person.id}", label=label(person)) for person in nearest(request.typed, people)
    )
    return Reply(summary="", options=options)


def nearest(typed: str, people: Sequence[Person]) -> list[Person]:
    """People by how near their names come to what was typed, whatever the order of the words or a slip in them."""
    if not typed.strip():
        return []
    names = {number: person.name for number, person in enumerate(people)}
    found = process.extract(
        typed, names, scorer=fuzz.WRatio, processor=utils.default_process, limit=MOST, score_cutoff=CLOSE_ENOUGH
    )
    return [people[number] for _, _, number in found]


def label(person: Person) -> str:
    """A name with enough to tell namesakes apart."""
    about = person.department or (f"{person.ward} ward" if person.ward else "")
    position = person.position.value.replace("_", " ")
    return f"{person.name} ({', '.join(part for part in (position, about) if part)})"


def chosen_id(value: str) -> str:
    """The id in a chosen value; empty where the name was typed."""
    return value.removeprefix(CHOSEN) if value.startswith(CHOSEN) else ""


def by_name(typed: str, people: Sequence[Person]) -> Person | None:
    """The one person whose name or label this is, whatever its capitals; none where there are two."""
    wanted = " ".join(typed.casefold().split())
    found = [person for person in people if wanted in {person.name.casefold(), label(person).casefold()}]
    return found[0] if len(found) == 1 else None
