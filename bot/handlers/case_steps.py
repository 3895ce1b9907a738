"""Read an enquiry and work on it: who may do what comes from the rules, and each step is one transaction."""

from __future__ import annotations

import secrets
from datetime import date, timedelta
from typing import TYPE_CHECKING

from bot.errors import Refusal
from bot.handlers import case_messages as messages
from bot.handlers.case_view import clock_parts, shown
from bot.handlers.casework import Office, barred, get_case_for, look_around, take
from bot.handlers.directory import CHOSEN, by_name, chosen_id, label
from bot.handlers.identity import asker
from bot.handlers.notify import tell, tell_all
from bot.messages import Button, Buttons, Field, FieldKind, Form, Option, Paragraph, Reply
from bot.rules import assignment
from bot.rules.case_steps import Taken
from bot.rules.casework import (
    LONGEST_LINE,
    LONGEST_TEXT,
    RULES,
    Case,
    Seat,
    Step,
    offered,
)
from bot.rules.enquiries import chair_duty
from bot.rules.protocol import Position, Role
from bot.wording import enquiries as say

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from bot.messages import ChangeForm, Pressed, SubmitForm
    from bot.model import Person
    from bot.ports import Services

FORM = messages.FORM
FURTHEST = timedelta(days=366)
"""How far off a promised date, or the end of a pause, may be."""
AT_A_PRESS = frozenset({Step.ACCEPTED, Step.SNOOZED, Step.CLOSED, Step.RESUMED})
"""Steps that a button takes without a form."""
TELLS_MEMBER = frozenset(
    {
        Step.REPLIED,
        Step.HELD,
        Step.ASKED,
        Step.PAUSED,
        Step.RESUMED,
        Step.FOLLOW_UP,
        Step.FOLLOWED_UP,
        Step.CLOSED,
        Step.REOPENED,
    }
)
TELLS_OFFICER = frozenset(
    {Step.ANSWERED, Step.CLOSED, Step.REOPENED, Step.WITHDRAWN, Step.PAUSED, Step.RESUMED, Step.HELD}
)


# --- opening -----------------------------------------------------------------------------


async def open_case(request: Pressed, services: Services) -> Reply:
    """Show an enquiry to somebody who may see it, with what they may do."""
    return await _open(request, request.value, {}, services)


async def open_step(request: Pressed, services: Services) -> Reply:
    """The same, with a step chosen. ``value`` is the case's id and the step's name."""
    case_id, _, name = request.value.partition(".")
    step = Step[name] if name in Step.__members__ else None
    return await _open(request, case_id, {"step": step.value} if step else {}, services)


async def _open(request: Pressed, case_id: str, values: Mapping[str, str], services: Services) -> Reply:
    person, office = asker(request.sender, services), await look_around(services)
    case, seats = await get_case_for(person, case_id, services, office)
    form = await _form(case, seats, values, services, office)
    return Reply(summary=say.VIEW_TITLE, form=form, private=True)


async def show_clock(request: Pressed, services: Services) -> Reply:
    """How the date was counted: every day, its reason, and the paragraph that rules."""
    person, office = asker(request.sender, services), await look_around(services)
    case, _ = await get_case_for(person, request.value, services, office)
    parts = clock_parts(case, await services.uow.cases.working(case.id), services.protocol.pack, office)
    buttons = Buttons((messages.open_button(case),))
    return Reply(summary=f"{say.HOW_COUNTED}: {case.reference}", parts=(*parts, buttons), private=True)


async def change_form(request: ChangeForm, services: Services) -> Reply:
    """The form anew, with the fields of the step that was chosen."""
    person, office = asker(request.sender, services), await look_around(services)
    case, seats = await get_case_for(person, request.token.split(".")[0], services, office)
    form = await _form(case, seats, request.values, services, office, token=request.token)
    return Reply(summary=say.VIEW_TITLE, form=form, private=True)


async def _form(
    case: Case,
    seats: frozenset[Seat],
    values: Mapping[str, str],
    services: Services,
    office: Office,
    *,
    token: str = "",
    problems: Mapping[str, str] | None = None,
) -> Form:
    steps = offered(case, seats, office.today, services.settings.snooze_limit)
    chosen = _step(values, steps)
    asks_chair = chosen is Step.REPLIED and await _chair_open(case, services, office)
    return Form(
        id=FORM,
        token=token or f"{case.id}.{secrets.token_urlsafe(9)}",
        title=case.reference,
        intro=tuple(await shown(case, seats, services, office)),
        fields=tuple(_fields(case, steps, chosen, values, office, asks_chair=asks_chair)),
        submit=say.RECORD if steps else say.CLOSE,
        problems=problems or {},
    )


