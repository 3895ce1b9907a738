"""Everything that an enquiry says, for somebody who may see it, and how its date was counted."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.handlers.directory import label
from bot.messages import Bullets, Fact, Facts, Heading, Note, Paragraph
from bot.rules.casework import INSIDE, Case, Seat, age, shown_to
from bot.rules.enquiries import DETAILS, ON_BEHALF, SUBJECT, WARD, WHY_URGENT
from bot.rules.working_days import LONDON, london_date
from bot.wording import enquiries as say

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bot.handlers.casework import Office
    from bot.messages import Part
    from bot.ports import Services
    from bot.rules.casework import CaseEvent
    from bot.rules.deadlines import Deadline
    from bot.rules.protocol import Pack

LONGEST_HISTORY = 25


async def shown(case: Case, seats: frozenset[Seat], services: Services, office: Office) -> list[Part]:
    """The record, its clock and its history, as far as these seats see them."""
    parts: list[Part] = [Facts(tuple(row for row in _rows(case, seats, office) if row.value))]
    history = [line for event in await services.uow.cases.events(case.id) for line in _line(event, seats, office)]
    if history:
        parts += [Heading(say.HISTORY), Paragraph("\n".join(history[-LONGEST_HISTORY:]))]
    return parts


def _rows(case: Case, seats: frozenset[Seat], office: Office) -> Iterator[Fact]:
    directory, content = office.directory, case.content
    member, owner = directory.by_id(case.member_id), directory.by_id(case.owner_id) if case.owner_id else None
    yield Fact("Subject", content.get(SUBJECT, ""))
    yield Fact("Details", content.get(DETAILS, ""))
    yield Fact("State", say.STATES[case.state])
    yield Fact("From", label(member) if member else "")
    yield Fact("On behalf of", content.get(ON_BEHALF, ""))
    yield Fact("Service", case.service)
    yield Fact("Ward", content.get(WARD, ""))
    yield Fact("Urgent", content.get(WHY_URGENT, "") if case.urgent else "")
    yield Fact("With", label(owner) if owner else "Nobody yet")
    if seats & INSIDE and owner is not None and owner.id in office.away:
        yield Fact("Away", f"{owner.name} is away; their cover acts for them")
    yield Fact("Received", f"{case.received_at.astimezone(LONDON):%d %B %Y, %H:%M}")
    yield from _clock_rows(case, office)
    readers = [one.name for each in case.readers if (one := directory.by_id(each)) is not None]
    yield Fact("Shared with", ", ".join(readers))


def _clock_rows(case: Case, office: Office) -> Iterator[Fact]:
    """The date and how far off it is; a holding reply and a pause show, and hide nothing of the age."""
    if case.due is None:
        yield Fact("Reply due", "No number of days is set")
    elif case.is_open:
        between = office.calendar.between(office.today, case.due)
        yield Fact("Reply due", f"{say.day(case.due)} ({say.left(between)})")
    if case.counted_due is not None and case.counted_due != case.due:
        yield Fact("By the rule", f"{say.day(case.counted_due)}; a holding reply promised {_promised(case)}")
    if case.holding_replies:
        yield Fact("Holding replies", str(case.holding_replies))
    running = next((pause for pause in case.pauses if pause.start <= office.today <= pause.until), None)
    if running is not None and case.is_open:
        yield Fact("Paused", f"Until the end of {say.day(running.until)}; then it goes on by itself")
    if case.snoozed_until is not None and case.is_open and case.snoozed_until > office.today:
        yield Fact("Reminder put off", f"Until {say.day(case.snoozed_until)}")
    yield Fact("Age", say.days(age(case, office.today, office.calendar, office.counting)))
    if case.replied_at is not None:
        yield Fact("Replied", say.day(london_date(case.replied_at)))


def _promised(case: Case) -> str:
    return say.day(case.promised) if case.promised else "another date"


def _line(event: CaseEvent, seats: frozenset[Seat], office: Office) -> Iterator[str]:
    sees_step, sees_text = shown_to(event, seats)
    if not sees_step:
        return
    by, who = office.directory.by_id(event.by), office.directory.by_id(event.who)
    words = [f"{event.at.astimezone(LONDON):%d %b %Y %H:%M}: {event.step.value}"]
    if by is not None:
        words.append(f"by {by.name}")
    if who is not None:
        words.append(f"to {who.name}")
    if event.on is not None:
        words.append(f"until {say.short_day(event.on)}")
    yield " ".join(words) + (f": {event.text}" if event.text and sees_text else "")


def clock_parts(case: Case, working: Deadline | None, pack: Pack, office: Office) -> list[Part]:
    """The card that shows every counted and every skipped day with its reason, and the paragraph that rules."""
    if working is None:
        return [Heading(f"{say.HOW_COUNTED}: {case.reference}"), Paragraph(say.no_date("", ""))]
    parts: list[Part] = [
        Heading(f"{say.HOW_COUNTED}: {case.reference}"),
        Paragraph(say.rule(working.limit)),
        Bullets(
            tuple(f"{say.short_day(day.date)}: {'counts' if day.counts else '–'} {day.why}" for day in working.days)
        ),
        Paragraph(f"By the rule a reply is due by {say.day(working.due)}."),
    ]
    if case.due is not None and case.due != working.due:
        parts.append(Paragraph(f"A holding reply promised {_promised(case)}. It is now chased by {say.day(case.due)}."))
    if working.limit.ref:
        parts.append(Note(f"{pack.title} of {pack.council}, {pack.cited(working.limit.ref)}."))
    parts.append(Note(f"Age today: {say.days(age(case, office.today, office.calendar, office.counting))}."))
    return parts
