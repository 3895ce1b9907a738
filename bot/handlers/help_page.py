"""Greetings, help, the first welcome and the bot's own page."""

from __future__ import annotations

from dataclasses import replace
from importlib import metadata
from typing import TYPE_CHECKING

from bot.access import disclosures_for, keeps_register
from bot.handlers import enquiry_lists
from bot.handlers.ask import advice, examples
from bot.messages import Button, Buttons, Heading, Note, Paragraph, Reply
from bot.rules.disclosures import Purpose, State
from bot.rules.protocol import Position, Role
from bot.wording import ask as say

if TYPE_CHECKING:
    from bot.messages import Part, Request
    from bot.model import Person
    from bot.ports import Services

DECLARE = Button(label=say.DECLARE, action="open_declaration", opens="declare_relationship")
ENQUIRE = Button(label=say.ENQUIRE, action="open_enquiry", opens="member_enquiry")


def _actions(person: Person | None) -> Buttons:
    """What the person can start. Enquiries are for members to raise, or for Democratic Services to enter."""
    officer = person is not None and person.role is Role.OFFICER and not person.holds(Position.DEMOCRATIC_SERVICES)
    return Buttons((DECLARE,) if officer else (DECLARE, ENQUIRE))


async def show(request: Request, services: Services) -> Reply:
    """What the bot can do, with three real examples."""
    pack = services.protocol.pack
    opening = f"{say.hello(request.sender.name)} {say.i_am(pack)}"
    return Reply(
        summary=opening,
        parts=(
            Heading(say.HELP_HEADING),
            Paragraph(opening),
            *examples(services.role),
            _actions(services.person),
            Paragraph(say.CHECK_TOO),
            Note(advice(pack, services.role)),
        ),
    )


async def home(request: Request, services: Services) -> Reply:
    """The bot's own page: what to ask, one's enquiries with their clocks, one's declarations, what waits.

    It lists by reference, state and date; what was declared or asked opens at a press.
    """
    shown = await show(request, services)
    parts: list[Part] = list(shown.parts)
    person = services.person
    if person is not None:
        parts += await enquiry_lists.own_parts(person, services)
        parts += [Heading(say.MY_DECLARATIONS), *await _declarations(person, services)]
    parts += [Heading(say.PRIVACY_HEADING), Note(say.PRIVACY)]
    return replace(shown, parts=tuple(parts), home=True, private=True)


async def _declarations(person: Person, services: Services) -> list[Part]:
    """How many of one's own there are, and how many wait for this person as a recipient or the keeper."""
    own = [each for each in await services.uow.disclosures.by_declarer(person.id) if each.is_open]
    others = [
        each
        for each in await disclosures_for(person, Purpose.READ, services)
        if each.declarer_id != person.id and each.is_open
    ]
    waiting = sum(each.state is State.SUBMITTED for each in others)
    buttons = [Button(label=say.SHOW_MINE, action="my_declarations")]
    lines = [say.own_declarations(len(own))]
    if others or keeps_register(person, services.protocol.pack):
        lines.append(say.waiting_declarations(waiting, len(others)))
        buttons.append(Button(label=say.REGISTER, action="register", value="open"))
    return [Paragraph("\n".join(lines)), Buttons(tuple(buttons))]


async def privacy(request: Request, services: Services) -> Reply:  # noqa: ARG001 - every handler is given both
    """What is kept, and who sees it."""
    return Reply(summary=say.PRIVACY, parts=(Heading(say.PRIVACY_HEADING), Paragraph(say.PRIVACY)))


async def version(request: Request, services: Services) -> Reply:  # noqa: ARG001 - every handler is given both
    """Which bot this is, and which version of the protocol it answers from."""
    text = say.versions(metadata.version("protocol-bot"), services.protocol.pack)
    return Reply(summary=text, parts=(Paragraph(text),))


async def thanks(request: Request, services: Services) -> Reply:  # noqa: ARG001 - every handler is given both
    """A kind word back."""
    return Reply(summary=say.WELCOME, parts=(Paragraph(say.WELCOME),))


async def welcome(request: Request, services: Services) -> Reply:
    """The first message, once, when the bot was added to a conversation."""
    return await show(request, services)
