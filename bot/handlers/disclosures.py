"""The life of a disclosure: opened, asked about, decided on, amended, confirmed, ended. And the register.

What was declared is shown only in a form that opens after the access gate says yes; messages
carry a reference and a button.
"""

from __future__ import annotations

import secrets
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

from bot.access import disclosures_for, get_disclosure_for, keeps_register
from bot.errors import NotFound, Refusal
from bot.handlers import declare
from bot.handlers.declare import AMEND_MARK, FORM, notification, values_of
from bot.handlers.directory import label
from bot.handlers.identity import asker
from bot.handlers.notify import tell, tell_all
from bot.messages import (
    Button,
    Buttons,
    Emphasis,
    Fact,
    Facts,
    Field,
    FieldKind,
    Form,
    Heading,
    Note,
    Option,
    Paragraph,
    Pressed,
    Reply,
)
from bot.rules.disclosures import (
    LONGEST_DETAILS,
    LONGEST_LINE,
    Conditions,
    Content,
    Disclosure,
    DisclosureEvent,
    Purpose,
    State,
    Step,
    allowed,
    matched,
    state_after,
)
from bot.rules.recipients import Directory
from bot.rules.routing import declaration_route
from bot.rules.working_days import LONDON, london_date
from bot.wording import declare as say
from bot.wording.common import NOT_FOUND

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from bot.messages import Part, Said, SubmitForm
    from bot.model import Person
    from bot.ports import Services

READ_FORM = "disclosure"
OWN_FORM = "my_disclosure"
LISTED = 20
BY_SERVICE = "service:"
MOST_SERVICES = 12
OWN_STEPS = (Step.CONFIRMED, Step.AMENDED, Step.INFORMATION_GIVEN, Step.ENDED, Step.WITHDRAWN)
KEEPS_CONDITIONS = frozenset({Step.CONDITIONS_SET, Step.AUDIENCE_DECIDED})
READER_STEPS = (Step.INFORMATION_ASKED, Step.CONDITIONS_SET, Step.AUDIENCE_DECIDED, Step.NO_ACTION)


# --- opening one -------------------------------------------------------------------------


async def open_one(request: Pressed, services: Services) -> Reply:
    """Show a disclosure to somebody who may see it, with what they may do."""
    person = asker(request.sender, services)
    disclosure = await get_disclosure_for(person, request.value, Purpose.READ, services)
    return Reply(summary=say.OPEN, form=await _form(disclosure, person, services), private=True)


async def _form(
    disclosure: Disclosure,
    person: Person,
    services: Services,
    *,
    token: str = "",
    values: Mapping[str, str] | None = None,
    problems: Mapping[str, str] | None = None,
) -> Form:
    own = person.id == disclosure.declarer_id
    typed = values or {}
    steps = [step for step in _steps(disclosure, services, own=own) if allowed(disclosure.state, step)]
    fields: list[Field] = []
    if steps:
        options = tuple(Option(step.value, say.STEPS[step]) for step in steps)
        fields.append(
            Field(
                name="step",
                label=say.WHAT_TO_DO,
                kind=FieldKind.CHOICE,
                options=options,
                value=typed.get("step", ""),
            )
        )
        fields.append(
            Field(
                name="text",
                label=say.FEW_WORDS,
                kind=FieldKind.TEXT,
                hint=say.DETAILS_HINT,
                required=False,
                max_length=LONGEST_DETAILS,
                value=typed.get("text", ""),
            )
        )
        if not own:
            fields.append(
                Field(
                    name="told",
                    label=say.TOLD_TOO,
                    hint=say.CONDITIONS_HINT,
                    required=False,
                    max_length=LONGEST_LINE,
                    value=typed.get("told", disclosure.conditions.told),
                )
            )
            fields.append(
                Field(
                    name="review_on",
                    label=say.LOOK_AGAIN,
                    kind=FieldKind.DATE,
                    hint=say.CONDITIONS_HINT,
                    required=False,
                    value=typed.get("review_on", disclosure.conditions.review_on),
                )
            )
    return Form(
        id=OWN_FORM if own else READ_FORM,
        token=token or f"{disclosure.id}.{secrets.token_urlsafe(9)}",
        title=disclosure.reference,
        intro=tuple(await _shown(disclosure, person, services)),
        fields=tuple(fields),
        submit=say.RECORD if steps else say.CLOSE,
        problems=problems or {},
    )


