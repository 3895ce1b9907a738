"""Lists of enquiries with their clocks: one's own, those in hand, and all of them for Democratic Services."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from bot.errors import NotFound
from bot.handlers import case_messages as messages
from bot.handlers.casework import look_around
from bot.handlers.directory import label
from bot.handlers.identity import asker
from bot.messages import Button, Buttons, Emphasis, Fact, Facts, Heading, Note, Paragraph, Reply
from bot.rules.casework import State
from bot.rules.enquiries import SUBJECT
from bot.rules.protocol import Position, Role
from bot.wording import enquiries as say
from bot.wording.common import NOT_FOUND

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from bot.handlers.casework import Office
    from bot.messages import Part, Request
    from bot.model import Person
    from bot.ports import Services
    from bot.rules.casework import Case

LISTED = 8
ENDED_LISTED = 3
FILTERS = {"": "Open", "overdue": "Overdue", "unassigned": "Without an officer", "paused": "Paused"}


async def mine(request: Request, services: Services) -> Reply:
    """A member's own enquiries, or those that an officer has in hand or answers for, each with its clock."""
    person = asker(request.sender, services)
    return Reply(summary=say.MINE, parts=tuple(await own_parts(person, services)), private=True)


async def own_parts(person: Person, services: Services) -> list[Part]:
    """The person's enquiries with their clocks, for a message or for the bot's own page."""
    office = await look_around(services)
    parts: list[Part] = [Heading(say.MINE)]
    if person.role is Role.MEMBER:
        own = [*await services.uow.cases.of_member(person.id), *await services.uow.cases.shared_with(person.id)]
        running = [case for case in own if case.is_open]
        ended = [case for case in own if not case.is_open][:ENDED_LISTED]
        parts += _listed([*running, *ended], office, more=len(own) - len(running) - len(ended))
        parts.append(_buttons(person))
        return parts
    in_hand = list(await services.uow.cases.of_owners([person.id]))
    parts += _listed(_by_date(in_hand), office)
    below = [one.id for one in office.directory.people if office.directory.works_under(one, person)]
    below += [one.id for one in office.directory.people if person.id in _stands_in_for(one, office)]
    others = [case for case in await services.uow.cases.of_owners(below) if case not in in_hand]
    if others:
        parts += [Heading("In your team"), *_listed(_by_date(others), office)]
    parts.append(_buttons(person))
    return parts


def _stands_in_for(one: Person, office: Office) -> tuple[str, ...]:
    """Ids of the cover of somebody who is away today."""
    if one.id not in office.away:
        return ()
    cover = office.directory.by_email(one.cover_email)
    return (cover.id,) if cover is not None else ()


def _by_date(cases: Sequence[Case]) -> list[Case]:
    return sorted(cases, key=lambda case: (case.due is None, case.due, case.received_at))


def _buttons(person: Person) -> Buttons:
    raise_one = Button(label=say.FORM_TITLE, action="open_enquiry", opens="member_enquiry", emphasis=Emphasis.PRIMARY)
    if person.role is Role.MEMBER:
        return Buttons((raise_one,))
    away = Button(label=say.AWAY, action="set_away", opens="away")
    if person.holds(Position.DEMOCRATIC_SERVICES):
        rest = (Button(label=say.ALL, action="all_enquiries"), Button(label=say.FIGURES, action="enquiry_figures"))
        return Buttons((raise_one, *rest, away))
    return Buttons((away,))


async def everything(request: Request, services: Services) -> Reply:
    """All open enquiries, for Democratic Services. ``value`` filters: ``overdue``, ``unassigned``, ``paused``.

    Raises:
        NotFound: the person is not of Democratic Services; they learn nothing.
    """
    person = asker(request.sender, services)
    if not person.holds(Position.DEMOCRATIC_SERVICES):
        raise NotFound(NOT_FOUND)
    wanted = getattr(request, "value", "")
    office = await look_around(services)
    found = [case for case in await services.uow.cases.open() if _passes(case, wanted, office)]
    await services.uow.audit.write(office.now, person.id, "enquiries listed", wanted or "open")
    heading = f"{say.ALL}: {FILTERS.get(wanted, FILTERS['']).lower()} ({len(found)})"
    filters = Buttons(
        tuple(Button(label=words, action="all_enquiries", value=value) for value, words in FILTERS.items())
    )
    parts = (Heading(heading), *_listed(_by_date(found), office), filters)
    return Reply(summary=heading, parts=parts, private=True)


def _passes(case: Case, wanted: str, office: Office) -> bool:
    return {
        "overdue": case.overdue_on(office.today),
        "unassigned": case.state is State.RAISED,
        "paused": case.paused_on(office.today),
    }.get(wanted, True)


def _listed(cases: Sequence[Case], office: Office, more: int = 0) -> Iterator[Part]:
    if not cases:
        yield Paragraph(say.NOTHING_HERE)
    for case in cases[:LISTED]:
        yield Facts((Fact(case.reference, line(case, office)), Fact("Subject", case.content.get(SUBJECT, ""))))
        yield Buttons(
            (
                replace(messages.open_button(case, Emphasis.NORMAL), label=f"{say.OPEN} {case.reference}"),
                messages.clock_button(case),
            )
        )
    hidden = max(0, len(cases) - LISTED) + more
    if hidden:
        yield Note(f"{hidden} more are not shown.")


def line(case: Case, office: Office) -> str:
    """State, officer and clock in one line."""
    owner = office.directory.by_id(case.owner_id) if case.owner_id else None
    words = [say.STATES[case.state].lower()]
    if owner is not None:
        words.append(f"with {label(owner)}")
    if case.is_open and case.due is not None:
        between = office.calendar.between(office.today, case.due)
        words.append(f"due {say.short_day(case.due)} ({say.left(between)})")
    if case.is_open and case.paused_on(office.today):
        words.append("paused")
    if case.holding_replies:
        words.append(f"holding replies: {case.holding_replies}")
    return ", ".join(words)
