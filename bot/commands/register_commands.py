"""Commands on the register: export it, count it, find what is held about a person, check the audit log, change keys."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Annotated

import typer

from bot import bootstrap, exports
from bot.commands import keeper_commands
from bot.commands.shared import (
    OPERATOR,
    Config,
    Format,
    Out,
    check_format,
    settings_and_protocols,
    with_store,
    write_out,
)
from bot.errors import InputError, ProtocolBotError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from bot.model import Person
    from storage import SqlStore


def add_to(app: typer.Typer) -> None:
    """Add these commands to the command line."""
    family = typer.Typer(help="The register of disclosures.", no_args_is_help=True)
    family.command("export")(export)
    family.command("counts")(count)
    family.command("subject")(subject)
    family.command("mentions")(mention)
    keeper_commands.add_to(family)
    app.add_typer(family, name="register")
    app.command("verify-audit")(verify_audit)
    app.command("rotate-keys")(rotate_keys)


def export(
    kind: Format = "csv",
    out: Out = None,
    at_risk: Annotated[
        bool, typer.Option("--for-monitoring-officer", help="Include those that could put someone at risk.")
    ] = False,
    config: Config = None,
) -> None:
    """Write the register to a file. It names people: keep the file as carefully as the register."""
    check_format(kind)

    async def work(store: SqlStore) -> str:
        async with store.begin() as uow:
            rows = exports.register_rows(await uow.disclosures.all(), await uow.people.all(), at_risk=at_risk)
            action = "register exported with those at risk" if at_risk else "register exported"
            await uow.audit.write(bootstrap.SystemClock().now(), OPERATOR, action, str(len(rows)))
            await uow.commit()
        return (
            json.dumps(rows, ensure_ascii=False, indent=1) + "\n"
            if kind == "json"
            else exports.to_csv(rows, exports.COLUMNS)
        )

    write_out(with_store(settings_and_protocols(config)[0], work), out)


def count(kind: Format = "csv", out: Out = None, config: Config = None) -> None:
    """Numbers for a committee, without names."""
    check_format(kind)

    async def work(store: SqlStore) -> str:
        async with store.begin() as uow:
            rows = exports.counts(await uow.disclosures.all())
        return json.dumps(rows, indent=1) + "\n" if kind == "json" else exports.to_csv(rows, exports.COUNT_COLUMNS)

    write_out(with_store(settings_and_protocols(config)[0], work), out)


def subject(
    email: Annotated[str, typer.Argument(help="The person's e-mail.")], out: Out = None, config: Config = None
) -> None:
    """Everything that a person declared, for a subject access request."""

    async def work(store: SqlStore) -> str:
        async with store.begin() as uow:
            person = await _person(email, uow.people.by_email)
            own = await uow.disclosures.by_declarer(person.id)
            events = {each.id: await uow.disclosures.events(each.id) for each in own}
            found = exports.subject_rows(person, own, events)
            await uow.audit.write(bootstrap.SystemClock().now(), OPERATOR, "subject exported", person.id)
            await uow.commit()
        return json.dumps(found, ensure_ascii=False, indent=1) + "\n"

    write_out(with_store(settings_and_protocols(config)[0], work), out)


def mention(email: Annotated[str, typer.Argument(help="The person's e-mail.")], config: Config = None) -> None:
    """References of other people's records that name the person, for a human to read and redact."""

    async def work(store: SqlStore) -> str:
        async with store.begin() as uow:
            person = await _person(email, uow.people.by_email)
            found = exports.mentions(person, await uow.disclosures.all())
            await uow.audit.write(bootstrap.SystemClock().now(), OPERATOR, "mentions listed", person.id)
            await uow.commit()
        return "".join(f"{reference}\n" for reference in found)

    write_out(with_store(settings_and_protocols(config)[0], work), None)


def verify_audit(config: Config = None) -> None:
    """Check the audit log from its first entry to its last, and name the first broken one."""

    async def work(store: SqlStore) -> str:
        async with store.begin() as uow:
            entries, last, broken = await uow.audit.verify()
        if broken is not None:
            raise ProtocolBotError(
                f"The audit log is broken at entry {broken.seq}: {broken.reason}. "
                f"The {entries} entries before it hold. Keep the database as it is and tell your security team."
            )
        return f"The audit log holds: {entries} entries. Keep this last hash elsewhere: {last}\n"

    write_out(with_store(settings_and_protocols(config)[0], work), None)


def rotate_keys(config: Config = None) -> None:
    """Seal everything with the newest key, so that older keys can be retired."""

    async def work(store: SqlStore) -> str:
        changed = await store.reseal()
        async with store.begin() as uow:
            await uow.audit.write(bootstrap.SystemClock().now(), OPERATOR, "keys rotated", store.sealer.newest)
            await uow.commit()
        return f"{changed} texts are now sealed with the newest key. The older keys are no longer needed.\n"

    write_out(with_store(settings_and_protocols(config)[0], work), None)


async def _person(email: str, find: Callable[[str], Awaitable[Person | None]]) -> Person:
    person = await find(email)
    if person is None:
        raise InputError(f"The directory has nobody with the e-mail {email}.")
    return person
