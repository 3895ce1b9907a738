"""Once a week: figures by service and what is overdue, for managers and Democratic Services. No ranking of persons."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from bot.errors import NotFound
from bot.handlers.casework import Office, look_around
from bot.handlers.identity import asker
from bot.handlers.notify import tell
from bot.messages import Bullets, Button, Buttons, Fact, Facts, Heading, Note, Paragraph, Reply
from bot.rules.figures import Figures, by_service
from bot.rules.protocol import Position
from bot.wording import enquiries as words
from bot.wording import weekly as say
from bot.wording.common import NOT_FOUND

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import date

    from bot.messages import Part, Pressed
    from bot.model import Person
    from bot.ports import Services
    from bot.rules.casework import Case

MARK = "weekly digest"
LISTED = 15
QUARTER = timedelta(days=91)


async def sweep(services: Services) -> int:
    """Send the week's digest with the first office hours of the week; how many messages.

    A bot that was away at the start of the week sends it later in the same week. One that has
    just been installed waits for the next week.
    """
    office, uow = await look_around(services), services.uow
    if not office.calendar.in_hours(office.now):
        return 0
    year, week, _ = office.today.isocalendar()
    this_week, last = f"{year}-W{week:02}", await uow.marks.get(MARK)
    if last == this_week:
        return 0
    await uow.marks.set(MARK, this_week)
    monday = office.today - timedelta(days=office.today.weekday())
    if not last and office.today != office.calendar.first_from(monday):
        return 0
    start = monday - timedelta(days=7)
    cases = await uow.cases.since(office.now - timedelta(days=14))
    sent = 0
    for person, services_of in _readers(office):
        theirs = [case for case in cases if services_of is None or case.service in services_of]
        reply = _digest(theirs, office, start)
        if reply is not None:
            sent += await tell(person, reply, f"weekly:{this_week}", services)
    return sent


def _readers(office: Office) -> Iterable[tuple[Person, frozenset[str] | None]]:
    """Who gets it, and the services that it is about; all of them for Democratic Services."""
    directory = office.directory
    services = directory.holders(Position.DEMOCRATIC_SERVICES)
    for person in services:
        yield person, None
    seen = {person.id for person in services}
    for position in (Position.SERVICE_HEAD, Position.DIRECTOR):
        for person in directory.holders(position):
            if person.id not in seen:
                seen.add(person.id)
                below = {one.department for one in directory.people if directory.works_under(one, person)}
                yield person, frozenset({person.department, *below} - {""})


def _digest(cases: Sequence[Case], office: Office, start: date) -> Reply | None:
    overdue = sorted((case for case in cases if case.overdue_on(office.today)), key=lambda case: case.due or start)
    figures = by_service(cases, office.today, office.calendar, office.counting, start)
    if not any(each.raised or each.answered or each.open for each in figures):
        return None
    week_end = office.today + timedelta(days=7)
    coming = sum(case.is_open and case.due is not None and office.today <= case.due < week_end for case in cases)
    summary = say.summary(figures[-1].open, coming, len(overdue))
    parts: list[Part] = [Heading(say.TITLE), Paragraph(summary), *figure_parts(figures)]
    if overdue:
        lines = tuple(_line(case, office) for case in overdue[:LISTED])
        parts += [Heading(say.OVERDUE), Bullets(lines)]
        if len(overdue) > LISTED:
            parts.append(Note(say.more(len(overdue) - LISTED)))
    parts.append(Buttons((Button(label=words.MINE, action="my_enquiries"),)))
    return Reply(summary=summary, parts=tuple(parts), private=True)


def _line(case: Case, office: Office) -> str:
    late = office.calendar.between(case.due, office.today) if case.due else 0
    return f"{case.reference}{f' ({case.service})' if case.service else ''}: {words.left(-late)}"


def figure_parts(figures: Sequence[Figures]) -> list[Part]:
    """Figures by service, a row each."""
    return [Facts(tuple(Fact(each.service, say.figures(each)) for each in figures))]


async def show_figures(request: Pressed, services: Services) -> Reply:
    """The last quarter by service, for Democratic Services and for managers on what is theirs.

    Raises:
        NotFound: the person is neither.
    """
    person, office = asker(request.sender, services), await look_around(services)
    mine = {reader.id: services_of for reader, services_of in _readers(office)}
    if person.id not in mine:
        raise NotFound(NOT_FOUND)
    services_of, start = mine[person.id], office.today - QUARTER
    cases = await services.uow.cases.since(office.now - QUARTER)
    theirs = [case for case in cases if services_of is None or case.service in services_of]
    figures = by_service(theirs, office.today, office.calendar, office.counting, start)
    title = say.since(start)
    body = figure_parts(figures) if figures else [Paragraph(words.NOTHING_HERE)]
    return Reply(summary=title, parts=(Heading(title), *body, Note(say.NOTE)), private=True)
