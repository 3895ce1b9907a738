"""Declare a relationship: the form, who will see it, and the record.

The form says before sending who will see it, why, and what the protocol expects next. All
problems come at once, by field. The record, its event, its audit entry, what the recipients are
told and the receipt are one transaction.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING

import structlog

from bot.access import register_keeper
from bot.errors import TooMany
from bot.handlers.directory import CHOSEN, by_name, chosen_id, label
from bot.handlers.identity import asker, is_known
from bot.handlers.notify import tell, tell_all
from bot.messages import Bullets as BulletList
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
from bot.rules.disclosures import (
    LONGEST_DETAILS,
    LONGEST_LINE,
    Bearing,
    Content,
    Disclosure,
    DisclosureEvent,
    Kind,
    Step,
    same_pair,
)
from bot.rules.protocol import Position
from bot.rules.recipients import Directory, Recipients, find_recipients, monitoring_officer_alone
from bot.rules.routing import declaration_route
from bot.rules.working_days import LONDON
from bot.wording import declare as say
from bot.wording.common import listed, the, too_many

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from bot.messages import ChangeForm, OpenForm, Part, Pressed, SubmitForm
    from bot.model import Person
    from bot.ports import Services
    from bot.rules.protocol import DeclarationRoute, Pack

log = structlog.get_logger()

FORM = "declare_relationship"
AMENDING = f"{FORM}:amend"
"""Where the drafts of amendments are kept, so that a new declaration never comes up as one."""
AMEND_MARK = "amend."
"""A token with this start belongs to an amendment; the id of the disclosure follows."""


@dataclass(frozen=True, slots=True)
class Routing:
    """Where a declaration goes: the route of the pack, and the people behind it."""

    route: DeclarationRoute | None
    offices: tuple[str, ...]
    recipients: Recipients


# --- the form ----------------------------------------------------------------------------


async def open_form(request: OpenForm | Pressed | Said, services: Services) -> Reply:
    """The empty form, or what the person typed last time and did not send; asked for by a press or in words."""
    person = asker(request.sender, services)
    draft = await services.uow.drafts.newest(person.id, FORM)
    token, values = draft or (secrets.token_urlsafe(12), {})
    given = {} if isinstance(request, Said) else request.values
    values = {**values, **{name: value for name, value in given.items() if value}}
    await services.uow.drafts.keep(token, person.id, FORM, values, services.clock.now())
    kept = bool(draft and any(draft[1].values()))
    form = await build(person, token, values, services, kept=kept)
    return Reply(summary=say.FORM_TITLE, form=form, private=True)


async def change_form(request: ChangeForm, services: Services) -> Reply:
    """The form anew, after a field that decides who will see it."""
    person = asker(request.sender, services)
    await services.uow.drafts.keep(
        request.token, person.id, _drawer(request.token), request.values, services.clock.now()
    )
    return Reply(
        summary=say.FORM_TITLE, form=await build(person, request.token, request.values, services), private=True
    )


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
    directory = Directory(await services.uow.people.all())
    position = _position(person, values)
    other = directory.by_id(chosen_id(values.get("other_party", "")))
    intro: list[Part] = [Note(say.KEPT)] if kept else []
    if position is not None:
        at_risk = values.get("at_risk") == "yes"
        routing = find_route(person, position, other.id if other else "", directory, services, at_risk=at_risk)
        keeper = _keeper_too(routing, person, other.id if other else "", directory, services, at_risk=at_risk)
        intro += _who_will_see(routing, services.protocol.pack, keeper, at_risk=at_risk)
    else:
        intro += _who_will_see_by_position(services.protocol.pack)
    intro.append(Note(say.NOT_THE_REGISTER))
    amending = token.startswith(AMEND_MARK)
    return Form(
        id=FORM,
        token=token,
        title=say.AMEND_TITLE if amending else say.FORM_TITLE,
        intro=tuple(intro),
        fields=tuple(_fields(person, other, values)),
        submit=say.AMEND if amending else say.SUBMIT,
        problems=problems or {},
    )


def _drawer(token: str) -> str:
    return AMENDING if token.startswith(AMEND_MARK) else FORM


def _fields(person: Person, other: Person | None, values: Mapping[str, str]) -> Iterator[Field]:
    def value(name: str) -> str:
        return values.get(name, "")

    if not is_known(person):
        yield Field(
            name="position",
            label=say.POSITION,
            kind=FieldKind.CHOICE,
            options=tuple(Option(each.value, words) for each, words in say.POSITIONS.items()),
            value=value("position"),
            live=True,
        )
        name = value("declared_by") or person.name
        yield Field(name="declared_by", label=say.NAME, value=name, max_length=LONGEST_LINE)
    yield Field(
        name="other_party",
        label=say.OTHER_PARTY,
        kind=FieldKind.PERSON,
        hint=say.OTHER_PARTY_HINT,
        value=value("other_party"),
        options=(Option(f"{CHOSEN}{other.id}", label(other)),) if other else (),
        max_length=LONGEST_LINE,
        live=True,
    )
    yield Field(
        name="kind",
        label=say.KIND,
        kind=FieldKind.CHOICE,
        options=tuple(Option(each.value, words) for each, words in say.KINDS.items()),
        value=value("kind"),
    )
    yield Field(name="since", label=say.SINCE, hint=say.SINCE_HINT, value=value("since"), required=False, max_length=80)
    yield Field(
        name="bearing",
        label=say.BEARING,
        kind=FieldKind.CHOICES,
        options=tuple(Option(each.value, words) for each, words in say.BEARINGS.items()),
        value=value("bearing"),
        required=False,
    )
    yield Field(
        name="bearing_on",
        label=say.BEARING_ON,
        value=value("bearing_on"),
        required=False,
        max_length=LONGEST_LINE,
    )
    yield Field(
        name="details",
        label=say.DETAILS,
        kind=FieldKind.TEXT,
        hint=say.DETAILS_HINT,
        value=value("details"),
        required=False,
        max_length=LONGEST_DETAILS,
    )
    yield Field(
        name="at_risk",
        label=say.AT_RISK,
        kind=FieldKind.TICK,
        hint=say.AT_RISK_HINT,
        value=value("at_risk"),
        required=False,
        live=True,
    )


def _who_will_see(routing: Routing, pack: Pack, keeper: str, *, at_risk: bool) -> list[Part]:
    parts: list[Part] = [Heading(say.WHO_SEES)]
    route = routing.route
    people = [label(person) for person in routing.recipients.people]
    names = [person.name for person in routing.recipients.people]
    if at_risk:
        parts.append(Paragraph(say.RISK_SEES if routing.recipients.named or not people else say.risk_in_place(people)))
    else:
        titles = [pack.office_title(key) for key in routing.offices]
        if route is None or not route.to:
            note = route.note if route and route.note else say.NAMES_NOBODY
            parts.append(Paragraph(say.nobody_named(note, titles, names if titles else people)))
        elif routing.recipients.named or not routing.recipients.people:
            who = [say.told(titles, pack.cited(route.ref) if route.ref else None)]
            parts.append(Paragraph(" ".join([*who, *([say.at_present(people)] if people else [])])))
        else:
            parts.append(Paragraph(say.told_in_place(titles, people)))
        further = say.decides_audience() if route is not None and route.decides_audience else say.NOBODY_ELSE
        parts.append(Paragraph(f"{keeper} {further}".strip()))
        if not routing.recipients.people:
            parts.append(Paragraph(say.NO_RECIPIENT))
    expects = route.expects if route else ()
    if expects:
        parts += [
            Heading(say.EXPECTED),
            BulletList(tuple(f"{sentence} ({pack.cited(ref)})" for sentence, ref in expects)),
        ]
    return parts


def _keeper_too(
    routing: Routing, person: Person, other_party_id: str, directory: Directory, services: Services, *, at_risk: bool
) -> str:
    """That the keeper of the register can open it as well, where they are not told of it anyway and are no party."""
    pack = services.protocol.pack
    position = register_keeper(pack)
    if position is None or at_risk:
        return ""
    told = {one.id for one in routing.recipients.people} | {person.id, other_party_id}
    keepers = [one for one in directory.holders(position) if one.id not in told]
    title = next((office.title for office in pack.offices.values() if office.position is position), "")
    return say.keeper_too(title, [one.name for one in keepers]) if keepers and title else ""


def _who_will_see_by_position(pack: Pack) -> list[Part]:
    """For somebody whose position is not known yet: every route, so that it is said before anything is sent."""
    lines = []
    for route in pack.declarations:
        who = listed([say.POSITIONS[position] for position in route.positions], last="and")
        offices = route.to or route.offer
        if offices:
            whom = listed([the(pack.office_title(key)) for key in offices], last="and")
            lines.append(say.by_position(who, whom, pack.cited(route.ref) if route.to and route.ref else ""))
    return [Heading(say.WHO_SEES), Paragraph(say.DEPENDS), BulletList(tuple(lines))] if lines else []


# --- where it goes -----------------------------------------------------------------------


def find_route(
    person: Person,
    position: Position,
    other_party_id: str,
    directory: Directory,
    services: Services,
    *,
    at_risk: bool,
) -> Routing:
    """The route for this declarer, and the people behind it.

    One that could put someone at risk goes to the Monitoring Officer alone (as with sensitive
    interests, Localism Act 2011, section 32). Where the protocol names nobody, the council's own
    setting decides, else whom the pack offers.
    """
    pack, settings = services.protocol.pack, services.settings
    route = declaration_route(pack, position)
    declarer = replace(person, positions=(position,)) if not is_known(person) else person
    if at_risk:
        alone = monitoring_officer_alone(declarer, other_party_id, directory, settings.fallback_recipient)
        return Routing(route, (), alone)
    offices = route.to if route and route.to else (route.offer if route else ())
    if (route is None or not route.to) and settings.disclosure_recipient:
        chosen = directory.by_email(settings.disclosure_recipient)
        if chosen is not None and chosen.id not in {declarer.id, other_party_id}:
            return Routing(route, (), Recipients((chosen,)))
    found = find_recipients(pack, offices, declarer, other_party_id, directory, settings.fallback_recipient)
    return Routing(route, tuple(offices), found)


def _position(person: Person, values: Mapping[str, str]) -> Position | None:
    if is_known(person):
        return person.position
    try:
        return Position(values.get("position", ""))
    except ValueError:
        return None


# --- sending it in -----------------------------------------------------------------------


async def submit(request: SubmitForm, services: Services) -> Reply:
    """Record the declaration, or show the form again with every problem."""
    person = asker(request.sender, services)
    outcome = await services.uow.drafts.outcome(request.token)
    if outcome:  # the same form once more: the same receipt, no second record
        earlier = await services.uow.disclosures.get(outcome)
        if earlier is not None and earlier.declarer_id == person.id:
            return _short(earlier)
    directory = Directory(await services.uow.people.all())
    content, position, problems = read(person, request.values, directory)
    if problems or content is None or position is None:
        await services.uow.drafts.keep(
            request.token, person.id, _drawer(request.token), request.values, services.clock.now()
        )
        form = await build(person, request.token, request.values, services, problems=problems)
        return Reply(summary=say.FORM_TITLE, form=form, private=True)
    if request.token.startswith(AMEND_MARK):
        return await _amend(request, person, content, services)
    mine = await services.uow.disclosures.by_declarer(person.id)
    before = next((each for each in mine if same_pair(each, content.other_party_id, person.id)), None)
    if before is not None:
        await services.uow.drafts.keep(
            request.token, person.id, _drawer(request.token), request.values, services.clock.now()
        )
        return _offer_to_amend(before)
    hour_ago = services.clock.now() - timedelta(hours=1)
    if sum(each.created_at > hour_ago for each in mine) >= services.settings.declarations_per_hour:
        raise TooMany(too_many("declarations"))
    return await _record(request, person, position, content, directory, services)


def read(
    person: Person, values: Mapping[str, str], directory: Directory
) -> tuple[Content | None, Position | None, dict[str, str]]:
    """What was typed as a content, and every problem by field."""
    problems: dict[str, str] = {}
    position = _position(person, values)
    if position is None:
        problems["position"] = say.MISSING_POSITION
    declared_by = "" if is_known(person) else " ".join(values.get("declared_by", "").split()) or person.name
    if not (is_known(person) or declared_by):
        problems["declared_by"] = say.MISSING_NAME
    typed = " ".join(values.get("other_party", "").split())
    other = directory.by_id(chosen_id(typed)) or by_name(typed, directory.people)
    problem = _problem_with_party(person, position, typed, other)
    if problem:
        problems["other_party"] = problem
    kind = values.get("kind", "")
    if kind not in set(Kind):
        problems["kind"] = say.MISSING_KIND
    chosen = [word.strip() for word in values.get("bearing", "").split(";") if word.strip()]
    bearing = tuple(Bearing(word) for word in chosen if word in set(Bearing))
    if Bearing.NOTHING in bearing and len(bearing) > 1:
        problems["bearing"] = say.NOTHING_AND_SOMETHING
    limits = {
        "details": (LONGEST_DETAILS, say.LONG_DETAILS),
        "bearing_on": (LONGEST_LINE, say.LONG_LINE),
        "since": (LONGEST_LINE, say.LONG_LINE),
        "declared_by": (LONGEST_LINE, say.LONG_LINE),
    }
    problems |= {name: sentence for name, (limit, sentence) in limits.items() if len(values.get(name, "")) > limit}
    if problems:
        return None, position, problems
    content = Content(
        other_party=other.name if other else typed,
        other_party_id=other.id if other else "",
        kind=Kind(kind),
        declared_by=declared_by,
        since=values.get("since", "").strip(),
        bearing=bearing,
        bearing_on=values.get("bearing_on", "").strip(),
        details=values.get("details", "").strip(),
    )
    return content, position, {}


def _problem_with_party(person: Person, position: Position | None, typed: str, other: Person | None) -> str:
    if not typed or (typed.startswith(CHOSEN) and other is None):
        return say.MISSING_PARTY
    if len(typed) > LONGEST_LINE:
        return say.LONG_PARTY
    if other is not None and other.id == person.id:
        return say.SAME_PERSON
    if other is not None and position is not None and other.role is position.role:
        return say.same_side(other.name, "a councillor" if other.role.value == "member" else "an officer")
    return ""


async def _record(
    request: SubmitForm,
    person: Person,
    position: Position,
    content: Content,
    directory: Directory,
    services: Services,
) -> Reply:
    now = services.clock.now()
    at_risk = request.values.get("at_risk") == "yes"
    routing = find_route(person, position, content.other_party_id, directory, services, at_risk=at_risk)
    people = routing.recipients.people
    disclosure = Disclosure(
        id=secrets.token_hex(16),
        reference=new_reference("DR"),
        declarer_id=person.id,
        position=position,
        ref=(routing.route.ref or "") if routing.route else "",
        content=content,
        at_risk=at_risk,
        readers=tuple(sorted(one.id for one in people)),
        created_at=now,
        confirmed_at=now,
    )
    await services.uow.disclosures.add(disclosure)
    event = DisclosureEvent(disclosure_id=disclosure.id, at=now, by=person.id, step=Step.SUBMITTED)
    await services.uow.disclosures.record(event)
    await services.uow.audit.write(now, person.id, "disclosure submitted", disclosure.id)
    await services.uow.drafts.settle(request.token, person.id, FORM, disclosure.id, now)
    await tell_all(
        people, notification(disclosure, say.to_recipient(disclosure.reference)), f"d:{disclosure.id}:new", services
    )
    keeper = _keeper_too(routing, person, content.other_party_id, directory, services, at_risk=at_risk)
    receipt = _receipt(disclosure, people, keeper, routing, services)
    sent = await tell(person, receipt, f"d:{disclosure.id}:receipt", services)
    if not routing.recipients.named or routing.recipients.missing:
        log.warning("disclosure.route", disclosure=disclosure.id, told=len(people), offices=routing.recipients.missing)
    return _short(disclosure) if sent else receipt


def _receipt(
    disclosure: Disclosure, people: Sequence[Person], keeper: str, routing: Routing, services: Services
) -> Reply:
    """Reference, date, who can open it and what the protocol expects; nothing of what was declared."""
    at = disclosure.created_at.astimezone(LONDON)
    text = say.receipt(disclosure.reference, at, [label(one) for one in people], keeper)
    parts: list[Part] = [Paragraph(text)]
    pack = services.protocol.pack
    if routing.route and routing.route.expects:
        lines = tuple(f"{sentence} ({pack.cited(ref)})" for sentence, ref in routing.route.expects)
        parts += [Heading(say.EXPECTED), BulletList(lines)]
    parts.append(Buttons((Button(label=say.MY_DECLARATIONS, action="my_declarations"),)))
    return Reply(summary=text, parts=tuple(parts), private=True)


def _short(disclosure: Disclosure) -> Reply:
    text = say.short_receipt(disclosure.reference)
    return Reply(summary=text, parts=(Paragraph(text),), private=True)


def notification(disclosure: Disclosure, text: str) -> Reply:
    """A reference and a button; the text opens only after the access gate says yes."""
    button = Button(
        label=say.OPEN, action="open_disclosure", value=disclosure.id, emphasis=Emphasis.PRIMARY, opens="disclosure"
    )
    return Reply(summary=text, parts=(Paragraph(text), Buttons((button,))), private=True)


# --- amending ----------------------------------------------------------------------------


def _offer_to_amend(before: Disclosure) -> Reply:
    text = say.already_declared(before.reference)
    button = Button(
        label=say.STEPS[Step.AMENDED], action="amend_disclosure", value=before.id, emphasis=Emphasis.PRIMARY, opens=FORM
    )
    return Reply(summary=text, parts=(Paragraph(text), Buttons((button,))), private=True)


def values_of(disclosure: Disclosure) -> dict[str, str]:
    """What was declared, as the form's values."""
    content = disclosure.content
    return {
        "position": disclosure.position.value,
        "declared_by": content.declared_by,
        "other_party": f"{CHOSEN}{content.other_party_id}" if content.other_party_id else content.other_party,
        "kind": content.kind.value,
        "since": content.since,
        "bearing": ";".join(word.value for word in content.bearing),
        "bearing_on": content.bearing_on,
        "details": content.details,
        "at_risk": "yes" if disclosure.at_risk else "",
    }


async def _amend(request: SubmitForm, person: Person, content: Content, services: Services) -> Reply:
    from bot.handlers.disclosures import amend  # noqa: PLC0415 - the two forms lead to one another

    disclosure_id = request.token.removeprefix(AMEND_MARK).split(".")[0]
    at_risk = request.values.get("at_risk") == "yes"
    disclosure = await amend(person, disclosure_id, content, services, at_risk=at_risk)
    await services.uow.drafts.settle(request.token, person.id, AMENDING, disclosure.id, services.clock.now())
    text = say.amended(disclosure.reference)
    return Reply(summary=text, parts=(Paragraph(text),), private=True)