def _steps(disclosure: Disclosure, services: Services, *, own: bool) -> Sequence[Step]:
    if own:
        return OWN_STEPS
    route = declaration_route(services.protocol.pack, disclosure.position)
    decides = route is not None and route.decides_audience
    return [step for step in READER_STEPS if decides or step is not Step.AUDIENCE_DECIDED]


async def _shown(disclosure: Disclosure, person: Person, services: Services) -> list[Part]:
    """Everything that the record says, for somebody who may read it."""
    people = await services.uow.people.all()
    directory = Directory(people)
    content = disclosure.content
    declarer = directory.by_id(disclosure.declarer_id)
    rows = [
        Fact(say.STATE, say.STATES[disclosure.state]),
        Fact(say.DECLARED_BY, label(declarer) if declarer else _unknown(disclosure)),
        Fact(say.OTHER_PARTY, content.other_party),
        Fact(say.RELATIONSHIP, say.KINDS[content.kind]),
        Fact(say.SINCE_LABEL, content.since),
        Fact(say.BEARS_ON, "; ".join(say.BEARINGS[word] for word in content.bearing)),
        Fact(say.IN_PARTICULAR, content.bearing_on),
        Fact(say.DETAILS_LABEL, content.details),
        Fact(say.RISK_LABEL, say.AT_RISK_SHORT if disclosure.at_risk else ""),
        Fact(say.DECLARED_ON, f"{disclosure.created_at.astimezone(LONDON):%d %B %Y}"),
        Fact(say.LAST_CONFIRMED, f"{disclosure.confirmed_at.astimezone(LONDON):%d %B %Y}"),
        Fact(say.PARAGRAPH, services.protocol.pack.cited(disclosure.ref) if disclosure.ref else ""),
        Fact(say.CONDITIONS, disclosure.conditions.text),
        Fact(say.TOLD_TOO, disclosure.conditions.told),
        Fact(say.LOOK_AGAIN, _long_date(disclosure.conditions.review_on)),
    ]
    if person.id != disclosure.declarer_id and content.other_party_id:
        others = tuple(await services.uow.disclosures.all())
        both = matched(disclosure, others)
        rows.append(Fact(say.BOTH_SIDES, say.BOTH_DECLARED if both else say.ONE_DECLARED))
    parts: list[Part] = [Facts(tuple(row for row in rows if row.value))]
    events = await services.uow.disclosures.events(disclosure.id)
    told = (event for event in events if event.step is not Step.OPENED or event.by != person.id)
    history = list(dict.fromkeys(_history_line(event, directory) for event in told))
    if history:
        parts += [Heading(say.HISTORY), Paragraph("\n".join(history[-12:]))]
    return parts


def _history_line(event: DisclosureEvent, directory: Directory) -> str:
    """A step with its time; an opening with its day, so that many on one day are one line."""
    when = f"{event.at.astimezone(LONDON):{'%d %b %Y' if event.step is Step.OPENED else '%d %b %Y %H:%M'}}"
    return f"{when}: {event.step.value}{_by(event, directory)}{_said(event)}"


def _unknown(disclosure: Disclosure) -> str:
    """Somebody whom the directory does not know, by the name that they gave."""
    position = say.POSITIONS[disclosure.position]
    name = disclosure.content.declared_by
    return f"{name} ({position.lower()}, not in the directory)" if name else position


def _long_date(text: str) -> str:
    if not text:
        return ""
    day = date.fromisoformat(text)
    return f"{day.day} {day:%B %Y}"


def _by(event: DisclosureEvent, directory: Directory) -> str:
    who = directory.by_id(event.by)
    return f" by {who.name}" if who else ""


def _said(event: DisclosureEvent) -> str:
    return f": {event.text}" if event.text and event.step is not Step.AMENDED else ""


# --- deciding on one, and changing one's own ---------------------------------------------