def _step(values: Mapping[str, str], steps: Sequence[Step]) -> Step | None:
    return next((step for step in steps if step.value == values.get("step")), None)


async def _chair_open(case: Case, services: Services, office: Office) -> bool:
    """Whether the protocol wants a chair or portfolio holder told, and nobody has said yet that they were."""
    if chair_duty(services.protocol.pack, office.directory.by_id(case.member_id)) is None:
        return False
    return all(event.step is not Step.CHAIR_TOLD for event in await services.uow.cases.events(case.id))


def _fields(
    case: Case,
    steps: Sequence[Step],
    chosen: Step | None,
    values: Mapping[str, str],
    office: Office,
    *,
    asks_chair: bool,
) -> Iterator[Field]:
    if not steps:
        return
    yield Field(
        name="step",
        label=say.WHAT_NEXT,
        kind=FieldKind.CHOICE,
        options=tuple(Option(step.value, say.STEPS[step]) for step in steps),
        value=chosen.value if chosen else "",
        live=True,
    )
    rule = RULES[chosen] if chosen else None
    if rule is not None and rule.person:
        yield _person_field(case, chosen, values, office)
    if rule is not None and chosen is not None and rule.date:
        yield Field(name="on", label=say.DATES[chosen], kind=FieldKind.DATE, value=values.get("on", ""))
    if asks_chair:
        yield Field(
            name="chair",
            label=say.CHAIR,
            kind=FieldKind.CHOICE,
            options=tuple(Option(value, words) for value, words in say.CHAIR_CHOICES.items()),
            value=values.get("chair", ""),
        )
    if chosen in AT_A_PRESS or (rule is not None and rule.person and not rule.text):
        return
    yield Field(
        name="text",
        label=say.TEXTS.get(chosen, say.TEXT_IF_ANY) if chosen else say.TEXT_IF_ANY,
        kind=FieldKind.TEXT,
        required=rule is not None and rule.text,
        max_length=LONGEST_TEXT,
        value=values.get("text", ""),
    )


def _person_field(case: Case, chosen: Step | None, values: Mapping[str, str], office: Office) -> Field:
    if chosen is Step.UNSHARED:
        readers = [one for each in case.readers if (one := office.directory.by_id(each)) is not None]
        return Field(
            name="share_with",
            label=say.SHARE_WITH,
            kind=FieldKind.CHOICE,
            options=tuple(Option(f"{CHOSEN}{one.id}", label(one)) for one in readers),
            value=values.get("share_with", ""),
        )
    name, words = ("share_with", say.SHARE_WITH) if chosen is Step.SHARED else ("to_officer", say.TO_OFFICER)
    found = office.directory.by_id(chosen_id(values.get(name, "")))
    return Field(
        name=name,
        label=words,
        kind=FieldKind.PERSON,
        options=(Option(f"{CHOSEN}{found.id}", label(found)),) if found else (),
        value=values.get(name, ""),
        max_length=LONGEST_LINE,
    )


# --- taking a step -----------------------------------------------------------------------


async def submit(request: SubmitForm, services: Services) -> Reply:
    """Take the step, or show the form again with every problem."""
    person, office = asker(request.sender, services), await look_around(services)
    case, seats = await get_case_for(person, request.token.split(".")[0], services, office)
    if await services.uow.drafts.outcome(request.token):
        return _done(case)
    steps = offered(case, seats, office.today, services.settings.snooze_limit)
    step = _step(request.values, steps)
    if step is None and any(each.value == request.values.get("step") for each in Step):
        raise Refusal(say.NOT_NOW)
    asks_chair = step is Step.REPLIED and await _chair_open(case, services, office)
    problems = await _problems(case, step, seats, request.values, services, office, asks_chair=asks_chair)
    if step is None or problems:
        form = await _form(case, seats, request.values, services, office, token=request.token, problems=problems)
        return Reply(summary=say.VIEW_TITLE, form=form, private=True)
    if asks_chair:
        words = say.CHAIR_CHOICES[request.values["chair"]]
        case = await take(case, _taken(Step.CHAIR_TOLD, {}, office), person.id, words, services, office)
    reply = await _take(case, step, seats, person, request.values, services, office)
    await services.uow.drafts.settle(request.token, person.id, request.form, case.id, office.now)
    return reply


