"""Commands for the keeper of the register: list it, open one, record a step. The access gate decides as everywhere.

The operator at the keyboard acts for somebody (``--as``): that person sees and does here what they may
on Slack and Teams, and both are in the audit log.
"""

from __future__ import annotations

import secrets
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bot import bootstrap
from bot.commands.shared import OPERATOR, Config, chosen, settings_and_protocols, with_store
from bot.errors import InputError, Refusal
from bot.handlers import disclosures
from bot.messages import Place, Pressed, Reply, Sender, SubmitForm
from bot.plain import as_text
from bot.ports import Services

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from bot.model import Person
    from storage import SqlStore

SENDER = Sender(platform="command line", user_id=OPERATOR)
NOWHERE = Place(private=True, address="")
FILTERS = ("open", "conditions", "unmatched")

For = Annotated[str, typer.Option("--as", help="E-mail of the person for whom you act: the keeper, or a recipient.")]
Reference = Annotated[str, typer.Argument(help="The reference, such as DR-7K3M-92QF.")]


def add_to(family: typer.Typer) -> None:
    """Add these commands to ``register``."""
    family.command("list")(list_register)
    family.command("show")(show)
    family.command("record")(record)


def list_register(
    email: For,
    only: Annotated[str, typer.Option(help="open, conditions (review due), unmatched, or service:NAME.")] = "",
    config: Config = None,
) -> None:
    """List the declarations that the person may see, by reference and state."""
    if only not in {"", *FILTERS} and not only.startswith(disclosures.BY_SERVICE):
        raise InputError(f"“{only}” is no filter. Use {', '.join(FILTERS)} or service:NAME.")
    _print(_as_person(email, config, lambda services: disclosures.register(_press(only), services)))


def show(reference: Reference, email: For, config: Config = None) -> None:
    """Open one, as the person would; the opening is recorded."""
    reply = _as_person(email, config, lambda services: disclosures.open_one(_press(reference), services))
    steps = [option.value for field in (reply.form.fields if reply.form else ()) for option in field.options]
    _print(reply)
    if steps:
        sys.stdout.write(f"\nSteps that may be recorded: {', '.join(steps)}\n")


def record(
    reference: Reference,
    email: For,
    step: Annotated[str, typer.Option(help="What is done, as “register show” names it: “conditions set”.")],
    text: Annotated[str, typer.Option(help="In a few words.")] = "",
    told: Annotated[str, typer.Option(help="Who else is told; with conditions.")] = "",
    review_on: Annotated[str, typer.Option("--review-on", help="When to look again (YYYY-MM-DD).")] = "",
    config: Config = None,
) -> None:
    """Record a step: ask for more, set conditions, decide who else is told, no action."""
    values = {"step": step, "text": text, "told": told, "review_on": review_on}

    async def decide(services: Services) -> Reply:
        found = await services.uow.disclosures.get(reference)
        token = f"{found.id if found else reference}.{secrets.token_urlsafe(9)}"
        form = disclosures.READ_FORM
        request = SubmitForm(key=token, sender=SENDER, place=NOWHERE, form=form, token=token, values=values)
        return await disclosures.decide(request, services)

    reply = _as_person(email, config, decide)
    if reply.form is not None:
        raise InputError(" ".join(f"--{name.replace('_', '-')}: {why}" for name, why in reply.form.problems.items()))
    _print(reply)


def _as_person(email: str, config: Path | None, act: Callable[[Services], Awaitable[Reply]]) -> Reply:
    settings, at_hand = settings_and_protocols(config)
    protocol, clock = chosen(settings, at_hand, ""), bootstrap.SystemClock()
    platforms = tuple(name for name, is_on in (("slack", settings.slack_on), ("teams", settings.teams_on)) if is_on)

    async def work(store: SqlStore) -> Reply:
        async with store.begin() as uow:
            person: Person | None = await uow.people.by_email(email)
            if person is None:
                raise InputError(f"The directory has nobody with the e-mail {email}.")
            services = Services(
                clock=clock,
                protocol=protocol,
                uow=uow,
                settings=settings,
                platforms=platforms or ("slack", "teams"),
                person=person,
            )
            try:
                reply = await act(services)
            except Refusal as refusal:
                raise InputError(str(refusal)) from None
            await uow.audit.write(clock.now(), OPERATOR, "register used for", person.id)
            await uow.commit()
        return reply

    return with_store(settings, work)


def _press(value: str) -> Pressed:
    return Pressed(key=secrets.token_hex(8), sender=SENDER, place=NOWHERE, action="", value=value)


def _print(reply: Reply) -> None:
    shown = replace(reply, summary=reply.form.title, parts=reply.form.intro, form=None) if reply.form else reply
    sys.stdout.write(as_text(shown) + "\n")
