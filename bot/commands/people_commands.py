"""Commands on the directory: ``people import``, ``people list``, ``people leave``."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from bot import bootstrap
from bot.commands.shared import Config, Json, print_json, run
from bot.errors import InputError
from bot.rules.people_file import PeopleFile, decode, read_people
from bot.settings import read_settings

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from bot.model import Person
    from bot.settings import Settings

OPERATOR = "operator"
LISTED = 20


def add_to(app: typer.Typer) -> None:
    """Add these commands to the command line."""
    family = typer.Typer(help="The directory: who is who at the council.", no_args_is_help=True)
    family.command("import")(import_people)
    family.command("list")(list_people)
    family.command("leave")(leave)
    app.add_typer(family, name="people")


def import_people(
    file: Annotated[Path, typer.Argument(help="A CSV file; its first line names the columns.")],
    as_json: Json = False,
    config: Config = None,
) -> None:
    """Take the directory in from a spreadsheet. Doing it again updates people by their e-mail address."""
    settings = read_settings(config)
    try:
        text = decode(file.read_bytes())
    except OSError:
        raise InputError(f"The file {file} cannot be read. Correct the path.") from None
    if text is None:
        raise InputError(f"The file {file} is not UTF-8 text. Save the spreadsheet as “CSV UTF-8”.")
    found, new = run(_import(settings, text))
    without = {name: [one for one in found.people if not getattr(one, f"{name}_user_id")] for name in _asked(settings)}
    if as_json:
        print_json(
            {
                "people": len(found.people),
                "new": new,
                "updated": len(found.people) - new,
                "warnings": [str(warning) for warning in found.warnings],
                **{f"without_{name}": [one.email for one in people] for name, people in without.items()},
            }
        )
        return
    sys.stdout.write(f"{len(found.people)} people are in: {new} new, {len(found.people) - new} updated.\n")
    for warning in found.warnings:
        sys.stdout.write(f"Check this. {warning}\n")
    for name, people in without.items():
        if people:
            sys.stdout.write(f"{len(people)} without a {name.capitalize()} user id: {_some(people)}\n")


async def _import(settings: Settings, text: str) -> tuple[PeopleFile, int]:
    """Everybody, or nobody. Also how many are new.

    Raises:
        InputError: something is wrong; every faulty row is named with its line.
    """
    async with bootstrap.opened_store(settings) as store, store.begin() as uow:
        known = await uow.people.everybody()
        found = read_people(text, known)
        if found.faults:
            lines = "\n".join(str(fault) for fault in found.faults)
            raise InputError(f"{lines}\nNothing was imported. Correct the file and try again.")
        for person in found.people:
            await uow.people.save(person)
        # The clock of the process: importing is an act of whoever runs the bot, at this moment.
        await uow.audit.write(bootstrap.SystemClock().now(), OPERATOR, "people imported", str(len(found.people)))
        await uow.commit()
    emails = {person.email.lower() for person in known}
    return found, sum(person.email not in emails for person in found.people)


def _asked(settings: Settings) -> tuple[str, ...]:
    """The platforms for which an id is wanted: those that are on, or both before any is set up."""
    on = tuple(name for name, is_on in (("slack", settings.slack_on), ("teams", settings.teams_on)) if is_on)
    return on or ("slack", "teams")


def _some(people: Sequence[Person]) -> str:
    names = ", ".join(person.name for person in people[:LISTED])
    return f"{names} and {len(people) - LISTED} more" if len(people) > LISTED else names


def list_people(as_json: Json = False, config: Config = None) -> None:
    """List everybody in the directory."""

    async def work() -> Sequence[Person]:
        async with bootstrap.opened_store(read_settings(config)) as store, store.begin() as uow:
            return await uow.people.all()

    people = run(work())
    if as_json:
        print_json([_row(person) for person in people])
        return
    if not people:
        sys.stdout.write("The directory is empty. Fill it with “protocol-bot people import FILE”.\n")
    for person in people:
        held = ", ".join(position.value.replace("_", " ") for position in person.positions)
        sys.stdout.write(f"{person.name} <{person.email}>: {'; '.join(_said((held, person.department)))}\n")


def _said(words: Iterable[str]) -> list[str]:
    return [word for word in words if word]


def _row(person: Person) -> dict[str, Any]:
    return {
        "name": person.name,
        "email": person.email,
        "role": person.role.value,
        "position": ";".join(position.value for position in person.positions),
        "department": person.department,
        "manager_email": person.manager_email,
        "group": person.group,
        "ward": person.ward,
        "slack_user_id": person.slack_user_id,
        "teams_user_id": person.teams_user_id,
        "cover_email": person.cover_email,
    }


def leave(
    email: Annotated[str, typer.Argument(help="The address of somebody who has left.")], config: Config = None
) -> None:
    """Take somebody out of use who has left. What they did stays on record."""

    async def work() -> str:
        async with bootstrap.opened_store(read_settings(config)) as store, store.begin() as uow:
            person = await uow.people.by_email(email)
            if person is None:
                raise InputError(f"Nobody in the directory has the address {email}. Check it with “people list”.")
            await uow.people.save(replace(person, active=False))
            await uow.audit.write(bootstrap.SystemClock().now(), OPERATOR, "person left", person.id)
            await uow.commit()
            return person.name

    sys.stdout.write(f"{run(work())} is out of use. Importing them again brings them back.\n")
