"""Raise a member's enquiry: the form, when a reply is due and who gets it, and what is not an enquiry.

The form says before sending who will get it, by when and who will see it. The enquiry, its event,
its audit entry, what the officer is told and the acknowledgement are one transaction.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.answers import cite
from bot.errors import Refusal
from bot.handlers import case_messages as messages
from bot.handlers.casework import Office, barred, deadline_if, look_around, start_case
from bot.handlers.directory import CHOSEN, by_name, chosen_id, label, nearest
from bot.handlers.identity import asker, is_known
from bot.handlers.notify import tell, tell_all
from bot.messages import (
    Button,
    Buttons,
    Emphasis,
    Field,
    FieldKind,
    Form,
    Heading,
    Note,
    Option,
    Paragraph,
    Reply,
    Said,
)
from bot.references import new_reference
from bot.rules import assignment
from bot.rules.casework import LONGEST_LINE, LONGEST_TEXT, Case, CaseEvent, State, Step
from bot.rules.enquiries import (
    DETAILS,
    ENQUIRY,
    ON_BEHALF,
    SUBJECT,
    URGENT_ROUTE,
    WARD,
    WHY_URGENT,
    asks_about_rules,
    goes_to_director,
    limit_for,
    not_an_enquiry,
    procedure,
)
from bot.rules.protocol import ClockKind, Position, Role
from bot.rules.working_days import london_date
from bot.wording import enquiries as say
from bot.wording.common import NOT_IN_DIRECTORY

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from bot.messages import ChangeForm, LookUp, OpenForm, Part, Pressed, Request, SubmitForm
    from bot.model import Person
    from bot.ports import Services

FORM = ENQUIRY.key
NOT_SURE = "not sure"
SHORT_SUBJECT = 80


@dataclass(frozen=True, slots=True)
class Raising:
    """What a form in these values would make: for whom, how urgent, of which service, and who would get it."""

    member: Person | None
    service: str
    urgent: bool
    officer: Person | None


# --- who may raise one -------------------------------------------------------------------


def raiser(request: Request, services: Services) -> Person:
    """The person, if enquiries are theirs to raise.

    Raises:
        Refusal: an officer who is not of Democratic Services, or somebody whom the directory does not know.
    """
    person = asker(request.sender, services)
    if not is_known(person):
        raise Refusal(NOT_IN_DIRECTORY)
    if person.role is not Role.MEMBER and not person.holds(Position.DEMOCRATIC_SERVICES):
        raise Refusal(say.MEMBERS_RAISE)
    return person


# --- the form ----------------------------------------------------------------------------


async def open_form(request: OpenForm | Pressed | Said, services: Services) -> Reply:
    """The empty form, what the person typed last time and did not send, or the message that it is about."""
    person = raiser(request, services)
    draft = await services.uow.drafts.newest(person.id, FORM)
    values_given: Mapping[str, str] = {} if isinstance(request, Said) else request.values
    given = {name: value for name, value in values_given.items() if value}
    if given.get(DETAILS):  # a message to be logged is a new enquiry, not the rest of another one
        draft = None
    token, values = draft or (secrets.token_urlsafe(12), {})
    values = {**values, **given}
    if values.get(DETAILS) and not values.get(SUBJECT):
        values[SUBJECT] = _first_words(values[DETAILS])
    await services.uow.drafts.keep(token, person.id, FORM, values, services.clock.now())
    kept = bool(draft and any(draft[1].values()))
    return Reply(summary=say.FORM_TITLE, form=await build(person, token, values, services, kept=kept), private=True)


def _first_words(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= SHORT_SUBJECT else f"{line[:SHORT_SUBJECT].rsplit(' ', 1)[0]} …"


async def change_form(request: ChangeForm, services: Services) -> Reply:
    """The form anew, after a field that decides who gets it and by when."""
    person = raiser(request, services)
    await services.uow.drafts.keep(request.token, person.id, FORM, request.values, services.clock.now())
    form = await build(person, request.token, request.values, services)
    return Reply(summary=say.FORM_TITLE, form=form, private=True)


async def build(
    person: Person,
    token: str,
    values: Mapping[str, str],
    services: Services,
    *,
    problems: Mapping[str, str] | None = None,
    kept: bool = False,
) -> Form:
    """The form as it stands with these values."""
    office = await look_around(services)
    raising = await _raising(person, values, services, office)
    intro: list[Part] = [Note(say.KEPT)] if kept else []
    intro += _by_when(raising, services, office)
    intro += _who_gets_it(raising, services)
    intro += [Heading(say.WHO_SEES), Paragraph(say.AUDIENCE)]
    return Form(
        id=FORM,
        token=token,
        title=say.FORM_TITLE,
        intro=tuple(intro),
        fields=tuple(_fields(person, raising, values, office)),
        submit=say.SUBMIT,
        problems=problems or {},
    )


async def _raising(person: Person, values: Mapping[str, str], services: Services, office: Office) -> Raising:
    member: Person | None = person
    if person.role is not Role.MEMBER:
        member = _member(values.get("for_member", ""), office)
    urgent = values.get("urgent") == "yes"
    service = values.get("service", "").strip()
    officer = None
    if member is not None and service and service != NOT_SURE:
        officer = assignment.choose(
            service,
            office.directory,
            office.there,
            await barred(member.id, services, office),
            to_director=goes_to_director(services.protocol.pack, urgent=urgent),
        )
    return Raising(member, service, urgent, officer)


def _member(typed: str, office: Office) -> Person | None:
    found = office.directory.by_id(chosen_id(typed)) or by_name(typed, office.directory.people)
    return found if found is not None and found.role is Role.MEMBER else None


def _by_when(raising: Raising, services: Services, office: Office) -> Iterator[Part]:
    yield Heading(say.BY_WHEN)
    found = deadline_if(_new(raising, {}, services, office), office)
    if found is None:
        pack = services.protocol.pack
        word = next((each for each in pack.clocks if each.kind in {ClockKind.REPLY, ClockKind.PROMPTLY}), None)
        said = word.word or "" if word else ""
        yield Paragraph(say.no_date(said, pack.cited(word.ref) if word else ""))
    else:
        yield Paragraph(say.would_be_due(found))


def _who_gets_it(raising: Raising, services: Services) -> Iterator[Part]:
    pack = services.protocol.pack
    route = procedure(pack, URGENT_ROUTE)
    if raising.urgent and route is not None:
        yield Paragraph(say.goes_to_director(pack.cited(route.refs[0])))
    if raising.officer is not None:
        yield Paragraph(say.goes_to(label(raising.officer)))
    elif raising.service:
        yield Paragraph(say.goes_to_services())


def _fields(person: Person, raising: Raising, values: Mapping[str, str], office: Office) -> Iterator[Field]:
    def value(name: str) -> str:
        return values.get(name, "")

    if person.role is not Role.MEMBER:
        member = raising.member
        yield Field(
            name="for_member",
            label=say.FOR_MEMBER,
            kind=FieldKind.PERSON,
            hint=say.FOR_MEMBER_HINT,
            value=value("for_member"),
            options=(Option(f"{CHOSEN}{member.id}", label(member)),) if member else (),
            max_length=LONGEST_LINE,
            live=True,
        )
    yield Field(name=SUBJECT, label=say.SUBJECT, hint=say.SUBJECT_HINT, value=value(SUBJECT), max_length=LONGEST_LINE)
    yield Field(
        name=DETAILS,
        label=say.DETAILS,
        kind=FieldKind.TEXT,
        hint=say.DETAILS_HINT,
        value=value(DETAILS),
        max_length=LONGEST_TEXT,
    )
    known = assignment.services(office.directory)
    yield Field(
        name="service",
        label=say.SERVICE,
        kind=FieldKind.CHOICE,
        options=(*(Option(name, name) for name in known), Option(NOT_SURE, say.NOT_SURE)),
        value=value("service"),
        live=True,
    )
    yield Field(name=WARD, label=say.WARD, value=value(WARD), required=False, max_length=LONGEST_LINE)
    yield Field(
        name=ON_BEHALF,
        label=say.ON_BEHALF,
        hint=say.ON_BEHALF_HINT,
        value=value(ON_BEHALF),
        required=False,
        max_length=LONGEST_LINE,
    )
    yield Field(
        name="urgent",
        label=say.URGENT,
        kind=FieldKind.TICK,
        hint=say.URGENT_HINT,
        value=value("urgent"),
        required=False,
        live=True,
    )
    if raising.urgent:
        yield Field(
            name=WHY_URGENT, label=say.WHY_URGENT, kind=FieldKind.TEXT, value=value(WHY_URGENT), max_length=LONGEST_LINE
        )


async def suggest_members(request: LookUp, services: Services) -> Reply:
    """Members whose names come nearest to what was typed."""
    people = [one for one in await services.uow.people.all() if one.role is Role.MEMBER]
    return _suggested(request, people)


async def suggest_officers(request: LookUp, services: Services) -> Reply:
    """Officers whose names come nearest to what was typed."""
    people = [one for one in await services.uow.people.all() if one.role is Role.OFFICER]
    return _suggested(request, people)


def _suggested(request: LookUp, people: list[Person]) -> Reply:
    options = tuple(Option(value=f"{CHOSEN}{one.id}", label=label(one)) for one in nearest(request.typed, people))
    return Reply(summary="", options=options)


# --- sending it in -----------------------------------------------------------------------


async def submit(request: SubmitForm, services: Services) -> Reply:
    """Record the enquiry, show the form again with every problem, or say kindly where else it belongs."""
    person = raiser(request, services)
    earlier = await _earlier(request.token, person, services)
    if earlier is not None:
        return earlier
    office = await look_around(services)
    raising = await _raising(person, request.values, services, office)
    problems = _problems(raising, request.values, office)
    await services.uow.drafts.keep(request.token, person.id, FORM, request.values, services.clock.now())
    if problems:
        form = await build(person, request.token, request.values, services, problems=problems)
        return Reply(summary=say.FORM_TITLE, form=form, private=True)
    instead = _instead(request.token, request.values, services)
    return instead or await _record(person, request.token, raising, request.values, services, office)


async def raise_anyway(request: Pressed, services: Services) -> Reply:
    """Record it although it reads like something else. ``value`` is the form's token.

    Raises:
        Refusal: what was typed is no longer there, or no longer right.
    """
    person = raiser(request, services)
    earlier = await _earlier(request.value, person, services)
    if earlier is not None:
        return earlier
    draft = await services.uow.drafts.newest(person.id, FORM)
    if draft is None or draft[0] != request.value:
        raise Refusal(say.GONE)
    office = await look_around(services)
    raising = await _raising(person, draft[1], services, office)
    problems = _problems(raising, draft[1], office)
    if problems:
        form = await build(person, draft[0], draft[1], services, problems=problems)
        return Reply(summary=say.FORM_TITLE, form=form, private=True)
    return await _record(person, draft[0], raising, draft[1], services, office)


async def _earlier(token: str, person: Person, services: Services) -> Reply | None:
    """The same form once more: the same answer, no second enquiry."""
    outcome = await services.uow.drafts.outcome(token)
    found = await services.uow.cases.get(outcome) if outcome else None
    return _short(found) if found is not None and found.entered_by == person.id else None


def _problems(raising: Raising, values: Mapping[str, str], office: Office) -> dict[str, str]:
    problems = {}
    if raising.member is None:
        problems["for_member"] = say.NOT_A_MEMBER if values.get("for_member", "").strip() else say.MISSING_MEMBER
    if not values.get(SUBJECT, "").strip():
        problems[SUBJECT] = say.MISSING_SUBJECT
    if not values.get(DETAILS, "").strip():
        problems[DETAILS] = say.MISSING_DETAILS
    if raising.service not in {*assignment.services(office.directory), NOT_SURE}:
        problems["service"] = say.MISSING_SERVICE
    if raising.urgent and not values.get(WHY_URGENT, "").strip():
        problems[WHY_URGENT] = say.MISSING_WHY
    problems |= {
        name: say.LONG_LINE
        for name in (SUBJECT, WARD, ON_BEHALF, WHY_URGENT)
        if len(values.get(name, "")) > LONGEST_LINE
    }
    if len(values.get(DETAILS, "")) > LONGEST_TEXT:
        problems[DETAILS] = say.LONG_TEXT
    return problems


def _instead(token: str, values: Mapping[str, str], services: Services) -> Reply | None:
    """What is no enquiry: where it belongs, or the protocol's own answer; and a way to raise it all the same."""
    pack = services.protocol.pack
    text = f"{values.get(SUBJECT, '')}\n{values.get(DETAILS, '')}"
    anyway = Buttons((Button(label=say.RAISE_ANYWAY, action="raise_anyway", value=token),))
    kind = not_an_enquiry(text, pack)
    if kind is not None:
        sentence = say.INSTEAD[kind]
        return Reply(summary=sentence, parts=(Paragraph(sentence), anyway), private=True)
    if not asks_about_rules(values.get(DETAILS, "")):
        return None
    ranking = services.protocol.engine.search(values[DETAILS], Role.MEMBER)
    if ranking.verdict != "clear" or not ranking.hits:
        return None
    found = cite(pack, pack.clause(ranking.hits[0].ref))
    return Reply(summary=say.ANSWERED_HERE, parts=(Paragraph(say.ANSWERED_HERE), found, anyway), private=True)


