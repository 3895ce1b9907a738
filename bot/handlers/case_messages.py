"""What people are told about an enquiry: a reference, a date and buttons; the text opens behind the gate."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.handlers.directory import label
from bot.handlers.notify import tell
from bot.messages import Button, Buttons, Emphasis, Fact, Facts, Heading, Paragraph, Reply
from bot.rules.casework import Case, Chased, Step
from bot.rules.enquiries import SUBJECT, chair_duty
from bot.rules.working_days import LONDON
from bot.wording import enquiries as say

if TYPE_CHECKING:
    from datetime import datetime

    from bot.handlers.casework import Office
    from bot.messages import Part
    from bot.model import Person
    from bot.ports import Services
    from bot.rules.protocol import Pack

FORM = "enquiry"
"""The form in which an enquiry is read and worked on."""
ASSIGNED = "assigned:"
"""How ``about`` begins on a message to the officer in charge, which dies when the case is passed on before it left."""


def local(moment: datetime) -> datetime:
    """The moment in London."""
    return moment.astimezone(LONDON)


def open_button(case: Chased, emphasis: Emphasis = Emphasis.PRIMARY) -> Button:
    """Opens the enquiry."""
    return Button(label=say.OPEN, action="open_case", value=case.id, emphasis=emphasis, opens=FORM)


def clock_button(case: Chased) -> Button:
    """Shows how the date was counted."""
    return Button(label=say.HOW_COUNTED, action="case_clock", value=case.id)


def step_button(case: Chased, step: Step, emphasis: Emphasis = Emphasis.NORMAL) -> Button:
    """Opens the enquiry with a step chosen."""
    return Button(
        label=say.STEPS[step], action="case_step", value=f"{case.id}.{step.name}", emphasis=emphasis, opens=FORM
    )


def do_button(case: Chased, step: Step) -> Button:
    """Takes a step that needs no words, at once."""
    return Button(label=say.STEPS[step], action="case_do", value=f"{case.id}.{step.name}")


def receipt(case: Case, officer: Person | None) -> Reply:
    """For the member, and for whoever entered it: reference, date, who has it, by when."""
    text = say.receipt(case.reference, local(case.received_at))
    who = (
        say.acknowledged(case.reference, label(officer), case.due)
        if officer
        else say.being_assigned(case.reference, case.due)
    )
    rows = Facts((Fact("Subject", case.content.get(SUBJECT, "")),))
    buttons = Buttons((open_button(case), clock_button(case), Button(label=say.MINE, action="my_enquiries")))
    return Reply(summary=f"{text} {who}", parts=(Paragraph(text), Paragraph(who), rows, buttons), private=True)


def acknowledgement(case: Case, officer: Person) -> Reply:
    """For the member: who has it now, and by when a reply is due."""
    text = say.acknowledged(case.reference, label(officer), case.due)
    buttons = Buttons((open_button(case), clock_button(case)))
    return Reply(summary=text, parts=(Paragraph(text), buttons), private=True)


def notice(case: Case, text: str) -> Reply:
    """A sentence and a button."""
    return Reply(summary=text, parts=(Paragraph(text), Buttons((open_button(case),))), private=True)


def choose_officer(case: Case) -> Reply:
    """For Democratic Services: nobody has it."""
    return _to_services(case, say.choose_officer(case.reference))


def choose_someone_else(case: Case) -> Reply:
    """For Democratic Services alone: the officer cannot have it. Never why."""
    return _to_services(case, say.choose_someone_else(case.reference))


def _to_services(case: Case, text: str) -> Reply:
    step = Step.REASSIGNED if case.owner_id else Step.ASSIGNED
    rows = tuple(Fact(name, value) for name, value in (("Service", case.service), ("Reply due", _due(case))) if value)
    parts: list[Part] = [Paragraph(text), *([Facts(rows)] if rows else [])]
    parts.append(Buttons((step_button(case, step, Emphasis.PRIMARY), open_button(case, Emphasis.NORMAL))))
    return Reply(summary=text, parts=tuple(parts), private=True)


def _due(case: Case) -> str:
    return say.day(case.due) if case.due else ""


def for_officer(case: Case, pack: Pack, office: Office) -> Reply:
    """For the officer who gets it: what it is about, by when, what the protocol asks of them, and what they can do."""
    text = say.yours(case.reference, case.due, urgent=case.urgent)
    member = office.directory.by_id(case.member_id)
    rows = (
        Fact("Subject", case.content.get(SUBJECT, "")),
        Fact("From", label(member) if member else ""),
        Fact("Service", case.service),
    )
    parts: list[Part] = [Paragraph(text), Facts(tuple(row for row in rows if row.value))]
    duty = chair_duty(pack, member)
    if duty is not None:
        refs = pack.cited(duty.refs[0])
        parts += [Heading("Who else must know"), Paragraph(say.chair_duty(duty.title, refs, duty.when or ""))]
    parts.append(
        Buttons(
            (
                open_button(case),
                do_button(case, Step.ACCEPTED),
                step_button(case, Step.REPLIED),
                step_button(case, Step.REASSIGNED),
                step_button(case, Step.REFUSED),
            )
        )
    )
    return Reply(summary=text, parts=tuple(parts), private=True)


async def tell_officer(case: Case, officer: Person, key: str, services: Services, office: Office) -> None:
    """Tell the officer that the enquiry is theirs; in office hours only, where the council wants that."""
    reply = for_officer(case, services.protocol.pack, office)
    not_before = None
    if services.settings.quiet_notices and not case.urgent:
        not_before = office.calendar.next_opening(office.now)
    await tell(officer, reply, f"{key}:officer", services, about=f"{ASSIGNED}{case.id}", not_before=not_before)