async def decide(request: SubmitForm, services: Services) -> Reply:
    """A recipient's step: ask, set conditions, decide who else is told, no action."""
    return await _step(request, services, Purpose.ACT, READER_STEPS)


async def change_own(request: SubmitForm, services: Services) -> Reply:
    """The declarer's step: confirm, amend, answer, end, withdraw."""
    return await _step(request, services, Purpose.OWN, OWN_STEPS)


async def _step(request: SubmitForm, services: Services, purpose: Purpose, steps: Sequence[Step]) -> Reply:
    person = asker(request.sender, services)
    disclosure_id = request.token.split(".")[0]
    if await services.uow.drafts.outcome(request.token):
        return _done(await get_disclosure_for(person, disclosure_id, purpose, services), person)
    disclosure = await get_disclosure_for(person, disclosure_id, purpose, services)
    step = next((each for each in steps if each.value == request.values.get("step")), None)
    problems = _problems(step, request.values, disclosure, services)
    if step is None or problems:
        form = await _form(disclosure, person, services, token=request.token, values=request.values, problems=problems)
        return Reply(summary=say.OPEN, form=form, private=True)
    if not allowed(disclosure.state, step):
        raise Refusal(say.CLOSED)
    if step is Step.AMENDED:
        return await _amendment_form(disclosure, person, services)
    changed = _after(disclosure, step, request.values, services)
    await take_step(disclosure, changed, step, person, request.values.get("text", "").strip(), services)
    await services.uow.drafts.settle(request.token, person.id, request.form, disclosure.id, services.clock.now())
    return _done(disclosure, person)


def _problems(
    step: Step | None, values: Mapping[str, str], disclosure: Disclosure, services: Services
) -> dict[str, str]:
    if step is None:
        return {"step": say.MISSING_STEP}
    problems = {}
    needs_words = {Step.INFORMATION_ASKED, Step.INFORMATION_GIVEN, Step.CONDITIONS_SET, Step.WITHDRAWN}
    text = values.get("text", "").strip()
    if step in needs_words and not text:
        problems["text"] = say.MISSING_TEXT
    if len(text) > LONGEST_DETAILS:
        problems["text"] = say.LONG_DETAILS
    if step is Step.AUDIENCE_DECIDED and not (values.get("told", "").strip() or text):
        problems["told"] = say.MISSING_TEXT
    if len(values.get("told", "")) > LONGEST_LINE:
        problems["told"] = say.LONG_LINE
    before = disclosure.conditions
    review_on = values.get("review_on", "").strip()
    if step not in KEEPS_CONDITIONS:  # what would be lost without a word is a problem
        given = (("told", before.told), ("review_on", before.review_on))
        changed = [name for name, old in given if values.get(name, "").strip() not in {"", old}]
        problems |= dict.fromkeys(changed, say.ONLY_WITH_CONDITIONS)
    elif review_on and review_on != before.review_on:
        try:
            if date.fromisoformat(review_on) <= london_date(services.clock.now()):
                problems["review_on"] = say.PAST_DATE
        except ValueError:
            problems["review_on"] = say.BAD_DATE
    return problems


def _after(disclosure: Disclosure, step: Step, values: Mapping[str, str], services: Services) -> Disclosure:
    changed = replace(disclosure, state=state_after(disclosure.state, step))
    if step is Step.CONFIRMED:
        changed = replace(changed, confirmed_at=services.clock.now(), asked_at=None)
    before = disclosure.conditions
    reviewed = "" < before.review_on <= london_date(services.clock.now()).isoformat()
    if step in READER_STEPS and reviewed:  # this was the look at it; only a new date brings it back
        before = replace(before, review_on="")
        changed = replace(changed, conditions=before)
    if step in KEEPS_CONDITIONS:
        given = values.get("review_on", "").strip()
        text = values.get("text", "").strip() if step is Step.CONDITIONS_SET else before.text
        conditions = Conditions(
            text=text,
            told=values.get("told", "").strip() or before.told,
            review_on=before.review_on if given in {"", disclosure.conditions.review_on} else given,
        )
        changed = replace(changed, conditions=conditions)
    return changed