def _new(raising: Raising, values: Mapping[str, str], services: Services, office: Office, entered_by: str = "") -> Case:
    settings = services.settings
    content = {name: values.get(name, "").strip() for name in (SUBJECT, DETAILS, WARD, ON_BEHALF)}
    if raising.urgent:
        content[WHY_URGENT] = values.get(WHY_URGENT, "").strip()
    return Case(
        id=secrets.token_hex(16),
        reference=new_reference(ENQUIRY.prefix),
        procedure=ENQUIRY.key,
        member_id=raising.member.id if raising.member else "",
        entered_by=entered_by,
        owner_id=raising.officer.id if raising.officer else "",
        service="" if raising.service == NOT_SURE else raising.service,
        urgent=raising.urgent,
        content={name: value for name, value in content.items() if value},
        state=State.ASSIGNED if raising.officer else State.RAISED,
        received_at=office.now,
        counts_from=office.now,
        started_on=office.today,
        clock_set_on=london_date(office.now),
        limit=limit_for(
            services.protocol.pack, settings.reply_working_days, settings.urgent_working_days, urgent=raising.urgent
        ),
    )


async def _record(
    person: Person, token: str, raising: Raising, values: Mapping[str, str], services: Services, office: Office
) -> Reply:
    uow = services.uow
    case = await start_case(_new(raising, values, services, office, person.id), services, office)
    key = f"c:{case.id}:raised"
    if raising.officer is not None:
        event = CaseEvent(case_id=case.id, at=office.now, by="", step=Step.ASSIGNED, who=raising.officer.id)
        await uow.cases.record(event)
        await messages.tell_officer(case, raising.officer, key, services, office)
    else:
        choosers = office.directory.holders(Position.DEMOCRATIC_SERVICES)
        await tell_all(choosers, messages.choose_officer(case), f"{key}:choose", services, about=case.id)
    receipt = messages.receipt(case, raising.officer)
    for each in {person.id: person, case.member_id: raising.member or person}.values():
        await tell(each, receipt, f"{key}:receipt", services, about=case.id)
    await uow.drafts.settle(token, person.id, FORM, case.id, office.now)
    return _short(case)


def _short(case: Case) -> Reply:
    text = say.receipt(case.reference, messages.local(case.received_at))
    buttons = Buttons((messages.open_button(case, Emphasis.NORMAL), messages.clock_button(case)))
    return Reply(summary=text, parts=(Paragraph(text), buttons), private=True)
