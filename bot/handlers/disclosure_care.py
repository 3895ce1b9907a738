"""Look after the register by itself: the yearly question, reviews that are due, declarations from one side only.

Run by a tick. What is due is found in the records, and a message's key says for which year or
date it is, so that it goes once however often the tick comes.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

from bot.access import register_keeper
from bot.calendars import calendar
from bot.handlers.declare import notification
from bot.handlers.notify import tell, tell_all
from bot.messages import Button, Buttons, Emphasis, Paragraph, Reply
from bot.rules.disclosures import matched
from bot.rules.recipients import Directory
from bot.rules.working_days import london_date
from bot.wording import declare as say

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.model import Person
    from bot.ports import Services
    from bot.rules.disclosures import Disclosure


async def sweep(services: Services) -> int:
    """Send what is due; only in office hours. How many disclosures something was sent about."""
    now = services.clock.now()
    if not calendar(services.settings).in_hours(now):
        return 0
    everything = tuple(await services.uow.disclosures.all())
    directory = Directory(await services.uow.people.all())
    sent = 0
    for disclosure in everything:
        if disclosure.is_open:
            sent += await _yearly(disclosure, directory, services)
            sent += await _review(disclosure, directory, services)
            sent += await _one_sided(disclosure, everything, directory, services)
    return sent


async def _yearly(disclosure: Disclosure, directory: Directory, services: Services) -> int:
    """“Is this still right?” a year after it was declared or confirmed, asked once a year."""
    year = timedelta(days=services.settings.confirm_yearly_days)
    now = services.clock.now()
    since = max(disclosure.confirmed_at, disclosure.asked_at or disclosure.confirmed_at)
    declarer = directory.by_id(disclosure.declarer_id)
    if now - since < year or declarer is None:
        return 0
    text = say.still_right(disclosure.reference)
    buttons = Buttons(
        (
            Button(label=say.STILL_RIGHT, action="confirm_disclosure", value=disclosure.id, emphasis=Emphasis.PRIMARY),
            Button(label=say.OPEN, action="open_disclosure", value=disclosure.id, opens="my_disclosure"),
        )
    )
    reply = Reply(summary=text, parts=(Paragraph(text), buttons), private=True)
    await tell(declarer, reply, f"d:{disclosure.id}:year:{london_date(now)}", services, about=disclosure.id)
    await services.uow.disclosures.save(replace(disclosure, asked_at=now))
    return 1


async def _review(disclosure: Disclosure, directory: Directory, services: Services) -> int:
    """The date on which the recipient wanted to look at it again."""
    due = disclosure.conditions.review_on
    if not due or due > london_date(services.clock.now()).isoformat():
        return 0
    reply = notification(disclosure, say.review_due(disclosure.reference))
    await tell_all(
        _readers(disclosure, directory), reply, f"d:{disclosure.id}:review:{due}", services, about=disclosure.id
    )
    return 1


async def _one_sided(
    disclosure: Disclosure, everything: tuple[Disclosure, ...], directory: Directory, services: Services
) -> int:
    """The keeper alone hears that only one side declared; the other party never does from us."""
    content = disclosure.content
    old = services.clock.now() - disclosure.created_at >= timedelta(days=services.settings.one_sided_days)
    if not (old and content.other_party_id) or matched(disclosure, everything):
        return 0
    keepers = _keepers(disclosure, directory, services)
    reply = notification(disclosure, say.one_sided(disclosure.reference))
    await tell_all(keepers, reply, f"d:{disclosure.id}:one-sided", services, about=disclosure.id)
    return int(bool(keepers))


def _keepers(disclosure: Disclosure, directory: Directory, services: Services) -> Sequence[Person]:
    parties = {disclosure.declarer_id, disclosure.content.other_party_id}
    position = register_keeper(services.protocol.pack)
    if position is None or disclosure.at_risk:
        return [one for one in _readers(disclosure, directory) if one.id not in parties]
    return [one for one in directory.holders(position) if one.id not in parties]


def _readers(disclosure: Disclosure, directory: Directory) -> list[Person]:
    return [one for reader in disclosure.readers if (one := directory.by_id(reader)) is not None]