async def take_step(
    before: Disclosure, after: Disclosure, step: Step, person: Person, text: str, services: Services
) -> None:
    """Keep the step, its event and its audit entry, and tell the other side by reference."""
    now = services.clock.now()
    await services.uow.disclosures.save(after)
    event = DisclosureEvent(disclosure_id=before.id, at=now, by=person.id, step=step, text=text)
    await services.uow.disclosures.record(event)
    await services.uow.audit.write(now, person.id, f"disclosure {step.value}", before.id)
    directory = Directory(await services.uow.people.all())
    key = f"d:{before.id}:{step.value}:{before.version}"
    if person.id == before.declarer_id:
        readers = [one for reader in after.readers if (one := directory.by_id(reader)) is not None]
        news = notification(before, say.changed_for_recipient(before.reference, step))
        await tell_all(readers, news, key, services, about=before.id)
    else:
        declarer = directory.by_id(before.declarer_id)
        if declarer is not None:
            await tell(declarer, notification(before, say.changed_for_declarer(before.reference)), key, services)


def _done(disclosure: Disclosure, person: Person) -> Reply:
    text = say.done(disclosure.reference, own=person.id == disclosure.declarer_id)
    return Reply(summary=text, parts=(Paragraph(text),), private=True)


async def open_amendment(request: Pressed, services: Services) -> Reply:
    """The declaration form with what was declared, to be amended."""
    person = asker(request.sender, services)
    disclosure = await get_disclosure_for(person, request.value, Purpose.OWN, services)
    if not allowed(disclosure.state, Step.AMENDED):
        raise Refusal(say.CLOSED)
    return await _amendment_form(disclosure, person, services)


async def _amendment_form(disclosure: Disclosure, person: Person, services: Services) -> Reply:
    token = f"{AMEND_MARK}{disclosure.id}.{secrets.token_urlsafe(6)}"
    form = await declare.build(person, token, values_of(disclosure), services)
    return Reply(summary=say.AMEND_TITLE, form=form, private=True)


async def amend(
    person: Person, disclosure_id: str, content: Content, services: Services, *, at_risk: bool
) -> Disclosure:
    """Put a new content in the place of the old; the old one stays in the history.

    The readers stay: nobody who was told before is untold, and a new other party who is a reader loses sight of it.
    """
    disclosure = await get_disclosure_for(person, disclosure_id, Purpose.OWN, services)
    if not allowed(disclosure.state, Step.AMENDED):
        raise Refusal(say.CLOSED)
    now = services.clock.now()
    directory = Directory(await services.uow.people.all())
    routing = declare.find_route(
        person, disclosure.position, content.other_party_id, directory, services, at_risk=at_risk
    )
    readers = {one.id for one in routing.recipients.people}
    changed = replace(
        disclosure,
        content=content,
        at_risk=at_risk,
        state=State.SUBMITTED,
        confirmed_at=now,
        readers=tuple(sorted(readers | (set() if at_risk else set(disclosure.readers)))),
    )
    old = "; ".join(f"{name}: {value}" for name, value in values_of(disclosure).items() if value)
    await take_step(disclosure, changed, Step.AMENDED, person, old, services)
    return disclosure


async def confirm(request: Pressed, services: Services) -> Reply:
    """Still right: one press."""
    person = asker(request.sender, services)
    disclosure = await get_disclosure_for(person, request.value, Purpose.OWN, services)
    if not allowed(disclosure.state, Step.CONFIRMED):
        raise Refusal(say.CLOSED)
    changed = _after(disclosure, Step.CONFIRMED, {}, services)
    await take_step(disclosure, changed, Step.CONFIRMED, person, "", services)
    return replace(_done(disclosure, person), replaces=True)


async def nil_return(request: Pressed, services: Services) -> Reply:
    """Nothing to declare: recorded, with the date."""
    person = asker(request.sender, services)
    await services.uow.audit.write(services.clock.now(), person.id, "nil return", person.id)
    return Reply(summary=say.NIL_RECORDED, parts=(Paragraph(say.NIL_RECORDED),), private=True)


# --- lists -------------------------------------------------------------------------------