async def at_a_press(request: Pressed, services: Services) -> Reply:
    """Take a step that needs no words. ``value`` is the case's id and the step's name.

    Raises:
        Refusal: it cannot be taken any more.
    """
    person, office = asker(request.sender, services), await look_around(services)
    case_id, _, name = request.value.partition(".")
    case, seats = await get_case_for(person, case_id, services, office)
    step = Step[name] if name in Step.__members__ else None
    if step not in AT_A_PRESS or step is None:
        raise Refusal(say.NOT_NOW)
    if step not in offered(case, seats, office.today, services.settings.snooze_limit):
        raise Refusal(say.SNOOZED_OUT if step is Step.SNOOZED and case.is_open else say.NOT_NOW)
    return await _take(case, step, seats, person, {}, services, office)


async def _problems(
    case: Case,
    step: Step | None,
    seats: frozenset[Seat],
    values: Mapping[str, str],
    services: Services,
    office: Office,
    *,
    asks_chair: bool,
) -> dict[str, str]:
    if step is None:
        return {"step": say.MISSING_STEP}
    rule, problems = RULES[step], {}
    text = values.get("text", "").strip()
    if rule.text and not text:
        problems["text"] = say.MISSING_TEXT
    if len(text) > LONGEST_TEXT:
        problems["text"] = say.LONG_TEXT
    if rule.date and (problem := _problem_with_date(step, values.get("on", ""), office)):
        problems["on"] = problem
    if asks_chair and values.get("chair") not in say.CHAIR_CHOICES:
        problems["chair"] = say.MISSING_CHAIR
    problems |= await _problems_with_person(case, step, seats, values, services, office)
    return problems


async def _problems_with_person(
    case: Case, step: Step, seats: frozenset[Seat], values: Mapping[str, str], services: Services, office: Office
) -> dict[str, str]:
    problems = {}
    if step in {Step.SHARED, Step.UNSHARED}:
        reader = _named(values.get("share_with", ""), office, Role.MEMBER)
        if reader is None or (step is Step.UNSHARED and reader.id not in case.readers):
            problems["share_with"] = say.MISSING_SHARE
        elif reader.id == case.member_id:
            problems["share_with"] = say.OWN_SHARE
    if step in {Step.ASSIGNED, Step.REASSIGNED}:
        officer = _named(values.get("to_officer", ""), office, Role.OFFICER)
        if officer is None:
            problems["to_officer"] = say.MISSING_OFFICER
        elif officer.id == case.owner_id:
            problems["to_officer"] = say.SAME_OFFICER
        elif Seat.DEMOCRATIC_SERVICES in seats and officer.id in await barred(case.member_id, services, office):
            problems["to_officer"] = say.CHOOSE_ELSE
    return problems


def _problem_with_date(step: Step, typed: str, office: Office) -> str:
    try:
        on = date.fromisoformat(typed.strip())
    except ValueError:
        return say.BAD_DATE if typed.strip() else say.MISSING_DATE
    if on <= office.today:
        return say.PAST_DATE
    if on - office.today > FURTHEST:
        return say.FAR_DATE
    why_not = office.calendar.why_not(on)
    return say.not_a_working_day(why_not) if why_not and step is not Step.PAUSED else ""


def _named(typed: str, office: Office, role: Role) -> Person | None:
    found = office.directory.by_id(chosen_id(typed)) or by_name(typed, office.directory.people)
    return found if found is not None and found.role is role and found.active else None


def _taken(step: Step, values: Mapping[str, str], office: Office, who: str = "") -> Taken:
    on = date.fromisoformat(values["on"].strip()) if RULES[step].date else None
    if step is Step.SNOOZED:
        on = office.calendar.next_after(office.today)
    return Taken(step=step, now=office.now, today=office.today, who=who, on=on)


