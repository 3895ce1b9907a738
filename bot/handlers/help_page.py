"""Greetings, help, the first welcome and the bot's own page."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from bot.handlers.ask import advice, examples
from bot.messages import Button, Buttons, Heading, Note, Paragraph, Reply
from bot.wording import ask as say

if TYPE_CHECKING:
    from bot.messages import Request
    from bot.ports import Services

ACTIONS = Buttons(
    (
        Button(label=say.DECLARE, action="open_declaration", opens="declare_relationship"),
        Button(label=say.ENQUIRE, action="open_enquiry", opens="member_enquiry"),
    )
)


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
            ACTIONS,
            Note(advice(pack, services.role)),
        ),
    )


async def home(request: Request, services: Services) -> Reply:
    """The bot's own page on the platform."""
    return replace(await show(request, services), home=True, private=True)


async def welcome(request: Request, services: Services) -> Reply:
    """The first message, once, when the bot was added to a conversation."""
    return await show(request, services)