async def mine(request: Pressed, services: Services) -> Reply:
    """The declarer's own, always; by reference, so that a shared screen shows no more."""
    person = asker(request.sender, services)
    found = await services.uow.disclosures.by_declarer(person.id)
    if not found:
        buttons = Buttons(
            (
                Button(label=say.FORM_TITLE, action="open_declaration", opens=FORM, emphasis=Emphasis.PRIMARY),
                Button(label=say.NIL_RETURN, action="nil_return"),
            )
        )
        return Reply(summary=say.NOTHING_DECLARED, parts=(Paragraph(say.NOTHING_DECLARED), buttons), private=True)
    return _list(say.MY_DECLARATIONS, [(each, say.STATES[each.state]) for each in found])


async def register(request: Pressed | Said, services: Services) -> Reply:
    """The register for the keeper and for those who were told: by reference, state and what waits.

    ``value`` filters: ``open``, ``conditions`` (with a review due), ``unmatched``, or ``service:`` and the
    declarer's department; empty for all.

    Raises:
        NotFound: there is nothing that the person may see; the same as for a stranger.
    """
    person = asker(request.sender, services)
    wanted = request.value if isinstance(request, Pressed) else ""
    visible = [each for each in await disclosures_for(person, Purpose.READ, services) if each.declarer_id != person.id]
    if not visible and not keeps_register(person, services.protocol.pack):
        raise NotFound(NOT_FOUND)
    everything = tuple(await services.uow.disclosures.all())
    today = london_date(services.clock.now()).isoformat()
    directory = Directory(await services.uow.people.all())
    departments = {each.id: _department(each, directory) for each in visible}
    rows = []
    for each in visible:
        unmatched = each.is_open and bool(each.content.other_party_id) and not matched(each, everything)
        due = each.is_open and "" < each.conditions.review_on <= today
        if not _passes(wanted, each, departments[each.id], unmatched=unmatched, due=due):
            continue
        marks = [say.STATES[each.state], f"{each.created_at.astimezone(LONDON):%d %b %Y}"]
        marks += ["one side only"] if unmatched else []
        marks += ["review due"] if due else []
        rows.append((each, ", ".join(marks)))
    await services.uow.audit.write(services.clock.now(), person.id, "register listed", wanted or "all")
    reply = (
        _list(say.REGISTER, rows) if rows else Reply(summary=say.REGISTER_EMPTY, parts=(Paragraph(say.REGISTER_EMPTY),))
    )
    filters = [*say.FILTERS.items()]
    services_named = sorted({name for name in departments.values() if name})
    if len(services_named) > 1:
        filters += [(f"{BY_SERVICE}{name}", name) for name in services_named[:MOST_SERVICES]]
    buttons = Buttons(tuple(Button(label=words, action="register", value=value) for value, words in filters))
    return replace(reply, parts=(*reply.parts, buttons), private=True)


def _department(disclosure: Disclosure, directory: Directory) -> str:
    """The service of the officer in it: the declarer's, else the other party's where a member declared."""
    people = (directory.by_id(disclosure.declarer_id), directory.by_id(disclosure.content.other_party_id))
    return next((person.department for person in people if person is not None and person.department), "")


def _passes(wanted: str, disclosure: Disclosure, department: str, *, unmatched: bool, due: bool) -> bool:
    if wanted.startswith(BY_SERVICE):
        return department == wanted.removeprefix(BY_SERVICE)
    return {"open": disclosure.is_open, "conditions": due, "unmatched": unmatched}.get(wanted, True)


def _list(title: str, rows: Sequence[tuple[Disclosure, str]]) -> Reply:
    parts: list[Part] = [Heading(title)]
    for disclosure, about in rows[:LISTED]:
        parts.append(Facts((Fact(disclosure.reference, about),)))
        parts.append(
            Buttons(
                (
                    Button(
                        label=say.open_one(disclosure.reference),
                        action="open_disclosure",
                        value=disclosure.id,
                        opens=READ_FORM,
                    ),
                )
            )
        )
    if len(rows) > LISTED:
        parts.append(Note(f"{len(rows) - LISTED} more are not shown. Use a filter, or the export."))
    return Reply(summary=title, parts=tuple(parts), private=True)