async def _take(
    case: Case,
    step: Step,
    seats: frozenset[Seat],
    person: Person,
    values: Mapping[str, str],
    services: Services,
    office: Office,
) -> Reply:
    text = values.get("text", "").strip()
    key = f"c:{case.id}:{step.name}:{case.version}"
    match step:
        case Step.ASSIGNED | Step.REASSIGNED:
            return await _assign(case, step, seats, person, values, services, office)
        case Step.SHARED | Step.UNSHARED:
            reader = _named(values.get("share_with", ""), office, Role.MEMBER)
            taken = _taken(step, values, office, reader.id if reader else "")
            kept = await take(case, taken, person.id, "", services, office)
            if reader is not None and step is Step.SHARED:
                news = messages.notice(kept, say.news(kept.reference, step, kept.due))
                await tell(reader, news, key, services, about=case.id)
            return _done(kept)
        case Step.REFUSED:
            kept = await take(case, _taken(step, values, office), person.id, text, services, office)
            await _tell_services(messages.choose_officer(kept), key, services, office, about=case.id)
            return _done(kept)
        case Step.SNOOZED:
            kept = await take(case, _taken(step, values, office), person.id, "", services, office)
            left = services.settings.snooze_limit - kept.snoozes
            sentence = say.snoozed(kept.reference, kept.snoozed_until or office.today, left)
            return Reply(summary=sentence, parts=(Paragraph(sentence),), private=True)
        case _:
            kept = await take(case, _taken(step, values, office), person.id, text, services, office)
            await _tell_both(kept, step, person, key, services, office)
            return _done(kept)


async def _tell_both(case: Case, step: Step, person: Person, key: str, services: Services, office: Office) -> None:
    """News for the other side, and for the officer in charge where somebody else acted."""
    reply = messages.notice(case, say.news(case.reference, step, case.due))
    member, owner = office.directory.by_id(case.member_id), office.directory.by_id(case.owner_id)
    if member is not None and member.id != person.id and step in TELLS_MEMBER:
        await tell(member, reply, key, services, about=case.id)
    if owner is not None and owner.id != person.id and step in TELLS_OFFICER:
        acting = assignment.present(owner, office.directory, office.there) or owner
        await tell(acting, reply, key, services, about=case.id)
    if owner is None and step in {Step.REOPENED, Step.ANSWERED}:
        await _tell_services(messages.choose_officer(case), key, services, office, about=case.id)


async def _tell_services(reply: Reply, key: str, services: Services, office: Office, *, about: str) -> None:
    await tell_all(office.directory.holders(Position.DEMOCRATIC_SERVICES), reply, key, services, about=about)


async def _assign(
    case: Case,
    step: Step,
    seats: frozenset[Seat],
    person: Person,
    values: Mapping[str, str],
    services: Services,
    office: Office,
) -> Reply:
    """Give the case to an officer, or to their cover where they are not there.

    A relationship on the register stops it. Democratic Services hear “choose someone else”, and
    nobody hears why; to everybody else it looks as if the officer were away.
    """
    officer = _named(values.get("to_officer", ""), office, Role.OFFICER)
    if officer is None:
        raise Refusal(say.MISSING_OFFICER)
    text = values.get("text", "").strip()
    key = f"c:{case.id}:{step.name}:{case.version}"
    forbidden = await barred(case.member_id, services, office)
    acting = None if officer.id in forbidden else assignment.present(officer, office.directory, office.there, forbidden)
    if acting is None or acting.id == case.owner_id:
        if Seat.DEMOCRATIC_SERVICES in seats:
            raise Refusal(say.CHOOSE_ELSE)
        await services.uow.audit.write(office.now, person.id, "enquiry not passed on", case.id)
        reply = messages.choose_someone_else(case)
        await _tell_services(reply, f"{key}:{officer.id}", services, office, about=case.id)
        sentence = say.cannot_take_it(officer.name)
        return Reply(summary=sentence, parts=(Paragraph(sentence),), private=True)
    kept = await take(case, _taken(step, {}, office, acting.id), person.id, text, services, office)
    await messages.tell_officer(kept, acting, key, services, office)
    member, before = office.directory.by_id(kept.member_id), office.directory.by_id(case.owner_id)
    if member is not None:
        await tell(member, messages.acknowledgement(kept, acting), f"{key}:ack", services, about=case.id)
    if before is not None and before.id != person.id:
        gone = say.no_longer_yours(kept.reference)
        await tell(before, Reply(summary=gone, parts=(Paragraph(gone),), private=True), f"{key}:gone", services)
    sentence = say.acknowledged(kept.reference, label(acting), kept.due)
    return Reply(summary=sentence, parts=(Paragraph(sentence),), private=True)


def _done(case: Case) -> Reply:
    text = say.done(case.reference)
    buttons = Buttons((messages.open_button(case), Button(label=say.MINE, action="my_enquiries")))
    return Reply(summary=text, parts=(Paragraph(text), buttons), private=True)
