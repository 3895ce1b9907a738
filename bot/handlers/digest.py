"""One message a person with everything that they are reminded of, however many enquiries there are."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from bot.handlers import case_messages as messages
from bot.handlers.directory import label
from bot.messages import Button, Buttons, Emphasis, Fact, Facts, Heading, Note, Paragraph, Reply
from bot.rules.casework import Chased, State, Step
from bot.rules.enquiries import SUBJECT
from bot.rules.reminders import DIRECTOR, MANAGER, TOP, Rung
from bot.wording import enquiries as words
from bot.wording import reminders as say

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from bot.handlers.casework import Office
    from bot.messages import Part

SHOWN = 5
"""Enquiries with a button of their own in one message. Teams takes six buttons a card, and more would be more cards."""
IN_SUMMARY = 3
ORDER = {rung: number for number, rung in enumerate(Rung)}
HEADINGS = {
    Rung.OWNER: say.YOURS,
    Rung.COVER: say.COVERED,
    Rung.MANAGER: say.BELOW,
    Rung.DIRECTOR: say.BELOW,
    Rung.TOP: say.TOP,
    Rung.MEMBER: say.MEMBER,
}

CLIMBED = ((TOP, say.TOP_TOLD), (DIRECTOR, say.DIRECTOR_TOLD), (MANAGER, say.MANAGER_TOLD))


@dataclass(frozen=True, slots=True)
class Item:
    """One enquiry that a person is reminded of, the stage that says so, and the rung on which they stand."""

    case: Chased
    stage: str
    due: date
    rung: Rung
    told: frozenset[str]
    """Every stage of the enquiry that was told or passed over for this date, this one included."""


def to_basis(items: Iterable[Item]) -> str:
    """What a reminder stands on, for asking again before it is sent: ids and dates, no text."""
    return json.dumps([[item.case.id, item.stage, item.due.isoformat(), item.rung.value] for item in items])


def from_basis(basis: str) -> list[tuple[str, str, date, Rung]]:
    """Case, stage, date and rung of everything that a reminder stands on."""
    return [(case, stage, date.fromisoformat(due), Rung(rung)) for case, stage, due, rung in json.loads(basis)]


def build(items: Sequence[Item], office: Office, snooze_limit: int) -> Reply:
    """The reminder for one person, worst first."""
    ordered = sorted(items, key=lambda item: (ORDER[item.rung], item.case.due or item.due))
    clocks = {item.case.id: _clock(item.case, office) for item in ordered}
    named = [(item.case.reference, clocks[item.case.id]) for item in ordered[:IN_SUMMARY]]
    parts: list[Part] = []
    heading = ""
    for item in ordered[:SHOWN]:
        fresh = say.UNASSIGNED if item.case.state is State.RAISED and item.rung is Rung.OWNER else HEADINGS[item.rung]
        if fresh != heading:
            heading = fresh
            parts.append(Heading(heading))
        parts += _item(item, clocks[item.case.id], office)
        parts.append(Buttons(_buttons(item, snooze_limit) if len(ordered) == 1 else (_act_on(item.case),)))
    if len(ordered) > SHOWN:
        parts += [
            Paragraph(say.left_out(len(ordered) - SHOWN)),
            Buttons((Button(label=words.MINE, action="my_enquiries", emphasis=Emphasis.PRIMARY),)),
        ]
    parts.append(Note(_why(ordered)))
    return Reply(summary=say.summary(named, len(ordered) - len(named)), parts=tuple(parts), private=True)


def _why(items: Sequence[Item]) -> str:
    """Why this comes, and what the reader can do. Who asked cannot answer, so is not told to."""
    if all(item.rung is Rung.MEMBER for item in items):
        return say.WHEN
    return f"{say.WHEN} {say.STOPS}" if len(items) == 1 else f"{say.WAYS} {say.WHEN} {say.STOPS}"


def _clock(case: Chased, office: Office) -> str:
    return say.clock(case.due, office.calendar.between(office.today, case.due) if case.due else 0)


def _item(item: Item, clock: str, office: Office) -> Iterator[Part]:
    case = item.case
    owner = office.directory.by_id(case.owner_id) if case.owner_id else None
    rows = [Fact(case.reference, clock), Fact("Subject", case.content.get(SUBJECT, ""))]
    if item.rung is not Rung.OWNER and owner is not None:
        rows.append(Fact("With", label(owner)))
    yield Facts(tuple(row for row in rows if row.value))
    if item.rung is Rung.MEMBER:
        yield Paragraph(f"{say.overdue_for_member(case.due)} {say.what_next(_next(item, office))}")
    elif item.rung is Rung.OWNER and (told := _told_above(item)):
        yield Paragraph(told)


def _told_above(item: Item) -> str:
    """How far it has climbed."""
    return next((sentence for stage, sentence in CLIMBED if stage in item.told), "")


def _next(item: Item, office: Office) -> list[tuple[str, date]]:
    """Who is told next, and when."""
    names = {MANAGER: say.NEXT_MANAGER, DIRECTOR: say.NEXT_DIRECTOR, TOP: say.NEXT_TOP}
    return [
        (names[stage.key], day)
        for day, stage in office.timetable.of(item.case)
        if stage.key in names and day > office.today and stage.key not in item.told
    ]


def _act_on(case: Chased) -> Button:
    """One of several: its form offers everything that can be done."""
    return Button(label=f"{words.OPEN} {case.reference}", action="open_case", value=case.id, opens=messages.FORM)


def _buttons(item: Item, snooze_limit: int) -> tuple[Button, ...]:
    case = item.case
    if item.rung is Rung.MEMBER:
        return messages.open_button(case), messages.clock_button(case)
    if not case.owner_id:
        return messages.step_button(case, Step.ASSIGNED, Emphasis.PRIMARY), messages.open_button(case, Emphasis.NORMAL)
    if item.rung not in {Rung.OWNER, Rung.COVER}:
        return messages.open_button(case), messages.step_button(case, Step.REASSIGNED)
    snooze = (messages.do_button(case, Step.SNOOZED),) if case.snoozes < snooze_limit else ()
    return (
        messages.step_button(case, Step.REPLIED, Emphasis.PRIMARY),
        messages.step_button(case, Step.HELD),
        messages.step_button(case, Step.REASSIGNED),
        messages.step_button(case, Step.REFUSED),
        *snooze,
    )
