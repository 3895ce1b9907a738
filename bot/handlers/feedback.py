"""Was it useful? Counted by paragraph, without who said so; an unhelpful answer's question is kept for the owner."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.handlers.ask import THREAD_HOURS
from bot.messages import Button, Buttons, Paragraph, Reply
from bot.wording import ask as say

if TYPE_CHECKING:
    from bot.messages import Pressed
    from bot.ports import Services


async def useful(request: Pressed, services: Services) -> Reply:
    """It helped."""
    await services.uow.answers.useful(_ref(request, services), services.clock.now(), useful=True)
    return Reply(summary=say.THANKS, parts=(Paragraph(say.THANKS),), private=True)


async def not_useful(request: Pressed, services: Services) -> Reply:
    """It did not: keep the question without the asker, and offer a person."""
    ref, now = _ref(request, services), services.clock.now()
    await services.uow.answers.useful(ref, now, useful=False)
    before = await services.uow.answers.last_in_thread(request.place.thread, now - THREAD_HOURS)
    if before is not None:
        await services.uow.answers.gap(before[0], "unhelpful", ref, now)
    button = Button(label=say.ASK_A_PERSON, action="ask_person", value=ref, opens="ask_person")
    return Reply(summary=say.SORRY, parts=(Paragraph(say.SORRY), Buttons((button,))), private=True)


def _ref(request: Pressed, services: Services) -> str:
    known = {clause.ref for clause in services.protocol.pack.clauses}
    return request.value if request.value in known else ""
